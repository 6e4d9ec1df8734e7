package org.spanmatch.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs every benchmark once at tiny size, so that none can rot. */
class BenchmarksRunTest {
  @Test
  void limitsBenchmarkRuns() throws RunnerException {
    // Multiply-add without a parameter, reading and copying; one thread and all.
    assertEquals(6, run(LimitsBenchmark.class, options().param("elements", "64")));
  }

  @Test
  void compressionBenchmarkRuns() throws RunnerException {
    ChainedOptionsBuilder options =
        options()
            .param(
                "implementation",
                "java",
                "reference",
                "openblas-dsyrk",
                "ejml",
                "ojalgo",
                "netlib-tn",
                "netlib-nt",
                "netlib-tn-blocks")
            .param("m", "8")
            .param("samples", "2501")
            .param("threads", "1", "2");
    // Both backends and six peers, on one thread and two.
    assertEquals(16, run(CompressionBenchmark.class, options));
  }

  @Test
  void projectionBenchmarkRuns() throws RunnerException {
    assertEquals(6, run(ProjectionBenchmark.class, options().param("n", "4")));
  }

  @Test
  void spectrumBenchmarkRuns() throws RunnerException {
    assertEquals(
        3, run(SpectrumBenchmark.class, options().param("n", "4").param("samples", "100")));
  }

  @Test
  void minimalMatchBenchmarkRuns() throws RunnerException {
    Optional<String> missing = NumpyPeer.missing();
    assumeTrue(missing.isEmpty(), missing.orElse(""));
    assertEquals(
        2, run(MinimalMatchBenchmark.class, options().param("n", "8").param("samples", "300")));
  }

  @Test
  void simpleMatchesBenchmarkRuns() throws RunnerException {
    assertEquals(
        4, run(SimpleMatchesBenchmark.class, options().param("n", "8").param("samples", "300")));
  }

  @Test
  void authorsBenchmarkRuns() throws RunnerException {
    Optional<String> missing = NumpyPeer.missing();
    assumeTrue(missing.isEmpty(), missing.orElse(""));
    assertEquals(
        3, run(AuthorsBenchmark.class, options().param("n", "20").param("samples", "500")));
  }

  @Test
  void peakMemoryRuns() throws IOException, InterruptedException {
    PeakMemory.Peak peak = PeakMemory.measure(4, 1000);
    assertTrue(peak.heap() > 0 && peak.process() > peak.heap(), peak.toString());
  }

  private static ChainedOptionsBuilder options() {
    return new OptionsBuilder()
        .forks(0)
        .warmupIterations(0)
        .measurementIterations(1)
        .measurementTime(TimeValue.milliseconds(10))
        .shouldFailOnError(true)
        .verbosity(VerboseMode.SILENT);
  }

  /** How many results there were; a failure is an exception. */
  private static int run(Class<?> benchmark, ChainedOptionsBuilder options) throws RunnerException {
    return new Runner(options.include(benchmark.getName() + "\\.").build()).run().size();
  }
}
