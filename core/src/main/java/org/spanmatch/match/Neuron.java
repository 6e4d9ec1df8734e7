package org.spanmatch.match;

import java.util.Comparator;
import java.util.Objects;
import org.spanmatch.kernel.Group;

/**
 * One neuron of one of the two groups; those of X come first, and in a group the lower positions.
 *
 * @param group the group
 * @param position its position in its layer, from 0
 */
public record Neuron(Group group, int position) implements Comparable<Neuron> {
  private static final Comparator<Neuron> ORDER =
      Comparator.comparing(Neuron::group).thenComparingInt(Neuron::position);

  /** Checks that the group is there. */
  public Neuron {
    Objects.requireNonNull(group, "group");
  }

  @Override
  public int compareTo(Neuron other) {
    return ORDER.compare(this, other);
  }

  /** Such as {@code x:12}. */
  @Override
  public String toString() {
    return group.label() + ":" + position;
  }
}
