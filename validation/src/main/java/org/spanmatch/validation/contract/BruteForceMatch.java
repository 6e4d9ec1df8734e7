package org.spanmatch.validation.contract;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.Neuron;

/**
 * Tries every pair of subsets, with distances of about 30 digits. A set of neurons is a bit mask.
 */
public final class BruteForceMatch {
  // Of a match the low bits are neurons of X, those from here on of Y.
  private static final int Y_SHIFT = 8;

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
  public BruteForceMatch(PlantedProblem problem, ProjectionTable table) {
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
  public boolean isUndecided(double epsilon) {
    return epsilon < 1
        && decisions.values().stream()
            .flatMap(List::stream)
            .flatMap(List::stream)
            .anyMatch(d -> Math.abs(d.distance() - d.limit(epsilon)) < d.errorBound());
  }

  /** All matches, the empty one among them; a bit for each neuron. */
  public List<Integer> matches(double epsilon) {
    int[] xWithin = within(epsilon, Group.X);
    int[] yWithin = within(epsilon, Group.Y);
    List<Integer> matches = new ArrayList<>();
    for (int xMask = 0; xMask < 1 << xCount; xMask++) {
      for (int yMask = 0; yMask < 1 << yCount; yMask++) {
        if ((xMask & ~xWithin[yMask]) == 0 && (yMask & ~yWithin[xMask]) == 0) {
          matches.add(xMask | yMask << Y_SHIFT);
        }
      }
    }
    return matches;
  }

  /** The neurons of a group that are near enough to each set of the other. */
  private int[] within(double epsilon, Group group) {
    return decisions.get(group).stream()
        .mapToInt(
            ofMask -> {
              int mask = 0;
              for (int n = 0; n < ofMask.size(); n++) {
                mask |= ofMask.get(n).distance() <= ofMask.get(n).limit(epsilon) ? 1 << n : 0;
              }
              return mask;
            })
        .toArray();
  }

  /** The group's part of the union of all matches. */
  public List<Integer> maximum(double epsilon, Group group) {
    return members(matches(epsilon).stream().reduce(0, (a, b) -> a | b), group);
  }

  /** The group's part of a match. */
  List<Integer> members(int match, Group group) {
    return IntStream.range(0, group == Group.X ? xCount : yCount)
        .filter(n -> contains(match, bit(new Neuron(group, n))))
        .boxed()
        .toList();
  }

  private static int bit(Neuron neuron) {
    return neuron.group() == Group.X ? neuron.position() : Y_SHIFT + neuron.position();
  }

  /** Those of all matches that are not empty and not the union of smaller ones. */
  public static Set<Integer> simple(List<Integer> matches) {
    return matches.stream()
        .filter(
            match ->
                matches.stream()
                        .filter(part -> part != (int) match && (part & ~match) == 0)
                        .reduce(0, (a, b) -> a | b)
                    != (int) match)
        .collect(Collectors.toSet());
  }

  /** Those of all matches that contain a neuron, but no smaller match that contains it. */
  public static Set<Integer> minimal(List<Integer> matches, Neuron neuron) {
    List<Integer> with = matches.stream().filter(match -> contains(match, bit(neuron))).toList();
    return with.stream()
        .filter(match -> with.stream().noneMatch(m -> m != (int) match && (m & ~match) == 0))
        .collect(Collectors.toSet());
  }

  /** A match that was found, as a bit for each neuron. */
  public static int mask(List<Integer> x, List<Integer> y) {
    return x.stream().mapToInt(n -> 1 << n).sum()
        | y.stream().mapToInt(n -> 1 << (Y_SHIFT + n)).sum();
  }

  /** The neurons of a match. */
  public List<Neuron> neurons(int match) {
    return Stream.of(Group.values())
        .flatMap(group -> members(match, group).stream().map(n -> new Neuron(group, n)))
        .toList();
  }
}
