package org.spanmatch.kernel.vector.gram;

import java.util.ArrayList;
import java.util.List;
import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramPair;
import org.spanmatch.kernel.vector.gemm.MicroKernel;
import org.spanmatch.kernel.vector.gemm.Tiles;

/**
 * The inner products of two layers while they are added up: contiguous tiles of NR × NR numbers;
 * for a layer with itself, only the tiles on and above the diagonal.
 */
final class TiledBlock {
  // Number of left panels of a task. As many right ones fit in the second-level cache with them.
  private static final int TASK_PANELS = 4;

  final GramPair pair;
  final int firstRow; // panels
  final int lastRow;
  final int firstColumn;
  final int lastColumn;
  double[] values;
  private final int nr;

  /** Creates a block of zeros. Rows and columns are ranges of panels, the last one exclusive. */
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

  /** Whether this block is of a layer with itself. */
  boolean isTriangle() {
    return pair.first() == pair.second();
  }

  /** Returns the index of the tile of two panels; in a triangle, row ≤ column. */
  int tile(int row, int column) {
    int i = row - firstRow;
    int j = column - firstColumn;
    int size = lastColumn - firstColumn;
    int number = isTriangle() ? i * (2 * size - i - 1) / 2 + j : i * size + j;
    return number * nr * nr;
  }

  /** The tiles of a range of panels. */
  final class Part implements Tiles {
    final int firstRow; // panels, like those of the block
    final int firstColumn;
    private final int rows;
    private final int columns;

    Part(int firstRow, int firstColumn, int taskColumns) {
      this.firstRow = firstRow;
      this.firstColumn = firstColumn;
      this.rows = Math.min(TASK_PANELS, TiledBlock.this.lastRow - firstRow);
      this.columns = Math.min(taskColumns, TiledBlock.this.lastColumn - firstColumn);
    }

    @Override
    public double[] values() {
      return values;
    }

    @Override
    public int stride() {
      return nr;
    }

    @Override
    public int rows() {
      return rows;
    }

    @Override
    public int columns() {
      return columns;
    }

    @Override
    public int firstColumn(int row) {
      return isTriangle() ? Math.max(0, firstRow + row - firstColumn) : 0;
    }

    @Override
    public int at(int row, int column) {
      return tile(firstRow + row, firstColumn + column);
    }

    /** Whether a panel is among the rows and the columns, as it is in exactly one part. */
    boolean hasOnDiagonal(int panel) {
      return isTriangle() && firstColumn <= panel && panel < firstColumn + columns;
    }
  }

  /** Returns the parts that make up the block, each for one task of a micro-kernel. */
  List<Part> parts(MicroKernel kernel) {
    List<Part> parts = new ArrayList<>();
    int taskColumns = kernel.taskColumns(TASK_PANELS, lastColumn - firstColumn);
    for (int column = firstColumn; column < lastColumn; column += taskColumns) {
      int end = isTriangle() ? Math.min(lastRow, column + taskColumns) : lastRow;
      for (int row = firstRow; row < end; row += TASK_PANELS) {
        parts.add(new Part(row, column, taskColumns));
      }
    }
    return parts;
  }

  /** Returns the packed upper triangle, without the padding. */
  double[] triangle(int neurons) {
    double[] packed = new double[Math.toIntExact(neurons * (neurons + 1L) / 2)];
    for (int i = 0; i < neurons; i++) {
      int start = GramMatrix.triangleRow(neurons, i);
      copyRow(i, i, neurons, packed, start);
    }
    return packed;
  }

  /** Returns the rectangle by rows, without the padding. */
  double[] rectangle(int rows, int columns) {
    double[] packed = new double[Math.multiplyExact(rows, columns)];
    for (int i = 0; i < rows; i++) {
      copyRow(i, 0, columns, packed, i * columns);
    }
    return packed;
  }

  /**
   * Copies part of a row, from column {@code from} to {@code to − 1}; column j goes to index start
   * + j.
   */
  private void copyRow(int row, int from, int to, double[] target, int start) {
    for (int j = from; j < to; ) {
      int within = j % nr;
      int count = Math.min(nr - within, to - j);
      int source = tile(firstRow + row / nr, firstColumn + j / nr) + row % nr * nr + within;
      System.arraycopy(values, source, target, start + j, count);
      j += count;
    }
  }

  /** Releases the memory of the tiles. */
  void release() {
    values = null;
  }
}
