package org.spanmatch.benchmarks;

import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.tuning.KernelBenchmark;

/**
 * Measures compressing two groups of n neurons together, compared with other libraries' Gram
 * matrices.
 *
 * <p>Backends start from arrays in memory; their time includes conversion, packing, the check for
 * finite values and scaling to norm 1. Peers start from float64 data in their best layout (see the
 * class of each), regardless of {@link #dtype} and {@link #layout}. With m = 2·n a Gram matrix
 * takes samples·m² useful operations, the symmetric half counted once; an orthogonal method, for
 * {@code precision=high}, about twice that. Each of the m·samples activations is read once: 4 bytes
 * of float32 data.
 *
 * <p>Before a trial is measured, a peer's Gram matrix is compared with exact sums, and a backend's
 * distances with those of an independent table.
 */
public class CompressionBenchmark extends KernelBenchmark {
  private static final List<String> PEERS =
      List.of("openblas", "ejml", "ojalgo", "netlib", "netlib-tn", "netlib-nt");

  private GramPeer peer;

  @Override
  protected List<String> peers() {
    return PEERS;
  }

  @Override
  protected void prepare() {
    if (!hasKernel()) {
      peer = GramPeer.open(backend, data(), threads);
    }
  }

  @Override
  protected void check() {
    if (peer != null) {
      peer.compute();
      Checks.requireGram(data(), peer);
      return;
    }
    withIndependentTable(
        expected -> {
          try (ProjectionTable table = compressed()) {
            Checks.requireSameDistances(table, expected);
          }
        });
  }

  @Override
  protected void free() {
    if (peer != null) {
      peer.close();
      peer = null;
    }
  }

  /** Measures reading and compressing both groups. */
  @Benchmark
  public Object compress() {
    if (peer != null) {
      peer.compute();
      return peer;
    }
    ProjectionTable table = compressed();
    table.close();
    return table;
  }
}
