package org.spanmatch.similarity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The jackknife on statistics whose standard errors are known. */
class JackknifeTest {
  /** Means of some numbers without each group of them. */
  private static List<Double> without(List<Double> values, List<Long> sizes) {
    double sum = values.stream().mapToDouble(Double::doubleValue).sum();
    List<Double> means = new ArrayList<>();
    int from = 0;
    for (long size : sizes) {
      double own = 0;
      for (int i = from; i < from + size; i++) {
        own += values.get(i);
      }
      means.add((sum - own) / (values.size() - size));
      from += (int) size;
    }
    return means;
  }

  private static List<Double> gaussians(int count, long seed) {
    Random random = new Random(seed);
    List<Double> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      values.add(random.nextGaussian());
    }
    return values;
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }

  /** For single examples it is the textbook's standard error of the mean, s/√n, exactly. */
  @Test
  void standardErrorOfAMean() {
    List<Double> values = gaussians(30, 1);
    double mean = mean(values);
    double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    List<Long> ones = Collections.nCopies(30, 1L);
    assertEquals(
        Math.sqrt(squares / 29 / 30),
        Jackknife.standardError(mean, without(values, ones), ones),
        1e-14);
  }

  /** For blocks of one size it is √((B − 1)/B·Σ(θ₍ⱼ₎ − mean)²). */
  @Test
  void blocksOfOneSize() {
    List<Double> without = List.of(0.3, 0.5, 0.4, 0.1);
    double mean = 0.325;
    double sum = without.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    assertEquals(
        Math.sqrt(0.75 * sum),
        Jackknife.standardError(0.35, without, List.of(7L, 7L, 7L, 7L)),
        1e-15);
  }

  /**
   * For a mean, the expected square of the estimate is the variance 1/n whatever the sizes. Over
   * 2000 draws with 12 blocks, the mean of the squares varies by √(2/11/2000) = 1 % if they are
   * about χ², and 6 % where the sizes are as different as here; 20 % would be a wrong formula.
   */
  @Test
  void blocksOfDifferentSizes() {
    List<Long> sizes = List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 20L, 25L);
    double sum = 0;
    for (int seed = 0; seed < 2000; seed++) {
      List<Double> values = gaussians(100, seed);
      double error = Jackknife.standardError(mean(values), without(values, sizes), sizes);
      sum += error * error;
    }
    assertEquals(1, sum / 2000 * 100, 0.2);
  }

  /** Values of every table of Student's t, two-sided, 95 %. */
  @ParameterizedTest
  @CsvSource({
    "1, 12.706",
    "2, 4.303",
    "3, 3.182",
    "4, 2.776",
    "19, 2.093",
    "20, 2.086",
    "29, 2.045",
    "120, 1.980"
  })
  void quantiles(int degrees, double expected) {
    assertEquals(expected, Jackknife.quantile(degrees), 0.0005);
  }

  /**
   * Three levels whose values without a block differ by −0.01, 0 and 0.01 have a standard error of
   * 0.01·√(4/3), which times 4.303 is 0.0497.
   */
  @Test
  void bandsCountLevelsWithTheirErrors() {
    List<List<Double>> without =
        List.of(List.of(0.09, 0.1, 0.11), List.of(0.19, 0.2, 0.21), List.of(0.29, 0.3, 0.31));
    Jackknife.Band band = Jackknife.band(List.of(0.1, 0.2, 0.3), without, List.of(5L, 5L, 5L), 6);
    assertEquals(0.1 - 0.0497, band.low().get(0), 1e-4);
    assertEquals(0.3 + 0.0497, band.high().get(2), 1e-4);
    assertEquals(new Jackknife.Interval(0, 0), band.at(0.05));
    assertEquals(new Jackknife.Interval(0, 1.0 / 6), band.at(0.1));
    assertEquals(new Jackknife.Interval(1.0 / 6, 2.0 / 6), band.at(0.2));
    assertEquals(new Jackknife.Interval(2.0 / 6, 3.0 / 6), band.at(0.26));
    assertEquals(new Jackknife.Interval(3.0 / 6, 3.0 / 6), band.at(1));
  }

  /** A neuron that is dead without a block has level 1 there, and nothing leaves [0, 1]. */
  @Test
  void levelsThatNothingChangesAreCertain() {
    List<List<Double>> without =
        List.of(List.of(0.25, 0.25, 0.25), List.of(0.9, 0.9, 1.0), List.of(1.0, 1.0, 1.0));
    Jackknife.Band band = Jackknife.band(List.of(0.25, 0.9), without, List.of(5L, 5L, 5L), 3);
    assertEquals(new Jackknife.Interval(1.0 / 3, 1.0 / 3), band.at(0.25));
    assertEquals(new Jackknife.Interval(1.0 / 3, 2.0 / 3), band.at(0.95));
    assertEquals(new Jackknife.Interval(2.0 / 3, 2.0 / 3), band.at(1));
  }

  @Test
  void badBlocksAreRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> Jackknife.standardError(1, List.of(1.0), List.of(5L)));
    assertThrows(
        IllegalArgumentException.class,
        () -> Jackknife.standardError(1, List.of(1.0, 1.0), List.of(5L)));
  }
}
