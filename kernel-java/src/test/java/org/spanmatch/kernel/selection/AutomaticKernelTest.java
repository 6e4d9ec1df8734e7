package org.spanmatch.kernel.selection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.KernelProvider;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.reference.ReferenceProvider;
import org.spanmatch.kernel.selection.CostProfile.CostModel;
import org.spanmatch.kernel.selection.CostProfile.Machine;
import org.spanmatch.kernel.selection.CostProfile.PhaseCost;

/** Which problems an accelerator leaves to the backend that comes next. */
class AutomaticKernelTest {
  private static final KernelOptions OPTIONS = new KernelOptions(3, KernelOptions.ALL_DEVICES);
  private static final String REASON =
      "the first choice is available; layers too small for gpu run on simd";

  private final List<String> events = new ArrayList<>();
  private final Provider gpu = new Provider("gpu", 20, true, true, true);
  private final Provider simd = new Provider("simd", 10, true, false, true);
  private final Provider reference = new Provider("reference", 0, true, false, false);
  private String required;

  @BeforeEach
  void withoutProperty() {
    required = System.clearProperty(Kernels.REQUIRED_PROPERTY);
  }

  @AfterEach
  void restoreProperty() {
    System.clearProperty(Kernels.REQUIRED_PROPERTY);
    if (required != null) {
      System.setProperty(Kernels.REQUIRED_PROPERTY, required);
    }
  }

  /** A backend that computes nothing; an accelerator pays from 10 neurons and 100 samples on. */
  private final class Provider implements KernelProvider {
    private final String name;
    private final int priority;
    private final boolean available;
    private final boolean accelerator;
    private final boolean cheapRemovals;

    Provider(
        String name, int priority, boolean available, boolean accelerator, boolean cheapRemovals) {
      this.name = name;
      this.priority = priority;
      this.available = available;
      this.accelerator = accelerator;
      this.cheapRemovals = cheapRemovals;
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
    public boolean isAccelerator() {
      return accelerator;
    }

    @Override
    public Optional<Unavailable> unavailable() {
      looked.add(name);
      return available ? Optional.empty() : Optional.of(new Unavailable("absent", "none"));
    }

    @Override
    public ProjectionKernel open(KernelOptions options, String reason) {
      assertEquals(OPTIONS, options);
      events.add("open " + name);
      return new Kernel(this, reason);
    }
  }

  private final class Kernel implements ProjectionKernel {
    private final Provider provider;
    private final String reason;

    Kernel(Provider provider, String reason) {
      this.provider = provider;
      this.reason = reason;
    }

    @Override
    public ProjectionKernel.Info info() {
      return new ProjectionKernel.Info(provider.name, "none", 1, "none", reason);
    }

    @Override
    public boolean pays(int xNeurons, int yNeurons, long samples) {
      return !provider.accelerator || (xNeurons + yNeurons >= 10 && samples >= 100);
    }

    @Override
    public void expect(int xNeurons, int yNeurons, long samples) {
      events.add("expect " + provider.name);
    }

    @Override
    public boolean hasCheapRemovals() {
      return provider.cheapRemovals;
    }

    @Override
    public long heapBytes(int xNeurons, int yNeurons, long samples, Precision precision) {
      return provider.priority;
    }

    @Override
    public Gram gram(
        List<? extends Layer> layers, Collection<GramPair> pairs, GramOptions options) {
      events.add(provider.name);
      return new ReferenceProvider()
          .open(new KernelOptions(1), "test")
          .gram(layers, pairs, options);
    }

    @Override
    public ProjectionTable table(Gram gram, int x, int y) {
      return new ReferenceProvider().open(new KernelOptions(1), "test").table(gram, x, y);
    }

    @Override
    public void close() {
      events.add("close " + provider.name);
    }
  }

  // Another thread may do it.
  private final List<String> looked = Collections.synchronizedList(new ArrayList<>());

  private static ProjectionKernel open(KernelProvider... providers) {
    return Kernels.open(Kernels.AUTO, OPTIONS, Optional.empty(), List.of(providers));
  }

  private static void compress(ProjectionKernel kernel, int x, int y, int samples) {
    try (ProjectionTable table =
        kernel.compress(layer(x, samples), layer(y, samples), GramOptions.defaults())) {
      assertNotNull(table);
    }
  }

