package org.spanmatch.cli;

import java.util.ArrayList;
import java.util.List;
import org.spanmatch.cli.report.Both;
import org.spanmatch.cli.report.LayerResult;
import org.spanmatch.cli.report.MatchResult;
import org.spanmatch.cli.report.RunResult;
import org.spanmatch.data.LayerPair;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.Precision;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.match.MaximumMatch;

/** Finds the maximum matches of all layers of two networks, and measures the time of each step. */
final class MatchRun {
  private MatchRun() {}

  static RunResult of(
      Input input, ProjectionKernel kernel, Settings settings, double[] epsilons, Console console) {
    try (ProgressLine progress =
        new ProgressLine(
            console, settings.quiet(), "match", input.weights(), List.of("compress", "match"))) {
      List<LayerResult> layers = new ArrayList<>();
      for (LayerPair pair : input.pairs()) {
        progress.startLayer(pair.name());
        layers.add(matchLayer(pair, kernel, settings, epsilons, progress));
      }
      return new RunResult(
          Version.TEXT,
          kernel.info(),
          input.x().toString(),
          input.y().toString(),
          List.copyOf(layers),
          input.skipped());
    }
  }

  private static LayerResult matchLayer(
      LayerPair pair,
      ProjectionKernel kernel,
      Settings settings,
      double[] epsilons,
      ProgressLine progress) {
    TimedActivations x = new TimedActivations(pair.x());
    TimedActivations y = new TimedActivations(pair.y());
    long start = System.nanoTime();
    return PreciseLayer.answer(
        x,
        y,
        kernel,
        settings,
        progress,
        table -> {
          double compress = secondsSince(start);
          double read = x.seconds() + y.seconds();
          progress.update("match", 0, 1);
          List<MatchResult> matches =
              MaximumMatch.find(table, epsilons).stream().map(MatchResult::of).toList();
          double match = secondsSince(start) - compress;
          return new LayerResult(
              pair.name(),
              table.samples(),
              new Both<>(table.neurons(Group.X), table.neurons(Group.Y)),
              new Both<>(table.dead(Group.X), table.dead(Group.Y)),
              new Both<>(table.fillsSpace(Group.X), table.fillsSpace(Group.Y)),
              table.precision(),
              matches,
              new LayerResult.Seconds(read, Math.max(0, compress - read), match));
        },
        MatchRun::inDoubt);
  }

  /** Whether a decision was borderline, or asked about distances too small for a Gram matrix. */
  private static boolean inDoubt(LayerResult result) {
    return result.matches().stream()
        .anyMatch(
            match ->
                match.epsilon() < Precision.GRAM_FLOOR
                    || !match.borderline().x().isEmpty()
                    || !match.borderline().y().isEmpty());
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
