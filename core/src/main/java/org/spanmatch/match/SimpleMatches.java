package org.spanmatch.match;

import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;

/**
 * The simple matches that a {@link SimpleSearch} found in the maximum match of two groups.
 *
 * @param maximum the maximum match
 * @param matches the distinct simple matches, smallest first
 * @param complete whether the search ran to its end and found one v-minimal match for each
 *     requested neuron v or, if exhaustive, all of them
 * @param absent the requested neurons without a minimal match, and why
 * @param borderlineX neurons of the first group whose decisions the result rests on and were
 *     borderline, so that another correct backend may find other matches; ascending
 * @param borderlineY such neurons of the second group, ascending
 */
public record SimpleMatches(
    Match maximum,
    List<SimpleMatch> matches,
    boolean complete,
    SortedMap<Neuron, Absence> absent,
    List<Integer> borderlineX,
    List<Integer> borderlineY) {
  /**
   * Copies what can change.
   *
   * @param maximum the maximum match
   * @param matches the distinct simple matches, smallest first
   * @param complete whether the search ran to its end and found one v-minimal match for each
   *     requested neuron v or, if exhaustive, all of them
   * @param absent the requested neurons without a minimal match, and why
   * @param borderlineX neurons of the first group whose decisions the result rests on and were
   *     borderline, so that another correct backend may find other matches
   * @param borderlineY such neurons of the second group, ascending
   */
  public SimpleMatches {
    Objects.requireNonNull(maximum, "maximum");
    matches = List.copyOf(Objects.requireNonNull(matches, "matches"));
    absent =
        Collections.unmodifiableSortedMap(new TreeMap<>(Objects.requireNonNull(absent, "absent")));
    borderlineX = List.copyOf(Objects.requireNonNull(borderlineX, "borderlineX"));
    borderlineY = List.copyOf(Objects.requireNonNull(borderlineY, "borderlineY"));
  }

  /**
   * {@return the neurons of a group that are in at least one of the matches, ascending}
   *
   * @param group the group
   */
  public List<Integer> covered(Group group) {
    BitSet covered = new BitSet();
    matches.forEach(match -> match.members(group).forEach(covered::set));
    return covered.stream().boxed().toList();
  }

  /**
   * {@return whether the union of the matches is the maximum match, as the union of all simple
   * matches is}
   */
  public boolean coversMaximum() {
    return covered(Group.X).equals(maximum.x()) && covered(Group.Y).equals(maximum.y());
  }

  /**
   * {@return the share of the maximum match that is in at least one of the matches, in [0, 1]: 1 if
   * every neuron has one, and for an empty maximum match}
   */
  public double coverage() {
    int all = maximum.x().size() + maximum.y().size();
    return all == 0 ? 1 : (double) (covered(Group.X).size() + covered(Group.Y).size()) / all;
  }

  /** {@return the number of matches by size} */
  public SortedMap<Integer, Long> sizes() {
    return matches.stream()
        .collect(Collectors.groupingBy(SimpleMatch::size, TreeMap::new, Collectors.counting()));
  }

  /** Such as "17 simple matches at epsilon 0.3, complete". */
  @Override
  public String toString() {
    return matches.size()
        + " simple matches at epsilon "
        + maximum.epsilon()
        + (complete ? ", complete" : ", not complete");
  }

  /**
   * A simple match: one that is not the union of smaller matches or, equivalently, is v-minimal for
   * some neuron v (Wang et al. 2018, theorem on simple matches).
   *
   * @param x the match's neurons in the first layer, ascending
   * @param y the match's neurons in the second layer, ascending
   * @param epsilon the largest distance in the match, which is the smallest ε for which it is one
   * @param minimalFor all v for which it is v-minimal
   * @param minimumFor the requested v for which the match is known to be v-minimum: every match
   *     that contains v contains all of it, so v has no other minimal match
   */
  public record SimpleMatch(
      List<Integer> x,
      List<Integer> y,
      double epsilon,
      List<Neuron> minimalFor,
      List<Neuron> minimumFor) {
    /** By size, then by members, so that the order is reproducible. */
    static final Comparator<SimpleMatch> BY_SIZE =
        Comparator.comparingInt(SimpleMatch::size)
            .thenComparing(SimpleMatch::x, SimpleMatch::compare)
            .thenComparing(SimpleMatch::y, SimpleMatch::compare);

    /**
     * Copies the lists.
     *
     * @param x the match's neurons in the first layer, ascending
     * @param y the match's neurons in the second layer, ascending
     * @param epsilon the largest distance in the match, which is the smallest ε for which it is one
     * @param minimalFor all v for which it is v-minimal
     * @param minimumFor the requested v for which the match is known to be v-minimum: every match
     *     that contains v contains all of it, so v has no other minimal match
     */
    public SimpleMatch {
      x = List.copyOf(Objects.requireNonNull(x, "x"));
      y = List.copyOf(Objects.requireNonNull(y, "y"));
      minimalFor = List.copyOf(Objects.requireNonNull(minimalFor, "minimalFor"));
      minimumFor = List.copyOf(Objects.requireNonNull(minimumFor, "minimumFor"));
    }

    /** {@return the number of neurons of both groups together} */
    public int size() {
      return x.size() + y.size();
    }

    /**
     * {@return the match's neurons in a group, ascending}
     *
     * @param group the group
     */
    public List<Integer> members(Group group) {
      return group == Group.X ? x : y;
    }

    /**
     * {@return its neurons in one of the groups, ascending, as an array}
     *
     * @param group the group
     */
    public int[] positions(Group group) {
      return members(group).stream().mapToInt(Integer::intValue).toArray();
    }

    /**
     * {@return whether the neurons form a match in a table}
     *
     * @param table the table that was searched, or one of the same neurons from another backend
     * @param epsilon ε, in [0, 1]
     */
    public boolean isMatch(ProjectionTable table, double epsilon) {
      return MatchChecks.isMatch(table, epsilon, x, y);
    }

    /**
     * {@return whether the match is minimal for a neuron: it contains the neuron, and removing any
     * other neuron drops the neuron from the maximum match of the rest} Costs one maximum match per
     * neuron.
     *
     * @param table the table that was searched, or one of the same neurons from another backend
     * @param epsilon ε, in [0, 1]
     * @param v the neuron
     */
    public boolean isMinimalFor(ProjectionTable table, double epsilon, Neuron v) {
      return MatchChecks.isMinimalFor(table, epsilon, x, y, v);
    }

    /** Such as "simple match at epsilon 0.25: x [3, 7], y [1]". */
    @Override
    public String toString() {
      return "simple match at epsilon " + epsilon + ": x " + x + ", y " + y;
    }

    private static int compare(List<Integer> a, List<Integer> b) {
      for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
        int order = Integer.compare(a.get(i), b.get(i));
        if (order != 0) {
          return order;
        }
      }
      return Integer.compare(a.size(), b.size());
    }
  }

  /** Why a neuron has no minimal match. */
  public enum Absence {
    /** The layer has no neuron at this position. */
    NO_SUCH_NEURON,
    /** The neuron is dead, or was removed from the table. */
    DEAD,
    /** The neuron is not in the maximum match at this ε. */
    UNMATCHED
  }
}
