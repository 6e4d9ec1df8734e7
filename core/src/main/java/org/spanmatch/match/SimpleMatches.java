package org.spanmatch.match;

import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.spanmatch.kernel.Group;

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
}
