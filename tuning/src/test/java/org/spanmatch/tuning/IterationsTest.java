package org.spanmatch.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests medians and their intervals. */
class IterationsTest {
  private static Iterations of(double... times) {
    return new Iterations(DoubleStream.of(times).boxed().toList());
  }

  @Test
  void theMedianIsInTheMiddle() {
    assertEquals(3, of(9, 1, 3).median());
    assertEquals(2.5, of(9, 1, 3, 2).median());
    assertEquals(4, of(4).median());
    Iterations some = of(5, 1, 9);
    assertEquals(1, some.lowest());
    assertEquals(9, some.highest());
    assertThrows(IllegalArgumentException.class, () -> new Iterations(List.of()));
  }

  /**
   * Of the times 1 … n; the interval from the k-th to the k-th last misses the median with
   * probability 2·P(Bin(n, ½) < k), which is 0.125 for n = 4, k = 1; 0.070 for n = 8, k = 2; 0.289
   * for n = 8, k = 3; 0.109 for n = 10, k = 3; 0.077 for n = 16, k = 5. For n = 2000 it is below
   * the smallest double at k = 1, and 0.1 between k = 963 and 964, by exact fractions.
   */
  @ParameterizedTest
  @CsvSource({"1, 0", "4, 0", "5, 1", "7, 1", "8, 2", "10, 2", "16, 5", "2000, 963"})
  void theIntervalIsTheNarrowestOfNineTenths(int n, int k) {
    Iterations times = of(IntStream.rangeClosed(1, n).asDoubleStream().toArray());
    double expected = k == 0 ? Double.NaN : (n + 1) / 2.0 - k;
    assertEquals(expected, times.error());
  }

  @Test
  void theIntervalReachesToItsFartherEnd() {
    assertEquals(5, of(1, 2, 3, 4, 6, 7, 10, 99).error(), "the median 5, from 2 to 10");
  }
}
