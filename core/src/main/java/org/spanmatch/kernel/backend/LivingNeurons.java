package org.spanmatch.kernel.backend;

import java.util.List;

/** The living (not dead) neurons of one group, and the column of each in the joint matrix. */
public final class LivingNeurons {
  private static final int NONE = -1;

  private final int[] columns;
  private final List<Integer> dead;

  /**
   * Assigns consecutive columns to the living neurons.
   *
   * @param neurons number of neurons, dead ones included
   * @param dead the dead neurons, ascending
   * @param first the column of the first living neuron
   */
  public LivingNeurons(int neurons, List<Integer> dead, int first) {
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

  /** {@return the number of neurons, dead ones included} */
  public int neurons() {
    return columns.length;
  }

  /** {@return the number of living neurons} */
  public int count() {
    return columns.length - dead.size();
  }

  /** {@return the dead neurons, ascending} */
  public List<Integer> dead() {
    return dead;
  }

  /**
   * {@return whether a neuron lives}
   *
   * @param neuron the neuron's position in its layer
   */
  public boolean contains(int neuron) {
    return columns[neuron] != NONE;
  }

  /**
   * {@return the column of a living neuron}
   *
   * @param neuron the neuron's position in its layer
   */
  public int column(int neuron) {
    return columns[neuron];
  }
}
