package org.spanmatch.report.figures;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.font.FontRenderContext;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.AxesChartStyler.TextAlignment;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.spanmatch.report.text.DisplayName;

/** The common part of all figures: style, text, and writing charts to files. */
final class Drawing {
  // All lengths are in half points. XChart rounds the widths of characters to whole units, so
  // smaller units give a better layout of text.
  private static final int UNITS = 2;

  static final Font TITLE_FONT = new ChartFont(Font.BOLD, 30, Anchor.MIDDLE, Anchor.MIDDLE);
  static final Font AXIS_FONT = new ChartFont(Font.PLAIN, 28, Anchor.MIDDLE, Anchor.MIDDLE);
  static final Font LABEL_FONT = new ChartFont(Font.PLAIN, 24, Anchor.MIDDLE, Anchor.END);
  private static final Font LEGEND_FONT = new ChartFont(Font.PLAIN, 24, Anchor.START, Anchor.START);

  /** The label of every figure's y axis. */
  static final String SIMILARITY = "size of maximum match / number of neurons";

  /** The context with which XChart measures text before it has a canvas. */
  static final FontRenderContext FONTS = new FontRenderContext(null, true, false);

  static final int PLOT_HEIGHT = 800;
  static final int MAX_CHARACTERS = 150;
  static final int MAX_LABEL_WIDTH = 540;
  // Characters of average width that fit in a label; wider labels are shortened again.
  private static final int MAX_LABEL_CHARACTERS = 36;

  /** Markers, which distinguish lines besides their colour. */
  static final List<Marker> MARKERS =
      List.of(
          SeriesMarkers.CIRCLE,
          SeriesMarkers.SQUARE,
          SeriesMarkers.TRIANGLE_UP,
          SeriesMarkers.DIAMOND,
          SeriesMarkers.TRIANGLE_DOWN);

  private static final int LEGEND_LINE = 130;

  private static final double MAX_PIXELS = 32e6; // 128 MB while they are drawn

  private Drawing() {}

  /**
   * Something to draw, in half points.
   *
   * @param title the text above it; may be empty
   * @param width its width
   * @param height its height
   * @param painter draws it
   */
  record Picture(String title, int width, int height, Consumer<Graphics2D> painter) {
    private void paint(Graphics2D graphics) {
      painter.accept(graphics);
    }
  }

  /**
   * Returns a chart without lines, with room for its legend.
   *
   * @param title the text above it; may be empty
   * @param labels the entries of the legend; at least one
   * @param left width of the area left of the plot
   * @param plotWidth width of the plot
   */
  static XYChart lineChart(
      String title, String xLabel, String yLabel, List<String> labels, int left, int plotWidth) {
    int widest = labels.stream().mapToInt(label -> width(label, LABEL_FONT)).max().orElseThrow();
    XYChart chart =
        new XYChartBuilder()
            .width(left + plotWidth + LEGEND_LINE + widest)
            .height(PLOT_HEIGHT + 180)
            .title(fit(title, TITLE_FONT, plotWidth))
            .xAxisTitle(xLabel)
            .yAxisTitle(yLabel)
            .build();
    style(chart.getStyler());
    chart.getStyler().setYAxisLeftWidthHint(left);
    return chart;
  }

  /** Writes a chart as SVG in UTF-8, without closing the stream. */
  static void writeSvg(Chart<?, ?> chart, String description, OutputStream target)
      throws IOException {
    writeSvg(List.of(chart), description, target);
  }

  /**
   * Writes several charts of equal width as one SVG, one below the other; the first has the title.
   */
  static void writeSvg(List<? extends Chart<?, ?>> charts, String description, OutputStream target)
      throws IOException {
    writeSvg(picture(charts), description, target);
  }

  /** Writes a picture as SVG in UTF-8, without closing the stream. */
  static void writeSvg(Picture picture, String description, OutputStream target)
      throws IOException {
    int width = picture.width();
    int height = picture.height();
    SvgPicture svg = new SvgPicture(width, height, UNITS).describe(picture.title(), description);
    picture.paint(svg.graphics());
    svg.write(target);
  }

  /** Writes a chart as PNG with two pixels per point, without closing the stream. */
  static void writePng(Chart<?, ?> chart, OutputStream target) throws IOException {
    writePng(List.of(chart), target);
  }

  /** Writes several charts of equal width as one PNG, one below the other. */
  static void writePng(List<? extends Chart<?, ?>> charts, OutputStream target) throws IOException {
    writePng(picture(charts), 1, target);
  }

  /** Writes a picture as PNG with two pixels per point, or fewer if it is very large. */
  static void writePng(Picture picture, OutputStream target) throws IOException {
    double pixels = (double) picture.width() * picture.height();
    writePng(picture, Math.min(1, Math.sqrt(MAX_PIXELS / pixels)), target);
  }

