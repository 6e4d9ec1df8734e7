package org.spanmatch.report.figures;

import java.awt.Color;
import java.awt.font.TextLayout;
import java.awt.geom.AffineTransform;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.style.AxesChartStyler.TextAlignment;
import org.knowm.xchart.style.CategoryStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.spanmatch.similarity.Jackknife.Interval;

/** Charts with layers along the x axis, and lines from layer to layer. */
final class AcrossLayers {
  /** The label of the x axis. */
  static final String X_LABEL = "layer";

  /** The name of lines by chance in a legend. */
  static final String CHANCE = "by chance";

  /** The name of lines of one pair of networks each in a legend. */
  static final String EACH = "each pair";

  // What XChart leaves of a plot for its values.
  private static final double PLOT_SHARE = 0.92;
  private static final int LEFT = 150;
  private static final String UNNAMED = " ";
  private static final int LABEL_ANGLE = 45;
  private static final int UPRIGHT = 90;
  private static final int LABEL_SPACING = 40; // between labels side by side, or slanted ones
  private static final int UPRIGHT_SPACING = 30;
  private static final int LAYER_WIDTH = 76;
  private static final int MIN_PLOT_WIDTH = 960;
  private static final int MAX_PLOT_WIDTH = 1960;
  private static final int LEGEND_LINE = 130; // what is right of the plot beside the names
  private static final int MARKER = 16;
  private static final int LEAST_MARKED = 24; // width of a layer below which markers would overlap

  private final CategoryChart chart;
  private final List<String> labels;
  private final Marks marks;
  private final boolean hasMarkers;
  private int lines;

  /**
   * Creates a chart without lines, with values from 0 to 1 on the y axis.
   *
   * @param yLabel label of the y axis
   * @param layers the layers' names, at least one
   * @param marks which of them have warnings
   * @param legend the names of the lines; at least one
   */
  AcrossLayers(String yLabel, List<String> layers, Marks marks, List<String> legend) {
    this.marks = marks;
    int plotWidth = Math.max(MIN_PLOT_WIDTH, Math.min(MAX_PLOT_WIDTH, layers.size() * LAYER_WIDTH));
    double layerWidth = PLOT_SHARE * plotWidth / layers.size();
    hasMarkers = layerWidth >= LEAST_MARKED;
    List<String> marked = marks.mark(Drawing.labels(layers));
    int widest = Brush.widest(marked);
    int angle =
        widest + LABEL_SPACING <= layerWidth
            ? 0
            : layerWidth >= LABEL_SPACING ? LABEL_ANGLE : UPRIGHT;
    int slant = (int) Math.ceil(widest * Math.sin(Math.toRadians(angle)));
    // A slanted label ends below its layer, so the first ones need room at the left.
    int left = angle == LABEL_ANGLE ? Math.max(LEFT, slant + 80 - (int) layerWidth / 2) : LEFT;
    int beside =
        LEGEND_LINE
            + Brush.widest(Stream.of(legend, marks.legend()).flatMap(List::stream).toList());
    chart =
        new CategoryChartBuilder()
            .width(left + plotWidth + beside)
            .height(Drawing.PLOT_HEIGHT + 180 + slant)
            .xAxisTitle(X_LABEL)
            .yAxisTitle(yLabel)
            .build();
    CategoryStyler styler = chart.getStyler();
    style(styler);
    styler.setYAxisLeftWidthHint(left);
    styler.setXAxisLabelRotation(angle);
    styler.setXAxisLabelAlignment(
        angle == LABEL_ANGLE ? TextAlignment.Right : TextAlignment.Centre);
    int every = angle == UPRIGHT ? (int) Math.ceil(UPRIGHT_SPACING / layerWidth) : 1;
    labels = withTallestLongest(thinned(marked, every), angle);
  }

  /** Of many layers only some are named, but all that have warnings are marked. */
  private List<String> thinned(List<String> marked, int every) {
    return IntStream.range(0, marked.size())
        .mapToObj(
            i -> i % every == 0 ? marked.get(i) : marks.isMarked(i) ? Marks.ASTERISK : UNNAMED)
        .toList();
  }

  private static void style(CategoryStyler styler) {
    Drawing.style(styler);
    styler.setXAxisTickMarkSpacingHint(1);
    styler.setXAxisLabelAlignmentVertical(TextAlignment.Right);
    styler.setDefaultSeriesRenderStyle(CategorySeriesRenderStyle.Line);
    // Otherwise the lines would be drawn side by side, like bars.
    styler.setOverlapped(true);
    styler.setMarkerSize(MARKER);
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
    series.setMarker(
        hasMarkers ? Drawing.MARKERS.get(rank % Drawing.MARKERS.size()) : SeriesMarkers.NONE);
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
    series.setLabel(EACH);
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
    series.setLabel(CHANCE);
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

  /** Returns the chart with the lines so far, and what the marks of layers mean. */
  CategoryChart chart() {
    if (marks.any()) {
      List<Double> none = Collections.nCopies(labels.size(), null);
      Asterisk.explain(chart.addSeries("marks", labels, none));
    }
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
