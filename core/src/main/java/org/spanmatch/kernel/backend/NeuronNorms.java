package org.spanmatch.kernel.backend;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layer;

/**
 * The norm and the sum of every neuron's activations, from one pass over the layer that also checks
 * that all values are finite.
 */
public final class NeuronNorms {
  private final double[] largest;
  private final double[] norms;
  private final double[] sums;

  private NeuronNorms(double[] largest, double[] norms, double[] sums) {
    this.largest = largest;
    this.norms = norms;
    this.sums = sums;
  }

  /**
   * Computes the norms and sums of a layer in one pass.
   *
   * @param layer the layer to read
   * @param progress receives the number of samples read so far
   * @return the norms and sums
   * @throws ActivationsException if a value is NaN or infinite, or the data can't be read
   */
  public static NeuronNorms of(Layer layer, LongConsumer progress) {
    int neurons = layer.neurons();
    double[] largest = new double[neurons];
    // Sums of squares in units of the largest value so far, which neither overflow nor underflow.
    double[] squares = new double[neurons];
    double[] sums = new double[neurons];
    int chunk = SampleRows.chunk(neurons);
    double[] rows = new double[chunk * neurons];
    if (neurons > 0) {
      try (SampleRows reader = new SampleRows(layer)) {
        long done = 0;
        for (int count = reader.read(rows, chunk); count > 0; count = reader.read(rows, chunk)) {
          for (int row = 0; row < count; row++) {
            for (int neuron = 0; neuron < neurons; neuron++) {
              double value = rows[row * neurons + neuron];
              double size = Math.abs(value);
              if (!(size <= Double.MAX_VALUE)) {
                throw ActivationsException.notFinite(layer, value, neuron, done + row);
              }
              sums[neuron] += value;
              if (size > largest[neuron]) {
                double ratio = largest[neuron] / size;
                squares[neuron] = 1 + squares[neuron] * ratio * ratio;
                largest[neuron] = size;
              } else if (size > 0) {
                double ratio = size / largest[neuron];
                squares[neuron] += ratio * ratio;
              }
            }
          }
          done += count;
          progress.accept(done);
        }
      }
    }
    double[] norms = new double[neurons];
    Arrays.setAll(norms, neuron -> largest[neuron] * Math.sqrt(squares[neuron]));
    return new NeuronNorms(largest, norms, sums);
  }

  /** {@return the number of neurons} */
  public int neurons() {
    return norms.length;
  }

  /**
   * {@return the Euclidean norm of a neuron's activation vector; infinite if it exceeds the range
   * of doubles}
   *
   * @param neuron the neuron's position in its layer
   */
  public double norm(int neuron) {
    return norms[neuron];
  }

  /**
   * {@return the sum of a neuron's activations, added one by one; infinite if a partial sum exceeds
   * the range of doubles}
   *
   * @param neuron the neuron's position in its layer
   */
  public double sum(int neuron) {
    return sums[neuron];
  }

  /**
   * {@return the power of two that brings a neuron's largest value near 1} Multiplying by it keeps
   * squares from overflowing, and loses only values 300 decimal orders below the largest.
   *
   * @param neuron the neuron's position in its layer
   */
  public double scale(int neuron) {
    return Math.scalb(1.0, Math.min(1022, -Math.getExponent(largest[neuron])));
  }

  /** {@return the scale of every neuron, by position} */
  public double[] scales() {
    double[] scales = new double[norms.length];
    Arrays.setAll(scales, this::scale);
    return scales;
  }

  /**
   * {@return the neurons whose norm is at most the threshold, ascending}
   *
   * @param threshold at least 0
   */
  public List<Integer> dead(double threshold) {
    List<Integer> dead = new ArrayList<>();
    for (int neuron = 0; neuron < norms.length; neuron++) {
      if (norms[neuron] <= threshold) {
        dead.add(neuron);
      }
    }
    return List.copyOf(dead);
  }
}
