package org.spanmatch.cli.report;

import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.svg.SVGProcessor;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.font.FontRenderContext;
import java.awt.font.TextLayout;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.style.AxesChartStyler.TextAlignment;
import org.knowm.xchart.style.CategoryStyler;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * A figure of the similarity of two networks across their layers, with one line for each ε. The
 * same figure gives the same bytes with the same fonts and the same version of Java.
 *
 * @param title the text above the figure; may be empty
 * @param layers the names of the layers in order, at least one
 * @param lines at least one
 */
public record SimilarityFigure(String title, List<String> layers, List<Line> lines) {
  private static final String X_LABEL = "layer";
  private static final String Y_LABEL = "size of maximum match / number of neurons";

  // All lengths are in half points. XChart rounds the widths of characters to whole units, and so
  // lays text out better in small ones.
  private static final int UNITS = 2;

  private static final Font TITLE_FONT = new Font(Font.SANS_SERIF, Font.BOLD, 30);
  private static final Font AXIS_FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 28);
  private static final Font LABEL_FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 24);

  // What XChart measures text with before it knows what it will draw on.
  private static final FontRenderContext FONTS = new FontRenderContext(null, true, false);

  private static final List<Marker> MARKERS =
      List.of(
          SeriesMarkers.CIRCLE,
          SeriesMarkers.SQUARE,
          SeriesMarkers.TRIANGLE_UP,
          SeriesMarkers.DIAMOND,
          SeriesMarkers.TRIANGLE_DOWN);

  private static final int MAX_CHARACTERS = 150;
  // So many characters of usual width fit the label; wider ones are shortened once more.
  private static final int MAX_LABEL_CHARACTERS = 36;
  private static final int MAX_LABEL_WIDTH = 540;
  private static final int LABEL_ANGLE = 45;
  private static final int LABEL_SPACING = 40;
  private static final int LAYER_WIDTH = 76;
  private static final int MIN_PLOT_WIDTH = 960;
  private static final int MAX_PLOT_WIDTH = 16_000;
  private static final int PLOT_HEIGHT = 800;

  /**
   * The similarity in every layer at one ε.
   *
   * @param epsilon the bound on the relative distance
   * @param similarity one number from 0 to 1 for each layer
   */
  public record Line(double epsilon, List<Double> similarity) {
    /** Checks the numbers. */
    public Line {
      similarity = List.copyOf(similarity);
      for (double value : similarity) {
        if (!(value >= 0 && value <= 1)) {
          throw new IllegalArgumentException("a similarity of " + value + " is not from 0 to 1");
        }
      }
    }
  }

  /** Checks that the lines fit the layers. */
  public SimilarityFigure {
    layers = List.copyOf(layers);
    lines = List.copyOf(lines);
    if (layers.isEmpty() || lines.isEmpty()) {
      throw new IllegalArgumentException("a figure needs at least one layer and one line");
    }
    for (Line line : lines) {
      if (line.similarity().size() != layers.size()) {
        throw new IllegalArgumentException(
            line.similarity().size() + " similarities for " + layers.size() + " layers");
      }
    }
  }

  /**
   * Writes the figure as SVG, in UTF-8. The stream stays open.
   *
   * @throws IOException also if the machine has no fonts
   */
  public void writeSvg(OutputStream target) throws IOException {
    CategoryChart chart = chart();
    VectorGraphics2D graphics =
        new VectorGraphics2D() {
          @Override
          public FontRenderContext getFontRenderContext() {
            return FONTS;
          }
        };
    chart.paint(graphics, chart.getWidth(), chart.getHeight());
    ByteArrayOutputStream svg = new ByteArrayOutputStream();
    new SVGProcessor()
        .getDocument(
            graphics.getCommands(), new PageSize(0, 0, chart.getWidth(), chart.getHeight()))
        .writeTo(svg);
    new SvgPicture(svg.toByteArray())
        .size((double) chart.getWidth() / UNITS, (double) chart.getHeight() / UNITS)
        .describe(chart.getTitle(), description())
        .write(target);
  }

  /**
   * Writes the figure as PNG, with two pixels to a point. The stream stays open.
   *
   * @throws IOException also if the machine has no fonts
   */
  public void writePng(OutputStream target) throws IOException {
    CategoryChart chart = chart();
    BufferedImage image =
        new BufferedImage(chart.getWidth(), chart.getHeight(), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    chart.paint(graphics, chart.getWidth(), chart.getHeight());
    graphics.dispose();
    // In memory, as ImageIO's own choice is a temporary file.
    try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(target)) {
      ImageIO.write(image, "png", stream);
    }
  }

  private CategoryChart chart() throws IOException {
    requireFonts();
    List<String> labels = labels();
    int widest = labels.stream().mapToInt(label -> width(label, LABEL_FONT)).max().orElseThrow();
    int plotWidth =
        Math.max(
            MIN_PLOT_WIDTH, Math.min(MAX_PLOT_WIDTH / LAYER_WIDTH, layers.size()) * LAYER_WIDTH);
    int layerWidth = plotWidth / layers.size();
    boolean slanted = widest + LABEL_SPACING > layerWidth;
    int slant = slanted ? (int) Math.ceil(widest * Math.sin(Math.toRadians(LABEL_ANGLE))) : 0;
    // A slanted label ends below its layer, so the first ones need room at the left.
    int left = Math.max(150, slant + 80 - layerWidth / 2);
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(left + plotWidth + 240)
            .height(PLOT_HEIGHT + 180 + slant)
            .title(fit(title, TITLE_FONT, plotWidth))
            .xAxisTitle(X_LABEL)
            .yAxisTitle(Y_LABEL)
            .build();
    CategoryStyler styler = chart.getStyler();
    style(styler);
    styler.setYAxisLeftWidthHint(left);
    styler.setXAxisLabelRotation(slanted ? LABEL_ANGLE : 0);
    styler.setXAxisLabelAlignment(slanted ? TextAlignment.Right : TextAlignment.Centre);
    addSeries(chart, withTallestLongest(labels, styler.getXAxisLabelRotation()));
    return chart;
  }

  private static void style(CategoryStyler styler) {
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
    styler.setXAxisTickMarkSpacingHint(LABEL_SPACING);
    styler.setXAxisLabelAlignmentVertical(TextAlignment.Right);
    styler.setYAxisMin(0.0);
    styler.setYAxisMax(1.0);
    styler.setYAxisDecimalPattern("0.0");
    styler.setYAxisTickMarkSpacingHint(70);

    styler.setDefaultSeriesRenderStyle(CategorySeriesRenderStyle.Line);
    // Or the lines would be drawn side by side, like bars.
    styler.setOverlapped(true);
    styler.setMarkerSize(16);
    styler.setLegendPosition(LegendPosition.OutsideE);
    styler.setLegendFont(LABEL_FONT);
    styler.setLegendPadding(14);
    styler.setLegendSeriesLineLength(50);
    styler.setLegendBorderColor(Color.WHITE);
  }

  private void addSeries(CategoryChart chart, List<String> labels) {
    addTickKeeper(chart, labels);
    List<Line> ordered = ordered();
    for (int i = 0; i < ordered.size(); i++) {
      // The lines are told apart by number, as two may have the same label.
      CategorySeries series = chart.addSeries("line" + i, labels, ordered.get(i).similarity());
      int rank = ordered.size() - 1 - i;
      Color color = Viridis.color(rank, ordered.size());
      series.setLabel(label(ordered.get(i)));
      series.setLineColor(color);
      series.setLineStyle(new BasicStroke(3.5f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
      series.setMarkerColor(color);
      series.setMarker(MARKERS.get(rank % MARKERS.size()));
    }
  }

  // Where the similarities happen to be equally spaced, XChart would put its ticks at them and not
  // at round numbers. One invisible point above 0.5 in front of them rules that out.
  private static void addTickKeeper(CategoryChart chart, List<String> labels) {
    CategorySeries keeper =
        chart.addSeries("ticks", labels, Collections.nCopies(labels.size(), 0.75));
    keeper.setMarker(SeriesMarkers.NONE);
    keeper.setLineStyle(SeriesLines.NONE);
    keeper.setShowInLegend(false);
  }

  /** The lines from the largest ε to the smallest, as they lie in the figure from top to bottom. */
  private List<Line> ordered() {
    return lines.stream().sorted(Comparator.comparingDouble(Line::epsilon).reversed()).toList();
  }

  private static String label(Line line) {
    BigDecimal rounded =
        new BigDecimal(line.epsilon()).round(new MathContext(4)).stripTrailingZeros();
    return "ε = " + (line.epsilon() < 1e-4 ? rounded.toString() : rounded.toPlainString());
  }

  private List<String> labels() {
    List<String> labels = new ArrayList<>();
    for (String layer : DisplayName.all(layers, MAX_LABEL_CHARACTERS)) {
      String label = fit(layer, LABEL_FONT, MAX_LABEL_WIDTH);
      labels.add(label.isBlank() ? "layer " + (labels.size() + 1) : label);
    }
    return labels;
  }

  // XChart makes room for the label with most characters, so the tallest gets most.
  private static List<String> withTallestLongest(List<String> labels, int angle) {
    AffineTransform slant = AffineTransform.getRotateInstance(-Math.toRadians(angle));
    String tallest =
        Collections.max(
            labels,
            Comparator.comparingDouble(
                label ->
                    new TextLayout(label, LABEL_FONT, FONTS)
                        .getOutline(slant)
                        .getBounds2D()
                        .getHeight()));
    List<String> result = new ArrayList<>(labels);
    result.set(labels.indexOf(tallest), tallest + " ".repeat(2 * MAX_CHARACTERS));
    return result;
  }

  /** The text as it is shown, with "…" for its middle if it would be wider than allowed. */
  private static String fit(String text, Font font, int maxWidth) {
    int limit = MAX_CHARACTERS;
    String shown = DisplayName.of(text.strip(), limit);
    while (width(shown, font) > maxWidth) {
      limit -= 1;
      shown = DisplayName.of(shown, limit);
    }
    return shown;
  }

  /**
   * Checks that there is a font to draw with, as bare machines and containers may have none.
   *
   * @throws IOException if there is none
   */
  public static void requireFonts() throws IOException {
    try {
      width(X_LABEL, LABEL_FONT);
    } catch (RuntimeException | Error e) {
      // What the JDK throws here differs from version to version, and some of it is an Error.
      throw new IOException("Java can't load a font to draw with: " + e.getMessage(), e);
    }
  }

  private static int width(String text, Font font) {
    return (int) Math.ceil(font.getStringBounds(text, FONTS).getWidth());
  }

  private String description() {
    List<String> labels = labels();
    return lines.stream()
        .map(
            line ->
                IntStream.range(0, labels.size())
                    .mapToObj(
                        i ->
                            labels.get(i)
                                + " "
                                + String.format(Locale.ROOT, "%.3f", line.similarity().get(i)))
                    .collect(Collectors.joining(", ", label(line) + ": ", ".")))
        .collect(Collectors.joining("\n", Y_LABEL + ", by " + X_LABEL + ".\n", ""));
  }
}
