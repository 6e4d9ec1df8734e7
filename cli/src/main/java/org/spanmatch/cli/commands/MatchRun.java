package org.spanmatch.cli.commands;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.spanmatch.cli.options.ChanceOptions;
import org.spanmatch.cli.options.LabelOptions;
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
import org.spanmatch.match.MatchSpectrum.Jump;
import org.spanmatch.match.MaximumMatch;
import org.spanmatch.report.results.LayerLevels;
import org.spanmatch.report.results.LayerResult;
import org.spanmatch.report.results.MatchResult;
import org.spanmatch.report.results.MatchResult.Coverage;
import org.spanmatch.report.results.NetworkPair;
import org.spanmatch.report.results.Networks;
import org.spanmatch.report.results.PairNames;
import org.spanmatch.report.results.RunResult;
import org.spanmatch.report.results.SplitResult;
import org.spanmatch.similarity.Chance;
import org.spanmatch.similarity.HeldOut;
import org.spanmatch.similarity.Jackknife;
import org.spanmatch.similarity.Split;

/** Finds the maximum matches of each layer, and says where the time went. */
final class MatchRun implements Question<LayerResult> {
  private final double[] epsilons;
  private final boolean spectrum;
  private final Resampling resampling;
  private final ByChance byChance;
  private final Optional<Chance> chance;

  private MatchRun(
      double[] epsilons,
      boolean spectrum,
      Resampling resampling,
      ByChance byChance,
      Optional<Chance> chance) {
    this.epsilons = epsilons;
    this.spectrum = spectrum;
    this.resampling = resampling;
    this.byChance = byChance;
    this.chance = chance;
  }

  /**
   * The maximum matches of all layers of two networks.
   *
   * @param spectrum whether to find the match levels too
   * @param split how to divide examples, if held-out samples or intervals are wanted
   * @param chance how to find the similarity by chance
   * @param labels what the networks are called
   */
  static RunResult of(
      Comparison comparison,
      List<Double> epsilons,
      boolean spectrum,
      Optional<Split> split,
      ChanceOptions chance,
      LabelOptions labels) {
    Input<?> input = comparison.input();
    return result(
        comparison,
        input,
        labels.networks(List.of(input.x(), input.y())),
        PairAnswers.found(layers(comparison, epsilons, spectrum, split, chance)),
        split,
        chance);
  }

  /**
   * The maximum matches of all pairs of more than two networks.
   *
   * @param networks all networks
   */
  static List<NetworkPair<RunResult>> ofMany(
      Comparison comparison,
      ManyInput input,
      Networks networks,
      MatchOptions options,
      boolean spectrum) {
    List<LayerResult> layers =
        layers(comparison, options.epsilons(), spectrum, options.split(), options.chance());
    return input.split(
        layers,
        (part, ofPart) ->
            result(
                comparison,
                part.input(),
                networks.two(part.x(), part.y()),
                ofPart,
                options.split(),
                options.chance()));
  }

  /** The matches of all pairs of layers, null of one that could not be compared. */
  private static List<LayerResult> layers(
      Comparison comparison,
      List<Double> epsilons,
      boolean spectrum,
      Optional<Split> split,
      ChanceOptions chance) {
    double[] all = epsilons.stream().mapToDouble(Double::doubleValue).toArray();
    ByChance byChance = ByChance.of(comparison, chance);
    Resampling resampling = Resampling.of(split, comparison, epsilons);
    List<String> steps = new ArrayList<>(List.of("compress"));
    split.ifPresent(how -> steps.addAll(Collections.nCopies(how.blocks(), Jackknife.STEP)));
    if (byChance.looksAtGram()) {
      steps.add("chance");
    }
    steps.addAll(spectrum ? List.of("spectrum", "match") : List.of("match"));
    if (split.isPresent() && split.get().holdsOut()) {
      steps.add(HeldOut.STEP);
    }
    return comparison.answersOrNull(
        "match",
        steps,
        layer -> new MatchRun(all, spectrum, resampling, byChance, byChance.shuffled(layer)));
  }

