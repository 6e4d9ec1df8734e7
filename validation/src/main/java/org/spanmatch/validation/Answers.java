package org.spanmatch.validation;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToIntFunction;
import org.spanmatch.gram.Moments;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.Match;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.match.MaximumMatch;

/** Checks a backend's answers against the arbiter. */
final class Answers {
  private Answers() {}

  static void distances(Subject subject, Evidence evidence) {
    try (ProjectionTable table = subject.table()) {
      for (Group group : Group.values()) {
        List<Integer> dead = Truth.dead(subject.example().problem(), group);
        evidence.require(
            table.dead(group).equals(dead),
            () ->
                "dead neurons of "
                    + group.label()
                    + " are "
                    + table.dead(group)
                    + ", expected "
                    + dead);
        subject.truth().judge(table, group, evidence);
      }
    }
  }

  static void maximumMatches(Subject subject, Evidence evidence) {
    try (ProjectionTable table = subject.table()) {
      List<Match> exact = subject.truth().sets().matches();
      List<Match> found = MaximumMatch.find(table, Truth.EPSILONS);
      for (int i = 0; i < exact.size(); i++) {
        double epsilon = exact.get(i).epsilon();
        Outcome otherwise =
            epsilon > 0 ? Outcome.VIOLATED : Changes.disagreement(subject, table, epsilon);
        compare(found.get(i), exact.get(i), otherwise, evidence);
      }
    }
  }

  /** Compares two maximum matches, which may differ in neurons that either lists as borderline. */
  static void compare(Match found, Match exact, Evidence evidence) {
    compare(found, exact, Outcome.VIOLATED, evidence);
  }

  /** Notes an outcome if two maximum matches differ in neurons that neither lists as borderline. */
  static void compare(Match found, Match exact, Outcome otherwise, Evidence evidence) {
    if (!found.x().equals(exact.x()) || !found.y().equals(exact.y())) {
      boolean contradict =
          Arrays.stream(Group.values())
              .anyMatch(group -> !found.contradictions(exact, group).isEmpty());
      evidence.note(
          contradict ? otherwise : Outcome.BORDERLINE,
          () ->
              "the maximum match at "
                  + found.epsilon()
                  + " has x "
                  + found.x()
                  + " and y "
                  + found.y()
                  + ", expected "
                  + exact.x()
                  + " and "
                  + exact.y());
    }
  }

  static void levels(Subject subject, Evidence evidence) {
    try (ProjectionTable table = subject.table()) {
      Truth.Sets exact = subject.truth().sets();
      MatchSpectrum found = MatchSpectrum.of(table, Progress.NONE);
      compare(table::neurons, found, exact.spectrum(), evidence);
      for (Match match : exact.matches()) {
        if (match.epsilon() > 0) {
          compare(found.maximumMatch(match.epsilon()), match, evidence);
        }
      }
    }
  }

  /** Compares two sets of match levels, which may differ by the sum of their errors. */
  static void compare(
      ToIntFunction<Group> neurons, MatchSpectrum found, MatchSpectrum exact, Evidence evidence) {
    for (Group group : Group.values()) {
      for (int neuron = 0; neuron < neurons.applyAsInt(group); neuron++) {
        String what = "the match level of " + group.label() + " " + neuron;
        OptionalDouble level = found.level(group, neuron);
        OptionalDouble expected = exact.level(group, neuron);
        evidence.require(
            level.isPresent() == expected.isPresent(), () -> what + " is missing, or should be");
        if (level.isPresent() && expected.isPresent()) {
          double error = found.levelError(group, neuron);
          double bound = error + exact.levelError(group, neuron);
          evidence.compare(level.getAsDouble(), expected.getAsDouble(), bound, () -> what);
          evidence.bound(error, () -> what);
        }
      }
    }
  }

  /** Checks norms and sums against the error bounds that {@link Moments} states. */
  static void moments(Subject subject, Evidence evidence) {
    Problem problem = subject.example().problem();
    try (ProjectionTable table = subject.table()) {
      for (Group group : Group.values()) {
        for (int neuron = 0; neuron < table.neurons(group); neuron++) {
          String of = " of " + group.label() + " " + neuron;
          compare(problem.vectors(group).get(neuron), table.moments(group), neuron, of, evidence);
        }
      }
    }
  }

  private static void compare(
      double[] vector, Moments moments, int neuron, String of, Evidence evidence) {
    BigDecimal sum = BigDecimal.ZERO;
    BigDecimal squares = BigDecimal.ZERO;
    double sizes = 0;
    for (double v : vector) {
      BigDecimal value = new BigDecimal(v);
      sum = sum.add(value);
      squares = squares.add(value.pow(2));
      sizes += Math.abs(v);
    }
    double roundoff = vector.length * 0x1p-53;
    // The bounds hold to first order. The rounding of the sums of sizes here, and of the error when
    // it becomes a double, is of second order or in the last bit.
    double found = moments.sum(neuron);
    double error =
        Double.isFinite(found) ? new BigDecimal(found).subtract(sum).doubleValue() : Double.NaN;
    evidence.compare(
        error, 0, roundoff * sizes * (1 + 2 * roundoff), () -> "the error of the sum" + of);
    double norm = squares.sqrt(MathContext.DECIMAL128).doubleValue();
    double bound = 3 * roundoff * norm + Math.sqrt(vector.length) * 0x1p-537;
    evidence.compare(moments.norm(neuron), norm, bound, () -> "the norm" + of);
  }

  /** Checks that every living neuron matches itself, at ε = 0 and at ε above the stated errors. */
  static void itself(Subject subject, Evidence evidence) {
    Problem problem = subject.example().problem();
    try (ProjectionTable table =
        subject.table(new Problem(problem.samples(), problem.x(), problem.x()))) {
      double largest = 0;
      for (Group group : Group.values()) {
        Distances distances = table.distances(group);
        for (int i = 0; i < distances.size(); i++) {
          int neuron = distances.neuron(i);
          double bound = distances.errorBound(i);
          evidence.compare(
              distances.distance(i),
              0,
              bound,
              () -> "the distance of neuron " + neuron + " to its own network");
          evidence.bound(bound, () -> "the distance of neuron " + neuron + " to its own network");
          largest = Math.max(largest, bound);
        }
      }
      List<Integer> living = Arrays.stream(table.remaining(Group.X)).boxed().toList();
      for (double epsilon : new double[] {0, Math.min(1, 2 * largest), 0.5}) {
        if (epsilon == 0 || epsilon >= Math.min(1, 2 * largest)) {
          Match match = MaximumMatch.find(table, epsilon).get(0);
          evidence.require(
              match.x().equals(living) && match.y().equals(living),
              () -> "a network matches itself at " + epsilon + " only in part: " + match.x());
        }
      }
    }
  }
}