  private static Layer layer(int neurons, int samples) {
    return Layers.of("layer", samples, neurons, new double[samples * neurons]);
  }

  @Test
  void smallProblemsGoToTheNext() {
    try (ProjectionKernel kernel = open(gpu, simd, reference)) {
      assertEquals("gpu", kernel.info().name());
      assertEquals(REASON, kernel.info().reason());
      compress(kernel, 5, 5, 100);
      assertEquals(List.of("open gpu", "gpu"), events, "the other is not opened in vain");
      compress(kernel, 5, 4, 100);
      compress(kernel, 5, 5, 99);
      compress(kernel, 50, 50, 1000);
    }
    assertEquals(
        List.of("open gpu", "gpu", "open simd", "simd", "simd", "gpu", "close gpu", "close simd"),
        events);
  }

  @Test
  void problemsAreExpectedByTheOneThatComputesThem() {
    try (ProjectionKernel kernel = open(gpu, simd)) {
      kernel.expect(5, 5, 99);
      kernel.expect(5, 5, 100);
    }
    assertEquals(
        List.of("open gpu", "open simd", "expect simd", "expect gpu", "close gpu", "close simd"),
        events);
  }

  @Test
  void aSearchLooksForTheAcceleratorsThatMayBeOpened() {
    List<KernelProvider> all = List.of(gpu, simd, reference);
    new Kernels.Search(Kernels.AUTO, () -> all).close();
    assertEquals(List.of("gpu"), looked);
    new Kernels.Search("gpu", () -> all).close();
    assertEquals(List.of("gpu", "gpu"), looked);
    new Kernels.Search("simd", () -> all).close();
    assertEquals(List.of("gpu", "gpu"), looked);
    assertEquals(List.of(), events, "and opens nothing");
  }

  @Test
  void whatGoesWrongInASearchIsForTheOpeningToSay() {
    Kernels.Search search =
        new Kernels.Search(
            Kernels.AUTO,
            () -> {
              throw new IllegalStateException("broken");
            });
    search.close();
    try (ProjectionKernel kernel = open(gpu)) {
      assertEquals("gpu", kernel.info().name());
    }
  }

  @Test
  void memoryIsThatOfTheOneThatComputes() {
    try (ProjectionKernel kernel = open(gpu, simd)) {
      assertEquals(20, kernel.heapBytes(5, 5, 100, Precision.STANDARD));
      assertEquals(10, kernel.heapBytes(5, 5, 99, Precision.STANDARD));
      assertTrue(kernel.pays(1, 1, 1));
    }
  }

  @Test
  void removalsAreCheapWhereTheyAreWithBoth() {
    Provider slow = new Provider("slow", 5, true, false, false);
    Provider slowGpu = new Provider("slowGpu", 20, true, true, false);
    try (ProjectionKernel both = open(gpu, simd);
        ProjectionKernel first = open(gpu, slow);
        ProjectionKernel second = open(slowGpu, simd)) {
      assertTrue(both.hasCheapRemovals());
      assertFalse(first.hasCheapRemovals());
      assertFalse(second.hasCheapRemovals());
    }
  }

  @Test
  void theNextIsAnAvailableOneButNotTheReference() {
    Provider broken = new Provider("broken", 15, false, false, true);
    try (ProjectionKernel kernel = open(broken, gpu, broken, simd)) {
      assertEquals(
          "not available: broken; layers too small for gpu run on simd", kernel.info().reason());
      compress(kernel, 1, 1, 1);
    }
    assertEquals(List.of("open gpu", "open simd", "simd", "close gpu", "close simd"), events);
    events.clear();
    try (ProjectionKernel kernel = open(gpu, broken, reference)) {
      assertEquals("the first choice is available", kernel.info().reason());
      compress(kernel, 1, 1, 1);
    }
    assertEquals(List.of("open gpu", "gpu", "close gpu"), events);
  }

  @Test
  void whatIsNoAcceleratorComputesEverything() {
    try (ProjectionKernel kernel = open(simd, gpu)) {
      assertEquals("the first choice is available", kernel.info().reason());
      compress(kernel, 1, 1, 1);
    }
    assertEquals(List.of("open simd", "simd", "close simd"), events);
  }

