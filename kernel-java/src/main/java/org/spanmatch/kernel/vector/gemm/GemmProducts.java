package org.spanmatch.kernel.vector.gemm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import org.spanmatch.kernel.ProjectionKernel.MatrixProducts;

/**
 * Products of matrices that are stored as rows. The factors are packed from their rows; a band of
 * the target is copied to where tiles have room, computed there, and copied back while it is in a
 * cache.
 */
public final class GemmProducts implements MatrixProducts {
  private final Gemm gemm;
  private Matrix scratch;

  /** Computes with a gemm. */
  public GemmProducts(Gemm gemm) {
    this.gemm = gemm;
    this.scratch = gemm.matrix(0, 0);
  }

  @Override
  public int threads() {
    return gemm.threads();
  }

  @Override
  public void run(double operations, int tasks, IntConsumer task) {
    List<Runnable> list = new ArrayList<>(tasks);
    for (int i = 0; i < tasks; i++) {
      int number = i;
      list.add(() -> task.accept(number));
    }
    gemm.run(list, operations);
  }

  @Override
  public void add(Block target, boolean subtract, Block left, Block right, boolean upper) {
    int depth = left.isTransposed() ? left.rows() : left.columns();
    if (target.rows() == 0 || target.columns() == 0 || depth == 0) {
      return;
    }
    Matrix values = scratch.reused(target.rows(), target.columns(), gemm.tile());
    scratch = values;
    double sign = subtract ? 1 : -1; // of what is subtracted from
    gemm.subtractProduct(
        new Rows(left, !left.isTransposed()),
        new Rows(right, right.isTransposed()),
        depth,
        values,
        upper,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            int place = values.at(i, 0);
            copy(
                target.matrix()[target.row() + i],
                target.column(),
                values.values,
                place,
                target.columns(),
                sign);
            Arrays.fill(values.values, place + target.columns(), place + values.stride, 0);
          }
        },
        (row, lastRow, column, lastColumn) -> {
          for (int i = row; i < lastRow; i++) {
            copy(
                values.values,
                values.at(i, column),
                target.matrix()[target.row() + i],
                target.column() + column,
                lastColumn - column,
                sign);
          }
        });
  }

  private static void copy(
      double[] source, int from, double[] target, int to, int count, double sign) {
    if (sign > 0) {
      System.arraycopy(source, from, target, to, count);
      return;
    }
    for (int j = 0; j < count; j++) {
      target[to + j] = -source[from + j];
    }
  }

  /**
   * A block as a factor.
   *
   * @param alongRows whether its vectors are the rows of the matrix
   */
  private record Rows(Block block, boolean alongRows) implements Gemm.Operand {
    @Override
    public int size() {
      return alongRows ? block.rows() : block.columns();
    }

    @Override
    public void pack(int from, int depth, int first, int width, double[] target, int to) {
      int count = Math.min(width, size() - first);
      double[][] matrix = block.matrix();
      if (alongRows) {
        for (int i = 0; i < count; i++) {
          double[] row = matrix[block.row() + first + i];
          int source = block.column() + from;
          int place = to + i;
          for (int k = 0; k < depth; k++) {
            target[place] = row[source + k];
            place += width;
          }
        }
      } else {
        for (int k = 0; k < depth; k++) {
          double[] row = matrix[block.row() + from + k];
          System.arraycopy(row, block.column() + first, target, to + k * width, count);
        }
      }
      for (int k = 0; k < depth && count < width; k++) {
        Arrays.fill(target, to + k * width + count, to + (k + 1) * width, 0);
      }
    }
  }
}
