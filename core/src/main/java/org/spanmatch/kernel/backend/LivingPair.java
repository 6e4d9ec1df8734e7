package org.spanmatch.kernel.backend;

import java.util.Objects;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramLayer;
import org.spanmatch.gram.Moments;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.PerGroup;

/**
 * The neurons of the two layers of a Gram matrix that a table is for: which of them live, and the
 * column of each living one in the joint matrix, X's columns first.
 *
 * @param x position of the first group's layer in the Gram matrix
 * @param y position of the second group's layer
 * @param samples number of samples
 * @param storageRoundoff u_data, the larger of the two layers' relative roundings of stored
 *     activations, relative to the norms less the shifts
 * @param living the living neurons
 * @param moments norms and sums, dead neurons included
 */
public record LivingPair(
    int x,
    int y,
    long samples,
    double storageRoundoff,
    PerGroup<LivingNeurons> living,
    PerGroup<Moments> moments) {
  /**
   * Numbers the living neurons of two layers.
   *
   * @param gram the Gram matrix
   * @param x position of the first group's layer in the Gram matrix
   * @param y position of the second group's layer in the Gram matrix
   * @return the living neurons
   * @throws IllegalArgumentException if the Gram matrix lacks one of them or their pair
   */
  public static LivingPair of(Gram gram, int x, int y) {
    Objects.requireNonNull(gram, "gram");
    gram.requirePair(x, y);
    return of(
        x, gram.layers().get(x), y, gram.layers().get(y), gram.samples(), gram.deadThreshold());
  }

  /**
   * {@return the living neurons of two layers with their columns}
   *
   * @param x position of the first layer
   * @param first the first layer
   * @param y position of the second layer
   * @param second the second layer
   * @param samples number of samples
   * @param threshold the norm up to which neurons are dead
   */
  public static LivingPair of(
      int x, GramLayer first, int y, GramLayer second, long samples, double threshold) {
    LivingNeurons ofX = new LivingNeurons(first.neurons(), first.moments().dead(threshold), 0);
    LivingNeurons ofY =
        new LivingNeurons(second.neurons(), second.moments().dead(threshold), ofX.count());
    return new LivingPair(
        x,
        y,
        samples,
        Math.max(first.vectorRoundoff(threshold), second.vectorRoundoff(threshold)),
        PerGroup.of(ofX, ofY),
        PerGroup.of(first.moments(), second.moments()));
  }

  /**
   * {@return the number of living neurons of both groups, which is the number of columns of the
   * joint matrix}
   */
  public int count() {
    return living.x().count() + living.y().count();
  }

  /**
   * {@return the position of a group's layer in the Gram matrix}
   *
   * @param group the group
   */
  public int layer(Group group) {
    return group == Group.X ? x : y;
  }

  /**
   * {@return the living neurons of a group, ascending; their columns are consecutive}
   *
   * @param group the group
   */
  public int[] neurons(Group group) {
    LivingNeurons of = living.get(group);
    int[] neurons = new int[of.count()];
    int next = 0;
    for (int neuron = 0; neuron < of.neurons(); neuron++) {
      if (of.contains(neuron)) {
        neurons[next++] = neuron;
      }
    }
    return neurons;
  }
}
