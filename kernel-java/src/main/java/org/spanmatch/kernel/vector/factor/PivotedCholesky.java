package org.spanmatch.kernel.vector.factor;

import java.util.Arrays;

/**
 * Finds independent vectors by a pivoted Cholesky factorisation RᵀR of a part of their Gram matrix.
 *
 * <p>Always takes the vector farthest from the span of those taken before; once that one is within
 * the tolerance, all others count as dependent. Costs about rank²·vectors operations. (Golub and
 * Van Loan, Matrix Computations, 4.2.8.)
 */
public final class PivotedCholesky {
  private final double[][] gram;
  private final int[] columns;
  private final double[][] rows;
  private final double[] squaredDistances;
  private int rank;

  private PivotedCholesky(double[][] gram, int[] vectors) {
    this.gram = gram;
    this.columns = vectors.clone();
    this.rows = new double[vectors.length][];
    this.squaredDistances = new double[vectors.length];
    Arrays.setAll(squaredDistances, j -> gram[columns[j]][columns[j]]);
  }

  /**
   * Returns the independent vectors, in the order taken.
   *
   * @param gram symmetric Gram matrix of unit-norm vectors
   * @param vectors the rows of the vectors to choose from
   * @param tolerance vectors at this squared distance to the others, or less, are dependent
   */
  public static int[] independent(double[][] gram, int[] vectors, double tolerance) {
    PivotedCholesky factor = new PivotedCholesky(gram, vectors);
    while (factor.rank < vectors.length && factor.pivot(tolerance)) {
      factor.addRow();
    }
    return Arrays.copyOf(factor.columns, factor.rank);
  }

  /** Moves the farthest vector to the front; returns false if it is within the tolerance. */
  private boolean pivot(double tolerance) {
    int farthest = rank;
    for (int j = rank + 1; j < columns.length; j++) {
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
      subtractMultiple(row, rows[i][rank], rows[i], rank);
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

  private static void subtractMultiple(double[] target, double factor, double[] source, int from) {
    for (int j = from; j < target.length; j++) {
      target[j] -= factor * source[j];
    }
  }
}
