package org.spanmatch.validation;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.Match;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.match.MaximumMatch;

/**
 * One backend's answers for a whole layer, to compare with another's.
 *
 * @param neurons number of neurons of each group
 * @param distances the distances of each group
 * @param matches the maximum matches at some ε
 * @param spectrum the match levels, if removals are cheap
 */
record WholeLayer(
    Map<Group, Integer> neurons,
    Map<Group, Distances> distances,
    List<Match> matches,
    Optional<MatchSpectrum> spectrum) {
  // The usual ones. 0 is left out, since it needs high precision.
  private static final double[] EPSILONS = {0.05, 0.15, 0.2, 0.25, 0.3, 0.5};

  static WholeLayer of(LayerPair.OfActivations pair, ProjectionKernel kernel) {
    try (ProjectionTable table = kernel.compress(pair.x(), pair.y(), GramOptions.defaults())) {
      Map<Group, Integer> neurons = new EnumMap<>(Group.class);
      Map<Group, Distances> distances = new EnumMap<>(Group.class);
      for (Group group : Group.values()) {
        neurons.put(group, table.neurons(group));
        distances.put(group, table.distances(group));
      }
      return new WholeLayer(
          neurons,
          distances,
          MaximumMatch.find(table, EPSILONS),
          kernel.hasCheapRemovals()
              ? Optional.of(MatchSpectrum.of(table, Progress.NONE))
              : Optional.empty());
    }
  }

  /** Compares with another backend's answers; both may be wrong by their stated errors. */
  void compare(WholeLayer other, Evidence evidence) {
    for (Group group : Group.values()) {
      compare(distances.get(group), other.distances.get(group), group, evidence);
    }
    if (spectrum.isPresent() && other.spectrum.isPresent()) {
      Answers.compare(neurons::get, spectrum.get(), other.spectrum.get(), evidence);
    }
    for (int i = 0; i < matches.size(); i++) {
      Answers.compare(matches.get(i), other.matches.get(i), evidence);
    }
  }

  private static void compare(Distances found, Distances expected, Group group, Evidence evidence) {
    if (found.size() != expected.size()) {
      evidence.note(Outcome.VIOLATED, () -> "other neurons of " + group.label() + " are dead");
      return;
    }
    for (int i = 0; i < found.size(); i++) {
      String what = "the distance of " + group.label() + " " + found.neuron(i);
      evidence.compare(
          found.distance(i),
          expected.distance(i),
          found.errorBound(i) + expected.errorBound(i),
          () -> what);
      evidence.bound(found.errorBound(i), () -> what);
    }
  }
}
