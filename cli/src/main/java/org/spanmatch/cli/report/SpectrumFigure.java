package org.spanmatch.cli.report;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * A figure of the similarity of two networks at every ε, with one line for each layer, coloured by
 * its depth.
 *
 * @param title the text above the figure; may be empty
 * @param curves one for each layer in order, at least one
 */
public record SpectrumFigure(String title, List<Curve> curves) implements Figure {
  private static final String X_LABEL = "ε (largest relative distance in a match)";
  private static final int PLOT_WIDTH = 1200;
  private static final int LEFT = 150;
  private static final int LEGEND_LINE = 130;

  // Of more layers, only some are named: the colours between two of them stand for those between.
  private static final int MAX_NAMED = 24;

  // Steps closer together than the figure can show are drawn as one.
  private static final int STEPS = 2 * PLOT_WIDTH;

  // So that neighbours, whose colours are close, can be told apart where all are named.
  private static final List<float[]> DASHES =
      List.of(new float[] {}, new float[] {16, 8}, new float[] {3, 7});

  // Where the description states the similarity: at every tenth.
  private static final int STATED = 10;

  /**
   * The similarity of one layer at every ε: the share of neurons whose level is at most ε.
   *
   * @param layer the layer's name
   * @param levels the match levels of the living neurons of both networks, each in [0, 1]
   * @param neurons how many neurons there are, dead ones included
   */
  public record Curve(String layer, List<Double> levels, int neurons) {
    /** Checks the numbers. */
    public Curve {
      levels = List.copyOf(levels);
      for (double level : levels) {
        if (!(level >= 0 && level <= 1)) {
          throw new IllegalArgumentException("a level of " + level + " is not from 0 to 1");
        }
      }
      if (levels.size() > neurons) {
        throw new IllegalArgumentException(levels.size() + " levels of " + neurons + " neurons");
      }
    }

    double similarity(double epsilon) {
      return share(levels.stream().filter(level -> level <= epsilon).count());
    }

    private double share(long count) {
      return neurons == 0 ? 0 : (double) count / neurons;
    }

    // From the first step on, as all lie at 0 before.
    private void addTo(XYChart chart, String series) {
      int[] counts = new int[STEPS + 1];
      levels.forEach(level -> counts[(int) Math.round(level * STEPS)]++);
      List<Double> epsilons = new ArrayList<>();
      List<Double> similarities = new ArrayList<>();
      int matched = 0;
      for (int step = 0; step <= STEPS; step++) {
        if (counts[step] > 0) {
          epsilons.add((double) step / STEPS);
          similarities.add(share(matched));
          matched += counts[step];
          epsilons.add((double) step / STEPS);
          similarities.add(share(matched));
        }
      }
      epsilons.add(1.0);
      similarities.add(share(matched));
      chart.addSeries(series, epsilons, similarities);
    }
  }

  /** Checks that there is something to draw. */
  public SpectrumFigure {
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
            .yAxisTitle(Drawing.SIMILARITY)
            .build();
    XYStyler styler = chart.getStyler();
    Drawing.style(styler);
    styler.setYAxisLeftWidthHint(LEFT);
    styler.setXAxisMin(0.0);
    styler.setXAxisMax(1.0);
    styler.setXAxisDecimalPattern("0.0");
    styler.setXAxisTickMarkSpacingHint(100);
    addSeries(chart, labels);
    return chart;
  }

  private void addSeries(XYChart chart, List<String> labels) {
    int count = curves.size();
    int every = (count + MAX_NAMED - 1) / MAX_NAMED;
    for (int i = 0; i < count; i++) {
      // The lines are told apart by number, as two may have the same label.
      String name = "line" + i;
      curves.get(i).addTo(chart, name);
      XYSeries series = chart.getSeries(name);
      series.setLabel(labels.get(i));
      series.setLineColor(Viridis.color(i, count));
      series.setLineStyle(Drawing.stroke(DASHES.get(every == 1 ? i % DASHES.size() : 0)));
      series.setMarker(SeriesMarkers.NONE);
      series.setShowInLegend(i % every == 0 || i == count - 1);
    }
  }

  private String description() {
    List<String> labels = labels();
    return IntStream.range(0, labels.size())
        .mapToObj(i -> labels.get(i) + ": " + stated(curves.get(i)) + ".")
        .collect(Collectors.joining("\n", Drawing.SIMILARITY + ", by ε.\n", ""));
  }

  private static String stated(Curve curve) {
    return IntStream.rangeClosed(1, STATED)
        .mapToDouble(i -> (double) i / STATED)
        .mapToObj(
            epsilon ->
                String.format(Locale.ROOT, "ε = %.1f %.3f", epsilon, curve.similarity(epsilon)))
        .collect(Collectors.joining(", "));
  }
}
