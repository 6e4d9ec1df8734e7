package org.spanmatch.kernel.selection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.activations.Layer;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.KernelException;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.KernelOptions.GramMethod;
import org.spanmatch.kernel.KernelProvider;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;

/** Which backend is opened, and what is said about it. */
class KernelsTest {
  private static final KernelOptions OPTIONS = new KernelOptions(3);

  private final List<String> opened = new ArrayList<>();
  private final List<String> closed = new ArrayList<>();
  private final Provider gpu = new Provider("gpu", 20, true);
  private final Provider simd = new Provider("simd", 10, true);
  private final Provider plain = new Provider("plain", 0, true);
  private final Provider broken = new Provider("broken", 30, false);
  private Properties before;

  @BeforeEach
  void withoutProperties() {
    before = (Properties) System.getProperties().clone();
    System.clearProperty(Kernels.BACKEND_PROPERTY);
    System.clearProperty(Kernels.REQUIRED_PROPERTY);
  }

  @AfterEach
  void restoreProperties() {
    System.setProperties(before);
  }

  /** A backend that computes nothing. */
  private final class Provider implements KernelProvider {
    private final String name;
    private final int priority;
    private final boolean available;
    private boolean slices;
    private KernelOptions options;

    Provider(String name, int priority, boolean available) {
      this.name = name;
      this.priority = priority;
      this.available = available;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public String description() {
      return "a fake";
    }

    @Override
    public int priority() {
      return priority;
    }

    @Override
    public boolean offers(GramMethod method) {
      return slices || KernelProvider.super.offers(method);
    }

    @Override
    public Optional<Unavailable> unavailable() {
      return available
          ? Optional.empty()
          : Optional.of(new Unavailable("no device was found", "plug one in"));
    }

    @Override
    public ProjectionKernel open(KernelOptions options, String reason) {
      opened.add(name);
      this.options = options;
      return new ProjectionKernel() {
        @Override
        public ProjectionKernel.Info info() {
          return new ProjectionKernel.Info(name, "none", options.threads(), "none", reason);
        }

        @Override
        public long heapBytes(int xNeurons, int yNeurons, long samples, Precision precision) {
          throw new UnsupportedOperationException();
        }

        @Override
        public Gram gram(
            List<? extends Layer> layers, Collection<GramPair> pairs, GramOptions options) {
          throw new UnsupportedOperationException();
        }

        @Override
        public ProjectionTable table(Gram gram, int x, int y) {
          throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
          closed.add(name);
        }
      };
    }
  }

  private static ProjectionKernel.Info info(String backend, KernelProvider... providers) {
    return info(backend, OPTIONS, providers);
  }

  private static ProjectionKernel.Info info(
      String backend, KernelOptions options, KernelProvider... providers) {
    try (ProjectionKernel kernel =
        Kernels.open(backend, options, Optional.empty(), List.of(providers))) {
      return kernel.info();
    }
  }

  private static String refusal(String backend, KernelProvider... providers) {
    return refusal(backend, OPTIONS, providers);
  }

  private static String refusal(
      String backend, KernelOptions options, KernelProvider... providers) {
    return assertThrows(KernelException.Unavailable.class, () -> info(backend, options, providers))
        .getMessage();
  }

  // Methods for Gram matrices.

  @Test
  void slicesForceABackendThatHasThem() {
    KernelOptions sliced = OPTIONS.withGram(GramMethod.SLICED);
    simd.slices = true;
    ProjectionKernel.Info info = info(Kernels.AUTO, sliced, gpu, simd, plain);
    assertEquals("simd", info.name());
    assertEquals("asked for by its method, sliced", info.reason());
    assertEquals(sliced, simd.options);
    assertEquals("simd", info("simd", sliced, gpu, simd, plain).name());

    broken.slices = true;
    String message = refusal(Kernels.AUTO, sliced, broken, simd, plain);
    assertTrue(message.contains("'broken' is unavailable: no device was found"), message);
  }

  @Test
  void slicesOfABackendThatHasNoneAreRefused() {
    KernelOptions sliced = OPTIONS.withGram(GramMethod.SLICED);
    simd.slices = true;
    assertEquals(
        "backend 'plain' does not offer the method 'sliced' for Gram matrices; backends that do:"
            + " simd",
        refusal("plain", sliced, gpu, simd, plain));
    System.setProperty(Kernels.BACKEND_PROPERTY, "gpu");
    assertTrue(refusal(Kernels.AUTO, sliced, gpu, simd).contains("'gpu' does not offer"));
    System.clearProperty(Kernels.BACKEND_PROPERTY);
    simd.slices = false;
    String message = refusal(Kernels.AUTO, sliced, gpu, simd, plain);
    assertTrue(message.contains("gpu, simd, plain, offers the method 'sliced'"), message);
    assertEquals(List.of(), opened);
  }

