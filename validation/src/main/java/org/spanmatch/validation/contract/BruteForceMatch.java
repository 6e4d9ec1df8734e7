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
 * Finds matches by trying every pair of subsets, with distances of about 30 digits. Sets of neurons
 * are bit masks.
 */
public final class BruteForceMatch {
  // In a match, bits below this one are neurons of X, the others of Y.
  private static final int Y_SHIFT = 8;

  // A neuron with a larger limit at ε = 0 is undecidable, and doesn't match.
  private static final double LARGEST_EXACT_LIMIT = 0.01;

  /**
   * The distance of one neuron to one spanning set, with a kernel's error bound and the largest
   * error that rounding of the stored activations may cause.
   */
  private record Decision(double distance, double errorBound, double storageError) {
    double exactLimit() {
      double limit = errorBound + storageError;
      return limit <= LARGEST_EXACT_LIMIT ? limit : Double.NEGATIVE_INFINITY;
    }
  }

  private final int xCount;
  private final int yCount;

  /** For a group's neurons, by the mask of the spanning set, then by neuron. */
  private final Map<Group, List<List<Decision>>> decisions = new EnumMap<>(Group.class);

  /**
   * Computes all distances.
   *
   * @param table gives a kernel's error bounds, within which it may decide wrongly
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
          ExactDistances.Projected projected = exact.project(problem.vectors(group)[neuron]);
          ofMask.add(
              new Decision(
                  projected.distance(),
                  stated.errorBound(neuron),
                  problem.storageRoundoff() * (1 + projected.coefficientNorm())));
        }
        ofGroup.add(ofMask);
        table.rollback(start);
      }
      decisions.put(group, ofGroup);
    }
  }

  /** Returns the limit of a neuron: at ε = 0 that of its distance to the whole other group. */
  private double limit(Group group, int neuron, double epsilon) {
    List<List<Decision>> ofGroup = decisions.get(group);
    return epsilon > 0 ? epsilon : ofGroup.get(ofGroup.size() - 1).get(neuron).exactLimit();
  }

  /** Returns the neurons that are undecidable at ε = 0. */
  public List<Integer> undecidable(Group group) {
    return IntStream.range(0, group == Group.X ? xCount : yCount)
        .filter(neuron -> limit(group, neuron, 0) < 0)
        .boxed()
        .toList();
  }

  private static boolean contains(int mask, int neuron) {
    return (mask >> neuron & 1) == 1;
  }

  /**
   * Whether some distance differs from ε by less than its error bound. At ε = 1 none is undecided,
   * since no distance exceeds 1.
   */
  public boolean isUndecided(double epsilon) {
    return epsilon < 1 && Stream.of(Group.values()).anyMatch(group -> isUndecided(group, epsilon));
  }

  private boolean isUndecided(Group group, double epsilon) {
    return decisions.get(group).stream()
        .anyMatch(
            ofMask ->
                IntStream.range(0, ofMask.size())
                    .anyMatch(
                        n ->
                            Math.abs(ofMask.get(n).distance() - limit(group, n, epsilon))
                                < ofMask.get(n).errorBound()));
  }

  /** Returns all matches, the empty one included, as bit masks. */
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

  /** Returns, for each set of the other group, the neurons of a group within ε of its span. */
  private int[] within(double epsilon, Group group) {
    return decisions.get(group).stream()
        .mapToInt(
            ofMask -> {
              int mask = 0;
              for (int n = 0; n < ofMask.size(); n++) {
                mask |= ofMask.get(n).distance() <= limit(group, n, epsilon) ? 1 << n : 0;
              }
              return mask;
            })
        .toArray();
  }

  /** Returns a group's part of the maximum match, the union of all matches. */
  public List<Integer> maximum(double epsilon, Group group) {
    return members(matches(epsilon).stream().reduce(0, (a, b) -> a | b), group);
  }

  /** Returns a group's part of a match. */
  List<Integer> members(int match, Group group) {
    return IntStream.range(0, group == Group.X ? xCount : yCount)
        .filter(n -> contains(match, bit(new Neuron(group, n))))
        .boxed()
        .toList();
  }

  private static int bit(Neuron neuron) {
    return neuron.group() == Group.X ? neuron.position() : Y_SHIFT + neuron.position();
  }

  /** Returns the simple matches among all: those not empty and not the union of smaller ones. */
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

  /**
   * Returns the matches among all that are minimal for a neuron: they contain it, but no smaller
   * match that does.
   */
  public static Set<Integer> minimal(List<Integer> matches, Neuron neuron) {
    List<Integer> with = matches.stream().filter(match -> contains(match, bit(neuron))).toList();
    return with.stream()
        .filter(match -> with.stream().noneMatch(m -> m != (int) match && (m & ~match) == 0))
        .collect(Collectors.toSet());
  }

  /** Returns the bit mask of a match. */
  public static int mask(List<Integer> x, List<Integer> y) {
    return x.stream().mapToInt(n -> 1 << n).sum()
        | y.stream().mapToInt(n -> 1 << (Y_SHIFT + n)).sum();
  }

  /** Returns the neurons of a match. */
  public List<Neuron> neurons(int match) {
    return Stream.of(Group.values())
        .flatMap(group -> members(match, group).stream().map(n -> new Neuron(group, n)))
        .toList();
  }
}
