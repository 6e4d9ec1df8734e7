package org.spanmatch.kernel;

import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A table that only remembers which neurons remain, and answers every question by a fresh
 * computation: a simple start for a backend.
 *
 * <p>An answer is kept until neurons are removed or brought back, so asking twice costs nothing. A
 * mark costs a copy of the two sets.
 */
public abstract class RecomputingTable implements ProjectionTable {
  private final long samples;
  private final Map<Group, LivingNeurons> groups;
  private final Map<Group, BitSet> remains = new EnumMap<>(Group.class);
  private final Map<Group, Distances> known = new EnumMap<>(Group.class);

  private record State(RecomputingTable owner, Map<Group, BitSet> remains) implements Mark {}

  /**
   * A table in which every living neuron remains.
   *
   * @param samples number of samples
   * @param groups the neurons of each group
   */
  protected RecomputingTable(long samples, Map<Group, LivingNeurons> groups) {
    this.samples = samples;
    this.groups = Map.copyOf(groups);
    groups.forEach(
        (group, living) -> {
          BitSet left = new BitSet();
          left.set(0, living.neurons());
          living.dead().forEach(left::clear);
          remains.put(group, left);
        });
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
  public final long samples() {
    return samples;
  }

  @Override
  public final int neurons(Group group) {
    return groups.get(group).neurons();
  }

  @Override
  public final List<Integer> dead(Group group) {
    return groups.get(group).dead();
  }

  @Override
  public final int[] remaining(Group group) {
    return remains.get(group).stream().toArray();
  }

  @Override
  public final Distances distances(Group group) {
    return known.computeIfAbsent(group, g -> project(remaining(g), columns(g), columns(g.other())));
  }

  private int[] columns(Group group) {
    return remains.get(group).stream().map(groups.get(group)::column).toArray();
  }

  @Override
  public final void remove(Group group, int... neurons) {
    if (neurons.length == 0) {
      return; // keeps what is known
    }
    BitSet left = (BitSet) remains.get(group).clone();
    for (int neuron : neurons) {
      if (neuron < 0 || !left.get(neuron)) {
        throw new IllegalArgumentException(
            "neuron " + neuron + " of " + group.label() + " is not among the remaining ones");
      }
      left.clear(neuron);
    }
    remains.put(group, left);
    // The span that this group is projected on is the same as before; the other's has shrunk.
    known.computeIfPresent(group, (g, distances) -> distances.only(left::get));
    known.remove(group.other());
  }

  @Override
  public final Mark mark() {
    return new State(this, copy(remains));
  }

  @Override
  public final void rollback(Mark mark) {
    if (!(mark instanceof State state) || state.owner() != this) {
      throw new IllegalArgumentException("the mark is another table's");
    }
    remains.putAll(copy(state.remains()));
    known.clear();
  }

  private static Map<Group, BitSet> copy(Map<Group, BitSet> sets) {
    Map<Group, BitSet> copy = new EnumMap<>(Group.class);
    sets.forEach((group, set) -> copy.put(group, (BitSet) set.clone()));
    return copy;
  }

  @Override
  public void close() {}
}
