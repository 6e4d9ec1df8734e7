package org.spanmatch.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.spanmatch.kernel.GramErrors;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.LivingNeurons;
import org.spanmatch.gram.Moments;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.vector.gram.GramTables;
import org.spanmatch.tuning.Mixtures;

/**
 * A library's way to the Gram matrix AᵀA of float64 data that lies ready in the layout that suits
 * it best: A = [X Y] has a row for each sample and a column for each of m neurons.
 */
interface GramPeer extends AutoCloseable {
  /** Computes the Gram matrix; at least its lower half. */
  void compute();

  /** An element of the lower half, {@code column ≤ row}. */
  double get(int row, int column);

  /** Copies the elements of a column of the lower half to their rows, from the diagonal down. */
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
   * @param name that of a peer, or of one of netlib's ways
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
   * Our table of the Gram matrix that was computed last, none of whose neurons may be dead. The
   * sums of neurons, which matching does not ask for, are left at 0.
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
        // In whatever order the library added them up.
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
