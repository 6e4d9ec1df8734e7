package org.spanmatch.validation;

import java.util.ArrayList;
import java.util.List;

/**
 * The number of independent vectors, without rounding: Gaussian elimination modulo a prime, after
 * each vector of doubles became one of whole numbers by a power of two.
 *
 * <p>Never more than the true rank. Less only if the prime happens to divide a determinant, which
 * for vectors that don't know it has about one chance in 10¹⁵ per vector.
 */
final class ExactRank {
  /** The largest prime below 2⁵⁰, so that a product's quotient is exact to one in a double. */
  private static final long PRIME = (1L << 50) - 27;

  private final List<long[]> basis = new ArrayList<>();
  private final List<Integer> leading = new ArrayList<>();

  private ExactRank() {}

  /** Returns the number of independent vectors. Costs about vectors²·samples operations. */
  static int of(List<double[]> vectors) {
    ExactRank rank = new ExactRank();
    vectors.forEach(vector -> rank.add(residues(vector)));
    return rank.basis.size();
  }

  private static long[] residues(double[] vector) {
    long[] residues = new long[vector.length];
    for (int i = 0; i < residues.length; i++) {
      if (vector[i] != 0) {
        // value·2¹⁰⁷⁴ = mantissa·2^shift
        int exponent = Math.max(Math.getExponent(vector[i]), Double.MIN_EXPONENT);
        long mantissa = (long) Math.scalb(Math.scalb(vector[i], -exponent), 52);
        int shift = exponent - Double.MIN_EXPONENT;
        residues[i] = times(Math.floorMod(mantissa, PRIME), power(2, shift));
      }
    }
    return residues;
  }

  private void add(long[] vector) {
    for (int k = 0; k < basis.size(); k++) {
      long factor = vector[leading.get(k)];
      if (factor != 0) {
        long[] row = basis.get(k);
        for (int i = 0; i < vector.length; i++) {
          vector[i] = Math.floorMod(vector[i] - times(factor, row[i]), PRIME);
        }
      }
    }
    for (int i = 0; i < vector.length; i++) {
      if (vector[i] != 0) {
        long inverse = power(vector[i], PRIME - 2);
        for (int j = 0; j < vector.length; j++) {
          vector[j] = times(inverse, vector[j]);
        }
        basis.add(vector);
        leading.add(i);
        return;
      }
    }
  }

  private static long power(long base, long exponent) {
    long result = 1;
    long square = base;
    for (long rest = exponent; rest > 0; rest >>= 1) {
      if ((rest & 1) == 1) {
        result = times(result, square);
      }
      square = times(square, square);
    }
    return result;
  }

  private static long times(long a, long b) {
    long quotient = (long) ((double) a * b / PRIME);
    // The products may overflow; their difference doesn't.
    return Math.floorMod(a * b - quotient * PRIME, PRIME);
  }
}
