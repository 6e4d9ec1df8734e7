package org.spanmatch.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.spanmatch.kernel.CompressionOptions;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.Kernels;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;

/**
 * All distances of two groups of n neurons, both ways, from a fresh table: two factorisations, and
 * n projections each.
 *
 * <p>Beside it the same by OpenBLAS from the Gram matrix: dpotrf and dtrsm ({@code openblas}), and
 * one more dtrsm each way ({@code openblas-coefficients}) for the sums of the coefficients, without
 * which there are no error bounds, and which a table always delivers. Operations: 2·(n³/3 + n³),
 * and 2·n³ more with coefficients; both read 4·n² elements of 8 bytes.
 *
 * <p>A table is made anew for each call, outside its time, from only 8·n samples. Before a trial is
 * measured, both ways are compared with each other.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 4, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {
      "-Xms4g",
      "-Xmx4g",
      "-XX:+UseParallelGC",
      "-XX:+AlwaysPreTouch",
      "--add-modules",
      "jdk.incubator.vector"
    })
public class ProjectionBenchmark {
  private static final int SAMPLES_PER_NEURON = 8;

  /** A backend's or a peer's name. */
  @Param({"java", "openblas", "openblas-coefficients"})
  public String implementation;

  /** Neurons of each group. */
  @Param({"64", "128", "256", "512"})
  public int n;

  /** Threads that compute. */
  @Param({"1", "2"})
  public int threads;

  private Mixtures data;
  private ProjectionKernel kernel;
  private OpenBlasProjection peer;
  private ProjectionTable table;

  /** Operations of a call. */
  static double flops(String implementation, long n) {
    double cube = (double) n * n * n;
    // Ours delivers the coefficients too.
    return 2 * (cube / 3 + cube) + (implementation.equals("openblas") ? 0 : 2 * cube);
  }

  /** Makes the activations, and checks both ways. */
  @Setup(Level.Trial)
  public void setUp() {
    data = new Mixtures(SAMPLES_PER_NEURON * n, n);
    kernel = Kernels.open("java", new KernelOptions(threads));
    try (GramPeer gram = new OpenBlasGram(data, threads)) {
      gram.compute();
      peer = new OpenBlasProjection(gram, n, threads);
    }
    try (ProjectionTable checked = compressed()) {
      Checks.requireDistances(checked, peer);
    }
  }

  private ProjectionTable compressed() {
    return kernel.compress(data.xLayer(), data.yLayer(), CompressionOptions.defaults());
  }

  /** Makes a table that has answered nothing yet, since tables remember. */
  @Setup(Level.Invocation)
  public void compress() {
    if (implementation.equals("java")) {
      table = compressed();
    }
  }

  /** Frees the table. */
  @TearDown(Level.Invocation)
  public void closeTable() {
    if (table != null) {
      table.close();
    }
  }

  /** Frees kernel and peer. */
  @TearDown(Level.Trial)
  public void tearDown() {
    peer.close();
    kernel.close();
  }

  /** All distances, both ways. */
  @Benchmark
  public double distances() {
    switch (implementation) {
      case "java" -> {
        double x = table.distances(Group.X).distance(0);
        return x + table.distances(Group.Y).distance(0);
      }
      case "openblas" -> peer.project();
      case "openblas-coefficients" -> peer.projectWithCoefficients();
      default -> throw new IllegalArgumentException("no such implementation: " + implementation);
    }
    return peer.distance(Group.X, 0) + peer.distance(Group.Y, 0);
  }
}
