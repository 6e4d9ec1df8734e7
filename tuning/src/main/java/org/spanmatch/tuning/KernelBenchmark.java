package org.spanmatch.tuning;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
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
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layout;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.NotEnoughMemoryException;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;

/**
 * The common part of all benchmarks of a layer: parameters, JMH settings, activations and backend.
 *
 * <p>Activations are {@link Mixtures}. A benchmark that needs more memory than there is fails
 * before it allocates any, and so does one on the tests' stand-in for CUDA. The measuring JVMs get
 * 4 GB, or the heap size given to the JVM that starts them: {@code java -Xmx40g -jar benchmarks.jar
 * ...}.
 *
 * <p>Before anything is measured, the result of one call is checked. It is compared with the {@code
 * reference} backend's if that takes about a second; otherwise, for the {@code java} backend, with
 * that of its other precision, and for all others with the {@code java} backend's. For standard
 * precision with more than {@value #LARGEST_CHECKED} neurons per group, where that would take much
 * longer and more memory than the measurement, it is compared with another algorithm's result from
 * a table of the same backend, and elements of its Gram matrix with exact sums.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 8, time = 1)
@Fork(
    value = 2,
    // Come before the options of the starting JVM, which take precedence.
    jvmArgsPrepend = {
      "-Xms4g",
      "-Xmx4g",
      "-XX:+UseParallelGC",
      "-XX:+AlwaysPreTouch",
      "--add-modules",
      "jdk.incubator.vector",
      "-Dspanmatch.vectors=always"
    })
public abstract class KernelBenchmark {
  /** The ε that the authors use. */
  protected static final double[] EPSILONS = {0.15, 0.2, 0.25, 0.3, 0.5};

  /** The default backend, with which others are compared. */
  private static final String JAVA = "java";

  private static final String REFERENCE = "reference";
  private static final double REFERENCE_FLOPS = 1e9;
  private static final int LARGEST_CHECKED = 1024;

  // Each thread of an orthogonal method takes the memory of a triangle.
  private static final int CHECKING_THREADS = 4;

  /** A backend's name, or a peer's. */
  @Param(JAVA)
  public String backend;

  /** Number of neurons of each group. */
  @Param({"64", "128", "256", "512", "1024", "2048", "4096"})
  public int neurons;

  /** Number of samples. */
  @Param({"1000", "10000", "100000", "1000000"})
  public int samples;

  /** Number of computing threads. */
  @Param({"1", "2"})
  public int threads;

  /** How a layer is compressed: {@code standard} or {@code high}. */
  @Param("standard")
  public String precision;

  /**
   * The format of the activations: {@code float16}, {@code bfloat16}, {@code float32} or {@code
   * float64}.
   */
  @Param("float32")
  public String dtype;

  /** {@code nf}, where a row is a sample, or {@code fn}, where a row is a neuron. */
  @Param("nf")
  public String layout;

  private ProjectionKernel kernel; // null for a peer
  private Mixtures data;

  /** Returns the format with a name that numpy or PyTorch gives it. */
  static ElementType type(String dtype) {
    return switch (dtype) {
      case "float16" -> ElementType.FLOAT16;
      case "bfloat16" -> ElementType.BFLOAT16;
      case "float32" -> ElementType.FLOAT32;
      case "float64" -> ElementType.FLOAT64;
      default ->
          throw new IllegalArgumentException(
              "expected a dtype of float16, bfloat16, float32, float64, found '" + dtype + "'");
    };
  }

  private Layout layoutOfName() {
    return switch (layout) {
      case "nf" -> Layout.NF;
      case "fn" -> Layout.FN;
      default ->
          throw new IllegalArgumentException("expected a layout of nf, fn, found '" + layout + "'");
    };
  }

  private Precision precisionOfName() {
    return Arrays.stream(Precision.values())
        .filter(value -> value.toString().equals(precision))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "expected a precision of standard, high, found '" + precision + "'"));
  }

  /** The names of the peers that a benchmark supports. */
  protected List<String> peers() {
    return List.of();
  }

  /** Called once per trial, after the activations, and the kernel or the peer's name, are set. */
  protected void prepare() {}

  /** Runs an unmeasured call and checks its result. */
  protected abstract void check();

  /** Frees what {@link #prepare} created, even if it did not finish. */
  protected void free() {}

  /** Generates the activations. */
  protected Mixtures activations(ElementType type, Layout stored) {
    return new Mixtures(samples, neurons, type, stored);
  }

  /** Opens the backend and generates the activations. */
  @Setup(Level.Trial)
  public void setUp() {
    try {
      ElementType type = type(dtype);
      Layout stored = layoutOfName();
      Precision asked = precisionOfName();
      if (peers().contains(backend)) {
        requirePeer(asked);
      } else if (Peers.names().contains(backend)) {
        throw new IllegalArgumentException(
            getClass().getSimpleName().replaceFirst("_.*", "")
                + " measures no peer '"
                + backend
                + "'"
                + (peers().isEmpty() ? "" : ", but " + String.join(", ", peers())));
      } else {
        kernel = Kernels.open(backend, options());
        Gpus.refuseStandIn(kernel);
      }
      requireMemory(type, asked);
      data = activations(type, stored);
      prepare();
      // Check before measuring: a run in this JVM that fails later would leave its state to the
      // next one.
      check();
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private void requirePeer(Precision asked) {
    if (asked != Precision.STANDARD) {
      throw new IllegalArgumentException("a peer has no precision " + asked);
    }
    Peers.of(backend)
        .flatMap(Peer::unavailable)
        .ifPresent(
            reason -> {
              throw new IllegalStateException(backend + ": " + reason);
            });
  }

  private void requireMemory(ElementType type, Precision asked) {
    double computing =
        kernel == null
            ? Peers.of(backend).orElseThrow().heapBytes(neurons, samples, threads)
            : (double) kernel.heapBytes(neurons, neurons, samples, asked) + keptBytes();
    double bytes = 2.0 * samples * neurons * type.bytes() + Math.max(checking(), computing);
    long heap = Runtime.getRuntime().maxMemory();
    if (bytes > heap) {
      throw new NotEnoughMemoryException(
          String.format(
              Locale.ROOT,
              "%d + %d neurons at %d samples in %s need about %.0f MB of Java heap, but it may have"
                  + " only %d MB",
              neurons,
              neurons,
              samples,
              dtype,
              bytes / 1e6,
              heap / 1_000_000),
          "-Xmx" + (long) (bytes / 0.9e9 + 1) + "g");
    }
  }

  /** The heap that a benchmark needs beside a kernel's estimate for a call, in bytes. */
  protected double keptBytes() {
    return 0;
  }

  /** Returns the heap that the independent table needs, in bytes. */
  private double checking() {
    Optional<Way> way = independentWay();
    if (way.isEmpty()) {
      return 0; // no more than the measured call
    }
    try (ProjectionKernel independent = open(way.get())) {
      return (double) independent.heapBytes(neurons, neurons, samples, way.get().precision());
    }
  }

  /** Frees everything. */
  @TearDown(Level.Trial)
  public void tearDown() {
    close();
  }

  private void close() {
    free();
    if (kernel != null) {
      kernel.close();
      kernel = null;
    }
    data = null;
  }

  private ProjectionKernel open(Way way) {
    return Kernels.open(way.backend(), new KernelOptions(Math.min(threads, CHECKING_THREADS)));
  }

  private KernelOptions options() {
    return new KernelOptions(threads);
  }

  /** The activations. */
  protected Mixtures data() {
    return data;
  }

  /** Whether a backend is measured, not a peer. */
  protected boolean hasKernel() {
    return kernel != null;
  }

  /** The measured kernel; null for a peer. */
  protected ProjectionKernel kernel() {
    return kernel;
  }

  /** Compresses the activations in memory. */
  protected ProjectionTable compressed() {
    return compressed(kernel, precisionOfName());
  }

  private ProjectionTable compressed(ProjectionKernel by, Precision asked) {
    return by.compress(data.layer(Group.X), data.layer(Group.Y), compression(asked));
  }

  /** Adds up the activations in memory. */
  protected Gram gram() {
    return kernel.gram(
        List.of(data.layer(Group.X), data.layer(Group.Y)), GramPair.all(2), compression());
  }

  /** Returns the options of the measured precision. */
  protected GramOptions compression() {
    return compression(precisionOfName());
  }

  private static GramOptions compression(Precision asked) {
    return new GramOptions(GramOptions.DEFAULT_DEAD_THRESHOLD, asked, Progress.NONE);
  }

  /** A way to make a table. */
  private record Way(String backend, Precision precision) {}

  /** Returns a way other than the measured one; empty if all take too long. See the class. */
  private Optional<Way> independentWay() {
    if (!backend.equals(REFERENCE) && referenceFlops() <= REFERENCE_FLOPS) {
      return Optional.of(new Way(REFERENCE, Precision.STANDARD));
    }
    boolean standard = precisionOfName() == Precision.STANDARD;
    if (hasKernel() && standard && neurons > LARGEST_CHECKED) {
      return Optional.empty();
    }
    if (backend.equals(JAVA) && standard) {
      return Optional.of(new Way(JAVA, Precision.HIGH));
    }
    return Optional.of(new Way(JAVA, Precision.STANDARD));
  }

  /** Passes on a table of the activations to compare results with; see the class. */
  protected void withIndependentTable(Consumer<ProjectionTable> user) {
    Optional<Way> way = independentWay();
    if (way.isEmpty()) {
      LayerChecks.requireExactProducts(data, gram());
      try (ProjectionTable table = compressed()) {
        user.accept(table);
      }
      return;
    }
    try (ProjectionKernel independent = open(way.get());
        ProjectionTable table = compressed(independent, way.get().precision())) {
      user.accept(table);
    }
  }

  /**
   * Estimates the reference's operations, on the vectors and, per round of removals, on the
   * remaining rows.
   */
  private double referenceFlops() {
    double m = 2.0 * neurons;
    return (samples + 20 * m) * m * m;
  }
}
