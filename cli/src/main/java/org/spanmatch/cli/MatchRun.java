package org.spanmatch.cli;

import java.util.List;
import java.util.Optional;
import org.spanmatch.cli.report.Both;
import org.spanmatch.cli.report.LayerResult;
import org.spanmatch.cli.report.MatchResult;
import org.spanmatch.cli.report.RunResult;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.Precision;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.Match;
import org.spanmatch.match.MaximumMatch;

/** Finds the maximum matches of each layer, and says where the time went. */
final class MatchRun implements Question<LayerResult> {
  private final double[] epsilons;

  private MatchRun(double[] epsilons) {
    this.epsilons = epsilons;
  }

  /** The maximum matches of all layers of two networks. */
  static RunResult of(Comparison comparison, double[] epsilons) {
    List<LayerResult> layers =
        comparison.answers("match", List.of("compress", "match"), new MatchRun(epsilons));
    Input input = comparison.input();
    return new RunResult(
        Version.TEXT,
        comparison.backend(),
        input.x().toString(),
        input.y().toString(),
        layers,
        input.skipped());
  }

  @Override
  public LayerResult answer(
      String layer, ProjectionTable table, LayerSteps steps, Optional<LayerResult> doubted) {
    List<Match> matches = steps.run("match", () -> MaximumMatch.find(table, epsilons));
    return new LayerResult(
        layer,
        table.samples(),
        new Both<>(table.neurons(Group.X), table.neurons(Group.Y)),
        new Both<>(table.dead(Group.X), table.dead(Group.Y)),
        new Both<>(table.fillsSpace(Group.X), table.fillsSpace(Group.Y)),
        table.precision(),
        matches.stream().map(MatchResult::of).toList(),
        new LayerResult.Seconds(
            steps.seconds("read"), steps.seconds("compress"), steps.seconds("match")));
  }

  /** Whether a decision was borderline, or asked about distances too small for a Gram matrix. */
  @Override
  public boolean inDoubt(LayerResult result) {
    return result.matches().stream()
        .anyMatch(
            match ->
                match.epsilon() < Precision.GRAM_FLOOR
                    || !match.borderline().x().isEmpty()
                    || !match.borderline().y().isEmpty());
  }
}