  private static void writePng(Picture picture, double scale, OutputStream target)
      throws IOException {
    BufferedImage image =
        new BufferedImage(
            (int) Math.ceil(scale * picture.width()),
            (int) Math.ceil(scale * picture.height()),
            BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    if (scale < 1) {
      graphics.scale(scale, scale);
    }
    picture.paint(graphics);
    graphics.dispose();
    // In memory, since ImageIO would use a temporary file.
    try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(target)) {
      ImageIO.write(image, "png", stream);
    }
  }

  private static Picture picture(List<? extends Chart<?, ?>> charts) {
    return new Picture(
        charts.get(0).getTitle(),
        charts.get(0).getWidth(),
        charts.stream().mapToInt(Chart::getHeight).sum(),
        graphics -> paint(charts, graphics));
  }

  private static void paint(List<? extends Chart<?, ?>> charts, Graphics2D graphics) {
    int above = 0;
    for (Chart<?, ?> chart : charts) {
      graphics.translate(0, above);
      chart.paint(graphics, chart.getWidth(), chart.getHeight());
      above = chart.getHeight();
    }
  }

  /** Sets the common style of all figures, with similarities from 0 to 1 on the y axis. */
  static void style(AxesChartStyler styler) {
    styler.setLocale(Locale.ROOT);
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setChartPadding(20);
    styler.setChartTitleFont(TITLE_FONT);
    styler.setChartTitlePadding(12);

    styler.setPlotBorderVisible(false);
    styler.setPlotMargin(2);
    styler.setPlotGridLinesColor(new Color(0xD8D8D8));
    styler.setPlotGridLinesStroke(new BasicStroke(1.5f));
    styler.setPlotGridVerticalLinesVisible(false);

    styler.setAxisTitleFont(AXIS_FONT);
    styler.setAxisTitlePadding(20);
    styler.setAxisTickLabelsFont(LABEL_FONT);
    styler.setAxisTickPadding(8);
    styler.setAxisTickMarkLength(8);
    styler.setAxisTickMarksColor(Color.DARK_GRAY);
    styler.setAxisTickMarksStroke(new BasicStroke(2));
    styler.setYAxisMin(0.0);
    styler.setYAxisMax(1.0);
    styler.setYAxisDecimalPattern("0.0");
    styler.setYAxisLabelAlignment(TextAlignment.Right);
    styler.setYAxisTickMarkSpacingHint(70);

    styler.setLegendPosition(LegendPosition.OutsideE);
    styler.setLegendFont(LEGEND_FONT);
    styler.setLegendPadding(14);
    styler.setLegendSeriesLineLength(50);
    styler.setLegendBorderColor(Color.WHITE);
  }

  /** Returns the stroke of a line: solid, or with these lengths of dashes and gaps. */
  static BasicStroke stroke(float... dashes) {
    return new BasicStroke(
        3.5f,
        BasicStroke.CAP_ROUND,
        BasicStroke.JOIN_ROUND,
        10,
        dashes.length == 0 ? null : dashes,
        0);
  }

  /** Returns the stroke of what is there for comparison: thin and dashed. */
  static BasicStroke thinStroke() {
    return new BasicStroke(
        2, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, new float[] {9, 6}, 0);
  }

  /** Returns the stroke of what is there in the background: thin. */
  static BasicStroke faintStroke() {
    return new BasicStroke(2, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
  }

  /** Returns the names of layers as distinct labels. */
  static List<String> labels(List<String> layers) {
    List<String> labels = new ArrayList<>();
    for (String layer : DisplayName.all(layers, MAX_LABEL_CHARACTERS)) {
      String label = fit(layer, LABEL_FONT, MAX_LABEL_WIDTH);
      labels.add(label.isBlank() ? "layer " + (labels.size() + 1) : label);
    }
    return labels;
  }

  /** Returns the end of a sentence that says whose layers are meant; empty for no name. */
  static String ofNetworks(String networks) {
    return networks.isBlank() ? "" : " of " + DisplayName.printable(networks);
  }

  /** Returns a text, with "…" in place of its middle if it would be wider than allowed. */
  static String fit(String text, Font font, int maxWidth) {
    int limit = MAX_CHARACTERS;
    String shown = DisplayName.of(text.strip(), limit);
    while (width(shown, font) > maxWidth) {
      limit -= 1;
      shown = DisplayName.of(shown, limit);
    }
    return shown;
  }

  static int width(String text, Font font) {
    return (int) Math.ceil(font.getStringBounds(text, FONTS).getWidth());
  }
}
