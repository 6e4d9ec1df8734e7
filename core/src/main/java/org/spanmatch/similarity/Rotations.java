package org.spanmatch.similarity;

import java.util.Arrays;

/**
 * Diagonalises small tridiagonal matrices by the implicit QL method. (Golub and Van Loan, Matrix
 * Computations, 8.3.)
 */
final class Rotations {
  private static final int MOST_SWEEPS = 100; // per eigenvalue; usually 2 are enough

  // Squares of anything that matters stay in the range of doubles.
  private static final int EXPONENT = 300;

  // Of the norm. Less would have noise converge, of which a matrix of low rank has nothing but.
  private static final double NEGLIGIBLE = 0x1p-53;

  private Rotations() {}

  /**
   * Diagonalises some rows and columns of a tridiagonal matrix, whose elements are at most near 1.
   * Costs about 6·n³ operations for n of them.
   *
   * @param diagonal the diagonal; these rows are overwritten with eigenvalues, ascending
   * @param beside beside[k] lies between k and k + 1
   * @param vectors in these rows and columns 0; there they are overwritten with the eigenvectors
   * @param from the first row
   * @param to the end of the rows, exclusive
   */
  static void diagonalise(
      double[] diagonal, double[] beside, double[][] vectors, int from, int to) {
    int n = to - from;
    double[] d = new double[n];
    double[] e = new double[n];
    double[][] own = new double[n][n];
    double norm = 0;
    for (int i = 0; i < n; i++) {
      own[i][i] = 1;
      d[i] = Math.scalb(diagonal[from + i], EXPONENT);
      e[i] = i + 1 < n ? Math.scalb(beside[from + i], EXPONENT) : 0;
      norm = Math.max(norm, Math.abs(d[i]) + Math.abs(e[i]));
    }
    for (int first = 0; first < n; first++) {
      int last = end(d, e, first, n, norm);
      for (int sweep = 0; last > first; sweep++) {
        if (sweep == MOST_SWEEPS) {
          throw new IllegalStateException("the eigenvalues of a symmetric matrix don't converge");
        }
        sweep(d, e, first, last, own, n);
        last = end(d, e, first, n, norm);
      }
    }
    Integer[] order = new Integer[n];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (i, j) -> Double.compare(d[i], d[j]));
    for (int i = 0; i < n; i++) {
      diagonal[from + i] = Math.scalb(d[order[i]], -EXPONENT);
      System.arraycopy(own[order[i]], 0, vectors[from + i], from, n);
    }
  }

  private static void rotate(double[] row, double[] next, double cosine, double sine, int to) {
    for (int j = 0; j < to; j++) {
      double a = row[j];
      double b = next[j];
      row[j] = cosine * a - sine * b;
      next[j] = sine * a + cosine * b;
    }
  }

  /** Returns where the unreduced block that begins at a place ends. */
  private static int end(double[] d, double[] e, int first, int end, double norm) {
    int last = first;
    while (last < end - 1
        && Math.abs(e[last])
            > Math.max(
                NEGLIGIBLE * norm, Math.ulp(Math.abs(d[last]) + Math.abs(d[last + 1])) / 2)) {
      last++;
    }
    return last;
  }

  /** One sweep of rotations from the last element of a block up to its first, with a shift. */
  private static void sweep(
      double[] d, double[] e, int first, int last, double[][] vectors, int to) {
    double ratio = (d[first + 1] - d[first]) / (2 * e[first]);
    double shift =
        d[first] - e[first] / (ratio + Math.copySign(Math.sqrt(ratio * ratio + 1), ratio));
    double g = d[last] - shift;
    double sine = 1;
    double cosine = 1;
    double moved = 0;
    for (int i = last - 1; i >= first; i--) {
      double f = sine * e[i];
      double b = cosine * e[i];
      double r = Math.sqrt(f * f + g * g);
      e[i + 1] = r;
      if (r == 0) {
        d[i + 1] -= moved;
        e[last] = 0;
        return;
      }
      sine = f / r;
      cosine = g / r;
      g = d[i + 1] - moved;
      r = (d[i] - g) * sine + 2 * cosine * b;
      moved = sine * r;
      d[i + 1] = g + moved;
      g = cosine * r - b;
      rotate(vectors[i], vectors[i + 1], cosine, sine, to);
    }
    d[first] -= moved;
    e[first] = g;
    e[last] = 0;
  }
}
