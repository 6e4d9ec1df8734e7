package org.spanmatch.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.Kernels;
import org.spanmatch.kernel.Progress;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;

/** What standard precision does not call borderline, high precision finds too. */
class PrecisionTest {
  private static final double[] EPSILONS = {0, 1e-4, 1e-3, 0.01, 0.05, 0.1, 0.2, 0.35, 0.5, 0.8, 1};

  @Test
  void certainDecisionsAgree() {
    int compared = 0;
    int borderline = 0;
    try (ProjectionKernel standard = Kernels.open("java", new KernelOptions(1));
        ProjectionKernel high = Kernels.open("reference", new KernelOptions(1))) {
      for (int seed = 0; seed < 2000; seed++) {
        PlantedProblem problem =
            seed % 10 == 0 ? PlantedProblem.larger(seed) : PlantedProblem.of(seed);
        try (ProjectionTable first = problem.compress(standard);
            ProjectionTable second = problem.compress(high)) {
          List<Match> found = MaximumMatch.find(first, EPSILONS);
          List<Match> expected = MaximumMatch.find(second, EPSILONS);
          MatchSpectrum spectrum = MatchSpectrum.of(first, Progress.NONE);
          for (int i = 0; i < EPSILONS.length; i++) {
            if (isBorderline(found.get(i)) || isBorderline(expected.get(i))) {
              borderline++;
              continue;
            }
            String at = "seed " + seed + ", ε = " + EPSILONS[i];
            assertEquals(expected.get(i), found.get(i), at);
            compared++;
            if (EPSILONS[i] > 0) {
              Match level = spectrum.maximumMatch(EPSILONS[i]);
              assertTrue(isBorderline(level) || level.equals(expected.get(i)), at);
            }
          }
        }
      }
    }
    assertTrue(compared > borderline, compared + " compared, " + borderline + " borderline");
  }

  private static boolean isBorderline(Match match) {
    return !match.borderlineX().isEmpty() || !match.borderlineY().isEmpty();
  }
}
