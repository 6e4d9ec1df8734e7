package org.spanmatch.kernel.vector.factor;

import org.spanmatch.kernel.vector.gemm.Gemm;
import org.spanmatch.kernel.vector.gemm.Gemm.Factor;
import org.spanmatch.kernel.vector.gemm.Matrix;

/**
 * Cholesky factorisation G = RᵀR by recursive halving of the rows, extended to further columns: [G
 * B] becomes [R R⁻ᵀB].
 */
public final class Cholesky {
  private final Matrix matrix;
  private final double tolerance;
  private final Gemm gemm;

  private Cholesky(Matrix matrix, double tolerance, Gemm gemm) {
    this.matrix = matrix;
    this.tolerance = tolerance;
    this.gemm = gemm;
  }

  /**
   * Factorises in place. Costs rows³/3 + rows²·(columns − rows) operations.
   *
   * @param matrix G in its first columns, of which only the upper triangle is read; overwritten,
   *     except below the diagonal
   * @param tolerance pivots must be larger than this
   * @return false if a pivot is not larger: the vectors are dependent, and the matrix is garbage
   */
  public static boolean factorise(Matrix matrix, double tolerance, Gemm gemm) {
    return new Cholesky(matrix, tolerance, gemm).factorise(0, matrix.rows);
  }

  private boolean factorise(int from, int to) {
    if (to - from <= TriangularSolve.LEAF) {
      return factoriseLeaf(from, to);
    }
    int middle = TriangularSolve.middle(from, to);
    if (!factorise(from, middle)) {
      return false;
    }
    gemm.subtractProduct(
        Factor.columns(matrix, from, middle, to - middle),
        Factor.columns(matrix, from, middle, matrix.columns - middle),
        middle - from,
        matrix,
        middle,
        middle,
        true);
    return factorise(middle, to);
  }

  private boolean factoriseLeaf(int from, int to) {
    // First the diagonal square, which gives the factors for the other columns.
    for (int i = from; i < to; i++) {
      gemm.subtractRows(matrix, i, factors(i, from), from, i - from, i, to);
      double pivot = matrix.get(i, i);
      if (!(pivot > tolerance)) {
        return false;
      }
      matrix.divideRow(i, Math.sqrt(pivot), i, to);
    }
    gemm.onColumns(
        to,
        matrix.columns,
        (long) TriangularSolve.LEAF * TriangularSolve.LEAF,
        (first, last) -> {
          for (int i = from; i < to; i++) {
            gemm.subtractRows(matrix, i, factors(i, from), from, i - from, first, last);
            matrix.divideRow(i, matrix.get(i, i), first, last);
          }
        });
    return true;
  }

  /** Returns the elements of R in a column, from a row to just above the diagonal. */
  private double[] factors(int column, int from) {
    double[] factors = new double[column - from];
    for (int l = from; l < column; l++) {
      factors[l - from] = matrix.get(l, column);
    }
    return factors;
  }
}