  private static RunResult result(
      Comparison comparison,
      Input<?> input,
      Networks networks,
      List<LayerResult> layers,
      Optional<Split> split,
      ChanceOptions chance) {
    return new RunResult(
        Version.TEXT,
        comparison.backend(),
        input.x(),
        input.y(),
        networks,
        comparison.options().centred(),
        layers,
        input.skipped(),
        input.leftOut(),
        comparison.missing(),
        split.map(SplitResult::of).orElse(null),
        chance.method().toString(),
        chance.usedSeed(),
        input.pool());
  }

  @Override
  public Optional<Split> split() {
    return resampling.split();
  }

  @Override
  public boolean looksAtGram() {
    return split().isPresent() || byChance.looksAtGram();
  }

  @Override
  public MatchRun lookingAt(LayerPair.OfGram added, LayerComparison.Steps steps) {
    return new MatchRun(
        epsilons,
        spectrum,
        split().isPresent() ? resampling.lookingAt(added, steps) : resampling,
        byChance,
        byChance.looksAtGram() ? Optional.of(byChance.of(added, steps)) : chance);
  }

  @Override
  public LayerResult answer(String layer, ProjectionTable table, LayerComparison.Steps steps) {
    PerGroup<Distances> full = steps.run("match", () -> PerGroup.from(table::distances));
    List<Warning> warnings = Warning.of(table, full);
    if (!spectrum) {
      List<Match> matches = steps.run("match", () -> MaximumMatch.find(table, epsilons));
      return result(table, full, warned(warnings, matches), steps, matches, null);
    }
    MatchSpectrum levels = steps.run("spectrum", () -> MatchSpectrum.of(table, steps.progress()));
    List<Match> matches = steps.run("match", () -> MaximumMatch.find(table, levels, epsilons));
    return result(table, full, warned(warnings, matches), steps, matches, levels);
  }

  /** Adds the warning that the matches deserve, if any. */
  private List<Warning> warned(List<Warning> warnings, List<Match> matches) {
    return Stream.concat(
            warnings.stream(), chance.flatMap(found -> Warning.ofChance(matches, found)).stream())
        .toList();
  }

  private LayerResult result(
      ProjectionTable table,
      PerGroup<Distances> full,
      List<Warning> warnings,
      LayerComparison.Steps steps,
      List<Match> matches,
      MatchSpectrum levels) {
    int living = full.x().size() + full.y().size();
    List<MatchResult> withCoverage =
        steps.run(
            "match",
            () ->
                matches.stream()
                    .map(
                        match ->
                            MatchResult.of(
                                match,
                                Coverage.of(
                                    MaximumMatch.covered(table, full, match.epsilon()), living)))
                    .toList());
    List<MatchResult> results = resampling.complete(withCoverage, steps);
    PairNames names = PairNames.of(steps.layers());
    return new LayerResult(
        names,
        table.samples(),
        steps.layers().masked(),
        PerGroup.from(table::neurons),
        PerGroup.from(table::dead),
        PerGroup.from(table::fillsSpace),
        warnings,
        table.precision(),
        results,
        chance
            .map(found -> Arrays.stream(epsilons).map(found::similarity).boxed().toList())
            .orElse(null),
        levels == null ? null : jumps(levels),
        levels == null ? null : LayerLevels.of(names, table, full, warnings, levels, chance),
        null,
        new LayerResult.Seconds(
            steps.seconds("read"),
            steps.seconds("compress"),
            steps.seconds("chance"),
            steps.seconds("spectrum"),
            steps.seconds("match"),
            steps.seconds(HeldOut.STEP),
            steps.seconds(Jackknife.STEP)));
  }

  /** The nearest jump beside each ε, null where there is none. */
  private List<Jump> jumps(MatchSpectrum levels) {
    return Arrays.stream(epsilons)
        .mapToObj(epsilon -> levels.nearestJump(epsilon).orElse(null))
        .toList();
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
