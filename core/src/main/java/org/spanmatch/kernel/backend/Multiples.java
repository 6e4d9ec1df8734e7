package org.spanmatch.kernel.backend;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Finds the neurons of a layer whose activation vectors are exact multiples of another's, such as
 * copies and constants, while the samples stream by.
 *
 * <p>These are the dependent neurons that a factorisation can set aside without losing a direction
 * of the span. Products are compared without rounding. Costs hardly anything per sample but for
 * neurons that have been multiples so far.
 */
public final class Multiples {
  private static final int MANTISSA_BITS = 52;

  private final int[] first;
  // The value of each neuron on the first sample where it isn't 0, which is the same for multiples.
  private final double[] reference;

  /**
   * Begins with all neurons as multiples of the first.
   *
   * @param neurons number of neurons
   */
  public Multiples(int neurons) {
    first = new int[neurons];
    reference = new double[neurons];
  }

  /**
   * Takes the next samples.
   *
   * @param values activations, neuron by neuron for each sample
   * @param samples number of samples
   */
  public void add(double[] values, int samples) {
    int[] followers = followers();
    for (int sample = 0; sample < samples && followers.length > 0; sample++) {
      int start = sample * first.length;
      boolean split = false;
      for (int neuron : followers) {
        if (!agree(values, start, neuron, first[neuron])) {
          split = true;
        }
      }
      if (split) {
        split(values, start, followers);
      }
      for (int neuron = 0; neuron < first.length; neuron++) {
        if (reference[neuron] == 0) {
          reference[neuron] = values[start + neuron];
        }
      }
      if (split) {
        followers = followers();
      }
    }
  }

  private int[] followers() {
    return IntStream.range(0, first.length).filter(neuron -> first[neuron] != neuron).toArray();
  }

  /** Gives those that no longer follow their first neuron another one, of those before them. */
  private void split(double[] values, int start, int[] followers) {
    int[] before = first.clone();
    for (int neuron : followers) {
      int leader = before[neuron];
      if (!agree(values, start, neuron, leader)) {
        leader++;
        while (leader < neuron
            && !(first[leader] == leader
                && before[leader] == before[neuron]
                && agree(values, start, neuron, leader))) {
          leader++;
        }
        first[neuron] = leader;
      }
    }
  }

  /** Whether two neurons that have been multiples so far still are with another sample. */
  private boolean agree(double[] values, int start, int neuron, int other) {
    double value = values[start + neuron];
    double otherValue = values[start + other];
    return reference[neuron] == 0
        ? (value == 0) == (otherValue == 0)
        : haveEqualProducts(value, reference[other], otherValue, reference[neuron]);
  }

  /** Whether ab = cd, without rounding. */
  private static boolean haveEqualProducts(double a, double b, double c, double d) {
    if (a == 0 || c == 0) {
      return a == c; // b and d are not 0
    }
    // Odd whole numbers and powers of two: the product of odd numbers is odd, so each has one form.
    long oddA = odd(a);
    long oddB = odd(b);
    long oddC = odd(c);
    long oddD = odd(d);
    return exponent(a) + exponent(b) == exponent(c) + exponent(d)
        && oddA * oddB == oddC * oddD
        && Math.multiplyHigh(oddA, oddB) == Math.multiplyHigh(oddC, oddD);
  }

  /** The odd q with value = q·2^{@link #exponent}. */
  private static long odd(double value) {
    long mantissa = mantissa(value);
    return mantissa >> Long.numberOfTrailingZeros(mantissa);
  }

  private static int exponent(double value) {
    return scale(value) + Long.numberOfTrailingZeros(mantissa(value));
  }

  /** The whole number m with value = m·2^{@link #scale}. */
  private static long mantissa(double value) {
    return (long) Math.scalb(value, -scale(value));
  }

  private static int scale(double value) {
    return Math.max(Math.getExponent(value), Double.MIN_EXPONENT) - MANTISSA_BITS;
  }

  /**
   * {@return for each neuron of some layers side by side the first one that it is a multiple of,
   * itself if there is none before it in its layer} Neurons that were 0 on all samples are
   * multiples of each other.
   *
   * @param layers the multiples of each layer
   */
  public static int[] columns(List<Multiples> layers) {
    int[] columns = new int[layers.stream().mapToInt(layer -> layer.first.length).sum()];
    int start = 0;
    for (Multiples layer : layers) {
      for (int neuron = 0; neuron < layer.first.length; neuron++) {
        columns[start + neuron] = start + layer.first[neuron];
      }
      start += layer.first.length;
    }
    return columns;
  }
}
