package org.spanmatch.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.spanmatch.gram.Moments;
import org.spanmatch.kernel.GramErrors;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.LivingNeurons;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.vector.gram.GramTables;
import org.spanmatch.tuning.Mixtures;

/**
 * A library's computation of the Gram matrix AᵀA of float64 data in the library's best layout. A =
 * [X Y] has one row per sample and one column per neuron, m in all.
 */
interface GramPeer extends AutoCloseable {
  /** Computes at least the lower half of the Gram matrix. */
  void compute();

  /** Returns an element of the lower half, {@code column ≤ row}. */
  double get(int row, int column);

  /** Copies a column of the lower half, from the diagonal down, to the indices of its rows. */
  default void copyColumn(int column, double[] target) {
    for (int row = column; row < target.length; row++) {
      target[row] = get(row, column);
    }
  }

  /** Frees memory and threads. */
  @Override
  void close();

  /**
   * Prepares a library.
   *
   * @param name a peer's name, or that of one of netlib's variants
   * @throws IllegalStateException if it can't run here
   */
  static GramPeer open(String name, Mixtures data, int threads) {
    return switch (name) {
      case "openblas" -> new OpenBlasGram(data, threads);
      case "ejml" -> new EjmlGram(data, threads);
      case "ojalgo" -> new OjAlgoGram(data, threads);
      case "netlib" -> new NetlibGram(data, threads, true, NetlibGram.BLOCK_SAMPLES);
      case "netlib-tn" -> new NetlibGram(data, threads, true, data.samples());
      case "netlib-nt" -> new NetlibGram(data, threads, false, data.samples());
      default -> throw new IllegalArgumentException("no such peer: " + name);
    };
  }

  /**
   * Returns our table of the last computed Gram matrix, in which no neuron may be dead. The sums of
   * neurons, which matching does not need, stay 0.
   */
  default ProjectionTable table(Mixtures data, int threads) {
    int n = data.neurons();
    double[][] unit = new double[2 * n][2 * n];
    double[] norms = new double[2 * n];
    Arrays.setAll(norms, i -> Math.sqrt(get(i, i)));
    double[] products = new double[2 * n];
    for (int column = 0; column < 2 * n; column++) {
      copyColumn(column, products);
      for (int row = column + 1; row < 2 * n; row++) {
        double cosine = products[row] / norms[row] / norms[column];
        unit[row][column] = cosine;
        unit[column][row] = cosine;
      }
      unit[column][column] = 1;
    }
    double[] sums = new double[n];
    return GramTables.of(
        unit,
        // A bound for any order of summation.
        GramErrors.ofUnitNorm(GramErrors.ofSums(data.samples(), data.samples())),
        data.layer(Group.X).type().roundoff(),
        data.samples(),
        Map.of(
            Group.X, new LivingNeurons(n, List.of(), 0),
            Group.Y, new LivingNeurons(n, List.of(), n)),
        Map.of(
            Group.X, new Moments(Arrays.copyOf(norms, n), sums),
            Group.Y, new Moments(Arrays.copyOfRange(norms, n, 2 * n), sums)),
        threads);
  }
}
