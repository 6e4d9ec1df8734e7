package org.spanmatch.kernel.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.RealDataKernelContract;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.kernel.vector.gemm.MicroKernel;
import org.spanmatch.kernel.vector.gemm.MicroKernels;
import org.spanmatch.kernel.vector.gemm.PlainMicroKernel;
import org.spanmatch.kernel.vector.gemm.VectorMicroKernel;

/** The fast Java kernel keeps the contract, with and without the Vector API and more threads. */
class VectorKernelTest {
  private static ProjectionKernel kernel(MicroKernel microKernel, int threads) {
    return new VectorKernel(MicroKernels.only(microKernel), new KernelOptions(threads), "test");
  }

  @Test
  void theVectorApiIsThere() {
    assertTrue(MicroKernel.hasVectorModule());
    assertEquals(VectorMicroKernel.class, MicroKernel.choose().getClass());
  }

  /** Without C2 every vector is an object, without FMA a decimal number: worse than plain loops. */
  @ParameterizedTest
  @CsvSource({
    "true, OpenJDK 64-Bit Server VM, 'mixed mode, sharing', true, ''",
    "false, OpenJDK 64-Bit Server VM, 'mixed mode, sharing', true, --add-modules jdk.incubator.vector",
    "true, OpenJDK 64-Bit Server VM, 'interpreted mode, sharing', true, -Xint",
    "true, OpenJDK 64-Bit Server VM, 'mixed mode, emulated-client, sharing', true, TieredStopAtLevel",
    "true, OpenJDK Client VM, mixed mode, true, -client",
    "true, OpenJDK 64-Bit Server VM, 'mixed mode, sharing', false, -XX:-UseFMA",
  })
  void plainLoopsNameTheirCure(
      boolean hasModule, String name, String info, boolean hasFma, String cure) {
    Optional<String> found = MicroKernel.cure(hasModule, name, info, hasFma);
    assertEquals(!cure.isEmpty(), found.isPresent());
    assertTrue(found.orElse("").contains(cure), found.toString());
  }

  /** The JVM says so itself, in a process of its own. */
  @ParameterizedTest
  @CsvSource({"-XX:TieredStopAtLevel=1, TieredStopAtLevel", "-XX:-UseFMA, -XX:-UseFMA"})
  void withoutWhatVectorsNeedPlainLoopsAreUsed(String option, String cure) throws IOException {
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                option,
                "--add-modules",
                MicroKernel.VECTOR_MODULE,
                "-cp",
                System.getProperty("java.class.path"),
                OpenJavaBackend.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(2, output.split("plain loops", -1).length, output); // once, though opened twice
    assertTrue(output.contains(cure), output);
  }

  /** Opens the backend as a program does. */
  static final class OpenJavaBackend {
    private OpenJavaBackend() {}

    public static void main(String[] arguments) {
      Logger root = Logger.getLogger("");
      root.setLevel(Level.FINE);
      root.getHandlers()[0].setLevel(Level.FINE);
      Kernels.open(VectorProvider.NAME, new KernelOptions(1)).close();
      Kernels.open(VectorProvider.NAME, new KernelOptions(1)).close();
    }
  }

  /**
   * With many samples the rounding of the Gram matrix grows beyond the rank tolerance: y₁ is nearly
   * a multiple of y₀, and x is exactly what tells them apart.
   */
  @Test
  void theBoundHoldsForMillionsOfSamples() {
    int samples = 8_000_000;
    double[] x = new double[samples];
    double[] y = new double[2 * samples];
    for (int i = 0; i < samples; i++) {
      int sign = i % 2 == 0 ? 1 : -1;
      x[i] = sign;
      y[2 * i] = 1;
      y[2 * i + 1] = 6 * (1 + sign * 2e-7);
    }
    try (ProjectionKernel kernel = kernel(new VectorMicroKernel(), 2)) {
      Distances distances =
          kernel.distances(Layers.of("x", samples, 1, x), Layers.of("y", samples, 2, y));
      double trueDistance = 0;
      assertTrue(
          Math.abs(distances.distance(0) - trueDistance) <= distances.errorBound(0),
          distances.distance(0) + " ± " + distances.errorBound(0));
    }
  }

