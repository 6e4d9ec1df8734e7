package org.spanmatch.kernel;

import java.util.Arrays;
import org.spanmatch.data.NeuronNorms;

/**
 * The Euclidean norm ‖z‖ and the sum of every neuron's activation vector, dead neurons included.
 *
 * <p>They are what remains to be known of single neurons once a layer was read: {@code sum/samples}
 * is the mean, sums and norms together give the variance, and sums centre a Gram matrix, as linear
 * CKA needs it.
 *
 * <p>Accuracy, to first order, for d samples and whatever the order of summation was: a sum is
 * within {@code d·2⁻⁵³·Σ|zᵢ|}, a norm within {@code 3·d·2⁻⁵³·‖z‖ + √d·2⁻⁵³⁷}. The last term is for
 * squares that underflow, and only matters for neurons that are dead. Norms and sums that exceed
 * the doubles on the way are not finite.
 */
public final class Moments {
  private final double[] norms;
  private final double[] sums;

  /**
   * Moments of one layer's neurons, by their position.
   *
   * @param norms a norm for each neuron
   * @param sums a sum for each neuron
   */
  public Moments(double[] norms, double[] sums) {
    if (norms.length != sums.length) {
      throw new IllegalArgumentException(norms.length + " norms, but " + sums.length + " sums");
    }
    this.norms = norms.clone();
    this.sums = sums.clone();
  }

  /** The moments that a pass for the norms found. */
  public static Moments of(NeuronNorms found) {
    double[] norms = new double[found.neurons()];
    double[] sums = new double[found.neurons()];
    Arrays.setAll(norms, found::norm);
    Arrays.setAll(sums, found::sum);
    return new Moments(norms, sums);
  }

  /** Number of neurons, dead ones included. */
  public int neurons() {
    return norms.length;
  }

  /** Euclidean norm of a neuron's activation vector. */
  public double norm(int neuron) {
    return norms[neuron];
  }

  /** Sum of a neuron's activations over all samples. */
  public double sum(int neuron) {
    return sums[neuron];
  }
}
