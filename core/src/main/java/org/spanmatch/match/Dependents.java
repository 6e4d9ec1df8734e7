package org.spanmatch.match;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Which neurons can't match without which others: for a neuron u of the maximum match, the neurons
 * that drop out of the maximum match when u is removed.
 *
 * <p>Removing u loses v exactly when every match that contains v contains u.
 */
final class Dependents {
  /** No known dependences. */
  static final Dependents UNKNOWN = new Dependents(Map.of());

  private final Map<Integer, BitSet> lost;
  private final Map<Integer, BitSet> needed = new HashMap<>();

  /**
   * @param lost for each neuron, the neurons that its removal loses, itself included
   */
  Dependents(Map<Integer, BitSet> lost) {
    this.lost = Map.copyOf(lost);
    lost.forEach(
        (neuron, dependents) ->
            dependents.stream()
                .forEach(v -> needed.computeIfAbsent(v, k -> new BitSet()).set(neuron)));
  }

  /** Returns the wanted neurons that may still match without the given neuron. */
  BitSet without(int neuron, BitSet wanted) {
    BitSet left = (BitSet) wanted.clone();
    left.clear(neuron);
    BitSet dependents = lost.get(neuron);
    if (dependents != null) {
      left.andNot(dependents);
    }
    return left;
  }

  /**
   * Returns a new set of the neurons that every match with the given neuron is known to contain,
   * itself included.
   */
  BitSet neededBy(int neuron) {
    BitSet all = new BitSet();
    all.set(neuron);
    all.or(needed.getOrDefault(neuron, all));
    return all;
  }

  /** Returns whether every match with the neuron is known to contain all of a set. */
  boolean needsAll(int neuron, BitSet set) {
    BitSet others = (BitSet) set.clone();
    others.andNot(neededBy(neuron));
    return others.isEmpty();
  }
}
