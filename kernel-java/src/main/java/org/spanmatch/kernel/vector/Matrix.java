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

  /**
   * Subtracts multiples of consecutive rows from another row, between two columns.
   *
   * @param factors one for each of the rows
   * @param source the first of the rows
   * @param count how many
   */
  void subtractRows(int row, double[] factors, int source, int count, int from, int to) {
    int target = at(row, 0);
    int l = 0;
    // Four at a time, so that the target is loaded and stored less often.
    for (; l + 4 <= count; l += 4) {
      double f0 = factors[l];
      double f1 = factors[l + 1];
      double f2 = factors[l + 2];
      double f3 = factors[l + 3];
      int s0 = at(source + l, 0);
      int s1 = s0 + stride;
      int s2 = s1 + stride;
      int s3 = s2 + stride;
      for (int j = from; j < to; j++) {
        values[target + j] -=
            f0 * values[s0 + j] + f1 * values[s1 + j] + f2 * values[s2 + j] + f3 * values[s3 + j];
      }
    }
    for (; l < count; l++) {
      double factor = factors[l];
      int other = at(source + l, 0);
      for (int j = from; j < to; j++) {
        values[target + j] -= factor * values[other + j];
      }
    }
  }

  /** Divides a row between two columns. */
  void divideRow(int row, double divisor, int from, int to) {
    int place = at(row, 0);
    for (int j = from; j < to; j++) {
      values[place + j] /= divisor;
    }
  }

  /** Multiplies a row between two columns. */
  void multiplyRow(int row, double factor, int from, int to) {
    int place = at(row, 0);
    for (int j = from; j < to; j++) {
      values[place + j] *= factor;
    }
  }
}
