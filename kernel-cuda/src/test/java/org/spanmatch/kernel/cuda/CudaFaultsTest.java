package org.spanmatch.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.Layer;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelException;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.NotEnoughMemoryException;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.reference.ReferenceProvider;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.kernel.vector.VectorProvider;
import org.spanmatch.match.Match;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.match.MaximumMatch;
import org.spanmatch.validation.Problem;

/** What the CUDA kernel does when the device, its memory or its user fails it. */
@Tag("once") // on one JDK: nothing here depends on which
@ExtendWith(StandInOnly.class)
class CudaFaultsTest {
  private static final double[] EPSILONS = {0.05, 0.1, 0.2};
  private static final Problem PROBLEM = partners(3000, 24);

  private static final int OUT_OF_MEMORY = 2; // CUDA_ERROR_OUT_OF_MEMORY

  // So many places at which each kind of call fails, spread over a whole match.
  private static final int PLACES = 40;

  /** Each neuron has a partner, which is the farther away the later it comes. */
  private static Problem partners(int samples, int count) {
    SplittableRandom random = new SplittableRandom(1);
    List<double[]> x = Problem.relu(1, samples, count, 1).x();
    List<double[]> y = new ArrayList<>();
    for (double[] vector : x) {
      double difference = 0.3 * y.size() / count;
      y.add(
          Arrays.stream(vector)
              .map(value -> value * (1 + difference * Problem.gaussian(random)))
              .toArray());
    }
    return new Problem(samples, x, y);
  }

  private static ProjectionKernel open() {
    return new CudaProvider().open(new KernelOptions(2), "test"); // both layers are read at once
  }

  private static ProjectionTable table(ProjectionKernel kernel) {
    return kernel.compress(PROBLEM.layer(Group.X), PROBLEM.layer(Group.Y), GramOptions.defaults());
  }

  /**
   * Everything that a program asks of a kernel: matches by search and by spectrum, and of a Gram
   * matrix that went by the host.
   */
  private static List<List<Match>> matchAll() {
    try (ProjectionKernel kernel = open()) {
      List<List<Match>> all = new ArrayList<>();
      try (ProjectionTable table = table(kernel)) {
        all.add(MaximumMatch.find(table, EPSILONS));
        MatchSpectrum spectrum = MatchSpectrum.of(table, Progress.NONE);
        all.add(MaximumMatch.find(table, spectrum, EPSILONS));
      }
      List<Layer> layers = List.of(PROBLEM.layer(Group.X), PROBLEM.layer(Group.Y));
      GramOptions options = GramOptions.defaults().withNormProducts();
      Gram gram = kernel.gram(layers, GramPair.all(2), options);
      try (ProjectionTable table = kernel.table(gram, 0, 1)) {
        all.add(MaximumMatch.find(table, EPSILONS));
      }
      return all;
    }
  }

  /** On the processor. */
  private static List<Match> expected() {
    try (ProjectionKernel kernel = new ReferenceProvider().open(new KernelOptions(1), "test");
        ProjectionTable table = table(kernel)) {
      return MaximumMatch.find(table, EPSILONS);
    }
  }

