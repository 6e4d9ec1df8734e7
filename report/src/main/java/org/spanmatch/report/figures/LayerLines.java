package org.spanmatch.report.figures;

import java.util.List;
import java.util.stream.Stream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A chart with one line per layer, coloured by depth, and the layers' names beside it. */
final class LayerLines {
  /** Width of the plot. */
  static final int PLOT_WIDTH = 1200;

  private static final int LEFT = 150;

  /** With more layers, a {@link LayerMap} is easier to read. */
  static final int MOST_LINES = 24;

  // Distinguish neighbours, whose colours are close, where no dashes mean chance.
  private static final List<float[]> DASHES =
      List.of(new float[] {}, new float[] {16, 8}, new float[] {3, 7});

  /** With more layers, lines for comparison would hide the others. */
  static final int MOST_COMPARED = 6;

  private final XYChart chart;
  private final List<String> labels;
  private final Marks marks;
  private boolean compared;

  /**
   * Creates a chart without lines.
   *
   * @param layers the layers' names for display; at least one
   * @param marks which of them have warnings
   */
  LayerLines(String xLabel, String yLabel, List<String> layers, Marks marks) {
    this.marks = marks;
    labels = marks.mark(layers);
    List<String> legend = Stream.of(labels, marks.legend()).flatMap(List::stream).toList();
    chart = Drawing.lineChart("", xLabel, yLabel, legend, LEFT, PLOT_WIDTH);
    XYStyler styler = chart.getStyler();
    styler.setXAxisMin(0.0);
    styler.setXAxisTickMarkSpacingHint(100);
  }

  /** Sets the end of the x axis and the format of its numbers. */
  void setEnd(double end, String decimalPattern) {
    chart.getStyler().setXAxisMax(end);
    chart.getStyler().setXAxisDecimalPattern(decimalPattern);
  }

  /** Adds the line of a layer, given its number. */
  void add(int layer, List<? extends Number> x, List<? extends Number> y) {
    // Series are named by number, since two lines may have the same label.
    XYSeries series = chart.addSeries("line" + layer, x, y);
    series.setLabel(labels.get(layer));
    series.setLineColor(Viridis.color(layer, labels.size()));
    series.setLineStyle(
        compared ? Drawing.stroke() : Drawing.stroke(DASHES.get(layer % DASHES.size())));
    series.setMarker(SeriesMarkers.NONE);
  }

  /** Names a layer in the legend that has no line. */
  void addNone(int layer) {
    XYSeries series = chart.addSeries("line" + layer, new double[] {0}, new double[] {Double.NaN});
    series.setLabel(labels.get(layer));
    series.setLineStyle(SeriesLines.NONE);
    series.setMarker(SeriesMarkers.NONE);
  }

  /** Adds a line by chance for a layer, given its number; before the lines of the layers. */
  void addChance(int layer, List<? extends Number> x, List<? extends Number> y) {
    compared = true;
    XYSeries series = chart.addSeries("chance" + layer, x, y);
    series.setLabel(AcrossLayers.CHANCE);
    series.setLineColor(Viridis.color(layer, labels.size()));
    series.setLineStyle(Drawing.thinStroke());
    series.setMarker(SeriesMarkers.NONE);
    series.setShowInLegend(layer == labels.size() - 1);
  }

  /** Returns the chart with the lines so far, and what their marks mean. */
  XYChart chart() {
    if (marks.any()) {
      Asterisk.explain(chart.addSeries("marks", new double[] {0}, new double[] {Double.NaN}));
    }
    return chart;
  }
}
