package org.spanmatch.cli.commands;

import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.spanmatch.compare.LayerComparison;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.report.results.HeldOutResult;
import org.spanmatch.report.results.MatchResult;
import org.spanmatch.similarity.HeldOut;
import org.spanmatch.similarity.Jackknife;
import org.spanmatch.similarity.Parts;
import org.spanmatch.similarity.Split;

/**
 * What parts of the samples say of the matches of a layer: held-out samples of the members, and a
 * jackknife of the similarity.
 *
 * <p>The jackknife runs before the layer's table is made, so that its tables need no memory beside
 * that one.
 *
 * @param split how to divide the samples; empty for not at all, and once it is done
 * @param kernel makes the tables of a jackknife
 * @param threads how many threads may compute
 * @param epsilons the values of ε above 0, ascending
 * @param parts of the layer, if some are held out
 * @param band intervals of the layer's match levels, if they are wanted
 */
record Resampling(
    Optional<Split> split,
    ProjectionKernel kernel,
    int threads,
    List<Double> epsilons,
    Optional<Parts> parts,
    Optional<Jackknife.Band> band) {
  /** What is to be done with every layer. */
  static Resampling of(Optional<Split> split, Comparison comparison, List<Double> epsilons) {
    return new Resampling(
        split,
        comparison.kernel(),
        comparison.options().kernel().threads(),
        epsilons.stream().filter(epsilon -> epsilon > 0).sorted().toList(),
        Optional.empty(),
        Optional.empty());
  }

  /** Returns what the parts of a layer say, if there are any. */
  Resampling lookingAt(LayerPair.OfGram added, LayerComparison.Steps steps) {
    if (added.parts().isEmpty()) {
      return this;
    }
    Parts found = added.parts().get();
    Split how = split.orElseThrow();
    Optional<Jackknife.Band> levels =
        how.blocks() == 0
            ? Optional.empty()
            : Optional.of(steps.run(Jackknife.STEP, () -> band(added, found, steps.progress())));
    return new Resampling(
        Optional.empty(),
        kernel,
        threads,
        epsilons,
        how.holdsOut() ? Optional.of(found) : Optional.empty(),
        levels);
  }

  private Jackknife.Band band(LayerPair.OfGram added, Parts found, Progress progress) {
    List<Double> all = levels(added.gram());
    List<List<Double>> without =
        Jackknife.without(
            found,
            gram -> levels(gram).stream().map(level -> Math.min(1, level)).toList(),
            progress);
    long living = all.stream().filter(level -> level <= 1).count();
    return Jackknife.band(all.subList(0, (int) living), without, found.deal().sizes(), all.size());
  }

  /** The match levels of all neurons, ascending; those of dead ones are infinite. */
  private List<Double> levels(Gram gram) {
    try (ProjectionTable table = kernel.table(gram, 0, 1)) {
      MatchSpectrum spectrum = MatchSpectrum.of(table);
      return Stream.of(Group.values())
          .flatMapToDouble(group -> DoubleStream.of(spectrum.levels(group)))
          .sorted()
          .boxed()
          .toList();
    }
  }

  /** Returns matches with what the parts say of them. */
  List<MatchResult> complete(List<MatchResult> matches, LayerComparison.Steps steps) {
    Optional<HeldOut> heldOut =
        parts.map(
            found ->
                steps.run(
                    HeldOut.STEP,
                    () -> HeldOut.of(found, spans(matches), threads, steps.progress())));
    return matches.stream().map(match -> complete(match, heldOut)).toList();
  }

  /** The matched neurons at each ε; those of a smaller one are among those of a larger one. */
  private List<PerGroup<int[]>> spans(List<MatchResult> matches) {
    return epsilons.stream()
        .map(
            epsilon ->
                matches.stream().filter(m -> m.epsilon() == epsilon).findFirst().orElseThrow())
        .map(
            match ->
                PerGroup.from(
                    group -> match.members(group).stream().mapToInt(Integer::intValue).toArray()))
        .toList();
  }

  private MatchResult complete(MatchResult match, Optional<HeldOut> heldOut) {
    int place = epsilons.indexOf(match.epsilon());
    if (place < 0) {
      return match; // at ε = 0 rounding decides, not the choice of samples
    }
    MatchResult complete = match;
    if (heldOut.isPresent()) {
      complete = complete.withHeldOut(HeldOutResult.of(match, heldOut.get(), place));
    }
    if (band.isPresent()) {
      Jackknife.Interval interval = band.get().at(match.epsilon());
      // A match of high precision may differ by what is borderline.
      complete =
          complete.withConfidence(
              new Jackknife.Interval(
                  Math.min(interval.low(), match.similarity()),
                  Math.max(interval.high(), match.similarity())));
    }
    return complete;
  }
}
