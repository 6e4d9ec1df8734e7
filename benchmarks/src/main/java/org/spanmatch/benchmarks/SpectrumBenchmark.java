package org.spanmatch.benchmarks;

import java.util.List;
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
import org.spanmatch.kernel.Progress;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.Match;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.match.MaximumMatch;

/**
 * Matching two groups of n neurons once they are compressed, beside compressing them, on all
 * processors.
 *
 * <p>Compressing reads 8·n·samples bytes and takes samples·4·n² operations. A spectrum takes 2·n
 * removals of O(n²) operations and bytes each, about 16/3·n³ in all with a tenth more for fresh
 * factorisations; the five maximum matches take a few factorisations. Each call starts from a fresh
 * table, since tables remember; making it is outside the time.
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
public class SpectrumBenchmark {
  /** Those that the authors use. */
  static final double[] EPSILONS = {0.15, 0.2, 0.25, 0.3, 0.5};

  /** Neurons of each group. */
  @Param({"64", "256", "512", "2048"})
  public int n;

  /** Samples of the test set. */
  @Param("10000")
  public int samples;

  private Mixtures data;
  private ProjectionKernel kernel;

  /** A table that has answered nothing yet. */
  @State(Scope.Benchmark)
  public static class FreshTable {
    ProjectionTable table;

    /** Makes it. */
    @Setup(Level.Invocation)
    public void setUp(SpectrumBenchmark benchmark) {
      table = benchmark.compressed();
    }

    /** Frees it. */
    @TearDown(Level.Invocation)
    public void tearDown() {
      table.close();
    }
  }

  /** Makes the activations, and checks that spectrum and maximum matches agree. */
  @Setup(Level.Trial)
  public void setUp() {
    data = new Mixtures(samples, n);
    kernel = Kernels.open("java", KernelOptions.defaults());
    try (ProjectionTable table = compressed()) {
      MatchSpectrum spectrum = MatchSpectrum.of(table, Progress.NONE);
      for (Match match : MaximumMatch.find(table, EPSILONS)) {
        Match found = spectrum.maximumMatch(match.epsilon());
        if (!found.x().equals(match.x()) || !found.y().equals(match.y())) {
          throw new IllegalStateException("spectrum has " + found + ", expected " + match);
        }
      }
    }
  }

  private ProjectionTable compressed() {
    return kernel.compress(data.xLayer(), data.yLayer(), CompressionOptions.defaults());
  }

  /** Frees the kernel. */
  @TearDown(Level.Trial)
  public void tearDown() {
    kernel.close();
  }

  /** Compressing both groups. */
  @Benchmark
  public Object compress() {
    ProjectionTable table = compressed();
    table.close();
    return table;
  }

  /** The match level of every neuron. */
  @Benchmark
  public MatchSpectrum spectrum(FreshTable fresh) {
    return MatchSpectrum.of(fresh.table, Progress.NONE);
  }

  /** The maximum matches at five ε. */
  @Benchmark
  public List<Match> maximumMatches(FreshTable fresh) {
    return MaximumMatch.find(fresh.table, EPSILONS);
  }
}
