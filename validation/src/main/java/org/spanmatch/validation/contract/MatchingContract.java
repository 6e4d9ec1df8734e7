package org.spanmatch.validation.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.Match;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.match.MaximumMatch;
import org.spanmatch.validation.Problem;

/** Tests of the matching algorithms with any kernel, for the kernel's test class to inherit. */
public abstract class MatchingContract {
  private ProjectionKernel kernel;

  /** Opens the kernel to test. */
  protected abstract ProjectionKernel open();

  /** Number of small problems to try; override it with fewer for a slow kernel. */
  protected int problems() {
    return 1000;
  }

  @BeforeEach
  final void openKernel() {
    kernel = open();
  }

  @AfterEach
  final void closeKernel() {
    if (kernel != null) { // null if the test was skipped
      kernel.close();
    }
  }

  /** The kernel, open during a test. */
  protected final ProjectionKernel kernel() {
    return kernel;
  }

  /** Whether some decision of a match is borderline. */
  protected static boolean isBorderline(Match match) {
    return !match.borderlineX().isEmpty() || !match.borderlineY().isEmpty();
  }

  /**
   * Asserts that two matches at the same ε have the same neurons, but for those that one of them
   * lists as borderline.
   */
  public static void assertAgree(Match expected, Match found, String message) {
    assertEquals(expected.epsilon(), found.epsilon(), message);
    for (Group group : Group.values()) {
      assertEquals(
          List.of(), found.contradictions(expected, group), message + ", " + group.label());
    }
  }

  /**
   * Returns some fixed ε, and one between each two neighbouring levels, one below and one above all
   * levels.
   */
  static double[] betweenLevels(ProjectionTable table, MatchSpectrum spectrum) {
    Set<Double> levels = new TreeSet<>();
    for (Group group : Group.values()) {
      for (int neuron : table.remaining(group)) {
        levels.add(spectrum.level(group, neuron).orElseThrow());
      }
    }
    List<Double> epsilons = new ArrayList<>(List.of(0.05, 0.2, 0.5, 1.0));
    double before = 0;
    for (double level : levels) {
      epsilons.add((before + level) / 2);
      before = level;
    }
    epsilons.add((before + 1) / 2);
    return epsilons.stream().mapToDouble(Double::doubleValue).filter(e -> e > 0).toArray();
  }

  @Test
  void spectrumIsTheMaximumMatchAtEveryEpsilon() {
    int compared = 0;
    int borderline = 0;
    for (int seed = 0; seed < problems(); seed++) {
      PlantedProblem problem =
          seed % 10 == 0 ? PlantedProblem.larger(seed) : PlantedProblem.of(seed);
      try (ProjectionTable table = problem.compress(kernel)) {
        MatchSpectrum spectrum = MatchSpectrum.of(table, Progress.NONE);
        double[] epsilons = betweenLevels(table, spectrum);
        List<Match> matches = MaximumMatch.find(table, epsilons);
        for (int i = 0; i < epsilons.length; i++) {
          Match expected = matches.get(i);
          Match found = spectrum.maximumMatch(epsilons[i]);
          assertAgree(expected, found, "seed " + seed);
          if (isBorderline(expected) || isBorderline(found)) {
            borderline++;
          } else {
            compared++;
          }
        }
      }
    }
    assertTrue(compared > 5 * problems(), "compared only " + compared);
    // The Gram matrix can't resolve exact matches, nor the smallest gaps between levels.
    assertTrue(borderline < compared / 2, borderline + " borderline, compared " + compared);
  }

  private Match exactMatch(Problem problem) {
    try (ProjectionTable table =
        kernel.compress(
            problem.floatLayer(Group.X), problem.floatLayer(Group.Y), GramOptions.defaults())) {
      return MaximumMatch.of(table, 0);
    }
  }

  /**
   * Exact mixtures can be expressed by each other in many ways, of which the order of the neurons
   * chooses one. Whatever isn't listed as borderline must not depend on that order.
   */
  @Test
  void theOrderOfNeuronsDoesNotMatterAtZero() {
    int matched = 0;
    for (int seed = 0; seed < 40; seed++) {
      int samples = seed % 3 == 0 ? 5 : 30;
      Problem problem = Problem.exactMixtures(seed, samples, 4 + seed % 7, 4 + seed % 5);
      int[] order = Problem.permutation(problem.x().size(), seed);
      Match match = exactMatch(problem);
      Match permuted =
          exactMatch(
              new Problem(samples, Problem.permuted(problem.x(), order), problem.y()).swapped());
      Match restored =
          new Match(
              0,
              restored(permuted.y(), order),
              permuted.x(),
              permuted.similarity(),
              restored(permuted.borderlineY(), order),
              permuted.borderlineX(),
              restored(permuted.undecidableY(), order),
              permuted.undecidableX());
      assertAgree(match, restored, "seed " + seed);
      matched += match.size() > 0 ? 1 : 0;
    }
    assertTrue(matched > 20, matched + " with a match");
  }

