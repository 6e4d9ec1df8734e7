package org.spanmatch.report.figures;

import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A chart with a line for each layer, coloured by its depth, and the layers' names beside it. */
final class LayerLines {
  /** How wide the plot is. */
  static final int PLOT_WIDTH = 1200;

  private static final int LEFT = 150;

  // Of more layers, only some are named: the colours between two of them stand for those between.
  private static final int MAX_NAMED = 24;

  // So that neighbours, whose colours are close, can be told apart where all are named.
  private static final List<float[]> DASHES =
      List.of(new float[] {}, new float[] {16, 8}, new float[] {3, 7});

  private final XYChart chart;
  private final List<String> labels;

  /**
   * A chart without lines.
   *
   * @param title the text above it; may be empty
   * @param labels the layers' names, as they are shown; at least one
   */
  LayerLines(String title, String xLabel, String yLabel, List<String> labels) {
    this.labels = labels;
    chart = Drawing.lineChart(title, xLabel, yLabel, labels, LEFT, PLOT_WIDTH);
    XYStyler styler = chart.getStyler();
    styler.setXAxisMin(0.0);
    styler.setXAxisTickMarkSpacingHint(100);
  }

  /** Sets where the x axis ends, and how its numbers look. */
  void setEnd(double end, String decimalPattern) {
    chart.getStyler().setXAxisMax(end);
    chart.getStyler().setXAxisDecimalPattern(decimalPattern);
  }

  /** Draws the line of the layer of this number. */
  void add(int layer, List<? extends Number> x, List<? extends Number> y) {
    int count = labels.size();
    int every = (count + MAX_NAMED - 1) / MAX_NAMED;
    // The lines are told apart by number, as two may have the same label.
    XYSeries series = chart.addSeries("line" + layer, x, y);
    series.setLabel(labels.get(layer));
    series.setLineColor(Viridis.color(layer, count));
    series.setLineStyle(Drawing.stroke(DASHES.get(every == 1 ? layer % DASHES.size() : 0)));
    series.setMarker(SeriesMarkers.NONE);
    series.setShowInLegend(layer % every == 0 || layer == count - 1);
  }

  /** The chart with the lines so far. */
  XYChart chart() {
    return chart;
  }
}
