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
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.Kernels;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;

/**
 * Compressing two groups of m neurons together, beside other libraries' ways to the Gram matrix.
 *
 * <p>Backends ({@code java}, {@code reference}) start from float32 arrays in memory: 4·m·samples
 * bytes, whose conversion, packing and check for finite values is in their time, as is scaling to
 * norm 1. Peers start from float64 data in the layout that suits them best (see the class of each):
 * 8·m·samples bytes. A Gram matrix takes samples·m² useful operations, the symmetric half counted
 * once; an orthogonal method about twice that.
 *
 * <p>Before a trial is measured, a peer's Gram matrix is compared with exact sums, and a backend's
 * distances with those from OpenBLAS.
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
public class CompressionBenchmark {
  /** A backend's or a peer's name. */
  @Param({"java", "openblas-dsyrk", "ejml", "ojalgo", "netlib-tn", "netlib-nt", "netlib-tn-blocks"})
  public String implementation;

  /** Neurons of both groups together, an even number. */
  @Param({"64", "128", "256", "512", "1024", "2048"})
  public int m;

  /** Samples of the test set. */
  @Param({"10000", "50000"})
  public int samples;

  /** Threads that compute. */
  @Param({"1", "2"})
  public int threads;

  private Mixtures data;
  private ProjectionKernel kernel;
  private GramPeer peer;

  /** Useful operations of a call. */
  static double flops(long samples, long m) {
    return (double) samples * m * m;
  }

  /** Makes the activations, and checks the implementation. */
  @Setup(Level.Trial)
  public void setUp() {
    data = new Mixtures(samples, m / 2);
    switch (implementation) {
      case "java", "reference" -> {
        kernel = Kernels.open(implementation, new KernelOptions(threads));
        checkKernel();
      }
      default -> {
        peer = GramPeer.open(implementation, data, threads);
        peer.compute();
        Checks.requireGram(data, peer);
      }
    }
  }

  private void checkKernel() {
    try (GramPeer gram = new OpenBlasGram(data, threads)) {
      gram.compute();
      try (OpenBlasProjection projection = new OpenBlasProjection(gram, m / 2, threads);
          ProjectionTable table = compressed()) {
        Checks.requireDistances(table, projection);
      }
    }
  }

  private ProjectionTable compressed() {
    return kernel.compress(data.xLayer(), data.yLayer(), CompressionOptions.defaults());
  }

  /** Frees kernel and peer. */
  @TearDown(Level.Trial)
  public void tearDown() {
    if (kernel != null) {
      kernel.close();
    }
    if (peer != null) {
      peer.close();
    }
  }

  /** Reading and compressing both groups. */
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
