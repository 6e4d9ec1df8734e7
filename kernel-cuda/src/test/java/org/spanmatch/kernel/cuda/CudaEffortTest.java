package org.spanmatch.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.ProjectionTable.Effort;
import org.spanmatch.kernel.ProjectionTable.Peeled;
import org.spanmatch.kernel.vector.VectorProvider;
import org.spanmatch.validation.Problem;

/** What the device computes and how often it is called, beside the processor's java kernel. */
class CudaEffortTest {
  private static ProjectionTable table(ProjectionKernel kernel, Problem problem) {
    return kernel.compress(problem.layer(Group.X), problem.layer(Group.Y), GramOptions.defaults());
  }

  private static ProjectionKernel cuda() {
    return Cudas.open(new KernelOptions(1));
  }

  private static ProjectionKernel java() {
    return new VectorProvider().open(new KernelOptions(1), "test");
  }

  private static Effort effort(ProjectionTable table) {
    return table.effort().orElseThrow();
  }

  private static Problem problem(String kind, int neurons) {
    // No more samples than the processor adds in a chain: both Gram matrices have the same bound.
    return switch (kind) {
      case "ReLU" -> Problem.relu(1, 256, neurons, neurons);
      case "uneven" -> Problem.relu(2, 256, neurons / 8, neurons);
      case "rank" -> Problem.threeQuarterRank(3, 256, neurons, neurons);
      case "twice" -> Problem.sameTwice(4, 256, neurons, 0);
      default -> Problem.nearDuplicates(5, 256, neurons, neurons, Double.parseDouble(kind));
    };
  }

  private static void ask(ProjectionTable table) {
    for (Group group : Group.values()) {
      table.distances(group);
    }
  }

  /** Both count what a fresh start takes, with W, which the processor computes when it needs it. */
  @Test
  void startsCountAsOnTheProcessor() {
    Problem problem = Problem.relu(1, 100, 20, 30);
    try (ProjectionKernel cuda = cuda();
        ProjectionKernel java = java();
        ProjectionTable found = table(cuda, problem);
        ProjectionTable expected = table(java, problem)) {
      for (ProjectionTable table : List.of(found, expected)) {
        ask(table);
        table.remove(Group.X, 3);
        table.remove(Group.Y, 3);
        ask(table);
      }
      assertEquals(2, effort(found).factorisations());
      assertEquals(2, effort(expected).factorisations());
      assertEquals(effort(expected).operations(), effort(found).operations(), 1);
    }
  }

  /** The memory of a table that was closed is there for the next one of the same size. */
  @Test
  void theSecondTableAllocatesNothing() {
    StandIn.assumeInUse();
    Problem problem = problem("ReLU", 120);
    try (ProjectionKernel cuda = cuda()) {
      for (int round = 0; round < 2; round++) {
        StandIn.failCall(StandIn.Kind.DEVICE_ALLOCATION, 0, 0);
        try (ProjectionTable table = table(cuda, problem)) {
          ask(table);
          table.peel(Progress.NONE);
        }
        assertEquals(round == 0, StandIn.countedCalls() > 0, "round " + round);
      }
    } finally {
      StandIn.behave();
    }
  }

  /** Whole spectra, with fresh starts for what is few, dependent, or nearly so. */
  @ParameterizedTest
  @CsvSource({"ReLU, 60", "ReLU, 120", "uneven, 200", "rank, 80", "twice, 100", "0.1, 100"})
  void aSpectrumTakesAsManyFactorisationsAsOnTheProcessor(String kind, int neurons) {
    Problem problem = problem(kind, neurons);
    try (ProjectionKernel cuda = cuda();
        ProjectionKernel java = java();
        ProjectionTable found = table(cuda, problem);
        ProjectionTable expected = table(java, problem)) {
      ask(expected);
      found.peel(Progress.NONE);
      expected.peel(Progress.NONE);
      assertEquals(effort(expected).factorisations(), effort(found).factorisations());
      // The device lets 64 updates wait where the processor lets 32. A sweep reads 2 (w + s)
      // elements for each of them, twice as many in the mean, beside the 2 s w to apply one; so the
      // sum is at most twice as large.
      double ratio = effort(found).operations() / effort(expected).operations();
      assertTrue(ratio > 0.95 && ratio < 2, ratio + " times as many operations");
    }
  }

