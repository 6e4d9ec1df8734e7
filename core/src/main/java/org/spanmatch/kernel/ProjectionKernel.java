package org.spanmatch.kernel;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntConsumer;
import org.spanmatch.activations.Layer;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Precision;

/**
 * Computes projection distances between the neurons of two groups on one backend.
 *
 * <p>A kernel and all its tables together are for one thread at a time, which is not checked; only
 * {@linkplain ProjectionTable#copy() copies} of a table may be used by other threads meanwhile. The
 * Gram matrices it adds up are immutable and may be shared by any threads and kernels. A closed
 * kernel refuses to add up and to make tables with an {@link IllegalStateException}.
 */
public interface ProjectionKernel extends AutoCloseable {
  /**
   * What a kernel runs on.
   *
   * @param name the backend's name, such as {@code reference}
   * @param device the processor that computes, in words
   * @param threads number of computing threads
   * @param arithmetic number format and method, such as "float64, Householder QR"
   * @param reason why this backend was chosen
   */
  record Info(String name, String device, int threads, String arithmetic, String reason) {}

  /** {@return what this kernel runs on and why it was chosen} */
  Info info();

  /**
   * Products of dense matrices that are stored as rows, at the speed of a backend. For the thread
   * that uses the kernel.
   */
  interface MatrixProducts {
    /** {@return the number of threads that compute} */
    int threads();

    /**
     * Runs independent tasks, on several threads if they are worth it, and waits for them. A task
     * must not use these products.
     *
     * @param operations number of floating-point operations of all tasks
     * @param tasks number of tasks
     * @param task called with the numbers from 0, in any order
     */
    void run(double operations, int tasks, IntConsumer task);

    /**
     * Adds left·right to a block, or subtracts it. Costs 2·rows·columns·depth operations; the
     * result has the same bits for any number of threads.
     *
     * @param target what is changed; not transposed, and no part of either factor
     * @param subtract whether to subtract
     * @param left a factor with as many rows as the target
     * @param right a factor with as many columns as the target
     * @param upper whether only elements (i, j) of the target with j ≥ i are needed; the others are
     *     then undefined
     */
    void add(Block target, boolean subtract, Block left, Block right, boolean upper);

    /** A part of a matrix, or its transpose. Copies nothing. */
    final class Block {
      private final double[][] matrix;
      private final int row;
      private final int column;
      private final int rows;
      private final int columns;
      private final boolean isTransposed;

      private Block(
          double[][] matrix, int row, int column, int rows, int columns, boolean isTransposed) {
        this.matrix = matrix;
        this.row = row;
        this.column = column;
        this.rows = rows;
        this.columns = columns;
        this.isTransposed = isTransposed;
      }

      /**
       * {@return some rows and columns of a matrix}
       *
       * @param matrix the rows of the whole matrix
       * @param row the first row
       * @param lastRow the end of the rows, exclusive
       * @param column the first column
       * @param lastColumn the end of the columns, exclusive
       */
      public static Block of(double[][] matrix, int row, int lastRow, int column, int lastColumn) {
        return new Block(matrix, row, column, lastRow - row, lastColumn - column, false);
      }

      /** {@return the transpose of this} */
      public Block transpose() {
        return new Block(matrix, row, column, rows, columns, !isTransposed);
      }

      /**
       * {@return a part of this, transposed if this is}
       *
       * @param first the first row of the part in this, before it is transposed
       * @param last the end of the rows, exclusive
       * @param firstColumn the first column of the part in this, before it is transposed
       * @param lastColumn the end of the columns, exclusive
       */
      public Block part(int first, int last, int firstColumn, int lastColumn) {
        return new Block(
            matrix,
            row + first,
            column + firstColumn,
            last - first,
            lastColumn - firstColumn,
            isTransposed);
      }

      /** {@return the rows of the whole matrix} */
      public double[][] matrix() {
        return matrix;
      }

      /** {@return the first row} */
      public int row() {
        return row;
      }

      /** {@return the first column} */
      public int column() {
        return column;
      }

      /** {@return the number of rows before this is transposed} */
      public int rows() {
        return rows;
      }

      /** {@return the number of columns before this is transposed} */
      public int columns() {
        return columns;
      }

      /** {@return whether the transpose of the part is meant} */
      public boolean isTransposed() {
        return isTransposed;
      }
    }
  }

  /**
   * {@return products of matrices that don't belong to a table, such as for measures of similarity;
   * empty if this backend has none that are faster than plain loops} They keep memory of the size
   * of the largest product until they are forgotten.
   */
  default Optional<MatrixProducts> products() {
    return Optional.empty();
  }

