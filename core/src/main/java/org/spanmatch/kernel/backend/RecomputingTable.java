package org.spanmatch.kernel.backend;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;

/**
 * A table that computes all distances afresh: a simple start for a backend.
 *
 * <p>Distances and ranks are cached until neurons are removed or restored, so asking twice costs
 * nothing.
 */
public abstract class RecomputingTable extends NeuronTable {
  private final Map<Group, Distances> known = new EnumMap<>(Group.class);
  private final Map<Group, Integer> ranks = new EnumMap<>(Group.class);

  /**
   * Creates a table in which every living neuron remains.
   *
   * @param pair the living neurons of both groups
   */
  protected RecomputingTable(LivingPair pair) {
    super(pair);
  }

  /**
   * Creates a table with the remaining neurons and the cached distances of another.
   *
   * @param other the table to copy
   */
  protected RecomputingTable(RecomputingTable other) {
    super(other);
    known.putAll(other.known);
    ranks.putAll(other.ranks);
  }

  /**
   * Computes the distances of some neurons of one group to the span of some of the other.
   *
   * @param projected the neurons to project, ascending
   * @param projectedColumns their columns, as {@link LivingNeurons} numbers them
   * @param spanningColumns the columns of the spanning neurons; may be empty
   * @return the distances
   */
  protected abstract Distances project(
      int[] projected, int[] projectedColumns, int[] spanningColumns);

  /**
   * Computes the dimension of the span of some neurons, as {@link #project} sees it.
   *
   * @param spanningColumns their columns; may be empty
   * @return the number of independent ones
   */
  protected abstract int rank(int[] spanningColumns);

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
  public final int rank(Group group) {
    requireOpen();
    return ranks.computeIfAbsent(group, g -> rank(columns(g, remaining(g))));
  }

  @Override
  protected final void removed(Group group, int[] neurons) {
    // The span that this group is projected on is unchanged; the span of this group has shrunk.
    int[] left = remaining(group);
    known.computeIfPresent(
        group, (g, distances) -> distances.only(neuron -> Arrays.binarySearch(left, neuron) >= 0));
    known.remove(group.other());
    ranks.remove(group);
  }

  @Override
  protected final Object save() {
    return null;
  }

  @Override
  protected final void restore(Object saved) {
    known.clear();
    ranks.clear();
  }
}
