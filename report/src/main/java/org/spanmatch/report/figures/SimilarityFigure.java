package org.spanmatch.report.figures;

import java.awt.Color;
import java.awt.font.TextLayout;
import java.awt.geom.AffineTransform;
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
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.style.AxesChartStyler.TextAlignment;
import org.knowm.xchart.style.CategoryStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * A figure of the similarity of two networks across their layers, with one line per ε.
 *
 * @param title the text above the figure; may be empty
 * @param layers the names of the layers in order, at least one
 * @param lines at least one
 * @param warnings the codes of each layer's warnings, separated by blanks; blank for none
 */
public record SimilarityFigure(
    String title, List<String> layers, List<Line> lines, List<String> warnings) implements Figure {
  private static final String X_LABEL = "layer";

  private static final int LABEL_ANGLE = 45;
  private static final int LABEL_SPACING = 40;
  private static final int LAYER_WIDTH = 76;
  private static final int MIN_PLOT_WIDTH = 960;
  private static final int MAX_PLOT_WIDTH = 16_000;

  /**
   * The similarity in every layer at one ε.
   *
   * @param epsilon the bound on the relative distance
   * @param similarity one number from 0 to 1 per layer
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

  /** Checks that lines and warnings fit the layers. */
  public SimilarityFigure {
    layers = List.copyOf(layers);
    lines = List.copyOf(lines);
    warnings = List.copyOf(warnings);
    if (layers.isEmpty() || lines.isEmpty()) {
      throw new IllegalArgumentException("a figure needs at least one layer and one line");
    }
    if (warnings.size() != layers.size()) {
      throw new IllegalArgumentException(
          "warnings of " + warnings.size() + " layers for " + layers.size() + " layers");
    }
    for (Line line : lines) {
      if (line.similarity().size() != layers.size()) {
        throw new IllegalArgumentException(
            line.similarity().size() + " similarities for " + layers.size() + " layers");
      }
    }
  }

  /** A figure of layers without warnings. */
  public SimilarityFigure(String title, List<String> layers, List<Line> lines) {
    this(title, layers, lines, Collections.nCopies(layers.size(), ""));
  }

  private Marks marks() {
    return new Marks(warnings);
  }

  @Override
  public void writeSvg(OutputStream target) throws IOException {
    Drawing.writeSvg(chart(), description(), target);
  }

  @Override
  public void writePng(OutputStream target) throws IOException {
    Drawing.writePng(chart(), target);
  }

  private CategoryChart chart() throws IOException {
    Drawing.requireFonts();
    List<String> labels = marks().mark(Drawing.labels(layers));
    int widest =
        labels.stream()
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
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(left + plotWidth + 240)
            .height(Drawing.PLOT_HEIGHT + 180 + slant)
            .title(Drawing.fit(title, Drawing.TITLE_FONT, plotWidth))
            .xAxisTitle(marks().explain(X_LABEL))
            .yAxisTitle(Drawing.SIMILARITY)
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
    Drawing.style(styler);
    styler.setXAxisTickMarkSpacingHint(LABEL_SPACING);
    styler.setXAxisLabelAlignmentVertical(TextAlignment.Right);
    styler.setDefaultSeriesRenderStyle(CategorySeriesRenderStyle.Line);
    // Otherwise the lines would be drawn side by side, like bars.
    styler.setOverlapped(true);
    styler.setMarkerSize(16);
  }

  private void addSeries(CategoryChart chart, List<String> labels) {
    addTickKeeper(chart, labels);
    List<Line> ordered = ordered();
    for (int i = 0; i < ordered.size(); i++) {
      // Series are named by number, since two lines may have the same label.
      CategorySeries series = chart.addSeries("line" + i, labels, ordered.get(i).similarity());
      int rank = ordered.size() - 1 - i;
      Color color = Viridis.color(rank, ordered.size());
      series.setLabel(label(ordered.get(i)));
      series.setLineColor(color);
      series.setLineStyle(Drawing.stroke());
      series.setMarkerColor(color);
      series.setMarker(Drawing.MARKERS.get(rank % Drawing.MARKERS.size()));
    }
  }

  // If the similarities happen to be equally spaced, XChart would put ticks at them and not at
  // round numbers. One invisible point above 0.5 before them prevents that.
  private static void addTickKeeper(CategoryChart chart, List<String> labels) {
    CategorySeries keeper =
        chart.addSeries("ticks", labels, Collections.nCopies(labels.size(), 0.75));
    keeper.setMarker(SeriesMarkers.NONE);
    keeper.setLineStyle(SeriesLines.NONE);
    keeper.setShowInLegend(false);
  }

  /**
   * Returns the lines from the largest ε to the smallest, their order in the figure from top to
   * bottom.
   */
  private List<Line> ordered() {
    return lines.stream().sorted(Comparator.comparingDouble(Line::epsilon).reversed()).toList();
  }

  private static String label(Line line) {
    BigDecimal rounded =
        new BigDecimal(line.epsilon()).round(new MathContext(4)).stripTrailingZeros();
    return "ε = " + (line.epsilon() < 1e-4 ? rounded.toString() : rounded.toPlainString());
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

  private String description() {
    List<String> labels = Drawing.labels(layers);
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
        .collect(
            Collectors.joining(
                "\n", Drawing.SIMILARITY + ", by " + X_LABEL + ".\n", marks().describe(labels)));
  }
}