  /**
   * Adds up the activations of some layers in one pass: the Gram matrix or, for high precision, the
   * triangular factor. With m neurons in all and d samples it costs at most d·m² operations (twice
   * that for high precision) and O(m²) memory.
   *
   * <p>The result is the same to the last bit for any number of threads.
   *
   * @param layers at least one, all with the same samples
   * @param pairs the pairs of layers, by position in the list, whose inner products the result must
   *     have; those within a layer are always included, and a backend may add more
   * @param options how to add up
   * @return the result, in which layer i of the list belongs to network i; see {@link
   *     org.spanmatch.gram.GramLayer#ofNetwork}
   * @throws org.spanmatch.activations.ActivationsException if the numbers of samples differ, a
   *     value is not finite, or the data can't be read
   * @throws NotEnoughMemoryException if memory can't hold the computation
   */
  Gram gram(List<? extends Layer> layers, Collection<GramPair> pairs, GramOptions options);

  /**
   * Returns a table of two layers of a Gram matrix, whichever backend or program added it up.
   *
   * @param gram the Gram matrix, from any backend or from elsewhere
   * @param x position of the first group's layer in the Gram matrix
   * @param y position of the second group's layer
   * @return the table, which the caller closes
   * @throws IllegalArgumentException if the pair was not added up
   * @throws NotEnoughMemoryException if memory can't hold the computation
   */
  ProjectionTable table(Gram gram, int x, int y);

  /**
   * Returns the {@link #table} of the {@link #gram} of two layers, for callers that don't need the
   * Gram matrix. A backend that keeps Gram matrices outside the heap saves copying them there and
   * back.
   *
   * @param x the first group
   * @param y the second group, with the same samples; its number of neurons may differ
   * @param options how to add up
   * @return the table, which the caller closes; its numbers are those of {@code table(gram(…))}
   * @throws org.spanmatch.activations.ActivationsException as {@link #gram} does
   * @throws NotEnoughMemoryException as {@link #gram} and {@link #table} do
   */
  default ProjectionTable compress(Layer x, Layer y, GramOptions options) {
    return table(gram(List.of(x, y), GramPair.all(2), options), 0, 1);
  }

  /**
   * Why this backend declines a problem, if it does; {@code Kernels} then passes the problem on.
   *
   * @param xNeurons number of neurons of the first group
   * @param yNeurons number of neurons of the second group
   * @param samples number of samples
   * @param precision the least precision required, or that of a Gram matrix
   * @return what it declines, in a few words such as "high precision"; empty if it takes the
   *     problem
   */
  default Optional<String> declines(int xNeurons, int yNeurons, long samples, Precision precision) {
    return Optional.empty();
  }

  /**
   * Estimates, from above, the Java heap needed to compress two groups and hold their table,
   * without the blocks that are being read. {@link #gram} and {@link #table} check it before they
   * start.
   *
   * @param xNeurons number of neurons of the first group; only living ones may count
   * @param yNeurons number of neurons of the second group
   * @param samples number of samples, at least 1
   * @param precision the least precision that is wanted
   * @return bytes; {@link Long#MAX_VALUE} for more than that
   */
  long heapBytes(int xNeurons, int yNeurons, long samples, Precision precision);

  /**
   * Estimates, from above, the Java heap that {@link #gram} takes to add up several layers at once,
   * without the blocks that are being read, where that repays: where it takes fewer operations or
   * less reading than adding up each pair by itself.
   *
   * @param neurons number of neurons of each layer
   * @param pairs the pairs of layers to add up, by position
   * @param samples number of samples, at least 1
   * @param precision the least precision that is wanted
   * @return bytes; empty where pairs are better added up one by one, as by default
   */
  default OptionalLong sharedHeapBytes(
      List<Integer> neurons, Collection<GramPair> pairs, long samples, Precision precision) {
    return OptionalLong.empty();
  }

  /**
   * {@return whether a problem of this size repays this backend's fixed costs} The automatic choice
   * asks if {@link KernelProvider#isAccelerator()}; the backend computes smaller problems all the
   * same.
   *
   * @param xNeurons number of neurons of the first group
   * @param yNeurons number of neurons of the second group
   * @param samples number of samples
   */
  default boolean pays(int xNeurons, int yNeurons, long samples) {
    return true;
  }

  /**
   * Called when a problem that this kernel takes is to come soon, such as while its files are
   * opened. A kernel may get ready for it on another thread; the caller doesn't wait, and what goes
   * wrong is an error of the problem itself.
   *
   * @param xNeurons number of neurons of the first group
   * @param yNeurons number of neurons of the second group
   * @param samples number of samples
   */
  default void expect(int xNeurons, int yNeurons, long samples) {}

  /**
   * {@return whether tables update their distances after a removal without computing them from
   * scratch, so that removing neurons one by one costs about as much as removing them together}
   */
  default boolean hasCheapRemovals() {
    return false;
  }

  /**
   * Computes the relative projection distance of every living neuron of {@code x} to the span of
   * {@code y}.
   *
   * @param x the first group
   * @param y the second group
   * @return the distances
   * @throws org.spanmatch.activations.ActivationsException as {@link #compress} does
   */
  default Distances distances(Layer x, Layer y) {
    try (ProjectionTable table = compress(x, y, GramOptions.defaults())) {
      return table.distances(Group.X);
    }
  }

  /** Frees the kernel's resources; its tables are then unusable. */
  @Override
  void close();
}
