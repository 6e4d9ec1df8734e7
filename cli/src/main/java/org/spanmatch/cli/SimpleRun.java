package org.spanmatch.cli;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.spanmatch.cli.report.SimpleResult;
import org.spanmatch.data.LayerPair;
import org.spanmatch.kernel.Precision;
import org.spanmatch.kernel.Progress;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.match.Neuron;
import org.spanmatch.match.SimpleMatches;
import org.spanmatch.match.SimpleSearch;
import org.spanmatch.match.TrialOrder;

/**
 * Finds the simple matches of each layer.
 *
 * @param epsilon ε
 * @param neurons the neurons to search for; empty for all
 * @param order "index", "level" or "random"
 * @param seed of the random order
 * @param limit the most minimal matches of each neuron; empty for one
 * @param threads how many threads search
 * @param stopped whether to end with what was found so far
 */
record SimpleRun(
    double epsilon,
    Optional<List<Neuron>> neurons,
    String order,
    long seed,
    OptionalLong limit,
    int threads,
    BooleanSupplier stopped)
    implements Question<SimpleResult.Layer> {
  // For the progress line: a search usually takes much longer than a compression.
  private static final List<String> STEPS =
      List.of("compress", "simple", "simple", "simple", "simple", "simple", "simple", "simple");

  /** The simple matches of all layers of two networks. */
  SimpleResult of(Comparison comparison) {
    List<SimpleResult.Layer> layers = comparison.answers("simple", STEPS, this, stopped);
    Input input = comparison.input();
    return new SimpleResult(
        Version.TEXT,
        comparison.backend(),
        input.x().toString(),
        input.y().toString(),
        order,
        order.equals("random") ? seed : null,
        limit.isPresent() ? limit.getAsLong() : null,
        layers,
        layers.size() == input.pairs().size()
            && layers.stream().allMatch(SimpleResult.Layer::complete),
        input.pairs().stream().skip(layers.size()).map(LayerPair::name).toList(),
        input.skipped());
  }

  @Override
  public SimpleResult.Layer answer(String layer, ProjectionTable table, LayerSteps steps) {
    SimpleMatches found = steps.run("simple", () -> search(table, steps.progress()));
    return SimpleResult.Layer.of(
        layer,
        table,
        found,
        new SimpleResult.Seconds(
            steps.seconds("read"), steps.seconds("compress"), steps.seconds("simple")));
  }

  private SimpleMatches search(ProjectionTable table, Progress progress) {
    TrialOrder trials =
        switch (order) {
          case "level" -> TrialOrder.byLevel(table, MatchSpectrum.of(table, Progress.NONE));
          case "random" -> TrialOrder.random(table, seed);
          default -> TrialOrder.byIndex(table);
        };
    return new SimpleSearch(trials, neurons, threads, limit, stopped, progress).run(table, epsilon);
  }

  /** Exactness is nothing that a Gram matrix can tell. */
  @Override
  public Precision precision() {
    return epsilon < Precision.GRAM_FLOOR ? Precision.HIGH : Precision.STANDARD;
  }

  /** A whole answer is worth more than a part of a precise one. */
  @Override
  public SimpleResult.Layer better(SimpleResult.Layer standard, SimpleResult.Layer precise) {
    return standard.complete() && !precise.complete() ? standard : precise;
  }

  /** Whether a decision was borderline, if there is time to take it again. */
  @Override
  public boolean inDoubt(SimpleResult.Layer layer) {
    return !stopped.getAsBoolean()
        && !(layer.borderline().x().isEmpty() && layer.borderline().y().isEmpty());
  }
}
