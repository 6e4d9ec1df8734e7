package org.spanmatch.tuning;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.match.Match;

/** Tests that the check of whole layers tolerates rounding and nothing else. */
class LayerChecksTest {
  @Test
  void matchesMayDifferInBorderlineNeurons() {
    List<Match> found = List.of(match(0.2, List.of(0, 1), List.of(2), List.of()));
    assertDoesNotThrow(() -> LayerChecks.requireSameMatches("java", found, found));
    // y3 is in one of them only.
    List<Match> expected = List.of(match(0.2, List.of(0, 1), List.of(2, 3), List.of(3)));
    assertDoesNotThrow(() -> LayerChecks.requireSameMatches("java", found, expected));
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class,
            () ->
                LayerChecks.requireSameMatches(
                    "java", found, List.of(match(0.2, List.of(0, 1), List.of(2, 3), List.of(2)))));
    assertEquals(
        "java and another method disagree on neurons of y at ε = 0.2, which are not borderline: [3]",
        e.getMessage());
  }

  @Test
  void matchesMustBeOfTheSameEpsilons() {
    List<Match> found = List.of(match(0.2, List.of(0), List.of(0), List.of()));
    List<Match> other = List.of(match(0.3, List.of(0), List.of(0), List.of()));
    assertThrows(
        IllegalStateException.class, () -> LayerChecks.requireSameMatches("java", found, other));
    assertThrows(
        IllegalStateException.class,
        () -> LayerChecks.requireSameMatches("java", List.of(), found));
  }

  /** Of other activations, which differ in every inner product. */
  @Test
  void innerProductsMayErrByTheirRounding() {
    Mixtures data = new Mixtures(1000, 6);
    Mixtures others = new Mixtures(1001, 6);
    try (ProjectionKernel kernel = Kernels.open("java", new KernelOptions(1))) {
      assertDoesNotThrow(() -> LayerChecks.requireExactProducts(data, gram(kernel, data)));
      Gram wrong = gram(kernel, others);
      assertThrows(
          IllegalStateException.class, () -> LayerChecks.requireExactProducts(data, wrong));
    }
  }

  private static Gram gram(ProjectionKernel kernel, Mixtures data) {
    return kernel.gram(
        List.of(data.layer(Group.X), data.layer(Group.Y)), GramPair.all(2), GramOptions.defaults());
  }

  private static Match match(
      double epsilon, List<Integer> x, List<Integer> y, List<Integer> borderlineY) {
    return new Match(epsilon, x, y, 0.5, List.of(), borderlineY, List.of(), List.of());
  }
}