  /**
   * Without pending updates bounds differ by the roundings at the start, s + 4 of s terms on the
   * device and some twenty more on the processor, and by when updates were applied.
   */
  @ParameterizedTest
  @CsvSource({"ReLU, 60", "ReLU, 120", "uneven, 200", "0.1, 100"})
  void boundsAreAsSmallAsOnTheProcessor(String kind, int neurons) {
    Problem problem = problem(kind, neurons);
    try (ProjectionKernel cuda = cuda();
        ProjectionKernel java = java();
        ProjectionTable found = table(cuda, problem);
        ProjectionTable expected = table(java, problem);
        ProjectionTable order = table(java, problem)) {
      List<Peeled> peeled = order.peel(Progress.NONE);
      int compared = 0;
      for (int i = 0; i < peeled.size(); i++) {
        for (ProjectionTable table : List.of(found, expected)) {
          table.remove(peeled.get(i).group(), peeled.get(i).neuron());
          ask(table);
        }
        if (i % 10 == 9) {
          for (Group group : Group.values()) {
            compared += assertSimilarBounds(sharp(expected, group), sharp(found, group), i);
          }
        }
      }
      assertTrue(compared > 5 * neurons, compared + " bounds");
    }
  }

  private static int assertSimilarBounds(Distances expected, Distances found, int removed) {
    for (int x = 0; x < expected.size(); x++) {
      assertEquals(expected.distance(x), found.distance(x), found.errorBound(x));
      double bound = expected.errorBound(x);
      String what = found.errorBound(x) + " for " + bound + " after " + removed + " removals";
      assertTrue(found.errorBound(x) >= bound / 2 && found.errorBound(x) <= 1.5 * bound, what);
    }
    return expected.size();
  }

  private static Distances sharp(ProjectionTable table, Group group) {
    table.sharpen();
    return table.distances(group);
  }

  /** A block of updates is full in the midst of the removals, and another one has begun. */
  @Test
  void manyRemovalsAtOnceReadOnlyWhatWasWritten() {
    StandIn.assumeInUse();
    StandIn.behave();
    Problem problem = Problem.random(6, 400, 10, 300);
    try (ProjectionKernel cuda = cuda();
        ProjectionTable table = table(cuda, problem)) {
      int first = 0;
      for (int count : new int[] {50, 40, 50, 30}) {
        table.remove(Group.Y, IntStream.range(first, first + count).toArray());
        first += count;
        table.distances(Group.X);
      }
      // One for each group: nothing made a fresh start necessary.
      assertEquals(2, effort(table).factorisations());
      table.peel(Progress.NONE); // of spans that differ much in size
    }
    StandIn.assertClean("removals and a spectrum");
  }

  /** Memory only for what steps leave, and a launch and a wait for many steps. */
  @Test
  void peelingAsksTheDriverRarely() {
    StandIn.assumeInUse();
    Problem problem = problem("ReLU", 60); // without a fresh start
    int steps = 120;
    assertEquals(2, calls(StandIn.Kind.DEVICE_ALLOCATION, problem));
    assertTrue(calls(StandIn.Kind.COOPERATIVE_LAUNCH, problem) < steps / 16);
    assertTrue(calls(StandIn.Kind.LAUNCH, problem) < steps / 4);
    assertTrue(calls(StandIn.Kind.CUBLAS_COMPUTATION, problem) < steps / 16);
    assertTrue(calls(StandIn.Kind.COPY, problem) < steps / 6);
    assertTrue(calls(StandIn.Kind.SYNCHRONISATION, problem) < steps / 6);
    StandIn.assertClean("spectra");
  }

  /** Three launches a step, but for the ends of series. */
  @Test
  void peelingApartAsksTheDriverOftener() {
    StandIn.assumeInUse();
    Problem problem = problem("ReLU", 60);
    StandIn.behave();
    try (ProjectionKernel cuda = Cudas.openStepwise(new KernelOptions(1))) {
      int launches = calls(cuda, StandIn.Kind.LAUNCH, problem);
      assertTrue(launches > 3 * 120 && launches < 6 * 120, launches + " launches");
      assertTrue(calls(cuda, StandIn.Kind.SYNCHRONISATION, problem) < 120 / 2);
    }
    StandIn.assertClean("spectra");
  }

  private static int calls(StandIn.Kind kind, Problem problem) {
    StandIn.behave();
    try (ProjectionKernel cuda = cuda()) {
      return calls(cuda, kind, problem);
    }
  }

  private static int calls(ProjectionKernel cuda, StandIn.Kind kind, Problem problem) {
    try (ProjectionTable table = table(cuda, problem)) {
      StandIn.failCall(kind, 0, 0);
      table.peel(Progress.NONE);
      assertEquals(2, effort(table).factorisations());
      return StandIn.countedCalls();
    }
  }
}
