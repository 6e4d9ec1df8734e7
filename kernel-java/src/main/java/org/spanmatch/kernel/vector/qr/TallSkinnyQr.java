package org.spanmatch.kernel.vector.qr;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.gram.GramLayer;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.TriangularFactor;
import org.spanmatch.kernel.backend.Multiples;
import org.spanmatch.kernel.backend.SampleRows;
import org.spanmatch.kernel.backend.ScaledLayer;
import org.spanmatch.kernel.vector.gemm.Gemm;
import org.spanmatch.kernel.vector.gemm.Matrix;
import org.spanmatch.kernel.vector.gemm.MicroKernels;
import org.spanmatch.kernel.vector.gemm.WorkerPool;

/**
 * Computes the triangular factor R of some layers' activation vectors side by side, and their
 * moments, in one pass over the samples.
 *
 * <p>Reduces blocks of samples to triangles in parallel, one per thread, while the next blocks are
 * read. Merges triangles of equal height, like carries in a binary counter, so that the error bound
 * hardly depends on the number of samples, and the result not at all on the number of threads. With
 * m neurons and d samples it costs about 2·d·m² operations and 16·m² bytes per thread. (Demmel,
 * Grigori, Hoemmen, Langou, Communication-optimal parallel and sequential QR and LU factorizations,
 * 2012.)
 */
public final class TallSkinnyQr {
  // Blocks of this size amortise the reflections that are computed one by one.
  private static final int BLOCK_VALUES = 1 << 19;
  private static final int MAX_BLOCK_ROWS = 4096;
  private static final int MAX_BLOCK_VALUES = 1 << 30;

  private record Triangle(int height, Matrix factor) {}

  private final List<ScaledLayer> layers;
  private final int[] first; // the column of each layer's first neuron, and the number of columns
  private final int columns;
  private final GramOptions options;
  private final int blockRows;
  private final MicroKernels kernels;
  private final WorkerPool workers;
  private final Deque<Triangle> triangles = new ArrayDeque<>();
  private final ColumnMoments moments;
  private final List<Multiples> multiples;
  private int height;

  private TallSkinnyQr(
      List<ScaledLayer> layers,
      Collection<GramPair> pairs,
      GramOptions options,
      MicroKernels kernels,
      WorkerPool workers) {
    this.layers = layers;
    this.options = options;
    this.first = new int[layers.size() + 1];
    for (int i = 0; i < layers.size(); i++) {
      first[i + 1] = Math.addExact(first[i], layers.get(i).neurons());
    }
    this.columns = first[layers.size()];
    this.blockRows = (int) blockRows(columns, samples());
    this.kernels = kernels;
    this.workers = workers;
    this.moments =
        new ColumnMoments(
            first, options.normProducts() ? pairs : List.of(), options.normProducts());
    this.multiples = layers.stream().map(layer -> new Multiples(layer.neurons())).toList();
  }

  private long samples() {
    return layers.get(0).layer().samples();
  }

  private static long blockRows(long columns, long samples) {
    long most = MAX_BLOCK_VALUES / Math.max(1, columns);
    long many = Math.min(MAX_BLOCK_ROWS, BLOCK_VALUES / Math.max(1, columns));
    return Math.max(1, Math.min(samples, Math.min(most, Math.max(2 * columns, many))));
  }

  /**
   * Returns the memory needed, in bytes: two blocks and a triangle per thread, and the triangles
   * that wait for merging.
   */
  public static double bytes(long columns, long samples, int threads) {
    double blockRows = blockRows(columns, samples);
    double waiting = Math.ceil(Math.log(samples / blockRows) / Math.log(2)) + 1;
    return Double.BYTES * columns * ((2 * blockRows + columns) * threads + waiting * columns);
  }

  /**
   * Reads all layers once and returns their triangular factor.
   *
   * @param layers at least one, with the same samples
   * @param pairs the pairs whose norm products to add up, if the options request them
   */
  public static TriangularFactor of(
      List<ScaledLayer> layers,
      Collection<GramPair> pairs,
      GramOptions options,
      MicroKernels kernels,
      WorkerPool workers) {
    TallSkinnyQr qr = new TallSkinnyQr(layers, pairs, options, kernels, workers);
    if (qr.columns > 0) {
      qr.read();
      while (qr.triangles.size() > 1) {
        qr.mergeLastTwo();
      }
    }
    return qr.result();
  }

