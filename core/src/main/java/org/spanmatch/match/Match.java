package org.spanmatch.match;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
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
 * @param borderlineX neurons of the first group that may belong to the match or not, within the
 *     error bounds of the distances, whether they were found to or not; those that depend on others
 *     in doubt included; ascending
 * @param borderlineY the borderline neurons of the second group
 * @param undecidableX neurons of the first group that can't be decided at ε = 0, and so don't
 *     match: rounding of the stored activations may have moved their distances by more than 0.01;
 *     ascending, empty for ε > 0
 * @param undecidableY the undecidable neurons of the second group
 */
public record Match(
    double epsilon,
    List<Integer> x,
    List<Integer> y,
    double similarity,
    List<Integer> borderlineX,
    List<Integer> borderlineY,
    List<Integer> undecidableX,
    List<Integer> undecidableY) {
  /**
   * Copies the lists.
   *
   * @param epsilon ε, in [0, 1]
   * @param x X*: positions in the first layer, ascending
   * @param y Y*: positions in the second layer, ascending
   * @param similarity (|X*| + |Y*|) / (n_X + n_Y), in [0, 1], dead neurons counted in the
   *     denominator
   * @param borderlineX neurons of the first group that may belong to the match or not, ascending
   * @param borderlineY the borderline neurons of the second group
   * @param undecidableX neurons of the first group that can't be decided at ε = 0, ascending
   * @param undecidableY the undecidable neurons of the second group
   */
  public Match {
    x = List.copyOf(Objects.requireNonNull(x, "x"));
    y = List.copyOf(Objects.requireNonNull(y, "y"));
    borderlineX = List.copyOf(Objects.requireNonNull(borderlineX, "borderlineX"));
    borderlineY = List.copyOf(Objects.requireNonNull(borderlineY, "borderlineY"));
    undecidableX = List.copyOf(Objects.requireNonNull(undecidableX, "undecidableX"));
    undecidableY = List.copyOf(Objects.requireNonNull(undecidableY, "undecidableY"));
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

  /**
   * {@return the neurons of a group that may belong to the match or not, ascending}
   *
   * @param group the group
   */
  public List<Integer> borderline(Group group) {
    return group == Group.X ? borderlineX : borderlineY;
  }

  /**
   * {@return the neurons of a group that are in only one of two matches at the same ε and
   * borderline in neither, ascending; none if both come from correct backends}
   *
   * @param other the other match
   * @param group the group
   */
  public List<Integer> contradictions(Match other, Group group) {
    Set<Integer> neurons = new TreeSet<>(members(group));
    neurons.addAll(other.members(group));
    neurons.removeIf(n -> members(group).contains(n) && other.members(group).contains(n));
    borderline(group).forEach(neurons::remove);
    other.borderline(group).forEach(neurons::remove);
    return List.copyOf(neurons);
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
