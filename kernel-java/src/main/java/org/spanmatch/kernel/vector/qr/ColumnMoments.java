package org.spanmatch.kernel.vector.qr;

import java.util.Arrays;
import org.spanmatch.kernel.Moments;
import org.spanmatch.kernel.vector.gemm.Matrix;

/** The sums of columns and of their squares. */
final class ColumnMoments {
  private final double[] sums;
  private final double[] squares;

  /** No rows yet. */
  ColumnMoments(int columns) {
    sums = new double[columns];
    squares = new double[columns];
  }

  /** Those of the first rows of a matrix. */
  static ColumnMoments of(Matrix matrix, int rows) {
    ColumnMoments moments = new ColumnMoments(matrix.columns);
    for (int i = 0; i < rows; i++) {
      moments.addRow(matrix.values, matrix.at(i, 0));
    }
    return moments;
  }

  private void addRow(double[] values, int place) {
    for (int j = 0; j < sums.length; j++) {
      double value = values[place + j];
      sums[j] += value;
      squares[j] += value * value;
    }
  }

  /** Adds those of other rows. */
  void add(ColumnMoments other) {
    for (int j = 0; j < sums.length; j++) {
      sums[j] += other.sums[j];
      squares[j] += other.squares[j];
    }
  }

  /** Those of some columns. */
  Moments of(int from, int to) {
    double[] norms = Arrays.copyOfRange(squares, from, to);
    Arrays.setAll(norms, j -> Math.sqrt(norms[j]));
    return new Moments(norms, Arrays.copyOfRange(sums, from, to));
  }
}
