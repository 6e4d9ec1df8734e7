package org.spanmatch.kernel.backend;

import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.spanmatch.gram.Moments;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;

/**
 * The part of a table that all backends share: which neurons exist, and which remain.
 *
 * <p>A mark costs a copy of both sets of remaining neurons and of whatever the backend saves. A
 * closed table refuses all but the questions whose answers never change, such as {@link #neurons}.
 */
public abstract class NeuronTable implements ProjectionTable {
  private final LivingPair pair;
  private final Map<Group, BitSet> remains = new EnumMap<>(Group.class);
  private boolean closed;

  private record State(NeuronTable owner, Map<Group, BitSet> remains, Object saved)
      implements Mark {}

  /**
   * Creates a table in which every living neuron remains.
   *
   * @param pair the living neurons of both groups
   */
  protected NeuronTable(LivingPair pair) {
    this.pair = pair;
    pair.living()
        .forEach(
            (group, living) -> {
              BitSet left = new BitSet();
              left.set(0, living.neurons());
              living.dead().forEach(left::clear);
              remains.put(group, left);
            });
  }

  /**
   * Creates a table in which the same neurons remain as in another.
   *
   * @param other the table to copy
   */
  protected NeuronTable(NeuronTable other) {
    other.requireOpen();
    pair = other.pair;
    remains.putAll(copy(other.remains));
  }

  /**
   * Called after at least one neuron of a group was removed.
   *
   * @param group the group
   * @param neurons positions in the layer
   */
  protected abstract void removed(Group group, int[] neurons);

  /** {@return the backend's state that a mark keeps besides the remaining neurons; null if none} */
  protected abstract Object save();

  /**
   * Returns to a state from {@link #save()}, which may be restored more than once.
   *
   * @param saved what {@link #save()} returned
   */
  protected abstract void restore(Object saved);

  @Override
  public final long samples() {
    return pair.samples();
  }

  @Override
  public final int neurons(Group group) {
    return pair.living().get(group).neurons();
  }

  @Override
  public final List<Integer> dead(Group group) {
    return pair.living().get(group).dead();
  }

  @Override
  public final Moments moments(Group group) {
    return pair.moments().get(group);
  }

  @Override
  public final int[] remaining(Group group) {
    requireOpen();
    return remains.get(group).stream().toArray();
  }

  /**
   * {@return the columns of living neurons in the joint matrix, as {@link LivingNeurons} numbers
   * them}
   *
   * @param group the group
   * @param neurons positions in the layer
   */
  protected final int[] columns(Group group, int... neurons) {
    int[] columns = new int[neurons.length];
    for (int i = 0; i < neurons.length; i++) {
      columns[i] = pair.living().get(group).column(neurons[i]);
    }
    return columns;
  }

  @Override
  public final void remove(Group group, int... neurons) {
    requireOpen();
    if (neurons.length > 0) {
      take(group, neurons);
      removed(group, neurons);
    }
  }

  /**
   * Removes neurons without calling {@link #removed}, since the backend already knows.
   *
   * @param group the group
   * @param neurons positions in the layer
   */
  protected final void take(Group group, int... neurons) {
    BitSet left = (BitSet) remains.get(group).clone();
    for (int neuron : neurons) {
      if (neuron < 0 || !left.get(neuron)) {
        throw new IllegalArgumentException(
            "neuron " + neuron + " of " + group.label() + " is not among the remaining ones");
      }
      left.clear(neuron);
    }
    remains.put(group, left);
  }

  @Override
  public final Mark mark() {
    requireOpen();
    return new State(this, copy(remains), save());
  }

  @Override
  public final void rollback(Mark mark) {
    requireOpen();
    if (!(mark instanceof State state) || state.owner() != this) {
      throw new IllegalArgumentException("the mark is another table's");
    }
    remains.putAll(copy(state.remains()));
    restore(state.saved());
  }

  private static Map<Group, BitSet> copy(Map<Group, BitSet> sets) {
    Map<Group, BitSet> copy = new EnumMap<>(Group.class);
    sets.forEach((group, set) -> copy.put(group, (BitSet) set.clone()));
    return copy;
  }

  /**
   * Checks that the table is open; called by every method that answers or changes something.
   *
   * @throws IllegalStateException if it is closed
   */
  protected final void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the table is closed");
    }
  }

  /** Marks the table as closed. A backend that frees something overrides this, and calls it too. */
  @Override
  public void close() {
    closed = true;
  }
}
