package org.spanmatch.validation;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Distances to the span of vectors in exact rational arithmetic: fraction-free elimination of their
 * Gram matrix, whose elements stay whole numbers. (Bareiss, Sylvester's identity and multistep
 * integer-preserving Gaussian elimination, 1968.)
 *
 * <p>Every vector of doubles becomes one of whole numbers by a power of two. Nothing is rounded but
 * the results. With n vectors it costs about n³/3 products of numbers of up to n times the bits of
 * an inner product.
 */
final class ExactProjection {
  private static final int MANTISSA_BITS = 52;
  private static final int LEAST_EXPONENT = -1074;
  // Bits of a quotient; twice those of a double, as its square root has half of them.
  private static final int QUOTIENT_BITS = 128;

  private final List<BigInteger[]> vectors = new ArrayList<>();
  private final List<BigInteger> squares = new ArrayList<>();
  private final List<Integer> pivots = new ArrayList<>();
  private final List<BigInteger[]> rows = new ArrayList<>(); // of the pivots, when they were taken

  /** A vector's relative distance δ to the span, and ‖c‖₁ of its coefficients of unit vectors. */
  record Projected(double distance, double coefficientNorm) {}

  /**
   * Eliminates the spanning vectors, always the farthest one next.
   *
   * @param spanning the spanning vectors; none of them zero
   */
  ExactProjection(List<double[]> spanning) {
    spanning.forEach(vector -> vectors.add(whole(vector)));
    vectors.forEach(vector -> squares.add(product(vector, vector)));
    int n = vectors.size();
    BigInteger[][] gram = new BigInteger[n][n];
    List<Integer> left = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      left.add(i);
      for (int j = 0; j <= i; j++) {
        gram[i][j] = product(vectors.get(i), vectors.get(j));
        gram[j][i] = gram[i][j];
      }
    }
    BigInteger previous = BigInteger.ONE;
    for (int p = farthest(gram, left); p >= 0; p = farthest(gram, left)) {
      BigInteger[] row = gram[p].clone();
      left.remove((Integer) p);
      for (int i : left) {
        for (int j : left) {
          if (j <= i) {
            gram[i][j] = step(row[p], gram[i][j], row[i], row[j], previous);
            gram[j][i] = gram[i][j];
          }
        }
      }
      previous = row[p];
      pivots.add(p);
      rows.add(row);
    }
  }

  /** Returns the vector whose rest is the largest part of it, or -1 if no rest is left. */
  private int farthest(BigInteger[][] gram, List<Integer> left) {
    int farthest = -1;
    double largest = 0;
    for (int i : left) {
      double part = root(gram[i][i], squares.get(i));
      if (part > largest) {
        farthest = i;
        largest = part;
      }
    }
    return farthest;
  }

  private static BigInteger step(
      BigInteger pivot, BigInteger value, BigInteger a, BigInteger b, BigInteger previous) {
    return pivot.multiply(value).subtract(a.multiply(b)).divide(previous);
  }

  /** Returns a vector times a power of two that makes its values whole numbers. */
  private static BigInteger[] whole(double[] vector) {
    int least = Integer.MAX_VALUE;
    for (double value : vector) {
      if (value != 0) {
        least = Math.min(least, exponent(value) + Long.numberOfTrailingZeros(mantissa(value)));
      }
    }
    BigInteger[] whole = new BigInteger[vector.length];
    for (int i = 0; i < whole.length; i++) {
      double value = vector[i];
      int shift = exponent(value) - least;
      BigInteger size =
          value == 0 ? BigInteger.ZERO : BigInteger.valueOf(mantissa(value)).shiftLeft(shift);
      whole[i] = value < 0 ? size.negate() : size;
    }
    return whole;
  }

  /** Returns the whole number m with |value| = m·2^{@link #exponent}. */
  private static long mantissa(double value) {
    long bits = Double.doubleToLongBits(value) & ((1L << MANTISSA_BITS) - 1);
    return Math.abs(value) < Double.MIN_NORMAL ? bits : bits | 1L << MANTISSA_BITS;
  }

  private static int exponent(double value) {
    return Math.max(Math.getExponent(value) - MANTISSA_BITS, LEAST_EXPONENT);
  }

  private static BigInteger product(BigInteger[] a, BigInteger[] b) {
    BigInteger sum = BigInteger.ZERO;
    for (int i = 0; i < a.length; i++) {
      sum = sum.add(a[i].multiply(b[i]));
    }
    return sum;
  }

  /** Returns √(a / b) for a ≥ 0 and b > 0, rounded once or twice. */
  private static double root(BigInteger a, BigInteger b) {
    int shift = QUOTIENT_BITS - a.bitLength() + b.bitLength();
    shift += shift & 1;
    BigInteger quotient = shift > 0 ? a.shiftLeft(shift).divide(b) : a.divide(b.shiftLeft(-shift));
    return Math.scalb(quotient.sqrt().doubleValue(), -shift / 2);
  }

  /** Number of independent vectors. */
  int rank() {
    return pivots.size();
  }

  /** A vector's products with the pivots and what is left of its square, eliminated. */
  @SuppressWarnings("ArrayRecordComponent") // Only handed on; never compared.
  private record Eliminated(BigInteger[] products, BigInteger rest, BigInteger square) {}

  private Eliminated eliminate(double[] vector) {
    BigInteger[] x = whole(vector);
    BigInteger square = product(x, x);
    BigInteger[] products = new BigInteger[pivots.size()];
    Arrays.setAll(products, k -> product(x, vectors.get(pivots.get(k))));
    BigInteger rest = square;
    BigInteger previous = BigInteger.ONE;
    for (int k = 0; k < products.length; k++) {
      BigInteger[] row = rows.get(k);
      BigInteger pivot = row[pivots.get(k)];
      for (int j = k + 1; j < products.length; j++) {
        products[j] = step(pivot, products[j], products[k], row[pivots.get(j)], previous);
      }
      rest = step(pivot, rest, products[k], products[k], previous);
      previous = pivot;
    }
    return new Eliminated(products, rest, square);
  }

  /** Returns the determinant of the pivots' Gram matrix. */
  private BigInteger determinant() {
    int last = pivots.size() - 1;
    return last < 0 ? BigInteger.ONE : rows.get(last)[pivots.get(last)];
  }

  private double distance(Eliminated x) {
    return root(x.rest, determinant().multiply(x.square));
  }

  /**
   * Projects a vector.
   *
   * @param vector as long as the spanning vectors; not zero
   */
  Projected project(double[] vector) {
    Eliminated x = eliminate(vector);
    return new Projected(distance(x), coefficientNorm(x.products, determinant(), x.square));
  }

  /** Returns the relative distance of a vector that is not zero, without its coefficients. */
  double distance(double[] vector) {
    return distance(eliminate(vector));
  }

  /** Solves for the coefficients, which are whole numbers over the Gram matrix's determinant. */
  private double coefficientNorm(BigInteger[] right, BigInteger determinant, BigInteger square) {
    BigInteger[] coefficients = new BigInteger[right.length];
    BigInteger denominator = determinant.multiply(determinant).multiply(square);
    double norm = 0;
    for (int k = right.length - 1; k >= 0; k--) {
      BigInteger[] row = rows.get(k);
      BigInteger sum = determinant.multiply(right[k]);
      for (int j = k + 1; j < right.length; j++) {
        sum = sum.subtract(row[pivots.get(j)].multiply(coefficients[j]));
      }
      coefficients[k] = sum.divide(row[pivots.get(k)]);
      norm += root(squared(coefficients[k], squares.get(pivots.get(k))), denominator);
    }
    return norm;
  }

  private static BigInteger squared(BigInteger coefficient, BigInteger square) {
    return coefficient.multiply(coefficient).multiply(square);
  }

  /**
   * Estimates the work of a factorisation and of projecting as many vectors, in products of 64-bit
   * words.
   */
  static double work(List<double[]> spanning) {
    double n = spanning.size();
    double bits = 0;
    for (double[] vector : spanning) {
      int least = Integer.MAX_VALUE;
      int most = Integer.MIN_VALUE;
      for (double value : vector) {
        if (value != 0) {
          least = Math.min(least, exponent(value) + Long.numberOfTrailingZeros(mantissa(value)));
          most = Math.max(most, Math.getExponent(value));
        }
      }
      bits = Math.max(bits, 2.0 * (most - least + 1) + Integer.SIZE);
    }
    double words = n * bits / Long.SIZE;
    // Numbers grow step by step, so a product has a third of the words of the largest, squared.
    return n * n * (n / 3 + n / 2) * words * words;
  }
}