  /** Blocks of samples, one per thread. */
  private final class Batch {
    final List<Matrix> blocks = new ArrayList<>();
    final Matrix[] factors = new Matrix[workers.threads()];
    final ColumnMoments[] moments = new ColumnMoments[workers.threads()];
    int samples;

    int rows(int block) {
      return Math.min(blockRows, samples - block * blockRows);
    }

    /** Reads the next samples of one layer into the blocks. */
    void fill(int position, SampleRows source, int count) {
      ScaledLayer layer = layers.get(position);
      int column = first[position];
      int neurons = layer.neurons();
      double[] scales = layer.scales().orElse(null);
      int chunk = SampleRows.chunk(neurons);
      double[] values = new double[chunk * neurons];
      for (int done = 0; done < count; ) {
        int rows = source.read(values, Math.min(chunk, count - done));
        if (rows == 0) {
          throw new ActivationsException(
              layer.layer().description()
                  + " ended "
                  + (count - done)
                  + " samples or more too early");
        }
        multiples.get(position).add(values, rows);
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
      batch.blocks.add(new Matrix(blockRows, columns, kernels.nr()));
    }
    return batch;
  }

  private void read() {
    Batch current = batch();
    Batch next = batch();
    long most = (long) blockRows * workers.threads();
    List<SampleRows> rows = new ArrayList<>();
    try {
      layers.forEach(layer -> rows.add(new SampleRows(layer.layer())));
      long done = 0;
      do {
        List<Runnable> tasks = new ArrayList<>();
        int count = (int) Math.min(most, samples() - done - current.samples);
        Batch read = next;
        for (int i = 0; i < layers.size() && count > 0; i++) {
          int layer = i;
          tasks.add(() -> read.fill(layer, rows.get(layer), count));
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
        options.progress().update("compress", done, samples());
        next = current;
        current = read;
        current.samples = count;
      } while (current.samples > 0);
    } finally {
      rows.forEach(SampleRows::close);
    }
  }

  private void reduce(Batch batch, int block) {
    Gemm alone = new Gemm(kernels, WorkerPool.NONE);
    Matrix factor = alone.matrix(columns, columns);
    int rows = batch.rows(block);
    batch.moments[block] = moments.of(batch.blocks.get(block), rows);
    Reflections.absorb(factor, batch.blocks.get(block), columns, pivots -> rows, alone);
    batch.factors[block] = factor;
  }

  private void add(Matrix factor) {
    triangles.push(new Triangle(0, factor));
    while (lastTwoHaveEqualHeight()) {
      mergeLastTwo();
    }
  }

  private boolean lastTwoHaveEqualHeight() {
    Iterator<Triangle> lastFirst = triangles.iterator();
    int last = lastFirst.next().height;
    return lastFirst.hasNext() && lastFirst.next().height == last;
  }

  private void mergeLastTwo() {
    Triangle lower = triangles.pop();
    Triangle upper = triangles.pop();
    Reflections.absorb(
        upper.factor,
        lower.factor,
        columns,
        pivots -> pivots, // a triangle
        new Gemm(kernels, workers));
    int merged = Math.max(upper.height, lower.height) + 1;
    height = Math.max(height, merged);
    triangles.push(new Triangle(merged, upper.factor));
  }

  /**
   * The relative backward error η of each column: R is the exact factor of a matrix whose columns
   * differ by at most η times their norm.
   *
   * <p>Errors of sibling blocks combine in proportion to the blocks' shares of the column, so only
   * the longest path from a block to the root counts.
   */
  private double backwardError() {
    return Reflections.backwardError(columns, blockRows + 1L)
        + height * Reflections.backwardError(columns, columns + 1L);
  }

  private TriangularFactor result() {
    double[][] rows = new double[columns][];
    if (columns > 0) {
      Matrix factor = triangles.getFirst().factor;
      for (int i = 0; i < columns; i++) {
        int start = factor.at(i, 0);
        rows[i] = Arrays.copyOfRange(factor.values, start + i, start + columns);
      }
    }
    List<GramLayer> described = new ArrayList<>();
    boolean scaled = false;
    for (int i = 0; i < layers.size(); i++) {
      described.add(moments.describe(layers.get(i), i));
      scaled |= layers.get(i).scales().isPresent();
    }
    return new TriangularFactor(
            described,
            samples(),
            options.deadThreshold(),
            columns > 0 ? backwardError() : 0,
            rows,
            scaled ? Map.of() : moments.normProducts())
        .withMultiples(Multiples.columns(multiples));
  }
}
