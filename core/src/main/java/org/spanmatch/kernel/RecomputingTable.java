package org.spanmatch.kernel;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * A table that answers every question by a fresh computation: a simple start for a backend.
 *
 * <p>An answer is kept until neurons are removed or brought back, so asking twice costs nothing.
 */
public abstract class RecomputingTable extends NeuronTable {
  private final Map<Group, Distances> known = new EnumMap<>(Group.class);

  /** A table in which every living neuron remains. */
  protected RecomputingTable(LivingPair pair) {
    super(pair);
  }

  /** A table in which the same neurons remain as in another, and of which the same is known. */
  protected RecomputingTable(RecomputingTable other) {
    super(other);
    known.putAll(other.known);
  }

  /**
   * Computes the distances of some neurons of one group to the span of some of the other.
   *
   * @param projected the neurons to project, ascending
   * @param projectedColumns their columns, as {@link LivingNeurons} numbers them
   * @param spanningColumns the columns of the neurons that span; may be empty
   */
  protected abstract Distances project(
      int[] projected, int[] projectedColumns, int[] spanningColumns);

  @Override
  public final Distances distances(Group group) {
    requireOpen();
    return known.computeIfAbsent(
        group,
        g -> {
          int[] projected = remaining(g);
          return project(
              projected, columns(g, projected), columns(g.other(), remaining(g.other())));
        });
  }

  @Override
  protected final void removed(Group group, int[] neurons) {
    // The span that this group is projected on is the same as before; the other's has shrunk.
    int[] left = remaining(group);
    known.computeIfPresent(
        group, (g, distances) -> distances.only(neuron -> Arrays.binarySearch(left, neuron) >= 0));
    known.remove(group.other());
  }

  @Override
  protected final Object save() {
    return null;
  }

  @Override
  protected final void restore(Object saved) {
    known.clear();
  }
}