  @Test
  void everyBackendHasFloat64() {
    KernelOptions float64 = OPTIONS.withGram(GramMethod.FLOAT64);
    assertEquals("gpu", info(Kernels.AUTO, float64, gpu, simd, plain).name());
    assertEquals("plain", info("plain", float64, gpu, simd, plain).name());
  }

  @Test
  void automaticTakesTheFirst() {
    ProjectionKernel.Info info = info(Kernels.AUTO, gpu, simd, plain);
    assertEquals("gpu", info.name());
    assertEquals("the first choice is available", info.reason());
    assertEquals(List.of("gpu"), opened);
    assertEquals(OPTIONS, gpu.options);
  }

  @Test
  void automaticPassesOverWhatCanNotRunAndSaysSo() {
    Provider broken2 = new Provider("broken2", 25, false);
    ProjectionKernel.Info info = info(Kernels.AUTO, broken, broken2, simd, plain);
    assertEquals("simd", info.name());
    assertTrue(info.reason().contains("not available: broken, broken2"), info.reason());
    assertEquals(List.of("simd"), opened);
  }

  @Test
  void automaticWithNothingThatCanRun() {
    String message = refusal(Kernels.AUTO, broken);
    assertTrue(message.contains("no backend is available"), message);
    assertTrue(message.contains("broken"), message);
    assertTrue(refusal(Kernels.AUTO).contains("add spanmatch-kernel-java"));
  }

  @Test
  void forcedByName() {
    ProjectionKernel.Info info = info("plain", broken, gpu, simd, plain);
    assertEquals("plain", info.name());
    assertEquals("asked for by name", info.reason());
    assertEquals(List.of("plain"), opened);
    assertEquals(OPTIONS, plain.options);
  }

  @Test
  void forcedButUnavailableIsAnErrorWithReasonAndCure() {
    String message = refusal("broken", broken, plain);
    assertTrue(message.contains("'broken'"), message);
    assertTrue(message.contains("no device was found"), message);
    assertTrue(message.contains("plug one in"), message);
    assertEquals(List.of(), opened, "it must not fall back");
  }

  @Test
  void unknownNameListsTheKnownOnes() {
    String message = refusal("cuda", broken, gpu, plain);
    assertTrue(message.contains("'cuda'"), message);
    assertTrue(message.contains("broken, gpu, plain"), message);
  }

  @Test
  void propertyForcesWhereTheCallDoesNot() {
    System.setProperty(Kernels.BACKEND_PROPERTY, "simd");
    ProjectionKernel.Info info = info(Kernels.AUTO, gpu, simd, plain);
    assertEquals("simd", info.name());
    assertEquals("asked for by -Dspanmatch.backend", info.reason());
    assertEquals("plain", info("plain", gpu, simd, plain).name(), "the call has precedence");

    System.setProperty(Kernels.BACKEND_PROPERTY, "broken");
    assertTrue(refusal(Kernels.AUTO, broken, plain).contains("plug one in"));
    System.setProperty(Kernels.BACKEND_PROPERTY, Kernels.AUTO);
    assertEquals("gpu", info(Kernels.AUTO, broken, gpu, plain).name());
  }

  @Test
  void requiredBackend() {
    System.setProperty(Kernels.REQUIRED_PROPERTY, "simd");
    assertEquals("simd", info(Kernels.AUTO, broken, simd, plain).name());
    assertEquals("simd", info("simd", gpu, simd, plain).name());
    opened.clear();
    closed.clear();
    for (String backend : List.of(Kernels.AUTO, "gpu")) {
      String message =
          assertThrows(KernelException.Unavailable.class, () -> info(backend, gpu, simd))
              .getMessage();
      assertTrue(message.contains("-Dspanmatch.test.requireBackend=simd"), message);
      assertTrue(message.contains("gpu was used"), message);
      assertTrue(message.contains("ask for simd by name"), message);
    }
    System.setProperty(Kernels.REQUIRED_PROPERTY, "broken");
    assertTrue(refusal(Kernels.AUTO, broken, plain).contains("plug one in"));
    closed.clear();
    opened.clear();
    System.setProperty(Kernels.REQUIRED_PROPERTY, "simd");
    assertThrows(KernelException.Unavailable.class, () -> info("gpu", gpu, simd));
    assertThrows(KernelException.Unavailable.class, () -> info(Kernels.AUTO, gpu, simd));
    assertEquals(opened, closed, "what may not be used is closed");
    assertEquals(List.of("gpu", "gpu"), opened);
  }

