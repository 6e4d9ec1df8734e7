package org.spanmatch.kernel.vector.qr;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.SampleRows;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.Moments;
import org.spanmatch.kernel.Progress;
import org.spanmatch.kernel.vector.gemm.Gemm;
import org.spanmatch.kernel.vector.gemm.Matrix;
import org.spanmatch.kernel.vector.gemm.MicroKernel;
import org.spanmatch.kernel.vector.gemm.WorkerPool;
import org.spanmatch.kernel.vector.projection.CompressedVectors;
import org.spanmatch.kernel.vector.projection.JointMatrix;

/**
 * The triangular factor R of the activation vectors A = [Z_X Z_Y] of two groups, and their norms
 * and sums, from one pass over the samples.
 *
 * <p>Blocks of samples are reduced to triangles side by side, one on each thread, while the next
 * blocks are read. Triangles of the same height are merged into one, as carries in a binary
 * counter, so that the error bound hardly depends on the number of samples, and the result not at
 * all on the number of threads. With m neurons and d samples it costs about 2·d·m² operations and
 * 16·m² bytes for each thread. (Demmel, Grigori, Hoemmen, Langou, Communication-optimal parallel
 * and sequential QR and LU factorizations, 2012.)
 */
public final class TallSkinnyQr implements JointMatrix {
  // Blocks of so many values amortise the reflections that are made one by one.
  private static final int BLOCK_VALUES = 1 << 19;
  private static final int MAX_BLOCK_ROWS = 4096;
  private static final int MAX_BLOCK_VALUES = 1 << 30;

  private record TriangularSolve(int height, Matrix factor) {}

  private final int xNeurons;
  private final int columns;
  private final int blockRows;
  private final MicroKernel kernel;
  private final WorkerPool workers;
  private final Deque<TriangularSolve> triangles = new ArrayDeque<>();
  private final ColumnMoments moments;
  private int height;

  private TallSkinnyQr(
      int xNeurons, int columns, long samples, MicroKernel kernel, WorkerPool workers) {
    this.xNeurons = xNeurons;
    this.columns = columns;
    this.blockRows = (int) blockRows(columns, samples);
    this.kernel = kernel;
    this.workers = workers;
    this.moments = new ColumnMoments(columns);
  }

  private static long blockRows(long columns, long samples) {
    long most = MAX_BLOCK_VALUES / Math.max(1, columns);
    long many = Math.min(MAX_BLOCK_ROWS, BLOCK_VALUES / Math.max(1, columns));
    return Math.max(1, Math.min(samples, Math.min(most, Math.max(2 * columns, many))));
  }

  /** Memory: two blocks and a triangle for each thread, and the triangles that wait for another. */
  public static double bytes(long columns, long samples, int threads) {
    double blockRows = blockRows(columns, samples);
    double waiting = Math.ceil(Math.log(samples / blockRows) / Math.log(2)) + 1;
    return Double.BYTES * columns * ((2 * blockRows + columns) * threads + waiting * columns);
  }

  /**
   * Reads both layers once.
   *
   * @param xScales a factor for each neuron of the first layer, or null
   * @param yScales the same for the second layer, or null
   * @param progress is told the number of samples read so far
   */
  public static TallSkinnyQr of(
      Layer x,
      Layer y,
      double[] xScales,
      double[] yScales,
      MicroKernel kernel,
      WorkerPool workers,
      Progress progress) {
    int columns = Math.addExact(x.neurons(), y.neurons());
    TallSkinnyQr qr = new TallSkinnyQr(x.neurons(), columns, x.samples(), kernel, workers);
    if (columns > 0) {
      qr.read(x, y, xScales, yScales, progress);
      while (qr.triangles.size() > 1) {
        qr.mergeLastTwo();
      }
    }
    return qr;
  }

  /** Some blocks of samples, one for each thread. */
  private final class Batch {
    final List<Matrix> blocks = new ArrayList<>();
    final Matrix[] factors = new Matrix[workers.threads()];
    final ColumnMoments[] moments = new ColumnMoments[workers.threads()];
    int samples;

    int rows(int block) {
      return Math.min(blockRows, samples - block * blockRows);
    }

    /** Reads the next samples of one layer into the blocks. */
    void fill(Layer layer, SampleRows source, double[] scales, int column, int count) {
      int neurons = layer.neurons();
      int chunk = SampleRows.chunk(neurons);
      double[] values = new double[chunk * neurons];
      for (int done = 0; done < count; ) {
        int rows = source.read(values, Math.min(chunk, count - done));
        if (rows == 0) {
          throw new ActivationsException(
              layer.description() + " ended " + (count - done) + " samples or more too early");
        }
        for (int i = 0; i < rows; i++) {
          Matrix block = blocks.get((done + i) / blockRows);
          int place = block.at((done + i) % blockRows, column);
          for (int j = 0; j < neurons; j++) {
            double value = values[i * neurons + j];
            block.values[place + j] = scales == null ? value : value * scales[j];
          }
        }
        done += rows;
      }
    }
  }