  @Test
  void anAcceleratorAskedForComputesEverything() {
    try (ProjectionKernel kernel =
        Kernels.open("gpu", OPTIONS, Optional.empty(), List.of(gpu, simd))) {
      compress(kernel, 1, 1, 1);
    }
    System.setProperty(Kernels.REQUIRED_PROPERTY, "gpu");
    try (ProjectionKernel kernel = open(gpu, simd)) {
      assertEquals("the first choice is available", kernel.info().reason());
      compress(kernel, 1, 1, 1);
    }
    List<String> once = List.of("open gpu", "gpu", "close gpu");
    List<String> twice = new ArrayList<>(once);
    twice.addAll(once);
    assertEquals(twice, events);
  }

  @Test
  void aClosedKernelOpensNoOther() {
    ProjectionKernel kernel = open(gpu, simd);
    kernel.close();
    assertThrows(IllegalStateException.class, () -> compress(kernel, 1, 1, 1));
    assertEquals(List.of("open gpu", "close gpu"), events);
  }

  private static CostProfile profile(Machine machine, String... backends) {
    Map<String, CostProfile.Backend> costs = new LinkedHashMap<>();
    for (String backend : backends) {
      // 1 s fixed and nothing else, or 1 ms for each operation of compressing.
      CostModel model =
          backend.equals("gpu")
              ? new CostModel(new PhaseCost(1, 0, 0), new PhaseCost(0, 0, 0))
              : new CostModel(new PhaseCost(0, 1e-3, 0), new PhaseCost(0, 0, 0));
      costs.put(backend, new CostProfile.Backend("", model));
    }
    return new CostProfile(LocalDate.of(2026, 11, 20), machine, OPTIONS.threads(), costs);
  }

  private static ProjectionKernel open(CostProfile profile, KernelProvider... providers) {
    return Kernels.open(Kernels.AUTO, OPTIONS, Optional.of(profile), List.of(providers));
  }

  @Test
  void withAProfileEachProblemGoesToTheFastest() {
    try (ProjectionKernel kernel =
        open(profile(Machine.here(), "gpu", "simd"), gpu, simd, reference)) {
      compress(kernel, 5, 5, 9); // 0.9 s on simd
      assertEquals("simd", kernel.info().name());
      assertEquals(
          "gpu: 1.0 s expected, simd: 0.9 s; layers: 1 on simd; profile of 2026-11-20",
          kernel.info().reason());
      assertEquals(List.of("open simd", "simd"), events, "the other is not opened in vain");
      assertEquals(20, kernel.heapBytes(5, 5, 11, Precision.STANDARD));
      compress(kernel, 5, 5, 100); // 10 s
      assertEquals("gpu", kernel.info().name());
      assertEquals(
          "gpu: 2.0 s expected, simd: 11 s; layers: 1 on gpu, 1 on simd; profile of 2026-11-20",
          kernel.info().reason());
    }
    assertEquals(
        List.of("open simd", "simd", "open gpu", "gpu", "close gpu", "close simd"), events);
  }

  @Test
  void aProfileThatDoesNotApplyIsNotUsed() {
    Machine other = new Machine("other", 1, "none", "none");
    try (ProjectionKernel foreign = open(profile(other, "gpu", "simd"), gpu, simd);
        ProjectionKernel lacking = open(profile(Machine.here(), "simd"), gpu, simd)) {
      String reason = foreign.info().reason();
      assertTrue(
          reason.startsWith(
              "the first choice is available; profile of 2026-11-20 not used, it is of another"
                  + " machine: processor 'other', here '"),
          reason);
      assertTrue(reason.endsWith("; layers too small for gpu run on simd"), reason);
      assertEquals(
          "the first choice is available; profile of 2026-11-20 not used, gpu was not measured;"
              + " layers too small for gpu run on simd",
          lacking.info().reason());
    }
  }

  @Test
  void theReasonTellsHowManyWereTooSmall() {
    try (ProjectionKernel kernel = open(gpu, simd)) {
      compress(kernel, 1, 1, 1);
      assertEquals("simd", kernel.info().name());
      compress(kernel, 50, 50, 1000);
      assertEquals("gpu", kernel.info().name());
      assertEquals(REASON + ": 1 of 2", kernel.info().reason());
    }
  }
}
