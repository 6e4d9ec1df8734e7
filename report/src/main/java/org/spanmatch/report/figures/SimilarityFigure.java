package org.spanmatch.report.figures;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.knowm.xchart.CategoryChart;
import org.spanmatch.similarity.Jackknife.Interval;

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
  private static final int LEGEND = 240;

  /**
   * The similarity in every layer at one ε.
   *
   * @param epsilon the bound on the relative distance
   * @param similarity one number from 0 to 1 per layer
   * @param intervals confidence intervals, drawn as bars; or none
   * @param chance the same by chance, drawn as a dashed line; or none
   */
  public record Line(
      double epsilon, List<Double> similarity, List<Interval> intervals, List<Double> chance) {
    /** Checks the numbers. */
    public Line {
      similarity = shares(similarity);
      intervals = List.copyOf(intervals);
      chance = shares(chance);
    }

    private static List<Double> shares(List<Double> values) {
      for (double value : values) {
        if (!(value >= 0 && value <= 1)) {
          throw new IllegalArgumentException("a similarity of " + value + " is not from 0 to 1");
        }
      }
      return List.copyOf(values);
    }

    /** A line without intervals and chance. */
    public Line(double epsilon, List<Double> similarity) {
      this(epsilon, similarity, List.of(), List.of());
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
      if (!line.intervals().isEmpty() && line.intervals().size() != layers.size()) {
        throw new IllegalArgumentException(
            line.intervals().size() + " intervals for " + layers.size() + " layers");
      }
      if (!line.chance().isEmpty() && line.chance().size() != layers.size()) {
        throw new IllegalArgumentException(
            line.chance().size() + " similarities by chance for " + layers.size() + " layers");
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
    AcrossLayers across = new AcrossLayers(title, Drawing.SIMILARITY, layers, marks(), LEGEND);
    across.keepTicks();
    List<Line> ordered = ordered();
    for (int i = 0; i < ordered.size(); i++) {
      Line line = ordered.get(i);
      if (!line.chance().isEmpty()) {
        across.addChance(line.chance(), ordered.size() - 1 - i, ordered.size());
      }
    }
    for (int i = 0; i < ordered.size(); i++) {
      Line line = ordered.get(i);
      if (!line.intervals().isEmpty()) {
        across.addBars(line.intervals(), ordered.size() - 1 - i, ordered.size());
      }
      across.add(label(line), line.similarity(), ordered.size() - 1 - i, ordered.size());
    }
    return across.chart();
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

  private String description() {
    List<String> labels = Drawing.labels(layers);
    return Stream.of(
            lines.stream()
                .map(
                    line ->
                        stated(
                            labels,
                            label(line),
                            i -> String.format(Locale.ROOT, "%.3f", line.similarity().get(i)))),
            lines.stream()
                .filter(line -> !line.intervals().isEmpty())
                .map(
                    line ->
                        stated(
                            labels,
                            "95 % confidence, " + label(line),
                            i ->
                                String.format(
                                    Locale.ROOT,
                                    "%.3f to %.3f",
                                    line.intervals().get(i).low(),
                                    line.intervals().get(i).high()))),
            lines.stream()
                .filter(line -> !line.chance().isEmpty())
                .map(
                    line ->
                        stated(
                            labels,
                            "By chance, " + label(line),
                            i -> String.format(Locale.ROOT, "%.3f", line.chance().get(i)))))
        .flatMap(each -> each)
        .collect(
            Collectors.joining(
                "\n",
                Drawing.SIMILARITY + ", by " + AcrossLayers.X_LABEL + ".\n",
                marks().describe(labels)));
  }

  private static String stated(List<String> labels, String what, IntFunction<String> value) {
    return IntStream.range(0, labels.size())
        .mapToObj(i -> labels.get(i) + " " + value.apply(i))
        .collect(Collectors.joining(", ", what + ": ", "."));
  }
}
