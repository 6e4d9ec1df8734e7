package org.spanmatch.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.match.Match;
import org.spanmatch.similarity.Chance;

/** Which similarities clear chance. */
class ChanceWarningTest {
  /** Half of the neurons match by chance at 0.5, all at 0.75. */
  private static final Chance CHANCE =
      Chance.ofPermuted(new double[] {0.5, 0.75}, new double[] {0.5, 0.75});

  private static Match match(double epsilon, double similarity) {
    List<Integer> none = List.of();
    return new Match(epsilon, none, none, similarity, none, none, none, none);
  }

  private static Optional<Warning> warning(Match... matches) {
    return Warning.ofChance(List.of(matches), CHANCE);
  }

  @Test
  void noMoreThanChanceIsWarnedOf() {
    assertTrue(warning(match(0.6, 0.5)).isPresent());
    assertFalse(warning(match(0.6, 0.75)).isPresent());
    assertFalse(warning(match(0.4, 0.25)).isPresent());
    // The formula is good to 0.02 in ε.
    assertTrue(warning(match(0.485, 0.5)).isPresent());
    assertFalse(warning(match(0.475, 0.5)).isPresent());
  }

  @Test
  void nothingIsSaidOfNothing() {
    assertFalse(warning(match(0.7, 0)).isPresent());
    assertFalse(warning(match(1, 1)).isPresent());
  }

  @Test
  void everyEpsilonIsNamed() {
    Warning warning =
        warning(match(0.3, 0.5), match(0.5, 0.5), match(0.9, 1), match(1, 1)).orElseThrow();
    assertEquals(Warning.Code.NOT_ABOVE_CHANCE, warning.code());
    assertEquals("not-above-chance", warning.code().toString());
    assertTrue(warning.message().startsWith("at ε=0.5, 0.9 the similarity is no more than "));
  }

  /** A quarter to three quarters of the examples move, the same ones for a seed. */
  @Test
  void shuffledLayersAreRotated() {
    double[][] rows = new double[40][1];
    for (int i = 0; i < rows.length; i++) {
      rows[i][0] = i;
    }
    Layer layer = Layers.of("a", rows);
    LayerPair.OfActivations pair = new LayerPair.OfActivations("a", layer, layer);
    long least = Long.MAX_VALUE;
    long most = 0;
    for (int seed = 0; seed < 200; seed++) {
      LayerPair.OfActivations shuffled = pair.shuffled(seed);
      assertEquals(layer, shuffled.x());
      long first = shuffled.y().samplePosition(0);
      assertEquals(first, pair.shuffled(seed).y().samplePosition(0));
      least = Math.min(least, first);
      most = Math.max(most, first);
    }
    assertEquals(10, least);
    assertEquals(30, most);
  }
}
