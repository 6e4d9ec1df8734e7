package org.spanmatch.report.figures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("once") // on one JDK: nothing here depends on which
final class SideBySideTest {
  private static final double TINY = 1e-12;

  /** Returns where lines with these values at one point are drawn. */
  private static List<Double> apart(Double... values) {
    return SideBySide.apart(Arrays.stream(values).map(List::of).toList(), 1).stream()
        .map(line -> line.get(0))
        .toList();
  }

  @Test
  void distantValuesStayWhereTheyAre() {
    assertEquals(List.of(0.5, 0.25, 1.0), apart(0.5, 0.25, 1.0));
  }

  @Test
  void equalValuesAreSpreadAroundTheirsWithTheFirstOnTop() {
    List<Double> apart = apart(0.5, 0.5, 0.5);
    assertEquals(0.505, apart.get(0), TINY);
    assertEquals(0.5, apart.get(1), TINY);
    assertEquals(0.495, apart.get(2), TINY);
  }

  /** 0.008 and 0.004 have no room beside three zeros, and 0.5 does not care. */
  @Test
  void nearValuesKeepTheirOrder() {
    List<Double> apart = apart(0.5, 0.008, 0.004, 0.0, 0.0, 0.0);
    assertEquals(0.5, apart.get(0));
    for (int i = 1; i < 6; i++) {
      assertTrue(apart.get(i - 1) - apart.get(i) > 0.0049, apart.toString());
    }
    double mean = apart.subList(1, 6).stream().mapToDouble(value -> value).average().orElseThrow();
    assertEquals(0.012 / 5, mean, TINY);
  }

  @Test
  void manyLinesMoveNoFartherThanFew() {
    List<Double> apart = apart(Collections.nCopies(50, 0.5).toArray(Double[]::new));
    assertTrue(Math.abs(apart.get(0) - 0.5) <= 0.02 + TINY, apart.toString());
    assertEquals(50, apart.stream().distinct().count());
  }

  @Test
  void gapsStayGaps() {
    List<List<Double>> apart =
        SideBySide.apart(List.of(Arrays.asList(null, 0.5), List.of(0.5, 0.5)), 1);
    assertNull(apart.get(0).get(0));
    assertEquals(0.5, apart.get(1).get(0));
    assertTrue(apart.get(0).get(1) > apart.get(1).get(1));
    assertEquals(List.of(), SideBySide.apart(List.of(), 1));
  }

  @Test
  void distancesFollowTheHeightOfThePlot() {
    List<List<Double>> equal = List.of(List.of(30.0), List.of(30.0));
    List<Double> apart = SideBySide.apart(equal, 100).stream().flatMap(List::stream).toList();
    assertEquals(0.5, apart.get(0) - apart.get(1), TINY);
    assertEquals(2, IntStream.range(0, 2).filter(i -> apart.get(i) != 30.0).count());
  }
}
