package org.spanmatch.similarity;

import java.util.Arrays;
import org.spanmatch.kernel.ProjectionKernel.MatrixProducts.Block;

/**
 * A tridiagonal matrix T, and the Householder reflections that made it of A = QTQᵀ, half of whose
 * operations are in products of matrices. Costs 4/3·n³ operations for A with both of its triangles
 * up to date, and reads it n/3 times. (Golub and Van Loan, Matrix Computations, 8.3; the blocked
 * reduction is that of LAPACK's dsytrd.)
 */
final class Tridiagonal {
  private static final int PANEL = 32;
  private static final int REFLECTED = 128; // reflections that are applied together

  final double[] diagonal;
  final double[] beside; // beside[k] lies between k and k + 1
  private final double[][] reflectors; // v of step k, 0 up to element k
  private final double[] factors; // τ of I − τvvᵀ

  private Tridiagonal(int n) {
    diagonal = new double[n];
    beside = new double[n];
    reflectors = new double[n][];
    factors = new double[n];
  }

  /** Reduces a matrix of elements near 1, which is overwritten. */
  static Tridiagonal of(double[][] a, Products products) {
    int n = a.length;
    Tridiagonal t = new Tridiagonal(n);
    for (int from = 0; from < n; from += PANEL) {
      int to = Math.min(n, from + PANEL);
      double[][] companions = new double[n][]; // w, of the update A − vwᵀ − wvᵀ
      for (int k = from; k < to; k++) {
        t.eliminate(a, k, from, companions, products);
      }
      t.update(a, from, to, companions, products);
    }
    return t;
  }

  /** Makes row and column k tridiagonal. The matrix lacks the updates of this panel. */
  private void eliminate(double[][] a, int k, int from, double[][] companions, Products products) {
    int n = a.length;
    double[] row = a[k];
    for (int i = from; i < k; i++) {
      Rows.addMultiple(row, -reflectors[i][k], companions[i], k, n);
      Rows.addMultiple(row, -companions[i][k], reflectors[i], k, n);
    }
    diagonal[k] = row[k];
    double[] v = new double[n];
    double[][] product = new double[1][n];
    reflectors[k] = v;
    companions[k] = product[0];
    if (k + 1 == n) {
      return;
    }
    System.arraycopy(row, k + 1, v, k + 1, n - k - 1);
    double alpha = v[k + 1];
    v[k + 1] = 0;
    double squares = Products.dot(v, v, k + 2, n);
    if (squares == 0 || Math.sqrt(squares) < Double.MIN_NORMAL * 0x1p200) {
      beside[k] = alpha;
      Arrays.fill(v, 0);
      return;
    }
    double beta = -Math.copySign(Math.sqrt(alpha * alpha + squares), alpha);
    beside[k] = beta;
    double tau = (beta - alpha) / beta;
    factors[k] = tau;
    for (int i = k + 2; i < n; i++) {
      v[i] /= alpha - beta;
    }
    v[k + 1] = 1;
    double[] w = product[0];
    products.add(
        Block.of(product, 0, 1, k + 1, n),
        false,
        Block.of(new double[][] {v}, 0, 1, k + 1, n),
        Block.of(a, k + 1, n, k + 1, n),
        false);
    for (int i = from; i < k; i++) {
      double onReflector = Products.dot(reflectors[i], v, k + 1, n);
      double onCompanion = Products.dot(companions[i], v, k + 1, n);
      Rows.addMultiple(w, -onCompanion, reflectors[i], k + 1, n);
      Rows.addMultiple(w, -onReflector, companions[i], k + 1, n);
    }
    double half = tau * tau / 2 * Products.dot(w, v, k + 1, n);
    for (int i = k + 1; i < n; i++) {
      w[i] = tau * w[i] - half * v[i];
    }
  }

  /** Applies the updates of a panel to the rest of the matrix, both of its triangles. */
  private void update(double[][] a, int from, int to, double[][] companions, Products products) {
    int n = a.length;
    int width = to - from;
    double[][] sources = new double[2 * width][];
    double[][] factorsOfRows = new double[n][];
    for (int k = 0; k < width; k++) {
      sources[k] = companions[from + k];
      sources[width + k] = reflectors[from + k];
    }
    for (int i = to; i < n; i++) {
      factorsOfRows[i] = new double[2 * width];
      for (int k = 0; k < width; k++) {
        factorsOfRows[i][k] = -reflectors[from + k][i];
        factorsOfRows[i][width + k] = -companions[from + k][i];
      }
    }
    products.add(
        Block.of(a, to, n, to, n),
        false,
        Block.of(factorsOfRows, to, n, 0, 2 * width),
        Block.of(sources, 0, 2 * width, to, n),
        false);
  }

  /**
   * Finds the upper triangular S of I − VSVᵀ, the product of some reflections with the rows v of Vᵀ
   * (LAPACK's dlarft).
   *
   * @param v the reflectors
   */
  private double[][] triangle(double[][] v, int from, Products products) {
    double[][] overlaps = products.withTranspose(v);
    double[][] s = new double[v.length][v.length];
    for (int k = 0; k < v.length; k++) {
      double tau = factors[from + k];
      for (int i = 0; i < k; i++) {
        s[i][k] = -tau * Products.dot(s[i], overlaps[k], i, k);
      }
      s[k][k] = tau;
    }
    return s;
  }

  /** Turns eigenvectors of T, the rows of a matrix that is overwritten, into those of A. */
  void reflect(double[][] vectors, Products products) {
    int n = diagonal.length;
    int count = vectors.length;
    for (int from = (n - 1) / REFLECTED * REFLECTED; from >= 0; from -= REFLECTED) {
      double[][] v = Arrays.copyOfRange(reflectors, from, Math.min(n, from + REFLECTED));
      double[][] s = triangle(v, from, products);
      Block part = Block.of(vectors, 0, count, from, n);
      Block mirrors = Block.of(v, 0, v.length, from, n);
      double[][] onMirrors = products.of(part, mirrors.transpose());
      double[][] turned = products.of(Products.whole(onMirrors), Products.whole(s).transpose());
      products.add(part, true, Products.whole(turned), mirrors, false);
    }
  }
}
