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
import org.spanmatch.match.MatchChecks;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.match.MinimalMatch;
import org.spanmatch.match.Neuron;
import org.spanmatch.match.SimpleMatches;
import org.spanmatch.match.SimpleSearch;
import org.spanmatch.match.TrialOrder;

/**
 * Simple matches of two groups of n neurons that are compressed and of which all match: one minimal
 * match on one thread, and one for each of the 2·n neurons on all processors.
 *
 * <p>One takes up to 2·n trials, each about 8·n² operations on what is left of n, so about 8/3·n³.
 * All take 2·n trials of everything and at most 2·n² of what is left, about 1/12 of (2·n)⁴
 * operations where trials remove nothing but what is tried.
 *
 * <p>{@code tight} is the least ε at which all match: there trials fail more often, and matches are
 * larger, up to hundreds of neurons. Each call starts from a fresh table, since tables remember;
 * making it is outside the time.
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
public class SimpleMatchesBenchmark {
  /** Neurons of each group. */
  @Param({"64", "128", "256", "512"})
  public int n;

  /** Samples of the test set. */
  @Param("10000")
  public int samples;

  /** ε: 0.5, or the least at which everything matches. */
  @Param({"loose", "tight"})
  public String epsilon;

  private Mixtures data;
  private ProjectionKernel kernel;
  private ProjectionKernel alone;
  private double value;
  private SimpleMatches last;

  /** A table that has answered nothing yet. */
  @State(Scope.Benchmark)
  public static class FreshTables {
    ProjectionTable table;
    ProjectionTable alone;

    /** Makes them. */
    @Setup(Level.Invocation)
    public void setUp(SimpleMatchesBenchmark benchmark) {
      table = benchmark.compressed(benchmark.kernel);
      alone = benchmark.compressed(benchmark.alone);
    }

    /** Frees them. */
    @TearDown(Level.Invocation)
    public void tearDown() {
      table.close();
      alone.close();
    }
  }

  /** Makes the activations. */
  @Setup(Level.Trial)
  public void setUp() {
    data =
        new Mixtures(
            samples, n, MinimalMatchBenchmark.LEAST_NOISE, MinimalMatchBenchmark.MOST_NOISE);
    kernel = Kernels.open("java", KernelOptions.defaults());
    alone = Kernels.open("java", new KernelOptions(1));
    try (ProjectionTable table = compressed(kernel)) {
      MinimalMatchBenchmark.requireAllMatched(table);
      double least = MatchSpectrum.of(table, Progress.NONE).epsilonFor(2 * n).orElseThrow() + 1e-9;
      value = epsilon.equals("tight") ? least : MinimalMatchBenchmark.EPSILON;
    }
  }

  private ProjectionTable compressed(ProjectionKernel by) {
    return by.compress(data.xLayer(), data.yLayer(), CompressionOptions.defaults());
  }

  /** Checks that all neurons are covered by what are matches. */
  @TearDown(Level.Trial)
  public void tearDown() {
    try (ProjectionTable table = compressed(kernel)) {
      if (last != null
          && !(last.complete()
              && MatchChecks.coverMaximum(last)
              && last.covered(Group.X).size() == n
              && last.matches().stream()
                  .allMatch(m -> MatchChecks.isMatch(table, value, m.x(), m.y())))) {
        throw new IllegalStateException("not all neurons are covered by matches");
      }
    } finally {
      kernel.close();
      alone.close();
    }
  }

  /** One minimal match, on one thread. */
  @Benchmark
  public MinimalMatch one(FreshTables fresh) {
    TrialOrder order = TrialOrder.byIndex(fresh.alone);
    return MinimalMatch.find(fresh.alone, value, new Neuron(Group.X, n / 2), order).orElseThrow();
  }

  /** A minimal match of each neuron, on all processors. */
  @Benchmark
  public SimpleMatches all(FreshTables fresh) {
    last =
        SimpleSearch.inOrder(TrialOrder.byIndex(fresh.table))
            .on(KernelOptions.defaults().threads())
            .run(fresh.table, value);
    return last;
  }
}
