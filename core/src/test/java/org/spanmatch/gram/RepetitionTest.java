package org.spanmatch.gram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.spanmatch.gram.GramLayer.Repetition;

/** Tests what is concluded from the samples that were looked at. */
class RepetitionTest {
  @Test
  void sharesAreOfTheSamplesLookedAt() {
    Repetition seen = new Repetition(100, 20, 30, 7, 51);
    assertEquals(0.2, seen.silentShare());
    assertEquals(0.3, seen.commonestShare());
    assertEquals(0.5, seen.othersShare());
  }

  @Test
  void nothingLookedAtSaysNothing() {
    assertEquals(0, Repetition.UNKNOWN.silentShare());
    assertEquals(0, Repetition.UNKNOWN.commonestShare());
    assertEquals(0, Repetition.UNKNOWN.othersShare());
    assertEquals(0, Repetition.UNKNOWN.distinctOthers(50));
  }

  @Test
  void allSamplesLookedAtAreCounted() {
    assertEquals(9, new Repetition(40, 0, 4, 7, 10).distinctOthers(40), 1e-9);
  }

  @Test
  void samplesOfWhichNoneWasSeenTwiceAreTakenAsDifferent() {
    assertEquals(99_000, new Repetition(1000, 0, 10, 7, 991).distinctOthers(100_000), 1e-6);
  }

  /** About five standard deviations of the number of repetitions around its mean. */
  @Test
  void theNumberOfDifferentSamplesIsEstimated() {
    for (int different : new int[] {50, 500, 5000}) {
      Random random = new Random(different);
      long distinct =
          IntStream.range(0, 1000).map(i -> random.nextInt(different)).distinct().count();
      Repetition seen = new Repetition(1001, 0, 1, 7, distinct + 1);
      double repeated = 1000 - distinct;
      double estimate = seen.distinctOthers(1_000_000);
      assertEquals(different, estimate, 5 * different / Math.sqrt(repeated), "of " + different);
      assertTrue(estimate >= distinct);
    }
  }

  /**
   * Of each of 1000 samples that are there twice, 36 % have neither copy in 40 % of the samples.
   */
  @Test
  void aLookAtALargePartOfThemIsNoDrawWithReplacement() {
    assertEquals(1000, new Repetition(801, 0, 1, 7, 641).distinctOthers(2001), 2);
  }

  @Test
  void partsAddUp() {
    Repetition one = new Repetition(100, 20, 30, 7, 51);
    Repetition same = new Repetition(10, 1, 4, 7, 6);
    assertEquals(new Repetition(110, 21, 34, 7, 56), one.plus(same));
    Repetition other = new Repetition(50, 0, 40, 8, 11);
    assertEquals(new Repetition(150, 20, 40, 8, 62), one.plus(other));
    assertEquals(other.plus(one), one.plus(other));
    assertEquals(one, one.plus(Repetition.UNKNOWN));
    assertEquals(one, Repetition.UNKNOWN.plus(one));
    Repetition rival = new Repetition(30, 0, 30, -3, 1);
    assertEquals(rival.plus(one), one.plus(rival));
  }

  @Test
  void theImpossibleIsRefused() {
    assertRefused(-1, 0, 0, 0, 0);
    assertRefused(10, -1, 1, 7, 1);
    assertRefused(10, 11, 0, 0, 0);
    assertRefused(10, 10, 1, 7, 1);
    assertRefused(10, 0, 0, 7, 1);
    assertRefused(10, 0, 1, 7, 0);
    assertRefused(10, 0, 11, 7, 1);
    assertRefused(10, 0, 8, 7, 4);
    assertRefused(10, 0, 1, 7, Long.MAX_VALUE);
  }

  private static void assertRefused(
      long looked, long silent, long commonest, long key, long distinct) {
    assertThrows(
        IllegalArgumentException.class,
        () -> new Repetition(looked, silent, commonest, key, distinct));
  }
}
