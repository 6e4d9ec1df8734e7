package org.spanmatch.kernel.vector.gemm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Subtracts matrix products with the micro-kernel, on all threads if the product is large enough.
 *
 * <p>Packs both factors into panels, one slice of the common dimension at a time. The order of
 * every sum does not depend on the number of threads.
 */
public final class Gemm {
  // A task is a square of tiles with this many panels per side: more of them use what is in the
  // cache more often, fewer leave something to do for all threads.
  private static final int TASK_PANELS = 4;
  private static final int LARGE_TASK_PANELS = 8;
  private static final int LARGE_TASKS_PER_THREAD = 8;

  // Below this, dispatching tasks takes longer than running them.
  private static final long PARALLEL_OPERATIONS = 1_000_000;

  // This many columns of a few rows stay in the first-level cache.
  private static final int CHUNK = 256;

  // The same for simple work on columns, rows or lines, of which an operation takes longer.
  private static final long PARALLEL_STEPS = 250_000;

  // Elements of some rows for one task.
  private static final int ROW_CHUNK = 1 << 16;

  /** The number of elements of a line in each chunk of it but the last one. */
  public static final int LINE_CHUNK = 512;

  private final MicroKernels kernels;
  private final WorkerPool workers;
  private double[] left = new double[0];
  private double[] right = new double[0];

  public Gemm(MicroKernels kernels, WorkerPool workers) {
    this.kernels = kernels;
    this.workers = workers;
  }

  /** Returns a gemm that uses the calling thread only. */
  public Gemm alone() {
    return new Gemm(kernels, WorkerPool.NONE);
  }

  /** The tile size; targets have room for a multiple of it in rows and columns. */
  public int tile() {
    return kernels.nr();
  }

  /** Divides the first row of each block of a product. */
  public int blockRows() {
    return TASK_PANELS * tile();
  }

  /** Returns a zero matrix with room for whole tiles, as targets need. */
  public Matrix matrix(int rows, int columns) {
    return new Matrix(rows, columns, tile());
  }

  /**
   * Subtracts multiples of consecutive rows from a row of a matrix, between two columns.
   *
   * @param factors one factor per subtracted row
   * @param source the first subtracted row
   * @param count number of subtracted rows
   */
  public void subtractRows(
      Matrix matrix, int row, double[] factors, int source, int count, int from, int to) {
    kernels
        .current()
        .subtractRows(
            matrix.values,
            matrix.at(row, from),
            matrix.at(source, from),
            matrix.stride,
            factors,
            count,
            to - from);
  }

  /**
   * Subtracts multiples of the first rows of a matrix from a part of a line of numbers, and adds up
   * the sizes of all terms.
   *
   * @param line the line; changed
   * @param sizes receives the absolute values of the line before plus those of all multiples
   * @param from the first element
   * @param to the end of the elements, exclusive; at most the number of the matrix's columns
   * @param rows the matrix
   * @param factors one factor per row
   */
  public void subtractTerms(
      double[] line, double[] sizes, int from, int to, Matrix rows, double[] factors) {
    kernels.current().subtractTerms(line, sizes, from, to, rows.values, rows.stride, factors);
  }

  /**
   * Adds the absolute values of some rows of a matrix, times a factor each, to sums, between two
   * columns and one row after the other.
   *
   * @param rows the rows
   * @param factors the factors
   * @param count number of rows
   */
  public void addSizes(
      Matrix matrix, int[] rows, double[] factors, int count, double[] sums, int from, int to) {
    int[] offsets = new int[count];
    for (int i = 0; i < count; i++) {
      offsets[i] = matrix.at(rows[i], 0);
    }
    kernels.current().addSizes(matrix.values, offsets, factors, count, sums, from, to);
  }

  /** Returns the largest element of a part of a line; negative infinity if there is none. */
  public double largest(double[] line, int from, int to) {
    return largestOfLesser(line, line, from, to);
  }

  /** Returns the largest of the lesser elements of two lines, between two places. */
  public double largestOfLesser(double[] line, double[] other, int from, int to) {
    return kernels.current().largest(line, other, from, to);
  }

  /**
   * Work on columns or rows of a matrix, or elements of a line, that don't depend on each other.
   */
  public interface ColumnWork {
    /** Works on the columns, rows or elements from {@code first} to {@code last − 1}. */
    void on(int first, int last);
  }

  /**
   * Runs work on chunks of columns, or of rows.
   *
   * @param operations number of operations per column
   */
  public void onColumns(int from, int to, long operations, ColumnWork work) {
    List<Runnable> tasks = new ArrayList<>();
    addChunks(tasks, from, to, CHUNK, work);
    run(tasks, operations * (to - from) >= PARALLEL_STEPS);
  }

  /**
   * Runs work on chunks of the rows of a matrix.
   *
   * @param rows number of rows
   * @param elements number of elements per row that the work reads or writes
   */
  public void onRows(int rows, int elements, ColumnWork work) {
    List<Runnable> tasks = new ArrayList<>();
    addChunks(tasks, 0, rows, Math.max(1, ROW_CHUNK / Math.max(1, elements)), work);
    run(tasks, (long) rows * elements >= PARALLEL_STEPS);
  }