  /** In one chain of additions the sum would be off by 1.3e-11, near thirty times the bound. */
  @ParameterizedTest
  @EnumSource
  void theSumsOfManySamplesAreAddedInParts(Precision precision) {
    int samples = 1_000_000;
    double[] x = new double[samples];
    Arrays.fill(x, 0.1);
    Layer layer = Layers.of("x", samples, 1, x);
    GramOptions options = new GramOptions(0, precision, Progress.NONE);
    try (ProjectionKernel kernel = kernel(new VectorMicroKernel(), 2);
        ProjectionTable table = kernel.compress(layer, layer, options)) {
      double exact = 0.1 * samples; // rounded once
      // So many additions in a part, and of parts.
      int part = precision == Precision.STANDARD ? MicroKernel.KC : 4096;
      double additions = part + Math.ceil((double) samples / part);
      assertEquals(exact, table.moments(Group.X).sum(0), additions * 0x1p-53 * exact);
    }
  }

  /** More samples than one block has, and than two triangles: 8 whole blocks and a part of one. */
  @Test
  void blocksMergeToTheWholeWhateverTheirNumber() {
    int samples = 8 * 4096 + 1000;
    SplittableRandom random = new SplittableRandom(7);
    double[] x = random.doubles(samples * 12L).toArray();
    double[] y = random.doubles(samples * 11L).toArray();
    for (int i = 0; i < samples; i++) {
      x[12 * i] = y[11 * i] + 2 * y[11 * i + 5] + 1e-3 * x[12 * i]; // near the span
    }
    Layer xLayer = Layers.of("x", samples, 12, x);
    Layer yLayer = Layers.of("y", samples, 11, y);
    try (ProjectionKernel kernel = kernel(new VectorMicroKernel(), 2);
        ProjectionTable standard = kernel.compress(xLayer, yLayer, GramOptions.defaults());
        ProjectionTable high =
            new HighPrecision(kernel).compress(xLayer, yLayer, GramOptions.defaults())) {
      for (Group group : Group.values()) {
        Distances expected = standard.distances(group);
        Distances found = high.distances(group);
        for (int i = 0; i < expected.size(); i++) {
          double bound = expected.errorBound(i) + found.errorBound(i);
          assertEquals(expected.distance(i), found.distance(i), bound);
          assertTrue(bound < 1e-7, "or it says nothing: " + bound);
        }
      }
    }
  }

  @Nested
  class InVectors extends GramRoute {
    @Override
    protected ProjectionKernel open() {
      return kernel(new VectorMicroKernel(), 1);
    }
  }

  @Nested
  class InPlainLoops extends GramRoute {
    @Override
    protected ProjectionKernel open() {
      return kernel(new PlainMicroKernel(4, true, "as the test wants it"), 1);
    }
  }

  @Nested
  class OnThreeThreads extends GramRoute {
    @Override
    protected ProjectionKernel open() {
      return kernel(new VectorMicroKernel(), 3);
    }

    @Override
    protected int longRemovals() {
      return 50; // none of these is large enough for threads
    }

    @Override
    protected int smallProblems() {
      return 100; // nor of these
    }
  }

  @Nested
  class AtHighPrecision extends RealDataKernelContract {
    @Override
    protected ProjectionKernel open() {
      return new HighPrecision(kernel(new VectorMicroKernel(), 1));
    }
  }

  @Nested
  @Tag("once") // on one JDK: AtHighPrecision and InPlainLoops show each half on both
  class AtHighPrecisionInPlainLoops extends RealDataKernelContract {
    @Override
    protected ProjectionKernel open() {
      return new HighPrecision(kernel(new PlainMicroKernel(4, true, "as the test wants it"), 3));
    }

    @Override
    protected int smallProblems() {
      return 300; // AtHighPrecision and InPlainLoops have all
    }
  }

  /** Asks for more than the callers of a kernel do. */
  private record HighPrecision(ProjectionKernel kernel) implements ProjectionKernel {
    @Override
    public ProjectionKernel.Info info() {
      return kernel.info();
    }

    @Override
    public long heapBytes(int xNeurons, int yNeurons, long samples, Precision precision) {
      return kernel.heapBytes(xNeurons, yNeurons, samples, Precision.HIGH);
    }

    @Override
    public Gram gram(
        List<? extends Layer> layers, Collection<GramPair> pairs, GramOptions options) {
      return kernel.gram(layers, pairs, options.withPrecision(Precision.HIGH));
    }

    @Override
    public ProjectionTable table(Gram gram, int x, int y) {
      return kernel.table(gram, x, y);
    }

    @Override
    public void close() {
      kernel.close();
    }
  }

  abstract static class GramRoute extends RealDataKernelContract {
    @Override
    protected int longRemovals() {
      return 84; // several blocks of updates, and more than one in a trial
    }

    @Override
    protected int removalsBetweenFreshTables() {
      return 1;
    }
  }
}
