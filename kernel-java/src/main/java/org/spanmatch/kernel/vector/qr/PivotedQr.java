package org.spanmatch.kernel.vector.qr;

import java.util.Arrays;
import org.spanmatch.gram.orthogonal.Householder;

/**
 * Column-pivoted Householder QR of spanning vectors, applied to the vectors projected on their
 * span.
 *
 * <p>Always takes the vector farthest from the span so far; norms are computed afresh in every
 * step, so that cancellation can't mislead the choice. Once the farthest is at relative distance ≤
 * τ, all others count as dependent. (Golub and Van Loan, Matrix Computations, 5.4.2.) Costs about
 * 6·rows·spanning·(spanning + projected) operations.
 */
public final class PivotedQr {
  private final double[][] rows;
  private final int spanning;
  private final int columns;
  private final double tolerance;
  private final int[] order;
  private int rank;

  /**
   * Factorises a matrix.
   *
   * @param rows the matrix by rows, with unit-norm vectors as columns: first the spanning ones,
   *     then those to project; overwritten
   * @param spanning number of spanning vectors
   * @param columns number of vectors in all
   * @param tolerance τ
   */
  public PivotedQr(double[][] rows, int spanning, int columns, double tolerance) {
    this.rows = rows;
    this.spanning = spanning;
    this.columns = columns;
    this.tolerance = tolerance;
    this.order = new int[spanning];
    Arrays.setAll(order, j -> j);
    factorise();
  }

  private void factorise() {
    int most = Math.min(rows.length, spanning);
    while (rank < most && pivot()) {
      Householder.reflect(rows[rank], rows, rank + 1, rows.length, rank, columns);
      rank++;
    }
  }

  /** Moves the farthest vector to the front; returns false if it is within the tolerance. */
  private boolean pivot() {
    double[] squares = new double[spanning];
    for (int i = rank; i < rows.length; i++) {
      for (int j = rank; j < spanning; j++) {
        squares[j] += rows[i][j] * rows[i][j];
      }
    }
    int farthest = rank;
    for (int j = rank + 1; j < spanning; j++) {
      if (squares[j] > squares[farthest]) {
        farthest = j;
      }
    }
    if (Math.sqrt(squares[farthest]) <= tolerance) {
      return false;
    }
    int vector = order[rank];
    order[rank] = order[farthest];
    order[farthest] = vector;
    for (double[] row : rows) {
      double value = row[rank];
      row[rank] = row[farthest];
      row[farthest] = value;
    }
    return true;
  }

  /** The independent vectors, in the order taken. */
  public int[] pivots() {
    return Arrays.copyOf(order, rank);
  }

  /** Number of independent spanning vectors. */
  public int rank() {
    return rank;
  }

  /** Distance of projected vector {@code index} to the span. */
  public double distance(int index) {
    if (rank == 0) {
      return 1; // exactly, without the rounding of the norm
    }
    double squares = 0;
    for (int i = rank; i < rows.length; i++) {
      double value = rows[i][spanning + index];
      squares += value * value;
    }
    return Math.sqrt(squares);
  }

  /** ‖c‖₁ of the coefficients c that express the projection by the independent vectors. */
  public double coefficientNorm(int index) {
    double[] coefficients = new double[rank];
    double norm = 0;
    for (int i = rank - 1; i >= 0; i--) {
      double value = rows[i][spanning + index];
      for (int j = i + 1; j < rank; j++) {
        value -= rows[i][j] * coefficients[j];
      }
      coefficients[i] = value / rows[i][i];
      norm += Math.abs(coefficients[i]);
    }
    return norm;
  }

  /** The trace of the inverse of the independent vectors' Gram matrix RᵀR, which is ‖R⁻¹‖²_F. */
  public double inverseTrace() {
    double trace = 0;
    double[] column = new double[rank];
    for (int k = 0; k < rank; k++) {
      for (int i = k; i >= 0; i--) {
        double value = i == k ? 1 : 0;
        for (int j = i + 1; j <= k; j++) {
          value -= rows[i][j] * column[j];
        }
        column[i] = value / rows[i][i];
        trace += column[i] * column[i];
      }
    }
    return trace;
  }

  /**
   * The relative backward error η of each vector: the factorisation is exact for vectors that
   * differ by at most η times their norm.
   */
  public double backwardError() {
    return rank * Householder.backwardError(rows.length);
  }
}
