package org.spanmatch.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.Kernels;
import org.spanmatch.kernel.Progress;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;

/** Matches and match levels with the reference kernel. */
class MatchSpectrumTest extends MatchingContract {
  @Override
  protected ProjectionKernel open() {
    return Kernels.open("reference", new KernelOptions(1));
  }

  /** 0 is searched for: its rule is wider than that of a tiny ε. */
  @Test
  void matchesAreLookedUpButForZero() {
    try (ProjectionTable table = PlantedProblem.of(7).compress(kernel())) {
      MatchSpectrum spectrum = MatchSpectrum.of(table, Progress.NONE);
      double[] epsilons = {0.5, 0, 1, 0.2};
      List<Match> expected = MaximumMatch.find(table, epsilons);
      assertTrue(expected.stream().noneMatch(MatchingContract::isBorderline));
      assertEquals(expected, MaximumMatch.find(table, spectrum, epsilons));
      assertThrows(
          IllegalArgumentException.class, () -> MaximumMatch.find(table, spectrum, 0.5, 1.1));
    }
  }
}