  private static void assertSameSets(List<Match> expected, List<Match> found) {
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(expected.get(i).x(), found.get(i).x());
      assertEquals(expected.get(i).y(), found.get(i).y());
    }
  }

  @Test
  void aWholeMatchLeavesNothingBehind() {
    List<Match> expected = expected();
    int matched = expected.get(1).x().size();
    assertTrue(matched > 0 && matched < 24, "or it says little: " + matched);
    matchAll().forEach(found -> assertSameSets(expected, found));
    StandIn.assertClean("a match");
  }

  @ParameterizedTest
  @EnumSource
  void aFailingCallIsOneErrorOrNoneAndNothingIsLeft(StandIn.Kind kind) {
    walk(kind, 0);
  }

  /** An illegal address: nothing but the end of the context works any more. */
  @ParameterizedTest
  @EnumSource(
      names = {
        "LAUNCH",
        "COOPERATIVE_LAUNCH",
        "SYNCHRONISATION",
        "CUBLAS_COMPUTATION",
        "DEVICE_ALLOCATION"
      })
  void aLostDeviceIsOneErrorAndNothingIsLeft(StandIn.Kind kind) {
    walk(kind, 700);
  }

  private static void walk(StandIn.Kind kind, int code) {
    List<Match> expected = expected();
    StandIn.failCall(kind, 0, code);
    matchAll();
    int calls = StandIn.countedCalls();
    assertTrue(calls > 0);
    Map<String, Integer> outcomes = new TreeMap<>();
    for (int place = 0; place < Math.min(calls, PLACES); place++) {
      int n = 1 + (int) ((long) place * calls / Math.min(calls, PLACES));
      String what = kind + " " + n + " of " + calls;
      StandIn.failCall(kind, n, code);
      String outcome;
      try {
        matchAll().forEach(found -> assertSameSets(expected, found));
        outcome = "right result";
      } catch (KernelException | NotEnoughMemoryException e) {
        assertTrue(e.getMessage().contains("device"), what + ": " + e.getMessage());
        outcome = e.getClass().getSimpleName();
      }
      outcomes.merge(outcome, 1, Integer::sum);
      StandIn.failCall(kind, 0, 0);
      StandIn.assertClean(what);
    }
    matchAll().forEach(found -> assertSameSets(expected, found));
    StandIn.assertClean("the match after " + outcomes);
  }

  /** All together takes 7 MB, which some of these devices do not have. */
  @ParameterizedTest
  @ValueSource(ints = {9_000, 7_000, 6_500, 6_000, 5_500, 5_200, 2_000, 500})
  void whatDoesNotFitIsComputedInStrips(int kilobytes) {
    Problem problem = Problem.relu(2, 300, 200, 190);
    List<Match> expected;
    try (ProjectionKernel kernel = new VectorProvider().open(new KernelOptions(1), "test")) {
      expected = matches(kernel, problem);
    }
    assertFalse(expected.get(0).x().isEmpty());
    Cudas.assumeAvailable();
    StandIn.setMemory(1000L * kilobytes);
    try (ProjectionKernel kernel = open()) {
      List<Layer> layers = List.of(problem.layer(Group.X), problem.layer(Group.Y));
      Gram gram = kernel.gram(layers, GramPair.all(2), GramOptions.defaults());
      assertTrue(kilobytes > 3_000);
      try (ProjectionTable table = kernel.table(gram, 0, 1)) {
        assertSameSets(expected, MaximumMatch.find(table, 0.3, 0.6));
      } catch (NotEnoughMemoryException e) {
        assertTrue(kilobytes < 9_000, kilobytes + " kB: " + e.getMessage());
      }
    } catch (NotEnoughMemoryException e) {
      assertTrue(kilobytes < 3_000, kilobytes + " kB: " + e.getMessage());
      assertTrue(e.getMessage().contains("CUDA device 0"), e.getMessage());
    }
    StandIn.assertClean(kilobytes + " kB");
  }

  /**
   * A table that does not fit the device goes to the processor, whose result is the same; what
   * can't even be added up there fails, since the user insists on the device.
   */
  @Test
  void tablesThatDoNotFitArePassedOn() {
    Problem problem = Problem.relu(2, 300, 200, 190);
    List<Match> expected;
    try (ProjectionKernel kernel = new VectorProvider().open(new KernelOptions(1), "test")) {
      expected = matches(kernel, problem);
    }
    Cudas.assumeAvailable();
    Map<String, Integer> outcomes = new TreeMap<>();
    for (int kilobytes = 2_000; kilobytes <= 9_000; kilobytes += 250) {
      StandIn.setMemory(1000L * kilobytes);
      String outcome;
      try (ProjectionKernel kernel = Kernels.open("cuda", new KernelOptions(1))) {
        assertSameSets(expected, matches(kernel, problem));
        outcome =
            kernel.info().reason().contains("what its memory can't hold on java")
                ? "passed on"
                : "fits";
      } catch (NotEnoughMemoryException e) {
        assertTrue(e.getMessage().contains("CUDA device 0"), e.getMessage());
        outcome = "refused";
      }
      outcomes.merge(outcome, 1, Integer::sum);
      StandIn.assertClean(kilobytes + " kB");
    }
    assertEquals(Set.of("fits", "passed on", "refused"), outcomes.keySet());
  }

  private static List<Match> matches(ProjectionKernel kernel, Problem problem) {
    try (ProjectionTable table =
        kernel.compress(problem.layer(Group.X), problem.layer(Group.Y), GramOptions.defaults())) {
      return MaximumMatch.find(table, 0.3, 0.6);
    }
  }

  /** The way by the host and back changes no bit. */
  @Test
  void aTableOfAGramMatrixIsThatOfTheLayers() {
    try (ProjectionKernel kernel = open()) {
      List<Layer> layers = List.of(PROBLEM.layer(Group.X), PROBLEM.layer(Group.Y));
      Gram gram = kernel.gram(layers, GramPair.all(2), GramOptions.defaults());
      try (ProjectionTable expected = table(kernel);
          ProjectionTable found = kernel.table(gram, 0, 1)) {
        for (Group group : Group.values()) {
          assertEquals(expected.moments(group), found.moments(group));
          Distances a = expected.distances(group);
          Distances b = found.distances(group);
          for (int i = 0; i < a.size(); i++) {
            assertEquals(a.distance(i), b.distance(i));
            assertEquals(a.errorBound(i), b.errorBound(i));
          }
        }
      }
    }
    StandIn.assertClean("a Gram matrix");
  }

  @Test
  void closingTwiceIsAllowedAndUseAfterwardsIsNot() {
    ProjectionKernel kernel = open();
    ProjectionTable table = table(kernel);
    ProjectionTable other = table(kernel);
    other.close();
    other.close();
    assertThrows(IllegalStateException.class, () -> other.distances(Group.X));
    assertThrows(IllegalStateException.class, other::effort);
    kernel.close();
    kernel.close();
    StandIn.assertClean("closed");
    String closed = "the kernel is closed";
    assertEquals(
        closed,
        assertThrows(IllegalStateException.class, () -> table.distances(Group.X)).getMessage());
    assertEquals(
        closed, assertThrows(IllegalStateException.class, () -> table(kernel)).getMessage());
    table.close();
    StandIn.assertClean("closed again");
  }

  @Test
  void anotherThreadMayUseATable() throws InterruptedException {
    try (ProjectionKernel kernel = open();
        ProjectionTable table = table(kernel)) {
      Distances expected = table.distances(Group.X);
      AtomicReference<Distances> found = new AtomicReference<>();
      Thread thread =
          new Thread(
              () -> {
                table.remove(Group.Y, 3);
                table.rollback(table.mark());
                found.set(table.distances(Group.X));
              });
      thread.start();
      thread.join();
      assertEquals(expected.size(), found.get().size());
    }
    StandIn.assertClean("two threads");
  }

  /** Only some of the marks keep what returning to them costs nothing with. */
  @Test
  void manyMarksMayBeOut() {
    try (ProjectionKernel kernel = open();
        ProjectionTable table = table(kernel)) {
      ProjectionTable.Mark[] marks = new ProjectionTable.Mark[20];
      double[][] before = new double[marks.length][];
      for (int i = 0; i < marks.length; i++) {
        marks[i] = table.mark();
        before[i] = distances(table);
        table.remove(Group.X, i);
      }
      for (int i = marks.length - 1; i >= 0; i -= 3) {
        table.rollback(marks[i]);
        double[] found = distances(table);
        assertEquals(before[i].length, found.length);
        for (int j = 0; j < found.length; j++) {
          assertEquals(before[i][j], found[j], 1e-9);
        }
      }
    }
    StandIn.assertClean("many marks");
  }

  private static double[] distances(ProjectionTable table) {
    Distances distances = table.distances(Group.Y);
    double[] values = new double[distances.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = distances.distance(i);
    }
    return values;
  }

  /** Both partners of waiting vectors are gone, and only a mark was made since. */
  @Test
  void aMarkKnowsWhatWasNotAskedYet() {
    SplittableRandom random = new SplittableRandom(3);
    List<double[]> y = Problem.gaussians(random, 60, 10);
    y.add(y.get(0).clone());
    y.add(y.get(1).clone());
    Problem problem = new Problem(60, List.of(y.get(0).clone(), y.get(1).clone()), y);
    try (ProjectionKernel kernel = open();
        ProjectionTable table =
            kernel.compress(
                problem.layer(Group.X), problem.layer(Group.Y), GramOptions.defaults())) {
      assertEquals(0, table.distances(Group.X).distance(0), 1e-6);
      table.remove(Group.Y, 0);
      table.remove(Group.Y, 1);
      ProjectionTable.Mark mark = table.mark();
      assertEquals(0, table.distances(Group.X).distance(0), 1e-6);
      table.remove(Group.Y, 5);
      table.rollback(mark);
      assertEquals(0, table.distances(Group.X).distance(0), 1e-6);
      assertEquals(0, table.distances(Group.X).distance(1), 1e-6);
    }
  }

  /** What could not be told to the device must not be forgotten. */
  @Test
  void aRemovalForWhichMemoryIsShortStillHolds() {
    try (ProjectionKernel kernel = open();
        ProjectionTable table = table(kernel);
        ProjectionKernel processor = new ReferenceProvider().open(new KernelOptions(1), "test");
        ProjectionTable expected = table(processor)) {
      table.distances(Group.X);
      ProjectionTable.Mark mark = table.mark();
      int failures = 0;
      for (int neuron = 0; neuron < 8; neuron += 2) {
        StandIn.failCall(StandIn.Kind.LAUNCH, 1, OUT_OF_MEMORY);
        try {
          table.remove(Group.Y, neuron, neuron + 1);
        } catch (NotEnoughMemoryException e) {
          failures++;
        }
        expected.remove(Group.Y, neuron, neuron + 1);
      }
      assertTrue(failures > 0);
      StandIn.behave();
      assertAgree(expected, table);
      table.rollback(mark);
      expected.rollback(expected.mark());
      table.remove(Group.Y, 0, 1, 2, 3, 4, 5, 6, 7);
      assertAgree(expected, table);
    }
    StandIn.assertClean("short memory");
  }

  /** The memory that returning to a mark takes may be had only by giving up the mark's own. */
  @Test
  void aMarkThatLosesItsMemoryIsReturnedToByAFreshStart() {
    try (ProjectionKernel kernel = open();
        ProjectionTable table = table(kernel);
        ProjectionKernel processor = new ReferenceProvider().open(new KernelOptions(1), "test");
        ProjectionTable expected = table(processor)) {
      assertAgree(expected, table);
      ProjectionTable.Mark mark = table.mark();
      table.remove(Group.Y, 0);
      StandIn.failCall(StandIn.Kind.DEVICE_ALLOCATION, 1, OUT_OF_MEMORY);
      table.rollback(mark);
      StandIn.behave();
      assertAgree(expected, table);
    }
    StandIn.assertClean("a mark without memory");
  }

  private static void assertAgree(ProjectionTable expected, ProjectionTable found) {
    for (Group group : Group.values()) {
      Distances a = expected.distances(group);
      Distances b = found.distances(group);
      assertEquals(a.size(), b.size());
      for (int i = 0; i < a.size(); i++) {
        assertEquals(a.neuron(i), b.neuron(i));
        assertEquals(a.distance(i), b.distance(i), a.errorBound(i) + b.errorBound(i));
      }
    }
  }

  /** Tables of the same vectors in threads side by side, which end in any order. */
  @Test
  void copiesWorkSideBySide() throws InterruptedException {
    List<Match> expected = expected();
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    ProjectionKernel kernel = open();
    ProjectionTable table = table(kernel);
    List<Thread> threads = new ArrayList<>();
    List<ProjectionTable> copies = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      ProjectionTable copy = table.copy().orElseThrow();
      copies.add(copy);
      Thread thread =
          new Thread(
              () -> {
                for (int round = 0; round < 3; round++) {
                  assertSameSets(expected, MaximumMatch.find(copy, EPSILONS));
                }
              });
      thread.setUncaughtExceptionHandler((t, e) -> failures.add(e));
      threads.add(thread);
    }
    table.close(); // before its copies
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(List.of(), List.copyOf(failures));
    copies.get(0).close();
    copies.get(2).close();
    assertSameSets(expected, MaximumMatch.find(copies.get(1), EPSILONS));
    kernel.close();
    copies.forEach(ProjectionTable::close);
    StandIn.assertClean("copies");
  }

  @Test
  void aCopyNeedsRoom() {
    try (ProjectionKernel kernel = open();
        ProjectionTable table = table(kernel)) {
      // What is kept for the next layer is given up, and does not suffice.
      StandIn.setMemory(StandIn.bytesInUse() / 50);
      assertEquals(Optional.empty(), table.copy());
      StandIn.behave();
      assertAgree(table, table.copy().orElseThrow());
    }
    StandIn.assertClean("no room");
  }

  /** Closing waits until what is being done has ended; what comes after is refused. */
  @Test
  void closingWhileOthersComputeIsSafe() throws InterruptedException {
    for (int round = 0; round < 5; round++) {
      ProjectionKernel kernel = open();
      ProjectionTable table = table(kernel);
      ProjectionTable copy = table.copy().orElseThrow();
      AtomicReference<Throwable> end = new AtomicReference<>();
      Thread thread =
          new Thread(
              () -> {
                while (true) {
                  MaximumMatch.find(copy, EPSILONS);
                }
              });
      thread.setUncaughtExceptionHandler((t, e) -> end.set(e));
      thread.start();
      Thread.sleep(20);
      kernel.close();
      thread.join();
      assertEquals("the kernel is closed", end.get().getMessage());
      StandIn.assertClean("closed while others compute");
    }
  }

  @Test
  void twoDevicesShareTheSamples() {
    List<Match> expected = expected();
    try (ProjectionKernel kernel =
            new CudaProvider().open(new KernelOptions(1, KernelOptions.ALL_DEVICES), "test");
        ProjectionTable table = table(kernel)) {
      assertTrue(kernel.info().device().startsWith("2 CUDA devices"), kernel.info().device());
      assertSameSets(expected, MaximumMatch.find(table, EPSILONS));
      double[] sums = {0, 0};
      for (double value : PROBLEM.x().get(2)) {
        sums[0] += value;
      }
      sums[1] = table.moments(Group.X).sum(2);
      assertEquals(sums[0], sums[1], 1e-12 * sums[0]);
    }
    StandIn.assertClean("two devices");
  }

  /** A module is loaded once, as a binary; the driver may refuse each of them as that. */
  @ParameterizedTest
  @ValueSource(ints = {200, 209}) // CUDA_ERROR_INVALID_IMAGE, CUDA_ERROR_NO_BINARY_FOR_GPU
  void ptxTakesThePlaceOfARefusedBinary(int refusal) {
    assumeTrue(
        Integer.toString(13_000).equals(System.getenv("SPANMATCH_STANDIN_DRIVER")),
        "skipped with a driver that gets no binaries");
    List<Match> expected = expected();
    StandIn.failCall(StandIn.Kind.MODULE_LOAD, 0, 0);
    matchAll();
    int modules = StandIn.countedCalls();
    assertTrue(modules >= 3, modules + " modules");
    for (int refused = 1; refused <= modules; refused++) {
      StandIn.failCall(StandIn.Kind.MODULE_LOAD, refused, refusal);
      matchAll().forEach(found -> assertSameSets(expected, found));
      assertEquals(modules + 1, StandIn.countedCalls(), "the PTX of one after its binary");
    }
    StandIn.failCall(StandIn.Kind.MODULE_LOAD, 0, 0);
    StandIn.assertClean("refused binaries");
  }

  @Test
  void ptxIsTakenWhereItIsAskedFor() {
    System.setProperty("spanmatch.cuda.code", "ptx");
    try {
      StandIn.failCall(StandIn.Kind.MODULE_LOAD, 1, 209);
      KernelException e = assertThrows(KernelException.class, CudaFaultsTest::matchAll);
      assertTrue(e.getMessage().contains("CUDA_ERROR_NO_BINARY_FOR_GPU"), e.getMessage());
    } finally {
      System.clearProperty("spanmatch.cuda.code");
    }
    StandIn.assertClean("a refused PTX");
  }

  @Test
  void twoKernelsMayRunAtTheSameTime() throws InterruptedException {
    List<Match> expected = expected();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread thread = new Thread(() -> matchAll().forEach(found -> assertSameSets(expected, found)));
    thread.setUncaughtExceptionHandler((t, e) -> failure.set(e));
    thread.start();
    matchAll().forEach(found -> assertSameSets(expected, found));
    thread.join();
    assertNull(failure.get());
    StandIn.assertClean("two kernels");
  }

  @Test
  void aDeviceThatIsNotThereIsNamed() {
    KernelException.Unavailable e =
        assertThrows(
            KernelException.Unavailable.class,
            () -> new CudaProvider().open(new KernelOptions(1, "7"), "test"));
    String message = "there is no CUDA device 7, only 0";
    assertTrue(e.getMessage().startsWith(message), e.getMessage());
    assertEquals(Optional.empty(), new CudaProvider().unavailable());
  }
}
