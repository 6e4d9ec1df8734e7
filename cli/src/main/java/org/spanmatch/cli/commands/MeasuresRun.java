package org.spanmatch.cli.commands;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.spanmatch.compare.LayerComparison;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.Question;
import org.spanmatch.compare.Warning;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramLayer;
import org.spanmatch.gram.GramPair;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.report.results.MeasuresResult;
import org.spanmatch.report.results.PairNames;
import org.spanmatch.similarity.LayerGrams;
import org.spanmatch.similarity.Measure;

/**
 * Computes measures of similarity for each layer. Most come from the Gram matrix; the table has
 * what some would otherwise have to compute, and the warnings.
 *
 * @param measures what to compute
 * @param kernel computes
 * @param found the values of the layer whose table is asked next, of those measures that don't ask
 *     it; null for an undefined one
 * @param layers looks at the layer's inner products once more; null before the first look, and if
 *     no measure asks the table
 * @param note why a measure is null that could be had
 */
record MeasuresRun(
    List<Measure> measures,
    ProjectionKernel kernel,
    Map<String, Double> found,
    Supplier<LayerGrams> layers,
    Optional<String> note)
    implements Question<MeasuresResult.Layer> {
  private static final int LEAST_SAMPLES = 4; // for which there is an unbiased HSIC

  /** Computes these measures. */
  MeasuresRun(List<Measure> measures, ProjectionKernel kernel) {
    this(measures, kernel, Map.of(), null, Optional.empty());
  }

  @Override
  public boolean looksAtGram() {
    return true;
  }

  @Override
  public long heapBytes(int x, int y) {
    return LayerGrams.heapBytes(measures, x, y);
  }

  @Override
  public boolean needsNormProducts() {
    return measures.stream().anyMatch(Measure::needsNormProducts);
  }

  @Override
  public boolean needsShifts() {
    return true;
  }

  @Override
  public MeasuresRun lookingAt(LayerPair.OfGram added, LayerComparison.Steps steps) {
    return steps.run(
        "measures",
        () -> {
          Supplier<LayerGrams> look =
              () -> LayerGrams.of(added.gram(), added.x(), added.y(), kernel);
          LayerGrams looked = look.get();
          Map<String, Double> values = new HashMap<>();
          for (Measure measure : measures) {
            if (!measure.asksTable()) {
              values.put(measure.name(), orNull(measure.of(looked)));
            }
          }
          Optional<String> reason =
              looked
                  .problem()
                  .map(problem -> "what is centred can't be had: " + problem)
                  .or(() -> lacking(added, looked, values));
          boolean asks = measures.stream().anyMatch(Measure::asksTable);
          return new MeasuresRun(measures, kernel, values, asks ? look : null, reason);
        });
  }

  private static Double orNull(OptionalDouble value) {
    return value.isPresent() ? value.getAsDouble() : null;
  }

  /** Asks the table, or else the inner products. */
  private Double ask(Measure measure, ProjectionTable table) {
    OptionalDouble value = measure.of(table);
    return orNull(value.isPresent() ? value : measure.of(layers.get()));
  }

  /** All values in the order of the measures. */
  private Map<String, Double> values(ProjectionTable table) {
    Map<String, Double> values = new LinkedHashMap<>();
    for (Measure measure : measures) {
      values.put(
          measure.name(), measure.asksTable() ? ask(measure, table) : found.get(measure.name()));
    }
    return values;
  }

  /** Says why a measure is missing that needs norm products. */
  private Optional<String> lacking(
      LayerPair.OfGram added, LayerGrams looked, Map<String, Double> values) {
    List<String> missing =
        measures.stream()
            .filter(Measure::needsNormProducts)
            .map(Measure::name)
            .filter(name -> values.get(name) == null)
            .toList();
    if (missing.isEmpty() || !looked.bothVary() || looked.samples() < LEAST_SAMPLES) {
      return Optional.empty();
    }
    return Optional.of(String.join(", ", missing) + " can't be had: " + reason(added));
  }

  private static String reason(LayerPair.OfGram added) {
    Gram gram = added.gram();
    int x = added.x();
    int y = added.y();
    boolean complete =
        Stream.of(GramPair.of(x, x), GramPair.of(x, y), GramPair.of(y, y))
            .allMatch(pair -> gram.normProducts(pair).isPresent());
    if (complete) {
      return "the HSIC of a layer with itself is not above 0 by more than rounding; where means are"
          + " large, 'spanmatch gram --center' helps";
    }
    boolean scaled = Stream.of(x, y).map(gram.layers()::get).anyMatch(MeasuresRun::isScaled);
    return scaled
        ? "activations are so large or so small that they had to be scaled"
        : "the Gram file has no norm products; 'spanmatch gram' adds them up";
  }

  private static boolean isScaled(GramLayer layer) {
    return IntStream.range(0, layer.neurons())
        .anyMatch(neuron -> layer.moments().scaleExponent(neuron) != 0);
  }

  @Override
  public MeasuresResult.Layer answer(
      String layer, ProjectionTable table, LayerComparison.Steps steps) {
    return new MeasuresResult.Layer(
        PairNames.of(steps.layers()),
        table.samples(),
        steps.layers().masked(),
        PerGroup.from(table::neurons),
        PerGroup.from(table::dead),
        steps.run("measures", () -> Warning.of(table)),
        table.precision(),
        steps.run("measures", () -> values(table)),
        note);
  }

  /** Never: a measure sums over all neurons, which a Gram matrix resolves. */
  @Override
  public boolean inDoubt(MeasuresResult.Layer layer) {
    return false;
  }
}
