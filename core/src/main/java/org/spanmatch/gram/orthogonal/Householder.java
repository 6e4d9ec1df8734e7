package org.spanmatch.gram.orthogonal;

/** Householder reflections on matrices stored as rows. */
public final class Householder {
  /** The unit roundoff of double arithmetic. */
  public static final double UNIT_ROUNDOFF = 0x1p-53;

  // Columns have norm 1 or more, so anything smaller than this counts as zero: its square would
  // lose digits to underflow, and the reflection would no longer be orthogonal.
  private static final double NEGLIGIBLE = 0x1p-900;

  private Householder() {}

  /**
   * Reflects a pivot row and other rows so that column k of the others becomes zero, and applies
   * the reflection to the columns right of k. In column k itself the other rows keep values that
   * must be read as zero.
   *
   * <p>Works along the rows, so that both passes over the matrix are contiguous. Costs
   * 4·rows·columns operations. (Golub and Van Loan, Matrix Computations, 5.1.)
   *
   * @param pivot the row that takes up column k
   * @param rows the matrix; the other rows are {@code rows[from]} to {@code rows[to − 1]}
   * @param from the first of the other rows
   * @param to the end of the other rows, exclusive
   * @param k the column that becomes zero in the other rows
   * @param columns end of the columns; columns k to {@code columns − 1} take part
   */
  public static void reflect(
      double[] pivot, double[][] rows, int from, int to, int k, int columns) {
    double squares = 0;
    for (int i = from; i < to; i++) {
      squares += rows[i][k] * rows[i][k];
    }
    double alpha = pivot[k];
    if (squares == 0 || alpha * alpha + squares < NEGLIGIBLE) {
      return;
    }
    double beta = -Math.copySign(Math.sqrt(alpha * alpha + squares), alpha);
    double tau = (beta - alpha) / beta;
    double[] products = pivot.clone();
    for (int i = from; i < to; i++) {
      double[] row = rows[i];
      row[k] /= alpha - beta;
      addMultiple(products, row[k], row, k + 1, columns);
    }
    addMultiple(pivot, -tau, products, k + 1, columns);
    pivot[k] = beta;
    for (int i = from; i < to; i++) {
      addMultiple(rows[i], -tau * rows[i][k], products, k + 1, columns);
    }
  }

  private static void addMultiple(
      double[] target, double factor, double[] source, int from, int to) {
    for (int j = from; j < to; j++) {
      target[j] += factor * source[j];
    }
  }

  /**
   * Bounds the relative backward error of one reflection of vectors of the given length: it acts as
   * an exact reflection of a vector that differs by at most this much in norm.
   *
   * <p>Higham, Accuracy and Stability of Numerical Algorithms, section 19.3, with its constants
   * written out: the inner product contributes 2·length·u after scaling with ‖v‖² = 2, the computed
   * v and τ at most 3·length·u, the remaining operations a few u.
   *
   * @param length length of the vectors, at least 1
   * @return the bound
   */
  public static double backwardError(int length) {
    return 6 * (length + 4.0) * UNIT_ROUNDOFF;
  }
}
