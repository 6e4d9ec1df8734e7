package org.spanmatch.kernel.vector.qr;

import java.util.Arrays;
import org.spanmatch.gram.Householder;

/**
 * Column-pivoted Householder QR of the vectors that span, applied to the vectors that are projected
 * on the span.
 *
 * <p>The next vector taken into the span is always the one farthest from what is spanned already;
 * the norms are computed afresh in every step, so that cancellation can't mislead the choice. When
 * the farthest is at relative distance ≤ τ, all that are left count as dependent. (Golub and Van
 * Loan, Matrix Computations, 5.4.2.) Costs about 6·rows·spanning·(spanning + projected) operations.
 */
public final class PivotedQr {
  private final double[][] rows;
  private final int spanning;
  private final int columns;
  private final double tolerance;
  private final int[] order;
  private int rank;

  /**
   * Factorises.
   *
   * @param rows unit-norm vectors as columns: first those that span, then those to project;
   *     overwritten
   * @param spanning how many span
   * @param columns how many there are in all
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

  /** Brings the farthest vector to the front; false if it is as good as in the span. */
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

  /** The independent vectors, in the order in which they were taken. */
  public int[] pivots() {
    return Arrays.copyOf(order, rank);
  }

  /** How many independent vectors span. */
  public int rank() {
    return rank;
  }

  /** Distance of projected vector {@code index} to the span. */
  public double distance(int index) {
    if (rank == 0) {
      return 1; // exactly, whatever the rounding of the norm
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

  /**
   * The relative backward error of each vector, as {@link
   * org.spanmatch.kernel.reference.StreamingQr#backwardError()}.
   */
  public double backwardError() {
    return rank * Householder.backwardError(rows.length);
  }
}
