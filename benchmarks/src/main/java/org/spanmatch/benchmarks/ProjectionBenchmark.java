package org.spanmatch.benchmarks;

import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.spanmatch.kernel.Group;
import org.spanmatch.tuning.Peers;
import org.spanmatch.tuning.Work;

/**
 * Measures all distances of two groups of n neurons, both ways, from a fresh table: two
 * factorisations, and n projections each.
 *
 * <p>Peers do the same from the Gram matrix with OpenBLAS: dpotrf and dtrsm ({@code openblas}), and
 * one more dtrsm each way ({@code openblas-coefficients}) for the norms of the coefficients, which
 * error bounds need and a table always delivers. Operations: 2·(n³/3 + n³), and 2·n³ more with
 * coefficients; both read 4·n² elements of 8 bytes.
 *
 * <p>Before a trial is measured, a backend's distances are compared with those of OpenBLAS if it
 * can run here, or else with those of an independent table; OpenBLAS's with the {@code java}
 * backend's.
 */
public class ProjectionBenchmark extends TableBenchmark {
  private static final String WITH_BOUNDS = "openblas-coefficients";

  private OpenBlasProjection peer;

  @Override
  protected List<String> peers() {
    return List.of(Work.WITHOUT_BOUNDS, WITH_BOUNDS);
  }

  @Override
  protected void prepare() {
    if (!hasKernel()) {
      peer = openBlas();
    }
  }

  @Override
  void checkTable() {
    if (peer != null) {
      withIndependentTable(table -> Checks.requireDistances(table, peer));
      return;
    }
    if (Peers.unavailable("openblas").isEmpty()) {
      try (OpenBlasProjection projection = openBlas()) {
        Checks.requireDistances(table(), projection);
      }
    } else {
      withIndependentTable(expected -> Checks.requireSameDistances(table(), expected));
    }
  }

  private OpenBlasProjection openBlas() {
    try (GramPeer gram = new OpenBlasGram(data(), threads)) {
      gram.compute();
      return new OpenBlasProjection(gram, neurons, threads);
    }
  }

  @Override
  protected void free() {
    super.free();
    if (peer != null) {
      peer.close();
      peer = null;
    }
  }

  /** Measures all distances, both ways. */
  @Benchmark
  public double distances() {
    if (peer == null) {
      return ask(
          table -> table.distances(Group.X).distance(0) + table.distances(Group.Y).distance(0));
    }
    if (backend.equals(WITH_BOUNDS)) {
      peer.projectWithCoefficients();
    } else {
      peer.project();
    }
    return peer.distance(Group.X, 0) + peer.distance(Group.Y, 0);
  }
}
