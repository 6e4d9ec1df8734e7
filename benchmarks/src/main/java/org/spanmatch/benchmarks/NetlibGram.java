package org.spanmatch.benchmarks;

import dev.ludovic.netlib.blas.JavaBLAS;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.spanmatch.tuning.Mixtures;

/**
 * VectorBLAS of dev.ludovic.netlib. Uses dgemm, which does twice the work of dsyrk but is up to
 * five times faster.
 *
 * <p>"T", "N" reads A with one column per neuron, "N", "T" reads Aᵀ with one column per sample.
 * dgemm slows down to a fraction with many samples, unless it gets a block of them at a time. The
 * library is single-threaded, so each of several threads gets a share of the samples, and their
 * sums are added.
 */
final class NetlibGram implements GramPeer {
  /** Number of samples per block at which dgemm does not slow down. */
  static final int BLOCK_SAMPLES = 1000;

  private final JavaBLAS blas = JavaBLAS.getInstance();
  private final boolean columnsAreNeurons;
  private final int samples;
  private final int m;
  private final int blockSamples;
  private final double[] a;
  private final double[][] sums;
  private final ExecutorService pool;

  /**
   * Lays the data out.
   *
   * @param columnsAreNeurons true for "T", "N"; false for "N", "T"
   * @param blockSamples largest number of samples per call
   */
  NetlibGram(Mixtures data, int threads, boolean columnsAreNeurons, int blockSamples) {
    requireVectors();
    this.columnsAreNeurons = columnsAreNeurons;
    this.blockSamples = blockSamples;
    samples = data.samples();
    m = 2 * data.neurons();
    a = columnsAreNeurons ? data.columns() : data.rows();
    sums = new double[threads][m * m];
    pool = threads == 1 ? null : Executors.newFixedThreadPool(threads);
  }

  /**
   * Checks that the library chose its vector code.
   *
   * @throws IllegalStateException if not
   */
  static void requireVectors() {
    String found = JavaBLAS.getInstance().getClass().getSimpleName();
    if (!found.equals("VectorBLAS")) {
      throw new IllegalStateException(
          "netlib chose " + found + "; start Java with --add-modules jdk.incubator.vector");
    }
  }

  @Override
  public void compute() {
    if (pool == null) {
      multiply(0);
      return;
    }
    List<Future<?>> shares = new ArrayList<>();
    for (int i = 0; i < sums.length; i++) {
      int share = i;
      shares.add(pool.submit(() -> multiply(share)));
    }
    try {
      for (Future<?> share : shares) {
        share.get();
      }
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
    for (int i = 1; i < sums.length; i++) {
      for (int j = 0; j < m * m; j++) {
        sums[0][j] += sums[i][j];
      }
    }
  }

  private void multiply(int share) {
    int end = (int) ((long) samples * (share + 1) / sums.length);
    double[] sum = sums[share];
    Arrays.fill(sum, 0);
    for (int from = (int) ((long) samples * share / sums.length); from < end; ) {
      int count = Math.min(blockSamples, end - from);
      if (columnsAreNeurons) {
        blas.dgemm("T", "N", m, m, count, 1, a, from, samples, a, from, samples, 1, sum, 0, m);
      } else {
        blas.dgemm("N", "T", m, m, count, 1, a, from * m, m, a, from * m, m, 1, sum, 0, m);
      }
      from += count;
    }
  }

  @Override
  public double get(int row, int column) {
    return sums[0][column * m + row];
  }

  @Override
  public void close() {
    if (pool != null) {
      pool.shutdownNow();
    }
  }
}
