package org.spanmatch.match;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.spanmatch.kernel.Group;

/**
 * A simple match: one that is not the union of smaller matches or, equivalently, is v-minimal for
 * some neuron v (Wang et al. 2018, theorem on simple matches).
 *
 * @param x the match's neurons in the first layer, ascending
 * @param y the match's neurons in the second layer, ascending
 * @param epsilon the largest distance in the match, which is the smallest ε for which it is one
 * @param minimalFor all v for which it is v-minimal
 * @param minimumFor the requested v for which the match is known to be v-minimum: every match that
 *     contains v contains all of it, so v has no other minimal match
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