  @Test
  void theReferenceIsOnTheClassPathAndOpens() {
    assertTrue(Kernels.providers().stream().anyMatch(p -> p.name().equals("reference")));
    try (ProjectionKernel kernel = Kernels.open("reference", KernelOptions.defaults())) {
      assertEquals("reference", kernel.info().name());
      assertEquals("asked for by name", kernel.info().reason());
      assertTrue(kernel.info().threads() >= 1);
    }
  }

  @Test
  void theReferenceIsTheLastChoice() {
    for (KernelProvider provider : Kernels.providers()) {
      assertTrue(provider.priority() > 0 || provider.name().equals("reference"), provider.name());
    }
  }

  @Test
  void providersAreFoundByPriorityAndBrokenOnesLeftOut(@TempDir Path folder) throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF").resolve("services"));
    Files.write(
        services.resolve(KernelProvider.class.getName()),
        List.of(
            "org.spanmatch.NoSuchProvider",
            LowProvider.class.getName(),
            ThrowingProvider.class.getName(),
            UnlinkedProvider.class.getName(),
            HighProvider.class.getName()));
    Thread thread = Thread.currentThread();
    ClassLoader loader = thread.getContextClassLoader();
    try (URLClassLoader withFakes =
        new URLClassLoader(new URL[] {folder.toUri().toURL()}, loader)) {
      thread.setContextClassLoader(withFakes);
      List<String> names =
          Kernels.providers().stream()
              .map(KernelProvider::name)
              .filter(name -> List.of("high", "reference", "low").contains(name))
              .toList();
      assertEquals(List.of("high", "reference", "low"), names);
    } finally {
      thread.setContextClassLoader(loader);
    }
  }

  /** What the fakes found by the service loader share. */
  public abstract static class Found implements KernelProvider {
    @Override
    public String description() {
      return "a fake";
    }

    @Override
    public Optional<Unavailable> unavailable() {
      return Optional.empty();
    }

    @Override
    public ProjectionKernel open(KernelOptions options, String reason) {
      throw new UnsupportedOperationException();
    }
  }

  /** Comes before every other backend. */
  public static final class HighProvider extends Found {
    @Override
    public String name() {
      return "high";
    }

    @Override
    public int priority() {
      return Integer.MAX_VALUE;
    }
  }

  /** Comes after every other backend. */
  public static final class LowProvider extends Found {
    @Override
    public String name() {
      return "low";
    }

    @Override
    public int priority() {
      return Integer.MIN_VALUE;
    }
  }

  /** Can't be made. */
  public static final class ThrowingProvider extends Found {
    /** Fails. */
    public ThrowingProvider() {
      throw new IllegalStateException("broken");
    }

    @Override
    public String name() {
      return "throwing";
    }

    @Override
    public int priority() {
      return 1;
    }
  }

  /** Fails as a provider does whose library is missing. */
  public static final class UnlinkedProvider extends Found {
    /** Fails. */
    public UnlinkedProvider() {
      throw new NoClassDefFoundError("org/example/Missing");
    }

    @Override
    public String name() {
      return "unlinked";
    }

    @Override
    public int priority() {
      return 1;
    }
  }

  @Test
  void optionsAreChecked() {
    assertThrows(IllegalArgumentException.class, () -> new KernelOptions(0));
    assertTrue(KernelOptions.defaults().threads() >= 1);
    for (String device :
        List.of("", "-1", "+1", "1.5", "0,1", " 0", "first", "ALL", "1234567890")) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> new KernelOptions(1, device))
              .getMessage();
      assertTrue(message.contains("or all, found '" + device + "'"), message);
    }
    assertEquals(new KernelOptions(2), new KernelOptions(2, "0"));
    for (String device : List.of(KernelOptions.ALL_DEVICES, "0", "15")) {
      assertEquals(device, new KernelOptions(1, device).device());
    }
    for (double threshold : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new GramOptions(threshold, Precision.STANDARD, Progress.NONE));
    }
    assertEquals(0, new GramOptions(0, Precision.STANDARD, Progress.NONE).deadThreshold());
    assertEquals(1e-16, GramOptions.defaults().deadThreshold());
  }
}
