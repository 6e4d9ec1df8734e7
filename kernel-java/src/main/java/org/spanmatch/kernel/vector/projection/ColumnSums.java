package org.spanmatch.kernel.vector.projection;

import java.util.Arrays;
import org.spanmatch.kernel.vector.gemm.Gemm;
import org.spanmatch.kernel.vector.gemm.Matrix;

/**
 * Sums of the absolute values in the columns of a tableau, added up block by block while updates
 * are applied: over the rows of vectors that span, and over the weighted rows of those that have
 * left.
 *
 * <p>Each band of rows has separate sums, which are added at the end, so that the bits don't depend
 * on the order of the blocks.
 */
final class ColumnSums {
  private final Gemm gemm;
  private final int bandRows;
  private final double[][] spanning;
  private final double[][] left;

  /** Creates sums for matrices of up to that size, in the blocks of a gemm. */
  ColumnSums(int rows, int columns, Gemm gemm) {
    this.gemm = gemm;
    this.bandRows = gemm.blockRows();
    int bands = (rows + bandRows - 1) / bandRows;
    this.spanning = new double[bands][columns];
    this.left = new double[bands][columns];
  }

  boolean fits(int rows, int columns) {
    return rows <= spanning.length * bandRows && columns <= spanning[0].length;
  }

  /**
   * Computes the sums of a block. Blocks of other bands or columns can be added at the same time.
   *
   * @param drift gives the weights of the rows
   */
  void of(Matrix values, Drift drift, int firstRow, int lastRow, int firstColumn, int lastColumn) {
    for (int band = firstRow / bandRows; band * bandRows < lastRow; band++) {
      Arrays.fill(spanning[band], firstColumn, lastColumn, 0);
      Arrays.fill(left[band], firstColumn, lastColumn, 0);
      int[] rows = new int[bandRows];
      double[] weights = new double[bandRows];
      int begin = band * bandRows;
      int end = Math.min(lastRow, begin + bandRows);
      int count = 0;
      for (int i = begin; i < end; i++) {
        if (!drift.hasLeft(i)) {
          weights[count] = 1;
          rows[count++] = i;
        }
      }
      gemm.addSizes(values, rows, weights, count, spanning[band], firstColumn, lastColumn);
      count = 0;
      for (int i = begin; i < end; i++) {
        if (drift.hasLeft(i)) {
          weights[count] = drift.weight(i);
          rows[count++] = i;
        }
      }
      gemm.addSizes(values, rows, weights, count, left[band], firstColumn, lastColumn);
    }
  }

  /** Returns the sums over the rows of vectors that span. */
  double[] spanning(int rows, int columns) {
    return total(spanning, rows, columns);
  }

  /** Returns the weighted sums over the rows of vectors that have left. */
  double[] left(int rows, int columns) {
    return total(left, rows, columns);
  }

  private double[] total(double[][] bands, int rows, int columns) {
    double[] total = new double[columns];
    gemm.onColumns(
        0,
        columns,
        2L * bands.length,
        (first, last) -> {
          for (int band = 0; band * bandRows < rows; band++) {
            double[] sums = bands[band];
            for (int j = first; j < last; j++) {
              total[j] += sums[j];
            }
          }
        });
    return total;
  }
}
