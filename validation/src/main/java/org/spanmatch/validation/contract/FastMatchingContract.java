package org.spanmatch.validation.contract;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.Match;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.match.MaximumMatch;
import org.spanmatch.validation.ReferenceBackend;

/**
 * Tests that a fast kernel finds the same matches as the reference kernel, except for borderline
 * decisions.
 */
public abstract class FastMatchingContract extends MatchingContract {
  private static final double[] EPSILONS = {0, 1e-4, 1e-3, 0.01, 0.05, 0.1, 0.2, 0.35, 0.5, 0.8, 1};

  private ProjectionKernel reference;

  /**
   * Number of problems of some hundred neurons to try; override it with fewer for a slow kernel.
   */
  protected int largeProblems() {
    return 6;
  }

  // Not from Kernels, which opens a single backend if a test run requires one.
  @BeforeEach
  final void openReference() {
    reference = ReferenceBackend.open();
  }

  /** The reference kernel, open during a test. */
  protected final ProjectionKernel reference() {
    return reference;
  }

  @AfterEach
  final void closeReference() {
    if (reference != null) { // null if the test was skipped
      reference.close();
    }
  }

  /** The reference kernel finds the same matches, but for the neurons listed as borderline. */
  @Test
  void certainDecisionsAgree() {
    int compared = 0;
    int borderline = 0;
    for (int seed = 0; seed < 2 * problems(); seed++) {
      PlantedProblem problem =
          seed % 10 == 0 ? PlantedProblem.larger(seed) : PlantedProblem.of(seed);
      try (ProjectionTable table = problem.compress(kernel());
          ProjectionTable expectedTable = problem.compress(reference)) {
        List<Match> found = MaximumMatch.find(table, EPSILONS);
        List<Match> expected = MaximumMatch.find(expectedTable, EPSILONS);
        MatchSpectrum spectrum = MatchSpectrum.of(table, Progress.NONE);
        for (int i = 0; i < EPSILONS.length; i++) {
          String at = "seed " + seed + ", ε = " + EPSILONS[i];
          assertAgree(expected.get(i), found.get(i), at);
          if (EPSILONS[i] > 0) {
            assertAgree(expected.get(i), spectrum.maximumMatch(EPSILONS[i]), at);
          }
          if (isBorderline(found.get(i)) || isBorderline(expected.get(i))) {
            borderline++;
          } else {
            compared++;
          }
        }
      }
    }
    assertTrue(compared > borderline, compared + " compared, " + borderline + " borderline");
  }

  /**
   * The kernel peels, and the reference finds each match separately. The problems are large enough
   * that the kernel works in several blocks.
   */
  @Test
  void largeProblemsAgree() {
    int compared = 0;
    int borderline = 0;
    for (int seed = 0; seed < largeProblems(); seed++) {
      PlantedProblem problem = PlantedProblem.largest(seed);
      try (ProjectionTable table = problem.compress(kernel());
          ProjectionTable expectedTable = problem.compress(reference)) {
        MatchSpectrum spectrum = MatchSpectrum.of(table, Progress.NONE);
        double[] epsilons = betweenLevels(table, spectrum);
        List<Match> expected = MaximumMatch.find(expectedTable, epsilons);
        List<Match> matches = MaximumMatch.find(table, epsilons);
        for (int i = 0; i < epsilons.length; i++) {
          for (Match found : List.of(spectrum.maximumMatch(epsilons[i]), matches.get(i))) {
            assertAgree(expected.get(i), found, "seed " + seed);
            if (isBorderline(expected.get(i)) || isBorderline(found)) {
              borderline++;
            } else {
              compared++;
            }
          }
        }
      }
    }
    assertTrue(compared > 33 * largeProblems(), "compared only " + compared);
    assertTrue(borderline < compared / 2, borderline + " borderline, compared " + compared);
  }
}
