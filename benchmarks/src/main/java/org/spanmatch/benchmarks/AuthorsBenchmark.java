package org.spanmatch.benchmarks;

import java.util.Arrays;
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
 * From float32 arrays in memory to the maximum matches at five ε, on all processors: compressing
 * and the whole spectrum, beside two ways in numpy (which see, {@code peers/numpy_peers.py}).
 *
 * <p>{@code authors} solves least-squares problems on the activation vectors as the program of Wang
 * et al. does, anew for every ε and in every round: one singular value decomposition of samples × n
 * for each. {@code numpy-gram} takes the same way as this project, from a float64 Gram matrix to a
 * spectrum by rank-one downdates: samples·4·n² operations for the matrix and about 16/3·n³ after
 * it. All read 8·n·samples bytes. Python runs in a process of its own that has loaded the data
 * before.
 *
 * <p>After a trial, the neurons that were matched are compared with those of {@link MaximumMatch}.
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
public class AuthorsBenchmark {
  /** Ours or a peer's way. */
  @Param({"spanmatch", "numpy-gram", "authors"})
  public String method;

  /** Neurons of each group. */
  @Param("512")
  public int n;

  /** Samples of the test set. */
  @Param("10000")
  public int samples;

  private Mixtures data;
  private ProjectionKernel kernel;
  private NumpyPeer peer;
  private MatchSpectrum spectrum;

  /** Makes the activations, and starts Python. */
  @Setup(Level.Trial)
  public void setUp() {
    data = new Mixtures(samples, n);
    KernelOptions options = KernelOptions.defaults();
    kernel = Kernels.open("java", options);
    switch (method) {
      case "spanmatch" -> {}
      case "numpy-gram" -> peer = new NumpyPeer("gram", data, options.threads());
      case "authors" -> peer = new NumpyPeer("authors", data, options.threads());
      default -> throw new IllegalArgumentException("no such method: " + method);
    }
  }

  private ProjectionTable compressed() {
    return kernel.compress(data.xLayer(), data.yLayer(), CompressionOptions.defaults());
  }

  /** Checks what was found, and ends Python. */
  @TearDown(Level.Trial)
  public void tearDown() {
    try (ProjectionTable table = compressed()) {
      List<Match> expected = MaximumMatch.find(table, SpectrumBenchmark.EPSILONS);
      List<List<List<Integer>>> found = peer == null ? ofSpectrum() : peer.matches();
      for (int i = 0; i < expected.size(); i++) {
        Match match = expected.get(i);
        if (!found.get(i).equals(List.of(match.x(), match.y()))) {
          throw new IllegalStateException(
              method + " matched " + found.get(i) + ", expected " + match);
        }
      }
    } finally {
      kernel.close();
      if (peer != null) {
        peer.close();
      }
    }
  }

  private List<List<List<Integer>>> ofSpectrum() {
    return Arrays.stream(SpectrumBenchmark.EPSILONS)
        .mapToObj(spectrum::maximumMatch)
        .map(match -> List.of(match.x(), match.y()))
        .toList();
  }

  /** All of it. */
  @Benchmark
  public Object match() {
    if (peer != null) {
      peer.run();
      return peer;
    }
    try (ProjectionTable table = compressed()) {
      spectrum = MatchSpectrum.of(table, Progress.NONE);
    }
    return ofSpectrum();
  }
}
