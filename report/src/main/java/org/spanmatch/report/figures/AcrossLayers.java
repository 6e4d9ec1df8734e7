package org.spanmatch.report.figures;

import java.awt.Color;
import java.awt.font.TextLayout;
import java.awt.geom.AffineTransform;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.style.AxesChartStyler.TextAlignment;
import org.knowm.xchart.style.CategoryStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.spanmatch.report.text.DisplayName;
import org.spanmatch.similarity.Jackknife.Interval;

/** Charts with layers along the x axis, and lines from layer to layer. */
final class AcrossLayers {
  /** The label of the x axis, without the networks. */
  static final String X_LABEL = "layer";

  private static final int LABEL_ANGLE = 45;
  private static final int LABEL_SPACING = 40;
  private static final int LAYER_WIDTH = 76;
  private static final int MIN_PLOT_WIDTH = 960;
  private static final int MAX_PLOT_WIDTH = 16_000;

  private final CategoryChart chart;
  private final List<String> labels;
  private int lines;

  /**
   * Creates a chart without lines, with values from 0 to 1 on the y axis.
   *
   * @param title the text above it; may be empty
   * @param yLabel label of the y axis
   * @param networks whose layers these are; may be empty
   * @param layers the layers' names, at least one
   * @param marks which of them have warnings
   * @param legend width of the area right of the plot
   */
  AcrossLayers(
      String title, String yLabel, String networks, List<String> layers, Marks marks, int legend) {
    List<String> marked = marks.mark(Drawing.labels(layers));
    int widest =
        marked.stream()
            .mapToInt(label -> Drawing.width(label, Drawing.LABEL_FONT))
            .max()
            .orElseThrow();
    int plotWidth =
        Math.max(
            MIN_PLOT_WIDTH, Math.min(MAX_PLOT_WIDTH / LAYER_WIDTH, layers.size()) * LAYER_WIDTH);
    int layerWidth = plotWidth / layers.size();
    boolean slanted = widest + LABEL_SPACING > layerWidth;
    int slant = slanted ? (int) Math.ceil(widest * Math.sin(Math.toRadians(LABEL_ANGLE))) : 0;
    // A slanted label ends below its layer, so the first ones need room at the left.
    int left = Math.max(150, slant + 80 - layerWidth / 2);
    chart =
        new CategoryChartBuilder()
            .width(left + plotWidth + legend)
            .height(Drawing.PLOT_HEIGHT + 180 + slant)
            .title(Drawing.fit(title, Drawing.TITLE_FONT, plotWidth))
            .xAxisTitle(xLabel(networks, marks, plotWidth))
            .yAxisTitle(yLabel)
            .build();
    CategoryStyler styler = chart.getStyler();
    style(styler);
    styler.setYAxisLeftWidthHint(left);
    styler.setXAxisLabelRotation(slanted ? LABEL_ANGLE : 0);
    styler.setXAxisLabelAlignment(slanted ? TextAlignment.Right : TextAlignment.Centre);
    labels = withTallestLongest(marked, styler.getXAxisLabelRotation());
  }

  /** The label with the networks, unless there is no room for them. */
  private static String xLabel(String networks, Marks marks, int room) {
    String named = networks.isBlank() ? X_LABEL : X_LABEL + " of " + networks;
    for (String label : List.of(marks.explain(named), marks.explainShortly(named))) {
      if (Drawing.width(label, Drawing.AXIS_FONT) <= room) {
        return DisplayName.printable(label);
      }
    }
    return marks.explain(X_LABEL);
  }

  private static void style(CategoryStyler styler) {
    Drawing.style(styler);
    styler.setXAxisTickMarkSpacingHint(LABEL_SPACING);
    styler.setXAxisLabelAlignmentVertical(TextAlignment.Right);
    styler.setDefaultSeriesRenderStyle(CategorySeriesRenderStyle.Line);
    // Otherwise the lines would be drawn side by side, like bars.
    styler.setOverlapped(true);
    styler.setMarkerSize(16);
  }

  /**
   * Keeps the ticks of an axis from 0 to 1 at round numbers. If the values happened to be equally
   * spaced, XChart would put ticks at them; one invisible point above 0.5 before them prevents
   * that.
   */
  void keepTicks() {
    CategorySeries keeper =
        chart.addSeries("ticks", labels, Collections.nCopies(labels.size(), 0.75));
    keeper.setMarker(SeriesMarkers.NONE);
    keeper.setLineStyle(SeriesLines.NONE);
    keeper.setShowInLegend(false);
  }

