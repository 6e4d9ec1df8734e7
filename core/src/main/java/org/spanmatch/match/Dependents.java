package org.spanmatch.match;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Which neurons can't match without which others: for a neuron u of the maximum match, what the
 * maximum match of the rest has lost besides u.
 *
 * <p>A neuron v is lost with u exactly when every match that contains v contains u.
 */
final class Dependents {
  /** Nothing is known. */
  static final Dependents UNKNOWN = new Dependents(Map.of());

  private final Map<Integer, BitSet> lost;
  private final Map<Integer, BitSet> needed = new HashMap<>();

  /**
   * What is known.
   *
   * @param lost by neuron, itself included
   */
  Dependents(Map<Integer, BitSet> lost) {
    this.lost = Map.copyOf(lost);
    lost.forEach(
        (neuron, dependents) ->
            dependents.stream()
                .forEach(v -> needed.computeIfAbsent(v, k -> new BitSet()).set(neuron)));
  }

  /** The wanted neurons that may still match without a neuron. */
  BitSet without(int neuron, BitSet wanted) {
    BitSet left = (BitSet) wanted.clone();
    left.clear(neuron);
    BitSet dependents = lost.get(neuron);
    if (dependents != null) {
      left.andNot(dependents);
    }
    return left;
  }

  /** What every match with a neuron is known to contain, itself included, in a set of its own. */
  BitSet neededBy(int neuron) {
    BitSet all = new BitSet();
    all.set(neuron);
    all.or(needed.getOrDefault(neuron, all));
    return all;
  }

  /** Whether every match with a neuron is known to contain all of a set. */
  boolean needsAll(int neuron, BitSet set) {
    BitSet others = (BitSet) set.clone();
    others.andNot(neededBy(neuron));
    return others.isEmpty();
  }
}
