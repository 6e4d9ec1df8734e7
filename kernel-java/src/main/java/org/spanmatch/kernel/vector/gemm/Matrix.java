package org.spanmatch.kernel.vector.gemm;

/**
 * A dense row-major matrix, initially zero, padded to whole tiles of the micro-kernel: a tile may
 * extend beyond the last row and column, where it only adds zeros.
 */
public final class Matrix {
  private static final int PAGE_VALUES = 4096 / Double.BYTES;

  public final int rows;
  public final int columns;
  final int stride;
  public final double[] values;

  /**
   * Creates a zero matrix.
   *
   * @param tile the tile size; rows and columns are padded to multiples of it
   */
  public Matrix(int rows, int columns, int tile) {
    this(rows, columns, tile, new double[0]);
  }

  private Matrix(int rows, int columns, int tile, double[] memory) {
    this.rows = rows;
    this.columns = columns;
    int padded = padded(columns, tile);
    // Rows at a distance of a multiple of the page size would evict each other from the caches.
    this.stride = padded % PAGE_VALUES == 0 ? padded + tile : padded;
    int length = Math.multiplyExact(padded(rows, tile), stride);
    this.values = memory.length >= length ? memory : new double[length];
  }

  /** Returns a matrix of any content and size, in the memory of this one if that has enough. */
  Matrix reused(int newRows, int newColumns, int tile) {
    return new Matrix(newRows, newColumns, tile, values);
  }

  private Matrix(Matrix other, int columns, double[] values) {
    this.rows = other.rows;
    this.columns = columns;
    this.stride = other.stride;
    this.values = values;
  }

  /** Returns a matrix of the same size with a copy of the first rows and zeros below. */
  public Matrix copy(int count) {
    double[] copy = new double[values.length];
    System.arraycopy(values, 0, copy, 0, count * stride);
    return new Matrix(this, columns, copy);
  }

  /** Returns the first columns of this matrix, whose elements they share. */
  public Matrix first(int count) {
    return new Matrix(this, count, values);
  }

  /** Returns the smallest multiple of {@code tile} that is at least {@code size}. */
  public static int padded(int size, int tile) {
    return (size + tile - 1) / tile * tile;
  }

  /** Returns the index of an element in {@link #values}. */
  public int at(int row, int column) {
    return row * stride + column;
  }

  public double get(int row, int column) {
    return values[at(row, column)];
  }

  public void set(int row, int column, double value) {
    values[at(row, column)] = value;
  }

  /** Divides the elements of a row from column {@code from} to {@code to − 1}. */
  public void divideRow(int row, double divisor, int from, int to) {
    int place = at(row, 0);
    for (int j = from; j < to; j++) {
      values[place + j] /= divisor;
    }
  }

  /** Multiplies the elements of a row from column {@code from} to {@code to − 1}. */
  public void multiplyRow(int row, double factor, int from, int to) {
    int place = at(row, 0);
    for (int j = from; j < to; j++) {
      values[place + j] *= factor;
    }
  }
}