  /**
   * Adds a line.
   *
   * @param name what it is called in the legend
   * @param values one per layer; null for none
   * @param rank which of the colours and markers it has
   * @param count the number of colours
   */
  void add(String name, List<Double> values, int rank, int count) {
    // Series are named by number, since two lines may have the same label.
    CategorySeries series = chart.addSeries("line" + lines++, labels, values);
    Color color = Viridis.color(rank, count);
    series.setLabel(name);
    series.setLineColor(color);
    series.setLineStyle(Drawing.stroke());
    series.setMarkerColor(color);
    series.setMarker(Drawing.MARKERS.get(rank % Drawing.MARKERS.size()));
  }

  /**
   * Adds bars from the low to the high end of intervals; the legend does not name them.
   *
   * @param intervals one per layer
   * @param rank which of the colours they have, that of the line they belong to
   * @param count the number of colours
   */
  void addBars(List<Interval> intervals, int rank, int count) {
    // Bars of XChart are as long on both sides, and so begin in the middle of an interval.
    CategorySeries series =
        chart.addSeries(
            "line" + lines++,
            labels,
            intervals.stream().map(each -> (each.low() + each.high()) / 2).toList(),
            intervals.stream().map(each -> (each.high() - each.low()) / 2).toList());
    series.setLineColor(Viridis.color(rank, count));
    series.setLineStyle(SeriesLines.NONE);
    series.setMarker(SeriesMarkers.NONE);
    series.setMarkerColor(Viridis.color(rank, count));
    series.setShowInLegend(false);
    chart.getStyler().setErrorBarsColorSeriesColor(true);
  }

  /**
   * Adds a faint line of one of several pairs of networks, without markers; the legend explains it
   * once.
   *
   * @param values one per layer; null for none
   * @param rank which of the colours it has, that of the line it belongs to
   * @param count the number of colours
   * @param isNamed whether the legend shows it
   */
  void addFaint(List<Double> values, int rank, int count, boolean isNamed) {
    CategorySeries series = chart.addSeries("line" + lines++, labels, values);
    series.setLabel("each pair");
    series.setLineColor(Viridis.faint(rank, count));
    series.setLineStyle(Drawing.faintStroke());
    series.setMarker(SeriesMarkers.NONE);
    series.setShowInLegend(isNamed);
  }

  /**
   * Adds a dashed line of what is there by chance, without markers; the legend explains it once.
   *
   * @param values one per layer
   * @param rank which of the colours it has, that of the line it belongs to
   * @param count the number of colours
   */
  void addChance(List<Double> values, int rank, int count) {
    CategorySeries series = chart.addSeries("line" + lines++, labels, values);
    series.setLabel("by chance");
    series.setLineColor(Viridis.color(rank, count));
    series.setLineStyle(Drawing.thinStroke());
    series.setMarker(SeriesMarkers.NONE);
    series.setShowInLegend(rank == 0);
  }

  /** Sets where the y axis starts. */
  void setStart(double start) {
    chart.getStyler().setYAxisMin(start);
  }

  /**
   * Lets the y axis end where the values do.
   *
   * @param decimalPattern the format of its numbers
   */
  void setOpenEnd(String decimalPattern) {
    chart.getStyler().setYAxisMax(null);
    chart.getStyler().setYAxisDecimalPattern(decimalPattern);
  }

  /** Returns the chart with the lines so far. */
  CategoryChart chart() {
    return chart;
  }

  // XChart makes room for the label with the most characters, so pad the tallest one to be the
  // longest.
  private static List<String> withTallestLongest(List<String> labels, int angle) {
    AffineTransform slant = AffineTransform.getRotateInstance(-Math.toRadians(angle));
    String tallest =
        Collections.max(
            labels,
            Comparator.comparingDouble(
                label ->
                    new TextLayout(label, Drawing.LABEL_FONT, Drawing.FONTS)
                        .getOutline(slant)
                        .getBounds2D()
                        .getHeight()));
    List<String> result = new ArrayList<>(labels);
    result.set(labels.indexOf(tallest), tallest + " ".repeat(2 * Drawing.MAX_CHARACTERS));
    return result;
  }
}
