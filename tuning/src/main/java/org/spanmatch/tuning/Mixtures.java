package org.spanmatch.tuning;

import java.util.SplittableRandom;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layout;
import org.spanmatch.kernel.Group;

/**
 * Synthetic activations of two networks: each neuron is the ReLU of a mixture of two hidden
 * features, shared by both networks, and independent noise.
 *
 * <p>The noise grows from neuron to neuron, so that match levels spread over the usual range of ε.
 */
public final class Mixtures {
  private static final double LEAST_NOISE = 0.05;
  private static final double MOST_NOISE = 1;

  private final int samples;
  private final int neurons;
  private final MemoryLayer x;
  private final MemoryLayer y;

  /**
   * Generates float32 activations, one row per sample; equal sizes give equal numbers.
   *
   * @param neurons number of neurons of each network
   */
  public Mixtures(int samples, int neurons) {
    this(samples, neurons, ElementType.FLOAT32, Layout.NF, LEAST_NOISE, MOST_NOISE);
  }

  /** Generates the same numbers, rounded to a format, in a layout. */
  public Mixtures(int samples, int neurons, ElementType type, Layout layout) {
    this(samples, neurons, type, layout, LEAST_NOISE, MOST_NOISE);
  }

  /** Generates activations with another range of noise. */
  public Mixtures(
      int samples, int neurons, ElementType type, Layout layout, double least, double most) {
    this.samples = samples;
    this.neurons = neurons;
    x = new MemoryLayer("x", samples, neurons, type, layout);
    y = new MemoryLayer("y", samples, neurons, type, layout);
    float[] noise = new float[neurons];
    for (int i = 0; i < neurons; i++) {
      noise[i] = (float) (least * Math.pow(most / least, (double) i / neurons));
    }
    SplittableRandom random = new SplittableRandom(31L * samples + neurons);
    float[] features = new float[neurons];
    float[] xRow = new float[neurons];
    float[] yRow = new float[neurons];
    for (int sample = 0; sample < samples; sample++) {
      for (int i = 0; i < neurons; i++) {
        features[i] = bellShaped(random);
      }
      for (int i = 0; i < neurons; i++) {
        float mixed = features[i] + 0.5f * features[(i + 1) % neurons];
        xRow[i] = Math.max(0, mixed + noise[i] * bellShaped(random));
        yRow[i] = Math.max(0, mixed + noise[i] * bellShaped(random));
      }
      x.put(sample, xRow);
      y.put(sample, yRow);
    }
  }

  /**
   * Returns the sum of four uniform numbers: mean 0, variance 1, and ten times faster than a
   * Gaussian.
   */
  private static float bellShaped(SplittableRandom random) {
    long bits = random.nextLong();
    long sum = (bits & 0xffff) + (bits >>> 16 & 0xffff) + (bits >>> 32 & 0xffff) + (bits >>> 48);
    return (sum / 65536f - 2) * 1.7320508f;
  }

  /** Number of samples. */
  public int samples() {
    return samples;
  }

  /** Number of neurons of each network. */
  public int neurons() {
    return neurons;
  }

  /** Returns the activations of a group. */
  public MemoryLayer layer(Group group) {
    return group == Group.X ? x : y;
  }

  /** Returns the value of column {@code neuron} of [X Y] at a sample. */
  public double get(int sample, int neuron) {
    return neuron < neurons ? x.get(sample, neuron) : y.get(sample, neuron - neurons);
  }

  /** Returns a group as float32 numbers, row-major: one row per sample. */
  public float[] floats(Group group) {
    float[] rows = new float[Math.multiplyExact(samples, neurons)];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (float) layer(group).get(i / neurons, i % neurons);
    }
    return rows;
  }

  /** Returns [X Y] as float64, row-major: one row per sample. */
  public double[] rows() {
    int columns = 2 * neurons;
    double[] rows = new double[Math.multiplyExact(samples, columns)];
    for (int sample = 0; sample < samples; sample++) {
      for (int neuron = 0; neuron < columns; neuron++) {
        rows[sample * columns + neuron] = get(sample, neuron);
      }
    }
    return rows;
  }

  /** Returns [X Y] as float64, column-major: one column per neuron. */
  public double[] columns() {
    double[] columns = new double[Math.multiplyExact(samples, 2 * neurons)];
    for (int neuron = 0; neuron < 2 * neurons; neuron++) {
      for (int sample = 0; sample < samples; sample++) {
        columns[neuron * samples + sample] = get(sample, neuron);
      }
    }
    return columns;
  }
}
