package org.spanmatch.similarity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who is in which part. */
class SplitTest {
  private static List<Integer> parts(Split.Deal deal) {
    List<Integer> parts = new ArrayList<>();
    Split.Draw draw = deal.draw();
    for (long i = 0; i < deal.examples(); i++) {
      parts.add(draw.next());
    }
    return parts;
  }

  @ParameterizedTest
  @CsvSource({
    "5, 0, 0, 103", "2, 0, 0, 2", "0, 0.2, 0, 100", "0, 0.001, 0, 10", "0, 0.999, 0, 10",
    "0, 0, 20, 1000", "0, 0, 20, 7", "5, 0, 20, 1000", "7, 0, 20, 22", "30, 0, 20, 31",
    "0, 0.2, 20, 1000", "0, 0.01, 20, 1000", "0, 0.5, 20, 3"
  })
  void everyPartHasAsManyExamplesAsItSays(int folds, double heldOut, int blocks, long examples) {
    Split split = new Split(folds, heldOut, blocks, 1);
    Split.Deal deal = split.deal(examples);
    assertEquals(examples, deal.examples());
    long[] counts = new long[deal.sizes().size()];
    parts(deal).forEach(part -> counts[part]++);
    for (int part = 0; part < counts.length; part++) {
      assertEquals(deal.sizes().get(part), counts[part]);
      assertTrue(counts[part] >= 1);
    }
    if (folds > 0) {
      assertEquals(folds, Collections.max(deal.foldOf()) + 1);
      assertTrue(Collections.min(deal.foldOf()) >= 0);
    } else if (heldOut > 0) {
      long held = 0;
      for (int part = 0; part < counts.length; part++) {
        held += deal.foldOf().get(part) == 0 ? counts[part] : 0;
      }
      assertEquals(Math.max(1, Math.min(examples - 1, Math.round(heldOut * examples))), held);
    }
    if (blocks > 0 && heldOut == 0) {
      assertTrue(counts.length >= Math.min(blocks, folds == 0 ? examples : folds), deal.toString());
      assertTrue(Collections.max(deal.sizes()) - Collections.min(deal.sizes()) <= 1);
    }
  }

  @Test
  void theSeedDecides() {
    Split.Deal deal = new Split(5, 0, 0, 1).deal(100);
    assertEquals(parts(deal), parts(new Split(5, 0, 0, 1).deal(100)));
    assertNotEquals(parts(deal), parts(new Split(5, 0, 0, 2).deal(100)));
  }

  /**
   * Each of the 6 divisions of 4 examples into halves is as likely. Of 6000 draws, each count has a
   * standard deviation of √(6000·(1/6)·(5/6)) = 29; five of them are allowed.
   */
  @Test
  void allDivisionsAreEquallyLikely() {
    int[] counts = new int[16];
    for (long seed = 0; seed < 6000; seed++) {
      int set = 0;
      for (int part : parts(new Split(2, 0, 0, seed).deal(4))) {
        set = 2 * set + part;
      }
      counts[set]++;
    }
    for (int set = 0; set < 16; set++) {
      assertEquals(Integer.bitCount(set) == 2 ? 1000 : 0, counts[set], 145, "set " + set);
    }
  }

  @Test
  void badNumbersAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Split(1, 0, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> new Split(0, 0, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> new Split(0, 1, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> new Split(0, -0.1, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> new Split(0, Double.NaN, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> new Split(0, 0, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> new Split(2, 0.5, 0, 1));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> new Split(5, 0, 0, 1).deal(4));
    assertEquals("expected at least 5 examples, found 4", e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> new Split(0, 0.5, 0, 1).deal(1));
  }
}
