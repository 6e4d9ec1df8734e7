package org.spanmatch.cli;

import java.util.ArrayList;
import java.util.List;
import org.spanmatch.cli.report.Both;
import org.spanmatch.cli.report.LayerResult;
import org.spanmatch.cli.report.MatchResult;
import org.spanmatch.cli.report.RunResult;
import org.spanmatch.data.LayerPair;
import org.spanmatch.kernel.CompressionOptions;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.MaximumMatch;

/** Finds the maximum matches of all layers of two networks, and measures the time of each step. */
final class MatchRun {
  private MatchRun() {}

  static RunResult of(Input input, Settings settings, double[] epsilons, Console console) {
    try (ProjectionKernel kernel = settings.openKernel();
        ProgressLine progress =
            new ProgressLine(console, settings.quiet(), "match", input.weights())) {
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
    CompressionOptions options = new CompressionOptions(settings.deadThreshold(), progress);
    long start = System.nanoTime();
    try (ProjectionTable table = kernel.compress(x, y, options)) {
      double compress = secondsSince(start);
      double read = x.seconds() + y.seconds();
      progress.update("match", 1, 1);
      start = System.nanoTime();
      List<MatchResult> matches =
          MaximumMatch.find(table, epsilons).stream().map(MatchResult::of).toList();
      return new LayerResult(
          pair.name(),
          table.samples(),
          new Both<>(table.neurons(Group.X), table.neurons(Group.Y)),
          new Both<>(table.dead(Group.X), table.dead(Group.Y)),
          new Both<>(table.fillsSpace(Group.X), table.fillsSpace(Group.Y)),
          matches,
          new LayerResult.Seconds(read, Math.max(0, compress - read), secondsSince(start)));
    }
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