  private Batch batch() {
    Batch batch = new Batch();
    for (int i = 0; i < batch.factors.length; i++) {
      batch.blocks.add(new Matrix(blockRows, columns, kernel.nr()));
    }
    return batch;
  }

  private void read(Layer x, Layer y, double[] xScales, double[] yScales, Progress progress) {
    Batch current = batch();
    Batch next = batch();
    long most = (long) blockRows * workers.threads();
    try (SampleRows xRows = new SampleRows(x);
        SampleRows yRows = new SampleRows(y)) {
      long done = 0;
      do {
        List<Runnable> tasks = new ArrayList<>();
        int count = (int) Math.min(most, x.samples() - done - current.samples);
        Batch read = next;
        if (count > 0) {
          tasks.add(() -> read.fill(x, xRows, xScales, 0, count));
          tasks.add(() -> read.fill(y, yRows, yScales, xNeurons, count));
        }
        for (int i = 0; i * blockRows < current.samples; i++) {
          int block = i;
          Batch reduced = current;
          tasks.add(() -> reduce(reduced, block));
        }
        workers.run(tasks);
        for (int i = 0; i * blockRows < current.samples; i++) {
          add(current.factors[i]);
          moments.add(current.moments[i]);
        }
        done += current.samples;
        progress.update("compress", done, x.samples());
        next = current;
        current = read;
        current.samples = count;
      } while (current.samples > 0);
    }
  }

  private void reduce(Batch batch, int block) {
    Gemm alone = new Gemm(kernel, WorkerPool.NONE);
    Matrix factor = alone.matrix(columns, columns);
    int rows = batch.rows(block);
    batch.moments[block] = ColumnMoments.of(batch.blocks.get(block), rows);
    Reflections.absorb(factor, batch.blocks.get(block), columns, pivots -> rows, alone);
    batch.factors[block] = factor;
  }

  private void add(Matrix factor) {
    triangles.push(new TriangularSolve(0, factor));
    while (lastTwoHaveEqualHeight()) {
      mergeLastTwo();
    }
  }

  private boolean lastTwoHaveEqualHeight() {
    Iterator<TriangularSolve> lastFirst = triangles.iterator();
    int last = lastFirst.next().height;
    return lastFirst.hasNext() && lastFirst.next().height == last;
  }

  private void mergeLastTwo() {
    TriangularSolve lower = triangles.pop();
    TriangularSolve upper = triangles.pop();
    Reflections.absorb(
        upper.factor,
        lower.factor,
        columns,
        pivots -> pivots, // a triangle
        new Gemm(kernel, workers));
    int merged = Math.max(upper.height, lower.height) + 1;
    height = Math.max(height, merged);
    triangles.push(new TriangularSolve(merged, upper.factor));
  }

  /**
   * The relative backward error η of each column: R is the exact factor of a matrix whose columns
   * differ by at most η times their norm.
   *
   * <p>The errors of blocks side by side add up as their shares of the column do, so only the
   * longest way from a block to the root counts.
   */
  private double backwardError() {
    return Reflections.backwardError(columns, blockRows + 1L)
        + height * Reflections.backwardError(columns, columns + 1L);
  }

  @Override
  public int column(Group group, int neuron) {
    return group == Group.X ? neuron : xNeurons + neuron;
  }

  @Override
  public Moments moments(Group group) {
    return group == Group.X ? moments.of(0, xNeurons) : moments.of(xNeurons, columns);
  }

  private double square(int column) {
    Matrix factor = triangles.getFirst().factor;
    double square = 0;
    for (int i = 0; i <= column; i++) {
      square += factor.get(i, column) * factor.get(i, column);
    }
    return square;
  }

  @Override
  public CompressedVectors unitVectors(int[] wanted, double storageRoundoff, Gemm gemm) {
    Matrix unit = gemm.matrix(columns, wanted.length);
    for (int j = 0; j < wanted.length; j++) {
      double norm = Math.sqrt(square(wanted[j]));
      for (int i = 0; i <= wanted[j]; i++) {
        unit.set(i, j, triangles.getFirst().factor.get(i, wanted[j]) / norm);
      }
    }
    // Norms and divisions add a few roundings to those of the factorisation.
    double error = backwardError() + (columns + 4) * 0x1p-53;
    return new TriangularVectors(unit, wanted, error, storageRoundoff, gemm);
  }
}
