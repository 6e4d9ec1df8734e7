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
  /** The largest prime below 2⁵⁰, so that a product's quotient, rounded thrice, is exact to one. */
  private static final long PRIME = (1L << 50) - 27;

  private static final double RECIPROCAL = 1.0 / PRIME;
  private static final long[] POWERS_OF_TWO = powersOfTwo();

  private final List<long[]> basis = new ArrayList<>();
  private final List<Integer> leading = new ArrayList<>();

  private ExactRank() {}

  /** Returns the number of independent vectors. Costs about vectors²·samples operations. */
  static int of(List<double[]> vectors) {
    ExactRank rank = new ExactRank();
    vectors.forEach(vector -> rank.add(residues(vector)));
    return rank.basis.size();
  }

  private static long[] powersOfTwo() {
    long[] powers = new long[Double.MAX_EXPONENT - Double.MIN_EXPONENT + 1];
    powers[0] = 1;
    for (int i = 1; i < powers.length; i++) {
      powers[i] = times(2, powers[i - 1]);
    }
    return powers;
  }

  private static long[] residues(double[] vector) {
    long[] residues = new long[vector.length];
    for (int i = 0; i < residues.length; i++) {
      if (vector[i] != 0) {
        // value·2¹⁰⁷⁴ = mantissa·2^shift
        int exponent = Math.max(Math.getExponent(vector[i]), Double.MIN_EXPONENT);
        long mantissa = (long) Math.scalb(Math.scalb(vector[i], -exponent), 52);
        int shift = exponent - Double.MIN_EXPONENT;
        residues[i] = times(Math.floorMod(mantissa, PRIME), POWERS_OF_TWO[shift]);
      }
    }
    return residues;
  }

  private void add(long[] vector) {
    for (int k = 0; k < basis.size(); k++) {
      int first = leading.get(k);
      long factor = vector[first];
      if (factor != 0) {
        subtractMultiple(factor, basis.get(k), vector, first);
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

  /** Changes a vector from the first element of the row on that is not 0. */
  private static void subtractMultiple(long factor, long[] row, long[] vector, int first) {
    for (int i = first; i < vector.length; i++) {
      vector[i] = reduced(vector[i] - times(factor, row[i]));
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
    long quotient = (long) ((double) a * b * RECIPROCAL);
    // The products may overflow; their difference doesn't.
    return reduced(a * b - quotient * PRIME);
  }

  /** Returns the residue of a number that is at most one multiple of the prime away from it. */
  private static long reduced(long value) {
    long notNegative = value + (value >> 63 & PRIME);
    return notNegative >= PRIME ? notNegative - PRIME : notNegative;
  }
}