  /** Work on a block of a matrix. */
  public interface BlockWork {
    /** Works on the elements from the first row and column to before the last ones. */
    void on(int firstRow, int lastRow, int firstColumn, int lastColumn);
  }

  /**
   * Runs work on two lines, on all threads together if there is enough of it.
   *
   * @param firstLength number of elements of the first line
   * @param first the work on each chunk of the first line, of {@link #LINE_CHUNK} elements
   * @param secondLength number of elements of the second line
   * @param second the work on each chunk of the second line
   * @param operations number of operations per element
   */
  public void onLines(
      int firstLength, ColumnWork first, int secondLength, ColumnWork second, long operations) {
    List<Runnable> tasks = new ArrayList<>();
    addChunks(tasks, 0, firstLength, LINE_CHUNK, first);
    addChunks(tasks, 0, secondLength, LINE_CHUNK, second);
    run(tasks, operations * (firstLength + secondLength) >= PARALLEL_STEPS);
  }

  /** Runs work on one line, as {@link #onLines} does on two. */
  public void onLine(int length, ColumnWork work, long operations) {
    onLines(length, work, 0, work, operations);
  }

  private static void addChunks(
      List<Runnable> tasks, int from, int to, int chunk, ColumnWork work) {
    for (int column = from; column < to; column += chunk) {
      int first = column;
      int last = Math.min(to, column + chunk);
      tasks.add(() -> work.on(first, last));
    }
  }

  /** A factor of a product, as vectors that are packed into panels. */
  interface Operand {
    /** The number of vectors. */
    int size();

    /** Packs {@code depth} elements of a panel of vectors. */
    void pack(int from, int depth, int first, int width, double[] target, int to);
  }

