package org.spanmatch.gram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests which norms are accurate and which neurons are dead. */
class MomentsTest {
  private static Moments of(double... norms) {
    double[] squares = Arrays.stream(norms).map(norm -> norm * norm).toArray();
    double[] zeros = new double[norms.length];
    return Moments.of(zeros, squares, zeros, new long[norms.length]);
  }

  /** Squares that overflow, underflow, or are NaN. */
  @ParameterizedTest
  @CsvSource({
    "1, 1e-16, true",
    "1e-70, 0, true",
    "1e70, 0, true",
    "0.9e-70, 0, false",
    "1.1e70, 0, false",
    "0, 0, false", // a norm this small may have underflowed
    "0, 1e-70, false",
    "0, 1e-16, true",
    "1e-150, 1e-16, true",
    "Infinity, 1e-16, false",
    "NaN, 1e-16, false"
  })
  void normsAreExactWhereSquaresNeitherOverflowNorUnderflow(
      double norm, double threshold, boolean exact) {
    assertEquals(exact, of(1, norm).areExact(threshold));
  }

  @Test
  void deadNeuronsAreAtMostAtTheThreshold() {
    assertEquals(List.of(1, 3), of(2, 0, 3, 1, 1.1).dead(1));
    assertEquals(List.of(), of(2, 3).dead(0));
  }

  @Test
  void everyNormHasASum() {
    double[] two = new double[2];
    assertThrows(IllegalArgumentException.class, () -> Moments.of(two, two, two, new long[1]));
  }
}
