package org.spanmatch.cli.commands;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.spanmatch.cli.output.Version;
import org.spanmatch.compare.LayerComparison;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.Question;
import org.spanmatch.compare.Warning;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.Match;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.match.MaximumMatch;
import org.spanmatch.report.results.LayerLevels;
import org.spanmatch.report.results.LayerResult;
import org.spanmatch.report.results.MatchResult;
import org.spanmatch.report.results.RunResult;
import org.spanmatch.report.results.SplitResult;
import org.spanmatch.similarity.HeldOut;
import org.spanmatch.similarity.Jackknife;
import org.spanmatch.similarity.Split;

/** Finds the maximum matches of each layer, and says where the time went. */
final class MatchRun implements Question<LayerResult> {
  private final double[] epsilons;
  private final boolean spectrum;
  private final Resampling resampling;

  private MatchRun(double[] epsilons, boolean spectrum, Resampling resampling) {
    this.epsilons = epsilons;
    this.spectrum = spectrum;
    this.resampling = resampling;
  }

  /**
   * The maximum matches of all layers of two networks.
   *
   * @param spectrum whether to find the match levels too
   * @param split how to divide examples, if held-out samples or intervals are wanted
   */
  static RunResult of(
      Comparison comparison, List<Double> epsilons, boolean spectrum, Optional<Split> split) {
    List<String> steps = new ArrayList<>(List.of("compress"));
    split.ifPresent(how -> steps.addAll(Collections.nCopies(how.blocks(), Jackknife.STEP)));
    steps.addAll(spectrum ? List.of("spectrum", "match") : List.of("match"));
    if (split.isPresent() && split.get().holdsOut()) {
      steps.add(HeldOut.STEP);
    }
    List<LayerResult> layers =
        comparison.answers(
            "match",
            steps,
            new MatchRun(
                epsilons.stream().mapToDouble(Double::doubleValue).toArray(),
                spectrum,
                Resampling.of(split, comparison, epsilons)));
    Input<?> input = comparison.input();
    return new RunResult(
        Version.TEXT,
        comparison.backend(),
        input.x(),
        input.y(),
        comparison.options().centred(),
        layers,
        input.skipped(),
        input.leftOut(),
        split.map(SplitResult::of).orElse(null));
  }

  @Override
  public Optional<Split> split() {
    return resampling.split();
  }

  @Override
  public boolean looksAtGram() {
    return split().isPresent();
  }

  @Override
  public MatchRun lookingAt(LayerPair.OfGram added, LayerComparison.Steps steps) {
    return new MatchRun(epsilons, spectrum, resampling.lookingAt(added, steps));
  }

  @Override
  public LayerResult answer(String layer, ProjectionTable table, LayerComparison.Steps steps) {
    PerGroup<Distances> full = steps.run("match", () -> PerGroup.from(table::distances));
    List<Warning> warnings = Warning.of(table, full);
    if (!spectrum) {
      List<Match> matches = steps.run("match", () -> MaximumMatch.find(table, epsilons));
      return result(layer, table, warnings, steps, matches, Optional.empty());
    }
    MatchSpectrum levels = steps.run("spectrum", () -> MatchSpectrum.of(table, steps.progress()));
    List<Match> matches = steps.run("match", () -> MaximumMatch.find(table, levels, epsilons));
    return result(
        layer,
        table,
        warnings,
        steps,
        matches,
        Optional.of(LayerLevels.of(layer, table, full, warnings, levels)));
  }

  private LayerResult result(
      String layer,
      ProjectionTable table,
      List<Warning> warnings,
      LayerComparison.Steps steps,
      List<Match> matches,
      Optional<LayerLevels> levels) {
    List<MatchResult> results =
        resampling.complete(matches.stream().map(MatchResult::of).toList(), steps);
    return new LayerResult(
        layer,
        table.samples(),
        steps.layers().masked(),
        PerGroup.from(table::neurons),
        PerGroup.from(table::dead),
        PerGroup.from(table::fillsSpace),
        warnings,
        table.precision(),
        results,
        levels.orElse(null),
        null,
        new LayerResult.Seconds(
            steps.seconds("read"),
            steps.seconds("compress"),
            steps.seconds("spectrum"),
            steps.seconds("match"),
            steps.seconds(HeldOut.STEP),
            steps.seconds(Jackknife.STEP)));
  }

  @Override
  public boolean asksUncentred() {
    return true;
  }

  @Override
  public LayerResult besideUncentred(LayerResult centred, LayerResult uncentred) {
    return centred.beside(uncentred);
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
