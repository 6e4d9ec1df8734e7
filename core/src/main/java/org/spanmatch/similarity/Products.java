package org.spanmatch.similarity;

import java.util.function.IntConsumer;

/**
 * Products of dense matrices stored as rows, with the same bits for any number of threads.
 *
 * @param threads number of threads, at least 1, for products that repay them
 */
record Products(int threads) {
  private static final int TILE = 32;

  /** Returns A·B, of the rows of A and of B. */
  double[][] of(double[][] a, double[][] b) {
    int columns = b.length == 0 ? 0 : b[0].length;
    double[][] product = new double[a.length][columns];
    add(product, 0, a.length, a, b, 0, b.length, 0, columns);
    return product;
  }

  /** Returns A·Aᵀ, of the rows of A. */
  double[][] withTranspose(double[][] a) {
    return of(a, transpose(a));
  }

  /**
   * Adds multiples of rows: {@code target[i] += Σ factors[i][k]·sources[k]} for rows i from {@code
   * fromRow} to {@code toRow − 1}, sources k from {@code from} to {@code to − 1}, and columns from
   * {@code fromColumn} to {@code toColumn − 1}.
   */
  void add(
      double[][] target,
      int fromRow,
      int toRow,
      double[][] factors,
      double[][] sources,
      int from,
      int to,
      int fromColumn,
      int toColumn) {
    int strips = ceil(toColumn - fromColumn, Rows.WIDTH);
    int stacks = ceil(toRow - fromRow, Rows.HEIGHT);
    long work = (long) (toColumn - fromColumn) * (toRow - fromRow) * (to - from);
    each(
        2.0 * work,
        strips * stacks,
        task -> {
          int row = fromRow + task / strips * Rows.HEIGHT;
          int lastRow = Math.min(toRow, row + Rows.HEIGHT);
          int column = fromColumn + task % strips * Rows.WIDTH;
          int lastColumn = Math.min(toColumn, column + Rows.WIDTH);
          Rows.add(target, row, lastRow, factors, sources, from, to, column, lastColumn);
        });
  }

  /** Runs independent tasks, on several threads if their operations are worth it. */
  void each(double operations, int tasks, IntConsumer task) {
    try (Threads workers = new Threads(threads, operations)) {
      workers.run(tasks, task);
    }
  }

  /** Returns the sum of products, in four chains that the processor can overlap. */
  static double dot(double[] one, double[] other, int from, int to) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = from;
    for (; i + 4 <= to; i += 4) {
      a += one[i] * other[i];
      b += one[i + 1] * other[i + 1];
      c += one[i + 2] * other[i + 2];
      d += one[i + 3] * other[i + 3];
    }
    for (; i < to; i++) {
      a += one[i] * other[i];
    }
    return a + b + (c + d);
  }

  /** Returns the sum of the squares of all elements. */
  static double squares(double[][] rows) {
    double sum = 0;
    for (double[] row : rows) {
      sum += dot(row, row, 0, row.length);
    }
    return sum;
  }

  /** Returns the columns of a matrix as rows. */
  static double[][] transpose(double[][] rows) {
    int columns = rows.length == 0 ? 0 : rows[0].length;
    double[][] transposed = new double[columns][rows.length];
    for (int row = 0; row < rows.length; row += TILE) {
      for (int column = 0; column < columns; column += TILE) {
        int lastColumn = Math.min(columns, column + TILE);
        for (int i = row; i < Math.min(rows.length, row + TILE); i++) {
          for (int j = column; j < lastColumn; j++) {
            transposed[j][i] = rows[i][j];
          }
        }
      }
    }
    return transposed;
  }

  private static int ceil(int size, int part) {
    return (size + part - 1) / part;
  }
}
