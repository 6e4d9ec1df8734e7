package org.spanmatch.kernel.vector;

/**
 * Pivoted Cholesky factorisation RᵀR of the part of a Gram matrix that spans, carried on to the
 * vectors that are projected on the span.
 *
 * <p>The next vector taken into the span is always the one farthest from what is spanned already;
 * when it is within the tolerance, all that are left count as dependent. Row k of R comes from the
 * rows above it by multiples of whole rows, which the JIT compiler turns into vector code. Costs
 * about rank²·(spanning/3 + projected) operations, and as many for the coefficients. (Golub and Van
 * Loan, Matrix Computations, 4.2.8.)
 */
final class PivotedCholesky {
  private final double[][] gram;
  private final int[] columns;
  private final int spanning;
  private final double[][] rows;
  private final double[] squaredDistances;
  private int rank;

  /**
   * Factorises.
   *
   * @param gram symmetric Gram matrix of unit-norm vectors
   * @param spanning the rows of those that span
   * @param projected the rows of those to project
   * @param tolerance vectors at this squared distance to the others, or less, are dependent
   */
  PivotedCholesky(double[][] gram, int[] spanning, int[] projected, double tolerance) {
    this.gram = gram;
    this.spanning = spanning.length;
    this.columns = new int[spanning.length + projected.length];
    System.arraycopy(spanning, 0, columns, 0, spanning.length);
    System.arraycopy(projected, 0, columns, spanning.length, projected.length);
    this.rows = new double[spanning.length][];
    this.squaredDistances = new double[columns.length];
    for (int j = 0; j < columns.length; j++) {
      squaredDistances[j] = gram[columns[j]][columns[j]];
    }
    while (rank < spanning.length && pivot(tolerance)) {
      addRow();
    }
  }

  /** Brings the farthest vector to the front; false if it is as good as in the span. */
  private boolean pivot(double tolerance) {
    int farthest = rank;
    for (int j = rank + 1; j < spanning; j++) {
      if (squaredDistances[j] > squaredDistances[farthest]) {
        farthest = j;
      }
    }
    if (squaredDistances[farthest] <= tolerance) {
      return false;
    }
    int column = columns[rank];
    columns[rank] = columns[farthest];
    columns[farthest] = column;
    swap(squaredDistances, rank, farthest);
    for (int i = 0; i < rank; i++) {
      swap(rows[i], rank, farthest);
    }
    return true;
  }

  private static void swap(double[] values, int i, int j) {
    double value = values[i];
    values[i] = values[j];
    values[j] = value;
  }

  private void addRow() {
    double[] row = new double[columns.length];
    double[] source = gram[columns[rank]];
    for (int j = rank; j < columns.length; j++) {
      row[j] = source[columns[j]];
    }
    for (int i = 0; i < rank; i++) {
      subtractMultiple(row, rows[i][rank], rows[i], rank, columns.length);
    }
    double diagonal = Math.sqrt(squaredDistances[rank]);
    row[rank] = diagonal;
    for (int j = rank + 1; j < columns.length; j++) {
      row[j] /= diagonal;
      squaredDistances[j] -= row[j] * row[j];
    }
    rows[rank] = row;
    rank++;
  }

  private static void subtractMultiple(
      double[] target, double factor, double[] source, int from, int to) {
    for (int j = from; j < to; j++) {
      target[j] -= factor * source[j];
    }
  }

  /** How many independent vectors span. */
  int rank() {
    return rank;
  }

  /** Whether some of the vectors that span depend on others. */
  boolean isDependent() {
    return rank < spanning;
  }

  /**
   * Squared distance of projected vector {@code index} to the span; rounding may make it negative.
   */
  double squaredDistance(int index) {
    return squaredDistances[spanning + index];
  }

  /**
   * The sum of the squares of R⁻¹, which is the trace of the inverse of the Gram matrix of the
   * independent vectors, and bounds its norm. Costs rank³/3 operations.
   */
  double inverseSquares() {
    double squares = 0;
    double[][] inverse = new double[rank][];
    for (int k = rank - 1; k >= 0; k--) {
      double[] row = new double[rank];
      row[k] = 1;
      for (int j = k + 1; j < rank; j++) {
        subtractMultiple(row, rows[k][j], inverse[j], j, rank);
      }
      for (int j = k; j < rank; j++) {
        row[j] /= rows[k][k];
        squares += row[j] * row[j];
      }
      inverse[k] = row;
    }
    return squares;
  }

  /** ‖c‖₁ of the coefficients of each projection, by back substitution. */
  double[] coefficientNorms() {
    int projected = columns.length - spanning;
    double[] norms = new double[projected];
    double[][] coefficients = new double[rank][];
    for (int k = rank - 1; k >= 0; k--) {
      double[] row = new double[projected];
      System.arraycopy(rows[k], spanning, row, 0, projected);
      for (int j = k + 1; j < rank; j++) {
        subtractMultiple(row, rows[k][j], coefficients[j], 0, projected);
      }
      for (int x = 0; x < projected; x++) {
        row[x] /= rows[k][k];
        norms[x] += Math.abs(row[x]);
      }
      coefficients[k] = row;
    }
    return norms;
  }
}
