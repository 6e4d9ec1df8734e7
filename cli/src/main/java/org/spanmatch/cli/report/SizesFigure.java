package org.spanmatch.cli.report;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * A figure of the distribution of sizes: for each layer the share of its simple matches that are no
 * larger than each size, coloured by the layer's depth.
 *
 * @param title the text above the figure; may be empty
 * @param curves one for each layer in order, at least one
 */
public record SizesFigure(String title, List<Curve> curves) implements Figure {
  private static final String X_LABEL = "neurons in a simple match, at most";
  private static final String Y_LABEL = "share of the layer's simple matches";
  private static final int PLOT_WIDTH = 1200;
  private static final int LEFT = 150;
  private static final int LEGEND_LINE = 130;

  // Of more layers, only some are named: the colours between two of them stand for those between.
  private static final int MAX_NAMED = 24;

  // So that neighbours, whose colours are close, can be told apart where all are named.
  private static final List<float[]> DASHES =
      List.of(new float[] {}, new float[] {16, 8}, new float[] {3, 7});

  /**
   * The sizes of one layer's matches.
   *
   * @param layer the layer's name
   * @param sizes of each match, ascending; may be empty
   */
  public record Curve(String layer, List<Integer> sizes) {
    /** Checks the numbers. */
    public Curve {
      sizes = List.copyOf(sizes);
      if (sizes.stream().anyMatch(size -> size < 1)) {
        throw new IllegalArgumentException("a size is below 1");
      }
    }

    private int largest() {
      return sizes.stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    private Map<Integer, Long> counts() {
      return sizes.stream()
          .collect(Collectors.groupingBy(size -> size, TreeMap::new, Collectors.counting()));
    }

    /** A step at each size, up to the largest of all layers. */
    private void addTo(XYChart chart, String series, int end) {
      List<Integer> x = new ArrayList<>(List.of(0));
      List<Double> share = new ArrayList<>(List.of(0.0));
      long smaller = 0;
      for (Map.Entry<Integer, Long> count : counts().entrySet()) {
        x.add(count.getKey());
        share.add((double) smaller / sizes.size());
        smaller += count.getValue();
        x.add(count.getKey());
        share.add((double) smaller / sizes.size());
      }
      x.add(end);
      share.add(share.get(share.size() - 1));
      chart.addSeries(series, x, share);
    }

    private String stated() {
      return sizes.isEmpty()
          ? "none"
          : counts().entrySet().stream()
              .map(count -> count.getValue() + " of " + count.getKey())
              .collect(Collectors.joining(", "));
    }
  }

  /** Checks that there is something to draw. */
  public SizesFigure {
    curves = List.copyOf(curves);
    if (curves.isEmpty()) {
      throw new IllegalArgumentException("a figure needs at least one curve");
    }
  }

  @Override
  public void writeSvg(OutputStream target) throws IOException {
    Drawing.writeSvg(chart(), description(), target);
  }

  @Override
  public void writePng(OutputStream target) throws IOException {
    Drawing.writePng(chart(), target);
  }

  private List<String> labels() {
    return Drawing.labels(curves.stream().map(Curve::layer).toList());
  }

  private XYChart chart() throws IOException {
    Drawing.requireFonts();
    List<String> labels = labels();
    int widest =
        labels.stream()
            .mapToInt(label -> Drawing.width(label, Drawing.LABEL_FONT))
            .max()
            .orElseThrow();
    XYChart chart =
        new XYChartBuilder()
            .width(LEFT + PLOT_WIDTH + LEGEND_LINE + widest)
            .height(Drawing.PLOT_HEIGHT + 180)
            .title(Drawing.fit(title, Drawing.TITLE_FONT, PLOT_WIDTH))
            .xAxisTitle(X_LABEL)
            .yAxisTitle(Y_LABEL)
            .build();
    int end = Math.max(2, curves.stream().mapToInt(Curve::largest).max().orElseThrow());
    XYStyler styler = chart.getStyler();
    Drawing.style(styler);
    styler.setYAxisLeftWidthHint(LEFT);
    styler.setXAxisMin(0.0);
    styler.setXAxisMax((double) end);
    styler.setXAxisDecimalPattern("0");
    styler.setXAxisTickMarkSpacingHint(100);
    int every = (curves.size() + MAX_NAMED - 1) / MAX_NAMED;
    for (int i = 0; i < curves.size(); i++) {
      // The lines are told apart by number, as two may have the same label.
      String name = "line" + i;
      curves.get(i).addTo(chart, name, end);
      XYSeries series = chart.getSeries(name);
      series.setLabel(labels.get(i));
      series.setLineColor(Viridis.color(i, curves.size()));
      series.setLineStyle(Drawing.stroke(DASHES.get(every == 1 ? i % DASHES.size() : 0)));
      series.setMarker(SeriesMarkers.NONE);
      series.setShowInLegend(i % every == 0 || i == curves.size() - 1);
    }
    return chart;
  }

  private String description() {
    List<String> labels = labels();
    return IntStream.range(0, labels.size())
        .mapToObj(i -> labels.get(i) + ": " + curves.get(i).stated() + ".")
        .collect(Collectors.joining("\n", "Simple matches by number of neurons.\n", ""));
  }
}
