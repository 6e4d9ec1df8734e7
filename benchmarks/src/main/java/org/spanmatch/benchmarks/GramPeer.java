package org.spanmatch.benchmarks;

import java.util.List;
import java.util.Map;
import org.spanmatch.activations.Layer;
import org.spanmatch.gram.GramLayer;
import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Moments;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.backend.GramErrors;
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
   * A kernel's table of the Gram matrix that was computed last. Sums, fourth powers and active
   * samples, which matching does not ask for, are left at 0.
   *
   * @param kernel makes the table, which must be closed before it
   */
  default ProjectionTable table(Mixtures data, ProjectionKernel kernel) {
    return kernel.table(gram(data), 0, 1);
  }

  private GramMatrix gram(Mixtures data) {
    int n = data.neurons();
    double[] xBlock = new double[n * (n + 1) / 2];
    double[] yBlock = new double[n * (n + 1) / 2];
    double[] rectangle = new double[n * n];
    double[] xSquares = new double[n];
    double[] ySquares = new double[n];
    double[] products = new double[2 * n];
    for (int i = 0; i < n; i++) {
      int row = GramMatrix.triangleRow(n, i);
      copyColumn(i, products);
      System.arraycopy(products, i, xBlock, row + i, n - i);
      System.arraycopy(products, n, rectangle, i * n, n);
      xSquares[i] = products[i];
      copyColumn(n + i, products);
      System.arraycopy(products, n + i, yBlock, row + i, n - i);
      ySquares[i] = products[n + i];
    }
    return new GramMatrix(
        List.of(layer(data, Group.X, xSquares), layer(data, Group.Y, ySquares)),
        data.samples(),
        GramOptions.DEFAULT_DEAD_THRESHOLD,
        // In whatever order the library added them up.
        GramErrors.ofSums(data.samples(), data.samples()),
        Map.of(
            new GramPair(0, 0), xBlock, new GramPair(0, 1), rectangle, new GramPair(1, 1), yBlock),
        Map.of());
  }

  private static GramLayer layer(Mixtures data, Group group, double[] squares) {
    Layer layer = data.layer(group);
    int n = layer.neurons();
    return new GramLayer(
        group == Group.X ? 0 : 1,
        layer.name(),
        List.of(layer.source()),
        layer.sampleAxes(),
        layer.roundoff(),
        Moments.of(new double[n], squares, new double[n], new long[n]));
  }
}
