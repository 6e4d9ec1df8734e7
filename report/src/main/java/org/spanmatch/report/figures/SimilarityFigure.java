package org.spanmatch.report.figures;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
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
 * @param networks whose layers these are; may be empty
 * @param bars what the bars of the lines show
 */
public record SimilarityFigure(
    String title,
    List<String> layers,
    List<Line> lines,
    List<String> warnings,
    String networks,
    String bars)
    implements Figure {
  private static final String CONFIDENCE = "95 % confidence";

  /**
   * The similarity in every layer at one ε.
   *
   * @param epsilon the bound on the relative distance
   * @param similarity one number from 0 to 1 per layer
   * @param intervals such as confidence intervals, drawn as bars; or none
   * @param chance the same by chance, drawn as a dashed line; or none
   * @param each the similarities of several pairs of networks, drawn as faint lines, if the line is
   *     their mean; null for a layer that a pair lacks
   */
  public record Line(
      double epsilon,
      List<Double> similarity,
      List<Interval> intervals,
      List<Double> chance,
      List<List<Double>> each) {
    /** Checks the numbers. */
    public Line {
      similarity = shares(similarity);
      intervals = List.copyOf(intervals);
      chance = shares(chance);
      each = each.stream().map(Line::sharesOrNone).toList();
    }

    private static List<Double> sharesOrNone(List<Double> values) {
      shares(values.stream().filter(Objects::nonNull).toList());
      return Collections.unmodifiableList(new ArrayList<>(values));
    }

    private static List<Double> shares(List<Double> values) {
      for (double value : values) {
        if (!(value >= 0 && value <= 1)) {
          throw new IllegalArgumentException("a similarity of " + value + " is not from 0 to 1");
        }
      }
      return List.copyOf(values);
    }

    /** A line of one pair of networks. */
    public Line(
        double epsilon, List<Double> similarity, List<Interval> intervals, List<Double> chance) {
      this(epsilon, similarity, intervals, chance, List.of());
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
      for (List<Double> pair : line.each()) {
        if (pair.size() != layers.size()) {
          throw new IllegalArgumentException(
              pair.size() + " similarities of a pair for " + layers.size() + " layers");
        }
      }
    }
  }

  /** A figure whose bars are confidence intervals. */
  public SimilarityFigure(
      String title, List<String> layers, List<Line> lines, List<String> warnings, String networks) {
    this(title, layers, lines, warnings, networks, CONFIDENCE);
  }

  /** A figure of layers of networks without names. */
  public SimilarityFigure(
      String title, List<String> layers, List<Line> lines, List<String> warnings) {
    this(title, layers, lines, warnings, "");
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
    Drawing.writeSvg(picture(), description(), target);
  }

  @Override
  public void writePng(OutputStream target) throws IOException {
    Drawing.writePng(picture(), target);
  }

  private Drawing.Picture picture() throws IOException {
    return new Sheet(title, networks, List.of(chart())).picture();
  }

  private CategoryChart chart() throws IOException {
    FigureFont.require();
    List<Line> ordered = ordered();
    List<String> names =
        Stream.concat(
                ordered.stream().map(SimilarityFigure::label),
                Stream.of(AcrossLayers.CHANCE, AcrossLayers.EACH))
            .toList();
    AcrossLayers across = new AcrossLayers(Drawing.SIMILARITY, layers, marks(), names);
    across.keepTicks();
    int count = ordered.size();
    for (int i = 0; i < count; i++) {
      List<List<Double>> each = ordered.get(i).each();
      for (int pair = 0; pair < each.size(); pair++) {
        across.addFaint(each.get(pair), count - 1 - i, count, i == count - 1 && pair == 0);
      }
    }
    for (int i = 0; i < count; i++) {
      if (!ordered.get(i).chance().isEmpty()) {
        across.addChance(ordered.get(i).chance(), count - 1 - i, count);
      }
    }
    List<List<Double>> drawn = SideBySide.apart(ordered.stream().map(Line::similarity).toList(), 1);
    for (int i = 0; i < count; i++) {
      if (!ordered.get(i).intervals().isEmpty()) {
        across.addBars(ordered.get(i).intervals(), count - 1 - i, count);
      }
      across.add(label(ordered.get(i)), drawn.get(i), count - 1 - i, count);
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
                            bars + ", " + label(line),
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
                            i -> String.format(Locale.ROOT, "%.3f", line.chance().get(i)))),
            lines.stream()
                .filter(line -> !line.each().isEmpty())
                .map(line -> stated(labels, "Each pair, " + label(line), i -> each(line, i))))
        .flatMap(each -> each)
        .collect(
            Collectors.joining(
                "\n",
                Drawing.SIMILARITY
                    + ", by "
                    + AcrossLayers.X_LABEL
                    + Drawing.ofNetworks(networks)
                    + ".\n",
                marks().describe(labels)));
  }

  private static String each(Line line, int layer) {
    return line.each().stream()
        .map(pair -> pair.get(layer))
        .map(value -> value == null ? "none" : String.format(Locale.ROOT, "%.3f", value))
        .collect(Collectors.joining(" "));
  }

  private static String stated(List<String> labels, String what, IntFunction<String> value) {
    return IntStream.range(0, labels.size())
        .mapToObj(i -> labels.get(i) + " " + value.apply(i))
        .collect(Collectors.joining(", ", what + ": ", "."));
  }
}
