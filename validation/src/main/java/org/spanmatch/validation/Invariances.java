package org.spanmatch.validation;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.Match;
import org.spanmatch.match.MaximumMatch;

/**
 * Checks that distances stay the same, within their bounds, and maximum matches but for borderline
 * neurons, under changes that don't affect them. The interface does not promise equal bits.
 */
final class Invariances {
  private static final long SEED = 2;
  // Multiplying by these is exact in every format, also for subnormal numbers.
  private static final double[] FACTORS = {-1, 2, -4};

  private Invariances() {}

  /** Maps the neurons of one table to those of another. */
  private interface Place {
    int of(Group group, int neuron);
  }

  private static void compare(
      Subject subject,
      ProjectionTable table,
      ProjectionTable other,
      boolean swapped,
      Place place,
      Evidence evidence) {
    for (Group group : Group.values()) {
      Distances found = other.distances(swapped ? group.other() : group);
      Distances expected = table.distances(group);
      evidence.require(
          found.size() == expected.size(), () -> "other neurons of " + group.label() + " are dead");
      int[] index = new int[table.neurons(group)];
      Arrays.fill(index, -1);
      for (int i = 0; i < found.size(); i++) {
        index[place.of(group, found.neuron(i))] = i;
      }
      for (int i = 0; i < expected.size(); i++) {
        int neuron = expected.neuron(i);
        int j = index[neuron];
        if (j < 0) {
          evidence.note(Outcome.VIOLATED, () -> group.label() + " " + neuron + " is missing");
          continue;
        }
        evidence.compare(
            found.distance(j),
            expected.distance(i),
            found.errorBound(j) + expected.errorBound(i),
            () -> "then the distance of " + group.label() + " " + neuron);
      }
    }
    if (subject.truth().hasSets()) {
      List<Match> matches = MaximumMatch.find(table, Truth.EPSILONS);
      List<Match> found = MaximumMatch.find(other, Truth.EPSILONS);
      for (int i = 0; i < matches.size(); i++) {
        Match match = matches.get(i);
        Answers.compare(
            placed(found.get(i), swapped, place),
            match,
            Changes.disagreement(subject, table, match.epsilon()),
            evidence);
      }
    }
  }

  /** Returns the other table's match with the neurons of the first. */
  private static Match placed(Match match, boolean swapped, Place place) {
    Group x = swapped ? Group.Y : Group.X;
    Group y = x.other();
    return new Match(
        match.epsilon(),
        placed(match.members(x), Group.X, place),
        placed(match.members(y), Group.Y, place),
        match.similarity(),
        placed(match.borderline(x), Group.X, place),
        placed(match.borderline(y), Group.Y, place),
        List.of(),
        List.of());
  }

  private static List<Integer> placed(List<Integer> neurons, Group group, Place place) {
    return neurons.stream().map(neuron -> place.of(group, neuron)).sorted().toList();
  }

  private static void compare(Subject subject, Problem other, Place place, Evidence evidence) {
    try (ProjectionTable table = subject.table();
        ProjectionTable changed = subject.table(other)) {
      compare(subject, table, changed, false, place, evidence);
    }
  }

  private static int same(Group group, int neuron) {
    return neuron;
  }

  static void neurons(Subject subject, Evidence evidence) {
    Problem problem = subject.example().problem();
    int[] x = Problem.permutation(problem.x().size(), SEED);
    int[] y = Problem.permutation(problem.y().size(), SEED + 1);
    Problem permuted =
        new Problem(
            problem.samples(), Problem.permuted(problem.x(), x), Problem.permuted(problem.y(), y));
    compare(subject, permuted, (group, neuron) -> (group == Group.X ? x : y)[neuron], evidence);
  }

  static void samples(Subject subject, Evidence evidence) {
    Problem problem = subject.example().problem();
    int[] order = Problem.permutation(problem.samples(), SEED);
    List<List<double[]>> permuted = new ArrayList<>();
    for (Group group : Group.values()) {
      permuted.add(
          problem.vectors(group).stream()
              .map(vector -> Arrays.stream(order).mapToDouble(i -> vector[i]).toArray())
              .toList());
    }
    Problem other = new Problem(problem.samples(), permuted.get(0), permuted.get(1));
    compare(subject, other, Invariances::same, evidence);
  }

  static void scales(Subject subject, Evidence evidence) {
    Problem problem = subject.example().problem();
    SplittableRandom random = new SplittableRandom(SEED);
    List<List<double[]>> scaled = new ArrayList<>();
    for (Group group : Group.values()) {
      List<double[]> vectors = new ArrayList<>();
      for (double[] vector : problem.vectors(group)) {
        double factor = FACTORS[random.nextInt(FACTORS.length)];
        vectors.add(Arrays.stream(vector).map(value -> value * factor).toArray());
      }
      scaled.add(vectors);
    }
    Problem other = new Problem(problem.samples(), scaled.get(0), scaled.get(1));
    compare(subject, other, Invariances::same, evidence);
  }

  static void swapped(Subject subject, Evidence evidence) {
    try (ProjectionTable table = subject.table();
        ProjectionTable other = subject.table(subject.example().problem().swapped())) {
      compare(subject, table, other, true, Invariances::same, evidence);
    }
  }

  /** Checks other block sizes and another byte order. */
  static void blocks(Subject subject, Evidence evidence) {
    Case example = subject.example();
    try (ProjectionTable table = subject.table();
        ProjectionTable other =
            subject
                .kernel()
                .compress(
                    example.layer(Group.X, 7, ByteOrder.BIG_ENDIAN),
                    example.layer(Group.Y, 1000, ByteOrder.BIG_ENDIAN),
                    subject.options())) {
      compare(subject, table, other, false, Invariances::same, evidence);
    }
  }

  static void oneThread(Subject subject, Evidence evidence) {
    Case example = subject.example();
    try (ProjectionTable table = subject.table();
        ProjectionKernel kernel = subject.singleThreaded().get();
        ProjectionTable other =
            kernel.compress(example.layer(Group.X), example.layer(Group.Y), subject.options())) {
      compare(subject, table, other, false, Invariances::same, evidence);
    }
  }
}
