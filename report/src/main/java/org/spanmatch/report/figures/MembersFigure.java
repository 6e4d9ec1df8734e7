package org.spanmatch.report.figures;

import java.awt.Color;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.spanmatch.compare.Warning;
import org.spanmatch.report.results.SimpleResult;
import org.spanmatch.report.text.DisplayName;

/**
 * A map of which neuron is in which simple match of a layer: one row per match, the smallest at the
 * bottom, and one column per neuron of the maximum match.
 *
 * @param layer the layer, with at least one match
 */
public record MembersFigure(SimpleResult.Layer layer) implements Figure {
  private static final int MOST_NEURONS = 128;
  private static final int MOST_MATCHES = 100;
  private static final int PLOT_WIDTH = 1200;
  private static final int LEFT = 150;
  private static final int LEGEND = 220;
  private static final int MARKER = 7;

  /** Returns the figure of a layer; empty if it would be too large to read or there is no match. */
  public static Optional<MembersFigure> of(SimpleResult.Layer layer) {
    int neurons = layer.maximum().x().size() + layer.maximum().y().size();
    int matches = layer.matches().size();
    return neurons > MOST_NEURONS || matches == 0 || matches > MOST_MATCHES
        ? Optional.empty()
        : Optional.of(new MembersFigure(layer));
  }

  @Override
  public void writeSvg(OutputStream target) throws IOException {
    Drawing.writeSvg(chart(), description(), target);
  }

  @Override
  public void writePng(OutputStream target) throws IOException {
    Drawing.writePng(chart(), target);
  }

  private String title() {
    String name = marks().mark(List.of(DisplayName.printable(layer.name()))).get(0);
    return "Members of the simple matches of " + name;
  }

  private Marks marks() {
    return new Marks(List.of(Warning.codes(layer.warnings())));
  }

  private XYChart chart() throws IOException {
    FigureFont.require();
    XYChart chart =
        new XYChartBuilder()
            .width(LEFT + PLOT_WIDTH + LEGEND)
            .height(Drawing.PLOT_HEIGHT + 180)
            .title(Drawing.fit(title(), Drawing.TITLE_FONT, PLOT_WIDTH))
            .xAxisTitle(
                marks()
                    .explain(
                        "neurons of the maximum match: those of x by position, then those of y"))
            .yAxisTitle("simple matches, by size")
            .build();
    XYStyler styler = chart.getStyler();
    Drawing.style(styler);
    styler.setDefaultSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
    styler.setMarkerSize(MARKER);
    styler.setYAxisLeftWidthHint(LEFT);
    styler.setXAxisMin(0.0);
    styler.setXAxisMax(layer.maximum().x().size() + layer.maximum().y().size() + 1.0);
    styler.setXAxisDecimalPattern("0");
    styler.setXAxisTickMarkSpacingHint(100);
    styler.setYAxisMin(0.0);
    styler.setYAxisMax(layer.matches().size() + 1.0);
    styler.setYAxisDecimalPattern("0");
    int xCount = layer.maximum().x().size();
    add(chart, "x", layer.maximum().x(), 0, SimpleResult.Simple::x, Viridis.color(0, 2));
    add(chart, "y", layer.maximum().y(), xCount, SimpleResult.Simple::y, Viridis.color(1, 2));
    return chart;
  }

  /** One network's part of a match. */
  private interface Side {
    List<Integer> of(SimpleResult.Simple match);
  }

  private void add(
      XYChart chart, String network, List<Integer> neurons, int before, Side side, Color color) {
    List<Integer> columns = new ArrayList<>();
    List<Integer> rows = new ArrayList<>();
    for (int row = 0; row < layer.matches().size(); row++) {
      for (int neuron : side.of(layer.matches().get(row))) {
        columns.add(before + neurons.indexOf(neuron) + 1);
        rows.add(row + 1);
      }
    }
    if (!columns.isEmpty()) {
      XYSeries series = chart.addSeries(network, columns, rows);
      series.setMarker(SeriesMarkers.SQUARE);
      series.setMarkerColor(color);
    }
  }

  private String description() {
    return IntStream.range(0, layer.matches().size())
        .mapToObj(
            i -> {
              SimpleResult.Simple match = layer.matches().get(i);
              return (i + 1) + ": x " + list(match.x()) + ", y " + list(match.y()) + ".";
            })
        .collect(
            Collectors.joining(
                "\n",
                "The neurons of each simple match.\n",
                marks().describe(List.of(DisplayName.printable(layer.name())))));
  }

  private static String list(List<Integer> neurons) {
    Stream<String> texts = neurons.stream().map(String::valueOf);
    return texts.collect(Collectors.joining(" "));
  }
}
