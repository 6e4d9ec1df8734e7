package org.spanmatch.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelException;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.ProjectionTable.Effort;
import org.spanmatch.kernel.ProjectionTable.Peeled;
import org.spanmatch.validation.Problem;

/**
 * Peeling by cooperative launches and by three launches a step: the same neurons with the same
 * numbers, to the bit, and the same work.
 */
class PeelingPathsTest {
  private static final int NOT_SUPPORTED = 801; // CUDA_ERROR_NOT_SUPPORTED
  private static final int TOO_LARGE = 720; // CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE
  private static final int ILLEGAL_ADDRESS = 700; // CUDA_ERROR_ILLEGAL_ADDRESS

  private record Spectrum(List<Peeled> peeled, Effort effort) {}

  @AfterEach
  void behave() {
    if (Cudas.isStandIn()) {
      StandIn.behave();
    }
  }

  static Stream<Problem> problems() {
    List<Problem> problems = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(1);
    for (int seed = 0; seed < 12; seed++) {
      // Fewer samples than neurons in some of them: all vectors depend on each other.
      int samples = random.nextInt(2, 90);
      problems.add(Problem.relu(seed, samples, random.nextInt(1, 70), random.nextInt(1, 70)));
    }
    problems.add(Problem.random(1, 5, 1, 1));
    problems.add(Problem.random(2, 9, 1, 6));
    problems.add(Problem.random(3, 40, 7, 1));
    problems.add(Problem.random(4, 3, 40, 40)); // rank 3
    problems.add(Problem.sameTwice(5, 200, 30, 0));
    problems.add(Problem.sameTwice(6, 300, 70, 3));
    problems.add(Problem.nearDuplicates(7, 200, 50, 60, 1e-3));
    problems.add(Problem.nearDuplicates(8, 200, 60, 50, 1e-9));
    problems.add(Problem.threeQuarterRank(9, 256, 80, 80));
    problems.add(Problem.relu(10, 400, 128, 129)); // a line and one element more
    problems.add(Problem.relu(11, 400, 30, 300)); // some lines beside one
    return problems.stream();
  }

  private static ProjectionTable table(ProjectionKernel kernel, Problem problem) {
    return kernel.compress(problem.layer(Group.X), problem.layer(Group.Y), GramOptions.defaults());
  }

  private static Spectrum spectrum(ProjectionKernel kernel, Problem problem) {
    try (ProjectionTable table = table(kernel, problem)) {
      return new Spectrum(table.peel(Progress.NONE), table.effort().orElseThrow());
    }
  }

  private static Spectrum together(Problem problem) {
    try (ProjectionKernel kernel = Cudas.open(new KernelOptions(1))) {
      return spectrum(kernel, problem);
    }
  }

  private static Spectrum stepwise(Problem problem) {
    try (ProjectionKernel kernel = Cudas.openStepwise(new KernelOptions(1))) {
      return spectrum(kernel, problem);
    }
  }

  private static void assertSame(Spectrum expected, Spectrum found) {
    for (int i = 0; i < expected.peeled().size(); i++) {
      assertEquals(expected.peeled().get(i), found.peeled().get(i), "step " + i);
    }
    assertEquals(expected.peeled().size(), found.peeled().size());
    assertEquals(expected.effort(), found.effort());
  }

  @ParameterizedTest
  @MethodSource("problems")
  void bothWaysGiveTheSameBits(Problem problem) {
    Spectrum expected = stepwise(problem);
    assertEquals(problem.x().size() + problem.y().size(), expected.peeled().size());
    assertSame(expected, together(problem));
  }

  /** Blocks that take several parts of the lines in turn. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void fewBlocksGiveTheSameBits(int blocks) {
    StandIn.assumeInUse();
    StandIn.behave();
    Problem problem = Problem.relu(12, 600, 250, 420);
    Spectrum expected = stepwise(problem);
    StandIn.setCooperativeBlocks(blocks);
    StandIn.failCall(StandIn.Kind.COOPERATIVE_LAUNCH, 0, 0);
    assertSame(expected, together(problem));
    assertTrue(StandIn.countedCalls() > 0);
    StandIn.assertClean("few blocks");
  }

  @Test
  void thePropertyRulesCooperativeLaunchesOut() {
    StandIn.assumeInUse();
    StandIn.behave();
    Problem problem = Problem.relu(13, 100, 20, 20);
    StandIn.failCall(StandIn.Kind.COOPERATIVE_LAUNCH, 0, 0);
    Spectrum expected = stepwise(problem);
    assertEquals(0, StandIn.countedCalls());
    assertSame(expected, together(problem));
    assertTrue(StandIn.countedCalls() > 0);
  }

  @Test
  void aDeviceWithoutCooperativeLaunchesIsNotAskedForThem() {
    StandIn.assumeInUse();
    StandIn.behave();
    Problem problem = Problem.relu(13, 100, 20, 20);
    Spectrum expected = stepwise(problem);
    StandIn.setCooperativeBlocks(0);
    StandIn.failCall(StandIn.Kind.COOPERATIVE_LAUNCH, 0, 0);
    assertSame(expected, together(problem));
    assertEquals(0, StandIn.countedCalls());
    StandIn.assertClean("no cooperative launches");
  }

  /** The first refusal, or a later one, decides for the device: it is not asked again. */
  @ParameterizedTest
  @CsvSource({
    "1, " + NOT_SUPPORTED,
    "1, " + TOO_LARGE,
    "2, " + NOT_SUPPORTED,
    "3, " + TOO_LARGE,
  })
  void aRefusedLaunchIsReplaced(int refused, int code) {
    StandIn.assumeInUse();
    StandIn.behave();
    Problem problem = Problem.relu(14, 400, 100, 110);
    Spectrum expected = stepwise(problem);
    try (ProjectionKernel kernel = Cudas.open(new KernelOptions(1))) {
      StandIn.failCall(StandIn.Kind.COOPERATIVE_LAUNCH, refused, code);
      assertSame(expected, spectrum(kernel, problem));
      assertEquals(refused, StandIn.countedCalls());
      assertSame(expected, spectrum(kernel, problem));
      assertEquals(refused, StandIn.countedCalls());
    }
    StandIn.assertClean("a refused launch");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aLaunchThatLosesTheDeviceIsOneErrorAndLeavesNothing(int lost) {
    StandIn.assumeInUse();
    StandIn.behave();
    Problem problem = Problem.relu(15, 400, 100, 110);
    try (ProjectionKernel kernel = Cudas.open(new KernelOptions(1))) {
      StandIn.failCall(StandIn.Kind.COOPERATIVE_LAUNCH, lost, ILLEGAL_ADDRESS);
      assertThrows(KernelException.class, () -> spectrum(kernel, problem));
    }
    StandIn.assertClean("a lost device");
  }
}
