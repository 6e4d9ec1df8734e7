package org.spanmatch.match;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.spanmatch.kernel.Group;

/**
 * The maximum match of two groups for one ε: the largest subsets X* and Y* such that every neuron
 * of one lies within relative distance ε of the span of the other.
 *
 * @param epsilon ε, in [0, 1]
 * @param x X*: positions in the first layer, ascending
 * @param y Y*: positions in the second layer, ascending
 * @param similarity (|X*| + |Y*|) / (n_X + n_Y), in [0, 1], dead neurons counted in the
 *     denominator; 0 for two groups without neurons
 * @param borderlineX neurons of the first group whose decision was within the error bound,
 *     ascending
 * @param borderlineY the borderline neurons of the second group
 */
public record Match(
    double epsilon,
    List<Integer> x,
    List<Integer> y,
    double similarity,
    List<Integer> borderlineX,
    List<Integer> borderlineY) {
  /**
   * Copies the lists.
   *
   * @param epsilon ε, in [0, 1]
   * @param x X*: positions in the first layer, ascending
   * @param y Y*: positions in the second layer, ascending
   * @param similarity (|X*| + |Y*|) / (n_X + n_Y), in [0, 1], dead neurons counted in the
   *     denominator
   * @param borderlineX neurons of the first group whose decision was within the error bound,
   *     ascending
   * @param borderlineY the borderline neurons of the second group
   */
  public Match {
    x = List.copyOf(Objects.requireNonNull(x, "x"));
    y = List.copyOf(Objects.requireNonNull(y, "y"));
    borderlineX = List.copyOf(Objects.requireNonNull(borderlineX, "borderlineX"));
    borderlineY = List.copyOf(Objects.requireNonNull(borderlineY, "borderlineY"));
  }

  /** {@return the number of matched neurons, of both groups together} */
  public int size() {
    return x.size() + y.size();
  }

  /**
   * {@return the matched neurons of one of the groups, ascending}
   *
   * @param group the group
   */
  public List<Integer> members(Group group) {
    return group == Group.X ? x : y;
  }

  /**
   * {@return the matched neurons of one of the groups, ascending, as an array}
   *
   * @param group the group
   */
  public int[] positions(Group group) {
    return members(group).stream().mapToInt(Integer::intValue).toArray();
  }

  /** Such as "maximum match at epsilon 0.3: 12 + 10 neurons, similarity 0.55, 1 borderline". */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "maximum match at epsilon %s: %d + %d neurons, similarity %.4g, %d borderline",
        epsilon,
        x.size(),
        y.size(),
        similarity,
        borderlineX.size() + borderlineY.size());
  }
}
