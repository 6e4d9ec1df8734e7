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
import org.spanmatch.kernel.Progress;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.Match;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.match.MaximumMatch;

/**
 * Matching two groups of n neurons on a GPU, beside the {@code java} backend on all processors.
 *
 * <p>{@code compress} starts from float32 arrays in the host's memory: 8·n·samples bytes to copy
 * and 4·n²·samples operations, the symmetric half counted once. {@code distances} are all of them,
 * both ways, from a fresh table: 2·(n³/3 + n³) + 2·n³ operations. {@code spectrum} is the match
 * level of every neuron, about 16/3·n³ operations, from a fresh table too; making it is outside the
 * time. Each call ends with results in the host's memory, or with all memory of the device freed,
 * so that nothing runs on after it.
 *
 * <p>Before a trial is measured, the spectrum of the {@code cuda} backend is compared with its
 * maximum matches, and for at most {@value #LARGEST_CHECKED} neurons its distances with those of
 * the {@code java} backend. On the stand-in of the tests nothing is measured.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 4, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "-Xms12g",
      "-Xmx12g",
      "-XX:+UseParallelGC",
      "--add-modules",
      "jdk.incubator.vector"
    })
public class GpuBenchmark {
  private static final int LARGEST_CHECKED = 1024;

  /** A backend's name. */
  @Param({"cuda", "java"})
  public String backend;

  /** Neurons of each group. */
  @Param({"256", "512", "1024", "2048", "4096"})
  public int n;

  /** Samples of the test set. */
  @Param("20000")
  public int samples;

  private Mixtures data;
  private ProjectionKernel kernel;

  /** A table that has answered nothing yet. */
  @State(Scope.Benchmark)
  public static class FreshTable {
    ProjectionTable table;

    /** Makes it. */
    @Setup(Level.Invocation)
    public void setUp(GpuBenchmark benchmark) {
      table = benchmark.compressed(benchmark.kernel);
    }

    /** Frees it. */
    @TearDown(Level.Invocation)
    public void tearDown() {
      table.close();
    }
  }

  /** Operations of {@link #distances}. */
  static double distanceFlops(long n) {
    return ProjectionBenchmark.flops("cuda", n);
  }

  /** Makes the activations, and checks the backend. */
  @Setup(Level.Trial)
  public void setUp() {
    prepare();
    Gpus.refuseStandIn(kernel);
    if (!backend.equals("java")) {
      check();
    }
  }

  /** Opens the backend and makes the activations, whatever it runs on. */
  void prepare() {
    kernel = Kernels.open(backend, KernelOptions.defaults());
    data = new Mixtures(samples, n);
  }

  /** Compares results. */
  void check() {
    try (ProjectionTable table = compressed(kernel)) {
      if (n <= LARGEST_CHECKED) {
        try (ProjectionKernel java = Kernels.open("java", KernelOptions.defaults());
            ProjectionTable expected = compressed(java)) {
          Checks.requireSameDistances(table, expected);
        }
      }
      MatchSpectrum spectrum = MatchSpectrum.of(table, Progress.NONE);
      for (Match match : MaximumMatch.find(table, SpectrumBenchmark.EPSILONS)) {
        Match found = spectrum.maximumMatch(match.epsilon());
        if (!found.x().equals(match.x()) || !found.y().equals(match.y())) {
          throw new IllegalStateException("spectrum has " + found + ", expected " + match);
        }
      }
    }
  }

  private ProjectionTable compressed(ProjectionKernel compressing) {
    return compressing.compress(data.xLayer(), data.yLayer(), CompressionOptions.defaults());
  }

  /** Frees the kernel. */
  @TearDown(Level.Trial)
  public void tearDown() {
    if (kernel != null) {
      kernel.close();
    }
  }

  /** Compressing both groups. */
  @Benchmark
  public Object compress() {
    ProjectionTable table = compressed(kernel);
    table.close();
    return table;
  }

  /** All distances, both ways. */
  @Benchmark
  public double distances(FreshTable fresh) {
    return fresh.table.distances(Group.X).distance(0) + fresh.table.distances(Group.Y).distance(0);
  }

  /** The match level of every neuron. */
  @Benchmark
  public MatchSpectrum spectrum(FreshTable fresh) {
    return MatchSpectrum.of(fresh.table, Progress.NONE);
  }
}
