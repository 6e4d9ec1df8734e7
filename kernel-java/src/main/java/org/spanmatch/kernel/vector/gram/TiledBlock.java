package org.spanmatch.kernel.vector.gram;

import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramPair;

/**
 * The inner products of two layers while they are added up: tiles of NR × NR numbers, each in one
 * piece; of a layer with itself only those on and above the diagonal.
 */
final class TiledBlock {
  final GramPair pair;
  final int firstRow; // panels
  final int lastRow;
  final int firstColumn;
  final int lastColumn;
  double[] values;
  private final int nr;

  /**
   * A block of zeros; rows and columns are panels, each from the first to the one behind the last.
   */
  TiledBlock(GramPair pair, int firstRow, int lastRow, int firstColumn, int lastColumn, int nr) {
    this.pair = pair;
    this.firstRow = firstRow;
    this.lastRow = lastRow;
    this.firstColumn = firstColumn;
    this.lastColumn = lastColumn;
    this.nr = nr;
    long rows = lastRow - (long) firstRow;
    long tiles = isTriangle() ? rows * (rows + 1) / 2 : rows * (lastColumn - firstColumn);
    this.values = new double[Math.toIntExact(tiles * nr * nr)];
  }

  /** Whether it is of a layer with itself. */
  boolean isTriangle() {
    return pair.first() == pair.second();
  }

  /** Where the tile of two panels begins; the row is not below the column in a triangle. */
  int tile(int row, int column) {
    int i = row - firstRow;
    int j = column - firstColumn;
    int size = lastColumn - firstColumn;
    int number = isTriangle() ? i * (2 * size - i - 1) / 2 + j : i * size + j;
    return number * nr * nr;
  }

  /** The packed upper triangle of the layer's neurons. */
  double[] triangle(int neurons) {
    double[] packed = new double[Math.toIntExact(neurons * (neurons + 1L) / 2)];
    for (int i = 0; i < neurons; i++) {
      int start = GramMatrix.triangleRow(neurons, i);
      copyRow(i, i, neurons, packed, start);
    }
    return packed;
  }

  /** All rows, one after the other. */
  double[] rectangle(int rows, int columns) {
    double[] packed = new double[Math.multiplyExact(rows, columns)];
    for (int i = 0; i < rows; i++) {
      copyRow(i, 0, columns, packed, i * columns);
    }
    return packed;
  }

  /** Copies a row between two columns; column j goes to place start + j. */
  private void copyRow(int row, int from, int to, double[] target, int start) {
    for (int j = from; j < to; ) {
      int within = j % nr;
      int count = Math.min(nr - within, to - j);
      int source = tile(firstRow + row / nr, firstColumn + j / nr) + row % nr * nr + within;
      System.arraycopy(values, source, target, start + j, count);
      j += count;
    }
  }

  /** Lets the memory go. */
  void release() {
    values = null;
  }
}
