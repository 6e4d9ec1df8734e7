package org.spanmatch.kernel.vector.factor;

import org.spanmatch.kernel.vector.gemm.Gemm;
import org.spanmatch.kernel.vector.gemm.Gemm.Factor;
import org.spanmatch.kernel.vector.gemm.Matrix;
import org.spanmatch.kernel.vector.gemm.MicroKernel;

/**
 * Solves systems with an upper triangular matrix R by recursive halving, so that nearly all
 * operations are matrix products. (The pattern: Toledo, Locality of reference in LU decomposition
 * with partial pivoting, 1997.)
 */
public final class TriangularSolve {
  /** Number of rows at which halving stops. */
  static final int LEAF = 16;

  private final Matrix r;
  private final int size;
  private final Gemm gemm;

  /**
   * Takes the triangle; copies nothing.
   *
   * @param r the triangle in its first rows and columns; elements below the diagonal are not read
   * @param size the triangle's number of rows
   */
  public TriangularSolve(Matrix r, int size, Gemm gemm) {
    this.r = r;
    this.size = size;
    this.gemm = gemm;
  }

  /** Returns the row at which to halve a range so that both halves begin at a whole tile. */
  static int middle(int from, int to) {
    return from + Matrix.padded((to - from) / 2, LEAF);
  }

  /**
   * Returns the largest number of roundings that a term of the solution's sums meets: those of a
   * chain in a matrix product, which begins at 0, one for each later chain that is subtracted from
   * the same element, those of a leaf, and the division.
   *
   * @param size the triangle's number of rows
   */
  public static int roundings(int size) {
    int chains = 0;
    int left = size;
    while (left > LEAF) {
      // Both halves are at most the first one, and the depth of the product is a half.
      left = middle(0, left);
      chains += (left + MicroKernel.KC - 1) / MicroKernel.KC;
    }
    // A chain has a rounding more if products are not fused with additions.
    return Math.min(size, MicroKernel.KC) + 1 + chains + LEAF + 1;
  }

  /**
   * Writes R⁻ᵀ, a lower triangle, to the first columns of a matrix that has zeros there. Costs
   * size³/3 operations.
   */
  public void invertTransposed(Matrix target) {
    for (int i = 0; i < size; i++) {
      target.set(i, i, 1);
    }
    forward(target, 0, size);
  }

  private void forward(Matrix x, int from, int to) {
    if (to - from > LEAF) {
      int middle = middle(from, to);
      forward(x, from, middle);
      subtractProduct(x, from, middle, to, 0, from);
      // The square on the diagonal is a lower triangle: products begin where its columns do.
      for (int column = from; column < middle; column += MicroKernel.KC) {
        int last = Math.min(middle, column + MicroKernel.KC);
        subtractProduct(x, column, middle, to, column, last);
      }
      forward(x, middle, to);
      return;
    }
    gemm.onColumns(
        0,
        to,
        (long) LEAF * LEAF,
        (first, last) -> {
          double[] factors = new double[LEAF];
          for (int i = from; i < to; i++) {
            for (int l = from; l < i; l++) {
              factors[l - from] = r.get(l, i);
            }
            gemm.subtractRows(x, i, factors, from, i - from, first, last);
            x.divideRow(i, r.get(i, i), first, last);
          }
        });
  }

  /** Subtracts from the rows after the middle what rows from {@code source} on contribute. */
  private void subtractProduct(
      Matrix x, int source, int middle, int to, int firstColumn, int lastColumn) {
    if (lastColumn > firstColumn) {
      gemm.subtractProduct(
          Factor.columns(r, source, middle, to - middle),
          Factor.columns(x, source, firstColumn, lastColumn - firstColumn),
          middle - source,
          x,
          middle,
          firstColumn,
          false);
    }
  }

  /**
   * Replaces some columns B of a matrix by R⁻¹B. Costs size² operations per column.
   *
   * @param first the first column, a multiple of the tile size
   * @param last the end of the columns, exclusive
   */
  public void solve(Matrix b, int first, int last) {
    if (last > first) {
      backward(b, 0, size, first, last);
    }
  }

  private void backward(Matrix b, int from, int to, int firstColumn, int lastColumn) {
    if (to - from > LEAF) {
      int middle = middle(from, to);
      backward(b, middle, to, firstColumn, lastColumn);
      gemm.subtractProduct(
          Factor.rows(r, from, middle, middle - from),
          Factor.columns(b, middle, firstColumn, lastColumn - firstColumn),
          to - middle,
          b,
          from,
          firstColumn,
          false);
      backward(b, from, middle, firstColumn, lastColumn);
      return;
    }
    gemm.onColumns(
        firstColumn,
        lastColumn,
        (long) LEAF * LEAF,
        (first, last) -> {
          double[] factors = new double[LEAF];
          for (int i = to - 1; i >= from; i--) {
            for (int l = i + 1; l < to; l++) {
              factors[l - i - 1] = r.get(i, l);
            }
            gemm.subtractRows(b, i, factors, i + 1, to - i - 1, first, last);
            b.divideRow(i, r.get(i, i), first, last);
          }
        });
  }
}
