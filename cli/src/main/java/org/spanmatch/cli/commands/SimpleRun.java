package org.spanmatch.cli.commands;

import java.util.List;
import java.util.function.BooleanSupplier;
import org.spanmatch.cli.output.Version;
import org.spanmatch.compare.LayerComparison;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.Question;
import org.spanmatch.compare.Warning;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.match.SimpleMatches;
import org.spanmatch.match.SimpleSearch;
import org.spanmatch.match.TrialOrder;
import org.spanmatch.report.results.SimpleResult;

/**
 * Finds the simple matches of each layer.
 *
 * @param options what to search for, and how
 * @param threads how many threads search
 * @param stopped whether to end with what was found so far
 */
record SimpleRun(SimpleOptions options, int threads, BooleanSupplier stopped)
    implements Question<SimpleResult.Layer> {
  // For the progress line: a search usually takes much longer than a compression.
  private static final List<String> STEPS =
      List.of("compress", "simple", "simple", "simple", "simple", "simple", "simple", "simple");

  /** The simple matches of all layers of two networks. */
  SimpleResult of(Comparison comparison) {
    List<SimpleResult.Layer> layers = comparison.answers("simple", STEPS, this, stopped);
    Input<?> input = comparison.input();
    return new SimpleResult(
        Version.TEXT,
        comparison.backend(),
        input.x(),
        input.y(),
        comparison.options().centred(),
        options.order(),
        options.order().equals(SimpleOptions.RANDOM) ? options.seed() : null,
        options.limit().isPresent() ? options.limit().getAsLong() : null,
        layers,
        layers.size() == input.pairs().size()
            && layers.stream().allMatch(SimpleResult.Layer::complete),
        input.pairs().stream().skip(layers.size()).map(LayerPair::name).toList(),
        input.skipped(),
        input.leftOut(),
        input.pool());
  }

  @Override
  public SimpleResult.Layer answer(
      String layer, ProjectionTable table, LayerComparison.Steps steps) {
    List<Warning> warnings = steps.run("simple", () -> Warning.of(table));
    SimpleMatches found = steps.run("simple", () -> search(table, steps.progress()));
    return SimpleResult.Layer.of(
        layer,
        table,
        steps.layers().masked(),
        warnings,
        found,
        new SimpleResult.Seconds(
            steps.seconds("read"), steps.seconds("compress"), steps.seconds("simple")));
  }

  private SimpleMatches search(ProjectionTable table, Progress progress) {
    TrialOrder trials =
        switch (options.order()) {
          case SimpleOptions.LEVEL ->
              TrialOrder.byLevel(table, MatchSpectrum.of(table, Progress.NONE));
          case SimpleOptions.RANDOM -> TrialOrder.random(table, options.seed());
          default -> TrialOrder.byIndex(table);
        };
    SimpleSearch search =
        new SimpleSearch(trials, options.neurons(), threads, options.limit(), stopped, progress);
    return search.run(table, options.epsilon());
  }

  /** A Gram matrix can't resolve exact containment. */
  @Override
  public Precision precision() {
    return options.epsilon() < Precision.GRAM_FLOOR ? Precision.HIGH : Precision.STANDARD;
  }

  /** Prefer a complete answer of standard precision to a partial one of high precision. */
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
