package org.spanmatch.match;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.ExactDistances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;

/**
 * Tries every pair of subsets, with distances of about 30 digits. A set of neurons is a bit mask.
 */
final class BruteForceMatch {
  /** What is known of one neuron and one spanning set. */
  private record Decision(double distance, double exactLimit, double errorBound) {
    double limit(double epsilon) {
      return epsilon > 0 ? epsilon : exactLimit;
    }
  }

  private final int xCount;
  private final int yCount;

  /** Of a group's neurons: by the mask of what spans, then by neuron. */
  private final Map<Group, List<List<Decision>>> decisions = new EnumMap<>(Group.class);

  /**
   * Computes all distances.
   *
   * @param table is asked for its error bounds, which say what a kernel need not decide rightly
   */
  BruteForceMatch(PlantedProblem problem, ProjectionTable table) {
    xCount = problem.neurons(Group.X);
    yCount = problem.neurons(Group.Y);
    ProjectionTable.Mark start = table.mark();
    for (Group group : Group.values()) {
      List<List<Decision>> ofGroup = new ArrayList<>();
      int others = problem.neurons(group.other());
      for (int spanning = 0; spanning < 1 << others; spanning++) {
        int mask = spanning;
        table.remove(
            group.other(), IntStream.range(0, others).filter(n -> !contains(mask, n)).toArray());
        Distances stated = table.distances(group);
        ExactDistances exact =
            new ExactDistances(
                problem.samples(),
                IntStream.range(0, others)
                    .filter(n -> contains(mask, n))
                    .mapToObj(n -> problem.vectors(group.other())[n])
                    .toList());
        List<Decision> ofMask = new ArrayList<>();
        for (int neuron = 0; neuron < problem.neurons(group); neuron++) {
          double[] vector = problem.vectors(group)[neuron];
          double error = stated.errorBound(neuron);
          // The rule for ε = 0, with the rounding of float64.
          double exactLimit = error + 0x1p-53 * (1 + exact.coefficientNorm(vector));
          ofMask.add(new Decision(exact.distance(vector), exactLimit, error));
        }
        ofGroup.add(ofMask);
        table.rollback(start);
      }
      decisions.put(group, ofGroup);
    }
  }

  private static boolean contains(int mask, int neuron) {
    return (mask >> neuron & 1) == 1;
  }

  /** Whether some distance is no farther from ε than its error bound; none is larger than 1. */
  boolean isUndecided(double epsilon) {
    return epsilon < 1
        && decisions.values().stream()
            .flatMap(List::stream)
            .flatMap(List::stream)
            .anyMatch(d -> Math.abs(d.distance() - d.limit(epsilon)) < d.errorBound());
  }

  private boolean isMatch(double epsilon, int xMask, int yMask) {
    return allWithin(epsilon, decisions.get(Group.X).get(yMask), xMask)
        && allWithin(epsilon, decisions.get(Group.Y).get(xMask), yMask);
  }

  private static boolean allWithin(double epsilon, List<Decision> decisions, int mask) {
    return IntStream.range(0, decisions.size())
        .filter(n -> contains(mask, n))
        .mapToObj(decisions::get)
        .allMatch(d -> d.distance() <= d.limit(epsilon));
  }

  /** The group's part of the union of all matches. */
  List<Integer> maximum(double epsilon, Group group) {
    int union = 0;
    for (int xMask = 0; xMask < 1 << xCount; xMask++) {
      for (int yMask = 0; yMask < 1 << yCount; yMask++) {
        if (isMatch(epsilon, xMask, yMask)) {
          union |= group == Group.X ? xMask : yMask;
        }
      }
    }
    int found = union;
    return IntStream.range(0, group == Group.X ? xCount : yCount)
        .filter(n -> contains(found, n))
        .boxed()
        .toList();
  }
}
