package org.spanmatch.benchmarks;

/**
 * A library's way to the Gram matrix AᵀA of float64 data that lies ready in the layout that suits
 * it best: A = [X Y] has a row for each sample and a column for each of m neurons.
 */
interface GramPeer extends AutoCloseable {
  /** Computes the Gram matrix; at least its lower half. */
  void compute();

  /** An element of the lower half, {@code column ≤ row}. */
  double get(int row, int column);

  /** Frees memory and threads. */
  @Override
  void close();

  /**
   * Prepares a library.
   *
   * @throws IllegalStateException if it can't run here
   */
  static GramPeer open(String name, Mixtures data, int threads) {
    return switch (name) {
      case "openblas-dsyrk" -> new OpenBlasGram(data, threads);
      case "ejml" -> new EjmlGram(data, threads);
      case "ojalgo" -> new OjAlgoGram(data, threads);
      case "netlib-tn" -> new NetlibGram(data, threads, true, data.samples());
      case "netlib-nt" -> new NetlibGram(data, threads, false, data.samples());
      case "netlib-tn-blocks" -> new NetlibGram(data, threads, true, 1000);
      default -> throw new IllegalArgumentException("no such implementation: " + name);
    };
  }
}
