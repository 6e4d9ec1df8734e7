package org.spanmatch.report.figures;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.knowm.xchart.XYChart;

/**
 * A figure of the similarity of two networks at every ε, with one line per layer, coloured by
 * depth.
 *
 * @param title the text above the figure; may be empty
 * @param curves one per layer, in order; at least one
 * @param networks which networks these are; may be empty
 */
public record SpectrumFigure(String title, List<Curve> curves, String networks) implements Figure {
  private static final String X_LABEL = "ε (largest relative distance in a match)";
  // Steps closer than the figure's resolution are drawn as one.
  private static final int STEPS = 2 * LayerLines.PLOT_WIDTH;

  // The description states the similarity at every tenth.
  private static final int STATED = 10;

  /**
   * The similarity of one layer at every ε: the share of neurons whose level is at most ε.
   *
   * @param layer the layer's name
   * @param levels the match levels of the living neurons of both networks, each in [0, 1]
   * @param neurons number of neurons, dead ones included
   * @param warnings the codes of the layer's warnings, separated by blanks; blank for none
   * @param chance the match levels by chance, drawn as a dashed line; or none
   */
  public record Curve(
      String layer, List<Double> levels, int neurons, String warnings, List<Double> chance) {
    /** Checks the numbers. */
    public Curve {
      levels = checked(levels, neurons);
      chance = checked(chance, neurons);
    }

    private static List<Double> checked(List<Double> levels, int neurons) {
      for (double level : levels) {
        if (!(level >= 0 && level <= 1)) {
          throw new IllegalArgumentException("a level of " + level + " is not from 0 to 1");
        }
      }
      if (levels.size() > neurons) {
        throw new IllegalArgumentException(levels.size() + " levels of " + neurons + " neurons");
      }
      return List.copyOf(levels);
    }

    /** The curve of a layer without warnings. */
    public Curve(String layer, List<Double> levels, int neurons) {
      this(layer, levels, neurons, "", List.of());
    }

    double similarity(double epsilon) {
      return share(levels, epsilon);
    }

    private double share(List<Double> of, double epsilon) {
      return share(of.stream().filter(level -> level <= epsilon).count());
    }

    private double share(long count) {
      return neurons == 0 ? 0 : (double) count / neurons;
    }

    // From the first step on, since all curves are 0 before it.
    private void addTo(LayerLines lines, int number) {
      steps(levels, (epsilons, similarities) -> lines.add(number, epsilons, similarities));
    }

    private List<LayerMap.Step> steps() {
      List<LayerMap.Step> steps = new ArrayList<>(List.of(new LayerMap.Step(0, 0)));
      steps(
          levels,
          (epsilons, similarities) -> {
            for (int i = 0; i < epsilons.size(); i++) {
              steps.add(new LayerMap.Step(epsilons.get(i), similarities.get(i)));
            }
          });
      return steps;
    }

    private void addChanceTo(LayerLines lines, int number) {
      if (!chance.isEmpty()) {
        steps(chance, (epsilons, shares) -> lines.addChance(number, epsilons, shares));
      }
    }

    private void steps(List<Double> of, BiConsumer<List<Double>, List<Double>> line) {
      int[] counts = new int[STEPS + 1];
      of.forEach(level -> counts[(int) Math.round(level * STEPS)]++);
      List<Double> epsilons = new ArrayList<>();
      List<Double> similarities = new ArrayList<>();
      int matched = 0;
      for (int step = 0; step <= STEPS; step++) {
        if (counts[step] > 0) {
          epsilons.add((double) step / STEPS);
          similarities.add(share(matched));
          matched += counts[step];
          epsilons.add((double) step / STEPS);
          similarities.add(share(matched));
        }
      }
      epsilons.add(1.0);
      similarities.add(share(matched));
      line.accept(epsilons, similarities);
    }
  }

  /** Checks that there is something to draw. */
  public SpectrumFigure {
    curves = List.copyOf(curves);
    if (curves.isEmpty()) {
      throw new IllegalArgumentException("a figure needs at least one curve");
    }
  }

  /** A figure of networks without names. */
  public SpectrumFigure(String title, List<Curve> curves) {
    this(title, curves, "");
  }

  @Override
  public void writeSvg(OutputStream target) throws IOException {
    Drawing.writeSvg(picture(), description(), target);
  }

  @Override
  public void writePng(OutputStream target) throws IOException {
    Drawing.writePng(picture(), target);
  }

  private List<String> labels() {
    return Drawing.labels(curves.stream().map(Curve::layer).toList());
  }

  private Marks marks() {
    return new Marks(curves.stream().map(Curve::warnings).toList());
  }

  private Drawing.Picture picture() throws IOException {
    FigureFont.require();
    return curves.size() <= LayerLines.MOST_LINES
        ? new Sheet(title, networks, List.of(chart())).picture()
        : map().picture();
  }

  private XYChart chart() {
    LayerLines lines = new LayerLines(X_LABEL, Drawing.SIMILARITY, labels(), marks());
    lines.setEnd(1, "0.0");
    for (int i = 0; i < curves.size() && curves.size() <= LayerLines.MOST_COMPARED; i++) {
      curves.get(i).addChanceTo(lines, i);
    }
    for (int i = 0; i < curves.size(); i++) {
      curves.get(i).addTo(lines, i);
    }
    return lines.chart();
  }

  private LayerMap map() {
    return new LayerMap(
        title,
        networks,
        X_LABEL,
        1,
        false,
        Drawing.SIMILARITY,
        labels(),
        curves.stream().map(Curve::steps).toList(),
        "",
        marks());
  }

  private String description() {
    List<String> labels = labels();
    return IntStream.range(0, labels.size())
        .boxed()
        .flatMap(i -> lines(labels.get(i), curves.get(i)))
        .collect(
            Collectors.joining(
                "\n",
                Drawing.SIMILARITY + ", by ε" + Drawing.ofNetworks(networks) + ".\n",
                marks().describe(labels)));
  }

  private static Stream<String> lines(String label, Curve curve) {
    String line = label + ": " + stated(curve::similarity) + ".";
    return curve.chance().isEmpty()
        ? Stream.of(line)
        : Stream.of(
            line, label + ", by chance: " + stated(e -> curve.share(curve.chance(), e)) + ".");
  }

  private static String stated(DoubleUnaryOperator similarity) {
    return IntStream.rangeClosed(1, STATED)
        .mapToDouble(i -> (double) i / STATED)
        .mapToObj(
            epsilon ->
                String.format(
                    Locale.ROOT, "ε = %.1f %.3f", epsilon, similarity.applyAsDouble(epsilon)))
        .collect(Collectors.joining(", "));
  }
}
