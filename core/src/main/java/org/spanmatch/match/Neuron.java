package org.spanmatch.match;

import java.util.Comparator;
import java.util.Objects;
import org.spanmatch.kernel.Group;

/**
 * A neuron of either group, ordered by group, X first, and then by position.
 *
 * @param group the group
 * @param position position in the layer, from 0
 */
public record Neuron(Group group, int position) implements Comparable<Neuron> {
  private static final Comparator<Neuron> ORDER =
      Comparator.comparing(Neuron::group).thenComparingInt(Neuron::position);

  /**
   * Checks that the group is there.
   *
   * @param group the group
   * @param position position in the layer, from 0
   */
  public Neuron {
    Objects.requireNonNull(group, "group");
  }

  @Override
  public int compareTo(Neuron other) {
    return ORDER.compare(this, other);
  }

  /** Returns group and position, such as {@code x:12}. */
  @Override
  public String toString() {
    return group.label() + ":" + position;
  }
}
