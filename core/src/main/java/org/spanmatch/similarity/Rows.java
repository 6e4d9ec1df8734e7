package org.spanmatch.similarity;

/**
 * Products of matrices that are stored as rows, in plain loops that C2 turns into vector
 * instructions: two rows of results and four rows of factors at a time are as much as one such loop
 * can hold.
 *
 * <p>Every sum has one order of its terms, whatever range of columns a call computes.
 */
final class Rows {
  /** Columns that are computed together: two rows of results stay in the first-level cache. */
  static final int WIDTH = 128;

  /** Rows of results that are computed together; with {@link #WIDTH} columns, 64 KB. */
  static final int HEIGHT = 64;

  // Rows of factors that stay in the first-level cache.
  private static final int DEPTH = 16;

  private Rows() {}

  /** Returns how many ranges of {@link #WIDTH} columns cover some columns. */
  static int ranges(int columns) {
    return (columns + WIDTH - 1) / WIDTH;
  }

  /**
   * Subtracts Aᵀ·B from some columns of some rows: {@code target[i] −= Σ a[l][i]·b[l]}. The sources
   * may be rows of the target that are not among those written.
   *
   * @param from the first row of the target that is written, and column of A
   * @param to the end of these rows
   * @param first the first row of A and B
   * @param last the end of these rows
   * @param left the first column that is written
   * @param right the end of these columns
   */
  static void subtractTransposed(
      double[][] target,
      int from,
      int to,
      double[][] a,
      double[][] b,
      int first,
      int last,
      int left,
      int right) {
    subtract(target, from, to, a, true, b, first, last, left, right);
  }

  /**
   * Subtracts A·B from some columns of some rows: {@code target[i] −= Σ a[i][l]·b[l]}; see {@link
   * #subtractTransposed}.
   */
  static void subtract(
      double[][] target,
      int from,
      int to,
      double[][] a,
      double[][] b,
      int first,
      int last,
      int left,
      int right) {
    subtract(target, from, to, a, false, b, first, last, left, right);
  }

  private static void subtract(
      double[][] target,
      int from,
      int to,
      double[][] a,
      boolean transposed,
      double[][] b,
      int first,
      int last,
      int left,
      int right) {
    double[] even = new double[4];
    double[] odd = new double[4];
    for (int start = first; start < last; start += DEPTH) {
      int end = Math.min(last, start + DEPTH);
      for (int i = from; i < to; i += 2) {
        boolean two = i + 1 < to;
        int l = start;
        for (; l <= end - 4; l += 4) {
          factors(a, transposed, i, l, even);
          if (two) {
            factors(a, transposed, i + 1, l, odd);
            subtractFour(
                target[i],
                target[i + 1],
                even,
                odd,
                b[l],
                b[l + 1],
                b[l + 2],
                b[l + 3],
                left,
                right);
          } else {
            subtractFour(target[i], even, b[l], b[l + 1], b[l + 2], b[l + 3], left, right);
          }
        }
        for (; l < end; l++) {
          subtractOne(target[i], factor(a, transposed, i, l), b[l], left, right);
          if (two) {
            subtractOne(target[i + 1], factor(a, transposed, i + 1, l), b[l], left, right);
          }
        }
      }
    }
  }

  private static double factor(double[][] a, boolean transposed, int i, int l) {
    return transposed ? a[l][i] : a[i][l];
  }

  private static void factors(double[][] a, boolean transposed, int i, int l, double[] target) {
    for (int k = 0; k < 4; k++) {
      target[k] = factor(a, transposed, i, l + k);
    }
  }

  private static void subtractFour(
      double[] even,
      double[] odd,
      double[] e,
      double[] o,
      double[] b0,
      double[] b1,
      double[] b2,
      double[] b3,
      int left,
      int right) {
    double e0 = e[0];
    double e1 = e[1];
    double e2 = e[2];
    double e3 = e[3];
    double o0 = o[0];
    double o1 = o[1];
    double o2 = o[2];
    double o3 = o[3];
    for (int j = left; j < right; j++) {
      even[j] -= e0 * b0[j] + e1 * b1[j] + (e2 * b2[j] + e3 * b3[j]);
      odd[j] -= o0 * b0[j] + o1 * b1[j] + (o2 * b2[j] + o3 * b3[j]);
    }
  }

  private static void subtractFour(
      double[] target,
      double[] factors,
      double[] b0,
      double[] b1,
      double[] b2,
      double[] b3,
      int left,
      int right) {
    double f0 = factors[0];
    double f1 = factors[1];
    double f2 = factors[2];
    double f3 = factors[3];
    for (int j = left; j < right; j++) {
      target[j] -= f0 * b0[j] + f1 * b1[j] + (f2 * b2[j] + f3 * b3[j]);
    }
  }

  private static void subtractOne(
      double[] target, double factor, double[] source, int left, int right) {
    for (int j = left; j < right; j++) {
      target[j] -= factor * source[j];
    }
  }

  /** Divides some columns of a row. */
  static void divide(double[] row, double divisor, int left, int right) {
    for (int j = left; j < right; j++) {
      row[j] /= divisor;
    }
  }
}