  /**
   * A factor of a product: a part of a matrix whose depth, the dimension that is summed over, runs
   * along the rows or along the columns.
   *
   * @param row the first row
   * @param column the first column
   * @param size number of vectors, each as long as the depth
   * @param transposed whether the vectors are rows, so that the depth runs along the columns
   */
  public record Factor(Matrix matrix, int row, int column, int size, boolean transposed)
      implements Operand {
    /** Returns a factor whose vectors are columns. */
    public static Factor columns(Matrix matrix, int row, int column, int size) {
      return new Factor(matrix, row, column, size, false);
    }

    /** Returns a factor whose vectors are rows. */
    public static Factor rows(Matrix matrix, int row, int column, int size) {
      return new Factor(matrix, row, column, size, true);
    }

    @Override
    public void pack(int from, int depth, int first, int width, double[] target, int to) {
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
   * Computes target −= leftᵀ·right for a whole target in bands of rows, and works on each band
   * before and on each block after that, while it is in a cache.
   *
   * @param before the work on some rows of the target
   * @param after the work on a block of it; each begins at a multiple of {@link #blockRows()} rows,
   *     and all but the last ones have a multiple of that many
   */
  public void subtractProduct(
      Factor leftFactor,
      Factor rightFactor,
      int depth,
      Matrix target,
      ColumnWork before,
      BlockWork after) {
    subtractProduct(leftFactor, rightFactor, depth, target, false, before, after);
  }

  /**
   * Does the same, for all elements or those on and right of the target's diagonal; then the others
   * are undefined.
   */
  void subtractProduct(
      Operand leftFactor,
      Operand rightFactor,
      int depth,
      Matrix target,
      boolean upper,
      ColumnWork before,
      BlockWork after) {
    int width = kernels.nr();
    int leftPanels = Matrix.padded(leftFactor.size(), width) / width;
    int rightPanels = Matrix.padded(rightFactor.size(), width) / width;
    int bandPanels =
        leftPanels >= LARGE_TASKS_PER_THREAD * LARGE_TASK_PANELS * workers.threads()
            ? LARGE_TASK_PANELS
            : TASK_PANELS;
    int blockColumns = kernels.current().taskColumns(LARGE_TASK_PANELS, rightPanels);
    subtractProduct(
        leftFactor,
        rightFactor,
        depth,
        (tasks, slice, isFirst, isLast) -> {
          for (int p = 0; p < leftPanels; p += bandPanels) {
            int leftOffset = p * width * slice;
            int firstRow = p * width;
            int panels = Math.min(bandPanels, leftPanels - p);
            int lastRow = Math.min(leftFactor.size(), firstRow + panels * width);
            tasks.add(
                () -> {
                  if (isFirst) {
                    before.on(firstRow, lastRow);
                  }
                  for (int q = 0; q < rightPanels; q += blockColumns) {
                    int firstColumn = q * width;
                    int columns = Math.min(blockColumns, rightPanels - q);
                    Part part =
                        new Part(target, firstRow, firstColumn, panels, columns, width, upper);
                    multiply(leftOffset, q * width * slice, slice, part);
                    if (isLast) {
                      int lastColumn = Math.min(rightFactor.size(), firstColumn + columns * width);
                      after.on(firstRow, lastRow, firstColumn, lastColumn);
                    }
                  }
                });
          }
        });
  }

  /**
   * Computes target −= leftᵀ·right for the part of the target that begins at {@code row} and {@code
   * column}, both multiples of {@link #tile()}. Costs 2·depth·left.size·right.size operations.
   *
   * @param upper whether only elements on and right of the target's diagonal are needed; the others
   *     are then undefined
   */
  public void subtractProduct(
      Factor leftFactor,
      Factor rightFactor,
      int depth,
      Matrix target,
      int row,
      int column,
      boolean upper) {
    int width = kernels.nr();
    int leftPanels = Matrix.padded(leftFactor.size(), width) / width;
    int rightPanels = Matrix.padded(rightFactor.size(), width) / width;
    int side = taskPanels(leftPanels, rightPanels);
    int taskColumns = kernels.current().taskColumns(side, rightPanels);
    subtractProduct(
        leftFactor,
        rightFactor,
        depth,
        (tasks, slice, isFirst, isLast) -> {
          for (int p = 0; p < leftPanels; p += side) {
            int leftOffset = p * width * slice;
            int rows = Math.min(side, leftPanels - p);
            for (int q = 0; q < rightPanels; q += taskColumns) {
              int rightOffset = q * width * slice;
              int columns = Math.min(taskColumns, rightPanels - q);
              Part part =
                  new Part(
                      target, row + p * width, column + q * width, rows, columns, width, upper);
              if (part.firstColumn(0) < columns) {
                tasks.add(() -> multiply(leftOffset, rightOffset, slice, part));
              }
            }
          }
        });
  }

  /** Lists the tasks of a slice of the depth. */
  private interface SliceTasks {
    void add(List<Runnable> tasks, int slice, boolean isFirst, boolean isLast);
  }

  private void subtractProduct(
      Operand leftFactor, Operand rightFactor, int depth, SliceTasks products) {
    int width = kernels.nr();
    int leftPanels = Matrix.padded(leftFactor.size(), width) / width;
    int rightPanels = Matrix.padded(rightFactor.size(), width) / width;
    long operations = 2L * depth * leftFactor.size() * rightFactor.size();
    kernels.expect((double) operations);
    boolean parallel = operations >= PARALLEL_OPERATIONS;
    for (int from = 0; from < depth; from += MicroKernel.KC) {
      int slice = Math.min(MicroKernel.KC, depth - from);
      left = withRoom(left, leftPanels * width * slice);
      right = withRoom(right, rightPanels * width * slice);
      List<Runnable> tasks = new ArrayList<>();
      addPacking(tasks, leftFactor, leftPanels, from, slice, left);
      addPacking(tasks, rightFactor, rightPanels, from, slice, right);
      run(tasks, parallel);
      tasks.clear();
      products.add(tasks, slice, from == 0, from + slice == depth);
      run(tasks, parallel);
    }
  }

  private void multiply(int leftOffset, int rightOffset, int slice, Part part) {
    int stride = kernels.nr() * slice;
    kernels.current().multiplyAdd(left, leftOffset, right, rightOffset, stride, slice, part, true);
  }

  /** Returns the number of panels per side of a task. */
  private int taskPanels(int leftPanels, int rightPanels) {
    int large = LARGE_TASK_PANELS * LARGE_TASK_PANELS;
    long tasks = (long) leftPanels * rightPanels / large;
    return tasks >= (long) LARGE_TASKS_PER_THREAD * workers.threads()
        ? LARGE_TASK_PANELS
        : TASK_PANELS;
  }

  private static double[] withRoom(double[] buffer, int length) {
    return buffer.length >= length ? buffer : new double[length];
  }

  private void addPacking(
      List<Runnable> tasks, Operand factor, int panels, int from, int slice, double[] packed) {
    int width = kernels.nr();
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

  /** The number of threads that compute. */
  int threads() {
    return workers.threads();
  }

  /** Runs tasks that don't depend on each other, on all threads if they are worth it. */
  void run(List<Runnable> tasks, double operations) {
    run(tasks, operations >= PARALLEL_STEPS);
  }

  private void run(List<Runnable> tasks, boolean parallel) {
    if (parallel) {
      workers.run(tasks);
    } else {
      tasks.forEach(Runnable::run);
    }
  }

  /**
   * The tiles of a part of a matrix.
   *
   * @param upper whether only tiles on and right of the matrix's diagonal are wanted
   */
  private record Part(
      Matrix matrix, int row, int column, int rows, int columns, int width, boolean upper)
      implements Tiles {
    @Override
    public double[] values() {
      return matrix.values;
    }

    @Override
    public int stride() {
      return matrix.stride;
    }

    @Override
    public int firstColumn(int left) {
      return upper ? Math.max(0, (row - column) / width + left) : 0;
    }

    @Override
    public int at(int left, int right) {
      return matrix.at(row + left * width, column + right * width);
    }
  }
}
