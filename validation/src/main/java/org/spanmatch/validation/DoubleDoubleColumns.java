package org.spanmatch.validation;

import java.util.Arrays;
import java.util.List;

/**
 * Vectors of double-double numbers side by side, as the columns of a matrix.
 *
 * <p>Each step of a sum waits for the one before it, but sums of several columns wait together. So
 * the inner loops run over columns, and no number is an object. Every column gets the bits that it
 * would get alone.
 */
final class DoubleDoubleColumns {
  private final int columns;
  // A row has an element of each column.
  private final double[][] hi;
  private final double[][] lo;
  private final double[] sumHi;
  private final double[] sumLo;

  /** The reflection I − τvvᵀ, where v is zero before index {@code from} and 1 there. */
  @SuppressWarnings("ArrayRecordComponent") // Only handed on; never compared or printed.
  record Reflection(int from, double[] hi, double[] lo, DoubleDouble tau) {}

  private DoubleDoubleColumns(int rows, int columns) {
    this.columns = columns;
    hi = new double[rows][columns];
    lo = new double[rows][columns];
    sumHi = new double[columns];
    sumLo = new double[columns];
  }

  /**
   * Returns vectors scaled to unit norm.
   *
   * @param rows the length of the vectors
   * @param vectors none of them zero
   */
  static DoubleDoubleColumns unit(int rows, List<double[]> vectors) {
    DoubleDoubleColumns unit = new DoubleDoubleColumns(rows, vectors.size());
    for (int j = 0; j < unit.columns; j++) {
      double[] vector = vectors.get(j);
      double largest = Arrays.stream(vector).map(Math::abs).max().orElseThrow();
      if (!(largest > 0)) {
        throw new IllegalArgumentException("a zero vector has no direction");
      }
      int exponent = Math.getExponent(largest);
      for (int i = 0; i < rows; i++) {
        unit.hi[i][j] = Math.scalb(vector[i], -exponent);
      }
    }
    DoubleDouble[] norms = unit.norms(0, 0);
    for (int j = 0; j < unit.columns; j++) {
      for (int i = 0; i < rows; i++) {
        unit.set(i, j, unit.at(i, j).divide(norms[j]));
      }
    }
    return unit;
  }

  int columns() {
    return columns;
  }

  DoubleDouble at(int row, int column) {
    return new DoubleDouble(hi[row][column], lo[row][column]);
  }

  private void set(int row, int column, DoubleDouble value) {
    hi[row][column] = value.hi();
    lo[row][column] = value.lo();
  }

  void swap(int one, int other) {
    for (int i = 0; i < hi.length; i++) {
      DoubleDouble value = at(i, one);
      set(i, one, at(i, other));
      set(i, other, value);
    }
  }

  /** Returns the norms of what the columns have from a row on; zero before the first column. */
  DoubleDouble[] norms(int row, int first) {
    clearSums();
    for (int i = row; i < hi.length; i++) {
      addSquares(hi[i], lo[i], sumHi, sumLo, first);
    }
    DoubleDouble[] norms = new DoubleDouble[columns];
    Arrays.setAll(norms, j -> new DoubleDouble(sumHi[j], sumLo[j]).sqrt());
    return norms;
  }

  /** Returns the reflection that makes a column zero below row {@code k}. */
  Reflection reflection(int k, int column, DoubleDouble norm) {
    DoubleDouble beta = hi[k][column] > 0 ? norm.negate() : norm;
    DoubleDouble first = at(k, column).subtract(beta);
    double[] high = new double[hi.length - k];
    double[] low = new double[high.length];
    high[0] = 1;
    for (int i = 1; i < high.length; i++) {
      DoubleDouble value = at(k + i, column).divide(first);
      high[i] = value.hi();
      low[i] = value.lo();
    }
    return new Reflection(k, high, low, first.negate().divide(beta));
  }

  /** Reflects the columns from the first one on. */
  void reflect(Reflection by, int first) {
    clearSums();
    for (int i = 0; i < by.hi.length; i++) {
      addProducts(by.hi[i], by.lo[i], hi[by.from + i], lo[by.from + i], sumHi, sumLo, first);
    }
    for (int j = first; j < columns; j++) {
      DoubleDouble product = new DoubleDouble(sumHi[j], sumLo[j]).multiply(by.tau);
      sumHi[j] = -product.hi();
      sumLo[j] = -product.lo();
    }
    for (int i = 0; i < by.hi.length; i++) {
      addProducts(by.hi[i], by.lo[i], sumHi, sumLo, hi[by.from + i], lo[by.from + i], first);
    }
  }

  private void clearSums() {
    Arrays.fill(sumHi, 0);
    Arrays.fill(sumLo, 0);
  }

  private static void addSquares(
      double[] hi, double[] lo, double[] toHi, double[] toLo, int first) {
    for (int j = first; j < toHi.length; j++) {
      DoubleDouble value = new DoubleDouble(hi[j], lo[j]);
      DoubleDouble sum = new DoubleDouble(toHi[j], toLo[j]).add(value.multiply(value));
      toHi[j] = sum.hi();
      toLo[j] = sum.lo();
    }
  }

  private static void addProducts(
      double factorHi,
      double factorLo,
      double[] hi,
      double[] lo,
      double[] toHi,
      double[] toLo,
      int first) {
    DoubleDouble factor = new DoubleDouble(factorHi, factorLo);
    for (int j = first; j < toHi.length; j++) {
      DoubleDouble product = factor.multiply(new DoubleDouble(hi[j], lo[j]));
      DoubleDouble sum = new DoubleDouble(toHi[j], toLo[j]).add(product);
      toHi[j] = sum.hi();
      toLo[j] = sum.lo();
    }
  }
}
