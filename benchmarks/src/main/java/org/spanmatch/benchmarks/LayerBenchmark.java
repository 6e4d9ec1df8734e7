package org.spanmatch.benchmarks;

import java.util.List;
import java.util.Random;
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
import org.spanmatch.data.ArrayActivations;
import org.spanmatch.data.LayerActivations;
import org.spanmatch.kernel.CompressionOptions;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.Kernels;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.Match;
import org.spanmatch.match.MaximumMatch;

/**
 * One layer, from float32 arrays in memory, by phase: compressing it, and finding its maximum
 * matches at five ε.
 *
 * <p>The data is ReLU-like: mixtures of hidden features that both networks share, and noise. With m
 * = 2·neurons, compressing reads 4·m·samples bytes and costs about 2·samples·m² operations with an
 * orthogonal method.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms4g", "-Xmx4g", "--add-modules", "jdk.incubator.vector"})
public class LayerBenchmark {
  private static final double[] EPSILONS = {0.15, 0.2, 0.25, 0.3, 0.5};

  /** The backend's name. */
  @Param({"reference", "java"})
  public String backend;

  /** Neurons of each network. */
  @Param({"64", "256"})
  public int neurons;

  /** Samples of the test set. */
  @Param({"1000", "10000"})
  public int samples;

  private LayerActivations x;
  private LayerActivations y;
  private ProjectionKernel kernel;
  private ProjectionTable table;

  /** Makes the activations, and the table that matching starts from. */
  @Setup(Level.Trial)
  public void setUp() {
    Random random = new Random(neurons * 31L + samples);
    float[] features = new float[Math.multiplyExact(samples, neurons)];
    for (int i = 0; i < features.length; i++) {
      features[i] = (float) random.nextGaussian();
    }
    x = relu("x", features, random);
    y = relu("y", features, random);
    kernel = Kernels.open(backend, KernelOptions.defaults());
    table = kernel.compress(x, y, CompressionOptions.defaults());
  }

  private LayerActivations relu(String name, float[] features, Random random) {
    float[] values = new float[features.length];
    for (int i = 0; i < values.length; i++) {
      int row = i / neurons * neurons;
      int column = i % neurons;
      float mixed = features[i] + 0.5f * features[row + (column + 1) % neurons];
      values[i] = Math.max(0, mixed + 0.3f * (float) random.nextGaussian());
    }
    return ArrayActivations.of(name, samples, neurons, values);
  }

  /** Frees the kernel. */
  @TearDown(Level.Trial)
  public void tearDown() {
    table.close();
    kernel.close();
  }

  /** Reading and compressing both groups. */
  @Benchmark
  public int compress() {
    try (ProjectionTable compressed = kernel.compress(x, y, CompressionOptions.defaults())) {
      return compressed.neurons(Group.X);
    }
  }

  /** The maximum matches at five ε from the compressed table. */
  @Benchmark
  public List<Match> maximumMatch() {
    return MaximumMatch.find(table, EPSILONS);
  }
}
