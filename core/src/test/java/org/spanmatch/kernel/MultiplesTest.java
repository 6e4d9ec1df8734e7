package org.spanmatch.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.math.BigDecimal;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.spanmatch.kernel.backend.Multiples;

/** Tests which neurons count as exact multiples of others. */
class MultiplesTest {
  /** Streams a matrix, given by neurons, in blocks of some samples. */
  private static int[] first(int block, double[]... neurons) {
    Multiples multiples = new Multiples(neurons.length);
    int samples = neurons[0].length;
    for (int done = 0; done < samples; done += block) {
      int count = Math.min(block, samples - done);
      double[] values = new double[count * neurons.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = neurons[i % neurons.length][done + i / neurons.length];
      }
      multiples.add(values, count);
    }
    return Multiples.columns(List.of(multiples));
  }

  @Test
  void copiesConstantsAndMultiples() {
    double[] a = {0, 0.1, -0.7, 0, 3};
    double[] copy = a.clone();
    double[] negative = {0, -0.2, 1.4, 0, -6};
    double[] constant = {0.3, 0.3, 0.3, 0.3, 0.3};
    double[] another = {-7, -7, -7, -7, -7};
    double[] dead = {0, 0, 0, 0, 0};
    double[] late = {0, 0.1, -0.7, 0, Math.nextUp(3.0)};
    double[] sum = {0.3, 0.1 + 0.3, -0.7 + 0.3, 0.3, 3.3};
    for (int block = 1; block <= 5; block++) {
      assertArrayEquals(
          new int[] {0, 1, 0, 0, 1, 5, 6, 7, 5, 6},
          first(block, a, constant, copy, negative, another, dead, late, sum, dead, late));
    }
  }

  /** A product is rounded, so it is a multiple only where it happens to be exact. */
  @Test
  void roundedMultiplesAreNone() {
    SplittableRandom random = new SplittableRandom(1);
    for (int trial = 0; trial < 2000; trial++) {
      int samples = 1 + random.nextInt(3);
      double[] vector = new double[samples];
      double[] multiple = new double[samples];
      double factor = trial % 2 == 0 ? 3 : random.nextDouble();
      for (int i = 0; i < samples; i++) {
        vector[i] = Math.scalb(1 + random.nextInt(8) + random.nextInt(4) / 3.0, random.nextInt(9));
        multiple[i] = factor * vector[i];
      }
      boolean exact = true;
      for (int i = 0; i < samples; i++) {
        for (int j = 0; j < samples; j++) {
          BigDecimal one = new BigDecimal(vector[i]).multiply(new BigDecimal(multiple[j]));
          BigDecimal other = new BigDecimal(vector[j]).multiply(new BigDecimal(multiple[i]));
          exact &= one.compareTo(other) == 0;
        }
      }
      assertArrayEquals(new int[] {0, exact ? 0 : 1}, first(2, vector, multiple));
    }
  }

  @Test
  void productsMayLeaveTheRangeOfDoubles() {
    double[] small = {Double.MIN_VALUE, 3 * Double.MIN_VALUE, 0};
    double[] other = {0x1p1000, 0x1p1001, 0};
    double[] large = {0x1p1000, 3 * 0x1p1000, 0};
    double[] next = {Double.MIN_VALUE, 4 * Double.MIN_VALUE, 0};
    assertArrayEquals(new int[] {0, 1, 0, 3}, first(3, small, other, large, next));
  }
}
