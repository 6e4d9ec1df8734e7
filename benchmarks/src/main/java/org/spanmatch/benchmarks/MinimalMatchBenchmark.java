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
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.Kernels;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.MatchChecks;
import org.spanmatch.match.MaximumMatch;
import org.spanmatch.match.MinimalMatch;
import org.spanmatch.match.Neuron;
import org.spanmatch.match.TrialOrder;

/**
 * From float32 arrays in memory to one minimal match where everything matches, on one thread,
 * beside the same algorithm in numpy ({@code peers/numpy_peers.py}), as the program of Wang et al.
 * does it: rounds of least-squares problems on the activation vectors, given up as soon as a trial
 * has lost the neuron.
 *
 * <p>There are at most 2·n trials. Each takes at least two least-squares problems in numpy,
 * singular value decompositions of samples × up to n. Here compressing takes samples·4·n²
 * operations, and a trial about 8·n² of what is left.
 *
 * <p>Python runs in a process of its own that has loaded the data before, with one thread for
 * OpenBLAS. After a trial the match found is compared with ours, which is checked to be minimal.
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
public class MinimalMatchBenchmark {
  /** Noise at which everything matches. */
  static final double LEAST_NOISE = 0.1;

  /** The most noise. */
  static final double MOST_NOISE = 0.4;

  /** ε at which it does. */
  static final double EPSILON = 0.5;

  /** Ours or the peer's. */
  @Param({"spanmatch", "numpy"})
  public String method;

  /** Neurons of each group. */
  @Param("64")
  public int n;

  /** Samples of the test set. */
  @Param("2000")
  public int samples;

  private Mixtures data;
  private Neuron neuron;
  private ProjectionKernel kernel;
  private NumpyPeer peer;

  /** Makes the activations, checks that everything matches, and starts Python. */
  @Setup(Level.Trial)
  public void setUp() {
    data = new Mixtures(samples, n, LEAST_NOISE, MOST_NOISE);
    neuron = new Neuron(Group.X, n / 2);
    kernel = Kernels.open("java", new KernelOptions(1));
    try (ProjectionTable table = compressed()) {
      requireAllMatched(table);
    }
    switch (method) {
      case "spanmatch" -> {}
      case "numpy" -> peer = new NumpyPeer("minimal " + EPSILON + " " + n / 2, data, 1);
      default -> throw new IllegalArgumentException("no such method: " + method);
    }
  }

  static void requireAllMatched(ProjectionTable table) {
    double similarity = MaximumMatch.find(table, EPSILON).get(0).similarity();
    if (similarity < 1) {
      throw new IllegalStateException("only a share of " + similarity + " matches");
    }
  }

  private ProjectionTable compressed() {
    return kernel.compress(data.xLayer(), data.yLayer(), CompressionOptions.defaults());
  }

  /** Checks what was found, and ends Python. */
  @TearDown(Level.Trial)
  public void tearDown() {
    try (ProjectionTable table = compressed()) {
      MinimalMatch match = find(table);
      if (!MatchChecks.isMatch(table, EPSILON, match.x(), match.y())
          || !MatchChecks.isMinimalFor(table, EPSILON, match.x(), match.y(), neuron)) {
        throw new IllegalStateException("not minimal: " + match);
      }
      if (peer != null && !peer.matches().equals(List.of(List.of(match.x(), match.y())))) {
        throw new IllegalStateException("found " + peer.matches() + ", expected " + match);
      }
    } finally {
      kernel.close();
      if (peer != null) {
        peer.close();
      }
    }
  }

  private MinimalMatch find(ProjectionTable table) {
    return MinimalMatch.find(table, EPSILON, neuron, TrialOrder.byIndex(table)).orElseThrow();
  }

  /** All of it. */
  @Benchmark
  public Object match() {
    if (peer != null) {
      peer.run();
      return peer;
    }
    try (ProjectionTable table = compressed()) {
      return find(table);
    }
  }
}