  /** Returns neurons at their positions before a permutation. */
  private static List<Integer> restored(List<Integer> neurons, int[] order) {
    return neurons.stream().map(neuron -> order[neuron]).sorted().toList();
  }

  @Test
  void theTableIsLeftAsItWas() {
    try (ProjectionTable table = PlantedProblem.larger(1).compress(kernel)) {
      int[] x = table.remaining(Group.X);
      int[] y = table.remaining(Group.Y);
      MatchSpectrum.of(table, Progress.NONE);
      assertArrayEquals(x, table.remaining(Group.X));
      assertArrayEquals(y, table.remaining(Group.Y));
    }
  }

  @Test
  void theInverseQuestionAgreesWithTheMatches() {
    for (int seed = 0; seed < problems() / 20; seed++) {
      try (ProjectionTable table = PlantedProblem.larger(seed).compress(kernel)) {
        MatchSpectrum spectrum = MatchSpectrum.of(table, Progress.NONE);
        for (int size = 1; size <= 15; size++) {
          double epsilon = spectrum.epsilonForEach(size).orElseThrow();
          Match match = spectrum.maximumMatch(Math.max(epsilon, Double.MIN_VALUE));
          assertTrue(match.x().size() >= size && match.y().size() >= size);
          if (epsilon > 0) {
            Match less = spectrum.maximumMatch(Math.max(Math.nextDown(epsilon), 1e-300));
            assertTrue(less.x().size() < size || less.y().size() < size);
          }
          double either = spectrum.epsilonFor(size).orElseThrow();
          Match some = spectrum.maximumMatch(Math.max(either, Double.MIN_VALUE));
          assertTrue(some.x().size() + some.y().size() >= size);
        }
        int all = table.neurons(Group.X) + table.neurons(Group.Y);
        assertEquals(OptionalDouble.empty(), spectrum.epsilonFor(all + 1));
      }
    }
  }

  @Test
  void deadNeuronsHaveNoLevel() {
    double[] x = {0, 1, 0, 2, 0, 3};
    double[] y = {1, 2, 4};
    try (ProjectionTable table =
        kernel.compress(Layers.of("x", 3, 2, x), Layers.of("y", 3, 1, y), GramOptions.defaults())) {
      MatchSpectrum spectrum = MatchSpectrum.of(table, Progress.NONE);
      assertEquals(OptionalDouble.empty(), spectrum.level(Group.X, 0));
      // The sine of the angle between (1, 2, 3) and (1, 2, 4).
      double sine = Math.sqrt(1 - 17.0 * 17 / (14 * 21));
      assertEquals(sine, spectrum.level(Group.X, 1).orElseThrow(), spectrum.levelError(Group.X, 1));
      assertEquals(sine, spectrum.level(Group.Y, 0).orElseThrow(), spectrum.levelError(Group.Y, 0));
      assertEquals(OptionalDouble.empty(), spectrum.epsilonFor(3));
      assertEquals(OptionalDouble.empty(), spectrum.epsilonForEach(2));
      assertThrows(IllegalArgumentException.class, () -> spectrum.maximumMatch(0));
      assertThrows(IllegalArgumentException.class, () -> spectrum.maximumMatch(1.1));
      assertThrows(IllegalArgumentException.class, () -> spectrum.maximumMatch(Double.NaN));
      assertThrows(IllegalArgumentException.class, () -> spectrum.epsilonFor(0));
    }
  }

  @Test
  void withoutAPartnerEveryLevelIsOne() {
    try (ProjectionTable table =
        kernel.compress(
            Layers.of("x", 3, 2, new double[] {1, 2, 3, 4, 5, 7}),
            Layers.of("y", 3, 0, new double[0]),
            GramOptions.defaults())) {
      MatchSpectrum spectrum = MatchSpectrum.of(table, Progress.NONE);
      assertEquals(OptionalDouble.of(1), spectrum.level(Group.X, 0));
      assertEquals(OptionalDouble.of(1), spectrum.level(Group.X, 1));
    }
  }
}
