package org.spanmatch.kernel.reference;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import org.spanmatch.gram.orthogonal.Householder;

/**
 * Reduces a matrix that arrives row by row to its triangular factor R, by a tree of Householder QR
 * factorisations: it factorises blocks of rows, and merges two factors of equal height in the tree,
 * like carries in a binary counter.
 *
 * <p>Costs about 2·rows·columns² operations and columns² · log₂(rows / columns) memory. The tree
 * keeps the error bound nearly independent of the number of rows. (Demmel, Grigori, Hoemmen,
 * Langou, Communication-optimal parallel and sequential QR and LU factorizations, 2012.)
 */
final class StreamingQr {
  private static final int MIN_BLOCK_ROWS = 256;

  private static final class Factor {
    final int height;
    final double[][] rows;

    Factor(int height, double[][] rows) {
      this.height = height;
      this.rows = rows;
    }
  }

  private final int columns;
  private final double[][] block;
  private final Deque<Factor> factors = new ArrayDeque<>();
  private int filled;
  private int height;

  /**
   * Prepares for the first row.
   *
   * @param columns number of columns
   * @param rows largest number of rows to come
   */
  StreamingQr(int columns, long rows) {
    this.columns = columns;
    this.block = new double[(int) blockRows(columns, rows)][columns];
  }

  private static long blockRows(long columns, long rows) {
    return Math.min(Math.max(MIN_BLOCK_ROWS, 2 * columns), rows);
  }

  /**
   * Returns the memory for a matrix of this size in bytes, nearly all of it for the block and the
   * factors.
   */
  static long bytes(long columns, long rows) {
    long blockRows = blockRows(columns, rows);
    long factors = 64L - Long.numberOfLeadingZeros(rows / blockRows);
    double heldRows =
        blockRows + factors * Math.min(columns, rows); // a long may be too small below
    return (long) (heldRows * columns * Double.BYTES);
  }

  /** Returns the next row, which the caller fills before any other call. */
  double[] nextRow() {
    if (filled == block.length) {
      factoriseBlock();
    }
    return block[filled++];
  }

  /**
   * Ends the input and returns the factor.
   *
   * @return the rows of R: {@code min(rows, columns)} of them, row i zero left of column i
   */
  double[][] finish() {
    factoriseBlock();
    while (factors.size() > 1) {
      mergeLastTwo();
    }
    return factors.isEmpty() ? new double[0][columns] : factors.pop().rows;
  }

  /**
   * The relative backward error η of each column: R is the exact factor of a matrix whose columns
   * differ by at most η times their norm.
   *
   * <p>Errors of sibling blocks combine in proportion to the blocks' shares of the column, so only
   * the longest path from a leaf to the root counts.
   */
  double backwardError() {
    double leaf = columns * Householder.backwardError(block.length + 1);
    // Reflection k of a merge acts on k + 2 rows.
    double merge = columns * Householder.backwardError(columns / 2 + 2);
    return leaf + height * merge;
  }

  private void factoriseBlock() {
    if (filled == 0) {
      return;
    }
    int rank = Math.min(filled, columns);
    for (int k = 0; k < rank; k++) {
      Householder.reflect(block[k], block, k + 1, filled, k, columns);
    }
    double[][] factor = new double[rank][];
    for (int k = 0; k < rank; k++) {
      factor[k] = block[k].clone();
      Arrays.fill(factor[k], 0, k, 0);
    }
    filled = 0;
    factors.push(new Factor(0, factor));
    while (lastTwoHaveEqualHeight()) {
      mergeLastTwo();
    }
  }

  private boolean lastTwoHaveEqualHeight() {
    Iterator<Factor> lastFirst = factors.iterator();
    int last = lastFirst.next().height;
    return lastFirst.hasNext() && lastFirst.next().height == last;
  }

  private void mergeLastTwo() {
    Factor lower = factors.pop();
    Factor upper = factors.pop();
    // Every factor but the newest came from a full block, so the upper one has all its rows.
    for (int k = 0; k < columns; k++) {
      int filledRows = Math.min(k + 1, lower.rows.length);
      Householder.reflect(upper.rows[k], lower.rows, 0, filledRows, k, columns);
    }
    int mergedHeight = Math.max(upper.height, lower.height) + 1;
    height = Math.max(height, mergedHeight);
    factors.push(new Factor(mergedHeight, upper.rows));
  }
}
