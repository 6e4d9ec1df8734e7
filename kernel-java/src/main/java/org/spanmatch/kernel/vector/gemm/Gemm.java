package org.spanmatch.kernel.vector.gemm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Subtracts products of matrices through the micro-kernel, on all threads where that pays.
 *
 * <p>Both factors are packed into panels, a slice of the common dimension at a time. Every element
 * of the result is formed in the same order whatever the number of threads is.
 */
public final class Gemm {
  // Tiles of so many panels a side are one task.
  private static final int TASK_PANELS = 4;

  // Below this, handing out the tasks takes longer than doing them.
  private static final long PARALLEL_OPERATIONS = 1_000_000;

  // Columns of a few rows that stay in the first-level cache.
  private static final int CHUNK = 256;

  private final MicroKernel kernel;
  private final WorkerPool workers;
  private double[] left = new double[0];
  private double[] right = new double[0];

  public Gemm(MicroKernel kernel, WorkerPool workers) {
    this.kernel = kernel;
    this.workers = workers;
  }

  /** A gemm for the calling thread alone. */
  public Gemm alone() {
    return new Gemm(kernel, WorkerPool.NONE);
  }

  /** Rows and columns of a target are whole multiples of it. */
  public int tile() {
    return kernel.nr();
  }

  /** A zero matrix that can be a target. */
  public Matrix matrix(int rows, int columns) {
    return new Matrix(rows, columns, tile());
  }

  /**
   * Subtracts from a row of a matrix, between two columns, multiples of rows that follow each
   * other.
   *
   * @param factors one for each of them
   * @param source the first of them
   * @param count how many
   */
  public void subtractRows(
      Matrix matrix, int row, double[] factors, int source, int count, int from, int to) {
    kernel.subtractRows(
        matrix.values,
        matrix.at(row, from),
        matrix.at(source, from),
        matrix.stride,
        factors,
        count,
        to - from);
  }

  /** Work on some columns of a matrix that does not depend on the other columns. */
  public interface ColumnWork {
    /** Works on the columns from {@code first} to {@code last − 1}. */
    void on(int first, int last);
  }

  /**
   * Works on columns, some at a time.
   *
   * @param operations what a column costs
   */
  public void onColumns(int from, int to, long operations, ColumnWork work) {
    List<Runnable> tasks = new ArrayList<>();
    for (int column = from; column < to; column += CHUNK) {
      int first = column;
      int last = Math.min(to, column + CHUNK);
      tasks.add(() -> work.on(first, last));
    }
    run(tasks, operations * (to - from) >= PARALLEL_OPERATIONS);
  }

  /**
   * A factor of a product: a part of a matrix, with its depth, the dimension that is summed over,
   * along the rows or along the columns.
   *
   * @param row the first row
   * @param column the first column
   * @param size number of vectors, each as long as the depth
   * @param transposed whether the depth runs along the columns
   */
  public record Factor(Matrix matrix, int row, int column, int size, boolean transposed) {
    /** Vectors that lie in columns. */
    public static Factor columns(Matrix matrix, int row, int column, int size) {
      return new Factor(matrix, row, column, size, false);
    }

    /** Vectors that lie in rows. */
    public static Factor rows(Matrix matrix, int row, int column, int size) {
      return new Factor(matrix, row, column, size, true);
    }

    /** Packs {@code depth} elements of a panel of vectors. */
    void pack(int from, int depth, int first, int width, double[] target, int to) {
      int count = Math.min(width, size - first);
      double[] values = matrix.values;
      if (transposed) {
        for (int i = 0; i < count; i++) {
          int source = matrix.at(row + first + i, column + from);
          int place = to + i;
          for (int k = 0; k < depth; k++) {
            target[place] = values[source + k];
            place += width;
          }
        }
      } else {
        for (int k = 0; k < depth; k++) {
          int source = matrix.at(row + from + k, column + first);
          System.arraycopy(values, source, target, to + k * width, count);
        }
      }
      for (int k = 0; k < depth && count < width; k++) {
        Arrays.fill(target, to + k * width + count, to + (k + 1) * width, 0);
      }
    }
  }

  /**
   * target −= leftᵀ·right, for the part of the target that begins at a row and column which are
   * multiples of {@link #tile()}. Costs 2·depth·left.size·right.size operations.
   *
   * @param upper whether only elements of the target on and right of its diagonal are wanted;
   *     others may or may not be changed
   */
  public void subtractProduct(
      Factor leftFactor,
      Factor rightFactor,
      int depth,
      Matrix target,
      int row,
      int column,
      boolean upper) {
    int width = kernel.nr();
    int leftPanels = Matrix.padded(leftFactor.size(), width) / width;
    int rightPanels = Matrix.padded(rightFactor.size(), width) / width;
    boolean parallel = 2L * depth * leftFactor.size() * rightFactor.size() >= PARALLEL_OPERATIONS;
    for (int from = 0; from < depth; from += MicroKernel.KC) {
      int slice = Math.min(MicroKernel.KC, depth - from);
      left = withRoom(left, leftPanels * width * slice);
      right = withRoom(right, rightPanels * width * slice);
      List<Runnable> tasks = new ArrayList<>();
      addPacking(tasks, leftFactor, leftPanels, from, slice, left);
      addPacking(tasks, rightFactor, rightPanels, from, slice, right);
      run(tasks, parallel);
      tasks.clear();
      for (int p = 0; p < leftPanels; p += TASK_PANELS) {
        int firstLeft = p;
        int lastLeft = Math.min(leftPanels, p + TASK_PANELS);
        for (int q = 0; q < rightPanels; q += TASK_PANELS) {
          int lastRight = Math.min(rightPanels, q + TASK_PANELS);
          if (upper && column + lastRight * width <= row + firstLeft * width) {
            continue;
          }
          int firstRight = q;
          tasks.add(
              () ->
                  multiply(
                      firstLeft,
                      lastLeft,
                      firstRight,
                      lastRight,
                      slice,
                      target,
                      row,
                      column,
                      upper));
        }
      }
      run(tasks, parallel);
    }
  }

  private static double[] withRoom(double[] buffer, int length) {
    return buffer.length >= length ? buffer : new double[length];
  }

  private void addPacking(
      List<Runnable> tasks, Factor factor, int panels, int from, int slice, double[] packed) {
    int width = kernel.nr();
    for (int p = 0; p < panels; p += TASK_PANELS) {
      int first = p;
      int last = Math.min(panels, p + TASK_PANELS);
      tasks.add(
          () -> {
            for (int panel = first; panel < last; panel++) {
              factor.pack(from, slice, panel * width, width, packed, panel * width * slice);
            }
          });
    }
  }

  private void run(List<Runnable> tasks, boolean parallel) {
    if (parallel) {
      workers.run(tasks);
    } else {
      tasks.forEach(Runnable::run);
    }
  }

  private void multiply(
      int firstLeft,
      int lastLeft,
      int firstRight,
      int lastRight,
      int slice,
      Matrix target,
      int row,
      int column,
      boolean upper) {
    int width = kernel.nr();
    for (int q = firstRight; q < lastRight; q++) {
      int tileColumn = column + q * width;
      for (int p = firstLeft; p < lastLeft; p++) {
        int tileRow = row + p * width;
        if (upper && tileColumn + width <= tileRow) {
          continue;
        }
        for (int i = 0; i < width; i += kernel.mr()) {
          kernel.multiplyAdd(
              left,
              p * width * slice + i,
              right,
              q * width * slice,
              slice,
              target.values,
              target.at(tileRow + i, tileColumn),
              target.stride,
              true);
        }
      }
    }
  }
}
