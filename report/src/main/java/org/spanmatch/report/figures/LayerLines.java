package org.spanmatch.report.figures;

import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A chart with one line per layer, coloured by depth, and the layers' names beside it. */
final class LayerLines {
  /** Width of the plot. */
  static final int PLOT_WIDTH = 1200;

  private static final int LEFT = 150;

  // With more layers, only some are named; the colours between two names stand for the layers
  // between them.
  private static final int MAX_NAMED = 24;

  // Distinguish neighbours, whose colours are close, if all layers are named.
  private static final List<float[]> DASHES =
      List.of(new float[] {}, new float[] {16, 8}, new float[] {3, 7});

  /** With more layers, lines for comparison would hide the others. */
  static final int MOST_COMPARED = 6;

  private final XYChart chart;
  private final List<String> labels;

  /**
   * Creates a chart without lines.
   *
   * @param title the text above it; may be empty
   * @param labels the layers' names for display; at least one
   */
  LayerLines(String title, String xLabel, String yLabel, List<String> labels) {
    this.labels = labels;
    chart = Drawing.lineChart(title, xLabel, yLabel, labels, LEFT, PLOT_WIDTH);
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
    int count = labels.size();
    int every = (count + MAX_NAMED - 1) / MAX_NAMED;
    // Series are named by number, since two lines may have the same label.
    XYSeries series = chart.addSeries("line" + layer, x, y);
    series.setLabel(labels.get(layer));
    series.setLineColor(Viridis.color(layer, count));
    series.setLineStyle(Drawing.stroke(DASHES.get(every == 1 ? layer % DASHES.size() : 0)));
    series.setMarker(SeriesMarkers.NONE);
    series.setShowInLegend(layer % every == 0 || layer == count - 1);
  }

  /** Adds a line by chance for a layer, given its number. */
  void addChance(int layer, List<? extends Number> x, List<? extends Number> y) {
    XYSeries series = chart.addSeries("chance" + layer, x, y);
    series.setLabel("by chance");
    series.setLineColor(Viridis.color(layer, labels.size()));
    series.setLineStyle(Drawing.thinStroke());
    series.setMarker(SeriesMarkers.NONE);
    series.setShowInLegend(layer == labels.size() - 1);
  }

  /** Returns the chart with the lines so far. */
  XYChart chart() {
    return chart;
  }
}
