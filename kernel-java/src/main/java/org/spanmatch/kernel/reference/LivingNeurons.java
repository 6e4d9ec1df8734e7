package org.spanmatch.kernel.reference;

import java.util.List;

/** The neurons of one group that are not dead, and the column of the joint matrix of each. */
final class LivingNeurons {
  private static final int NONE = -1;

  private final int[] columns;
  private final List<Integer> dead;

  /**
   * Numbers the columns.
   *
   * @param neurons number of neurons, dead ones included
   * @param dead the dead ones
   * @param first the column of the first living neuron
   */
  LivingNeurons(int neurons, List<Integer> dead, int first) {
    this.columns = new int[neurons];
    this.dead = dead;
    dead.forEach(neuron -> columns[neuron] = NONE);
    int next = first;
    for (int neuron = 0; neuron < neurons; neuron++) {
      if (columns[neuron] != NONE) {
        columns[neuron] = next++;
      }
    }
  }

  /** How many neurons there are, dead ones included. */
  int neurons() {
    return columns.length;
  }

  /** How many neurons live. */
  int count() {
    return columns.length - dead.size();
  }

  List<Integer> dead() {
    return dead;
  }

  boolean contains(int neuron) {
    return columns[neuron] != NONE;
  }

  /** The column of a living neuron. */
  int column(int neuron) {
    return columns[neuron];
  }
}
