package org.spanmatch.kernel.vector;

/**
 * A dense row-major matrix of zeros to begin with, with room for whole tiles of the micro-kernel: a
 * tile may reach over the last row and column, where it only adds zeros.
 */
final class Matrix {
  final int rows;
  final int columns;
  final int stride;
  final double[] values;

  /**
   * Makes a matrix.
   *
   * @param tile rows and columns are padded to multiples of it
   */
  Matrix(int rows, int columns, int tile) {
    this.rows = rows;
    this.columns = columns;
    this.stride = padded(columns, tile);
    this.values = new double[Math.multiplyExact(padded(rows, tile), stride)];
  }

  /** The smallest multiple of {@code tile} that is at least {@code size}. */
  static int padded(int size, int tile) {
    return (size + tile - 1) / tile * tile;
  }

  /** The place of an element in {@link #values}. */
  int at(int row, int column) {
    return row * stride + column;
  }

  double get(int row, int column) {
    return values[at(row, column)];
  }

  void set(int row, int column, double value) {
    values[at(row, column)] = value;
  }

  /** Subtracts a multiple of one row from another, between two columns. */
  void subtractRow(int row, double factor, int source, int from, int to) {
    int target = row * stride;
    int other = source * stride;
    for (int j = from; j < to; j++) {
      values[target + j] -= factor * values[other + j];
    }
  }
}
