package org.spanmatch.tuning;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
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

  private static Match match(
      double epsilon, List<Integer> x, List<Integer> y, List<Integer> borderlineY) {
    return new Match(epsilon, x, y, 0.5, List.of(), borderlineY, List.of(), List.of());
  }
}
