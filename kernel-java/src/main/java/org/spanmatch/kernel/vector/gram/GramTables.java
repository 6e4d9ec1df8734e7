package org.spanmatch.kernel.vector.gram;

import java.util.Map;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.LivingNeurons;
import org.spanmatch.kernel.Moments;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.vector.gemm.Gemm;
import org.spanmatch.kernel.vector.gemm.MicroKernel;
import org.spanmatch.kernel.vector.gemm.WorkerPool;
import org.spanmatch.kernel.vector.projection.SweptTable;

/**
 * Projection tables on the processor for Gram matrices that were computed elsewhere: by an
 * accelerator, or in parts on several machines.
 */
public final class GramTables {
  /**
   * The most neurons of both groups together: a matrix with so many rows and columns, and their
   * padding, fits one array of 2³¹ − 1 elements.
   */
  public static final int MAX_NEURONS = 46_300;

  private GramTables() {}

  /**
   * A table of the neurons whose Gram matrix this is, of standard precision; it holds threads, and
   * lets them go when it is closed.
   *
   * <p>Nothing is computed before the first question. With s neurons that span and p projected, the
   * first answer of each direction costs about 2·s²·(s + p) operations and a removal 2·s·(s + p) on
   * average; the numbers are the same whatever the number of threads.
   *
   * <p>Distances below the square root of {@code gramError} can't be resolved. Their error bounds
   * are those of {@link org.spanmatch.kernel.GramErrors#ofDistance} and of what removals add, and
   * hold as far as {@code gramError} does.
   *
   * @param unitGram the inner products of the unit-norm activation vectors of all living neurons: m
   *     × m, symmetric, with 1 on its diagonal, row and column of each neuron as its {@link
   *     LivingNeurons} numbers them. It is not copied, and must not be changed any more
   * @param gramError bound on the absolute error of every element; {@link
   *     org.spanmatch.kernel.GramErrors#ofUnitNorm} for sums in float64
   * @param storageRoundoff u_data, the relative rounding of the stored activations
   * @param samples number of samples
   * @param groups the neurons of each group; together they have the columns from 0 to m − 1
   * @param moments their norms and sums, dead neurons included
   * @param threads how many threads may compute, at least 1
   * @throws IllegalArgumentException if the matrix has not as many rows or columns as there are
   *     living neurons, or more than {@link #MAX_NEURONS}
   */
  public static ProjectionTable of(
      double[][] unitGram,
      double gramError,
      double storageRoundoff,
      long samples,
      Map<Group, LivingNeurons> groups,
      Map<Group, Moments> moments,
      int threads) {
    requireShape(unitGram, groups.get(Group.X).count() + groups.get(Group.Y).count());
    WorkerPool workers = WorkerPool.atMost(threads);
    Gemm gemm = new Gemm(MicroKernel.choose(), workers);
    return new SweptTable(
        new GramVectors(unitGram, gramError, storageRoundoff, gemm),
        gemm,
        samples,
        groups,
        moments) {
      @Override
      public void close() {
        workers.close();
      }
    };
  }

  private static void requireShape(double[][] gram, int neurons) {
    if (neurons > MAX_NEURONS) {
      throw new IllegalArgumentException(
          "expected at most " + MAX_NEURONS + " living neurons, found " + neurons);
    }
    if (gram.length != neurons) {
      throw new IllegalArgumentException(
          "expected a row for each of " + neurons + " living neurons, found " + gram.length);
    }
    for (double[] row : gram) {
      if (row.length != neurons) {
        throw new IllegalArgumentException(
            "expected " + neurons + " elements in each row, found " + row.length);
      }
    }
  }

  /**
   * An estimate of the Java heap that a table takes at most, its Gram matrix included.
   *
   * @param xNeurons number of living neurons of the first group
   * @param yNeurons the same of the second group
   */
  public static long heapBytes(int xNeurons, int yNeurons) {
    return (long) SweptTable.bytes(xNeurons, yNeurons);
  }
}
