package org.spanmatch.kernel;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.spanmatch.activations.NeuronNorms;

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
  // The squares of norms in this range neither overflowed nor lost digits to underflow, nor do sums
  // of products of such vectors.
  private static final double LEAST_NORM = 1e-140;
  private static final double LARGEST_NORM = 1e140;

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

  /**
   * Whether plain sums of squares and products are exact enough for all neurons: no norm is so
   * large or so small that they overflow or underflow, but for those far below the threshold. If
   * not, a value may not be finite, or the activations have to be scaled: {@link NeuronNorms} finds
   * out.
   *
   * @param deadThreshold neurons of at most this norm are dead
   */
  public boolean areExact(double deadThreshold) {
    for (double norm : norms) {
      boolean clearlyDead = norm < LEAST_NORM && deadThreshold > LEAST_NORM * 2;
      if (!(clearlyDead || (norm >= LEAST_NORM && norm <= LARGEST_NORM))) {
        return false;
      }
    }
    return true;
  }

  /**
   * The neurons whose norm is at most the threshold, ascending.
   *
   * @param threshold at least 0
   */
  public List<Integer> dead(double threshold) {
    return IntStream.range(0, norms.length)
        .filter(neuron -> norms[neuron] <= threshold)
        .boxed()
        .toList();
  }
}
