package org.spanmatch.validation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests exact distances and ranks against formulas, and the two kinds of arithmetic on each other.
 */
class TrueSpanTest {
  private static TrueSpan span(List<double[]> vectors) {
    return TrueSpan.of(vectors.get(0).length, vectors).orElseThrow();
  }

  @Test
  void aRoundoffIsADirection() {
    double[] ones = {1, 1, 1, 1};
    double[] near = {1 + 0x1p-52, 1, 1 - 0x1p-52, 1};
    double[] difference = {1, 0, -1, 0};
    assertEquals(2, span(List.of(ones, near)).rank());
    assertEquals(0, span(List.of(ones, near)).distance(difference));
    assertEquals(1, span(List.of(ones)).distance(difference));
    // In unit vectors: 2⁵² of each, whose norms are 2 and hardly more, over √2.
    double expected = 2 * 0x1p52 * 2 / Math.sqrt(2);
    double found = span(List.of(ones, near)).coefficientNorm(difference);
    assertEquals(expected, found, expected * 0x1p-50);
  }

  @Test
  void whatIsExactlyDependentAddsNothing() {
    double[] a = {0.1, -0.2, 0.3, 1e-300};
    double[] b = {3, 5, -7, 11};
    double[] tripled = {9, 15, -21, 33};
    double[] sum = {4, 7, -4, 12};
    double[] other = {1, 2, 3, 1};
    assertEquals(2, span(List.of(b, tripled, other)).rank());
    assertEquals(2, span(List.of(b, other, sum)).rank());
    TrueSpan two = span(List.of(b, other));
    assertEquals(0, two.distance(sum), two.error() * (1 + two.coefficientNorm(sum)));
    assertEquals(3, span(List.of(b, other, a, sum)).rank());
    // 0.1 + 0.2 is not 0.3, so a is no multiple of its neighbour even in this form.
    double[] rounded = {0.1 + 0.2, -0.2 * 3, 0.3 * 3, 3e-300};
    assertEquals(2, span(List.of(a, rounded)).rank());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 8, 13, 60, 300})
  void distancesOfLaeuchlisColumns(int exponent) {
    double small = Double.parseDouble("1e-" + exponent);
    int n = 6;
    List<double[]> columns = new ArrayList<>();
    for (int j = 0; j < n; j++) {
      double[] column = new double[n + 1];
      column[0] = 1;
      column[j + 1] = small;
      columns.add(column);
    }
    double[] first = new double[n + 1];
    first[0] = 1;
    TrueSpan span = span(columns);
    assertEquals(n, span.rank());
    // The rest of e₀ is orthogonal to all columns: (ε², −ε, …, −ε) up to length.
    double expected = small / Math.sqrt(small * small + n);
    assertEquals(expected, span.distance(first), expected * 0x1p-50);
  }

  @Test
  void thePrimeSeesWhatPowersOfTwoHide() {
    for (int shift = 1; shift < 1000; shift++) {
      double[] large = {1, Math.scalb(1.0, shift)};
      assertEquals(2, ExactRank.of(List.of(large, new double[] {1, 1})), "2^" + shift);
    }
    assertTrue(BigInteger.valueOf((1L << 50) - 27).isProbablePrime(60));
  }

  @Test
  void bothArithmeticsAgree() {
    SplittableRandom random = new SplittableRandom(3);
    for (int trial = 0; trial < 60; trial++) {
      int samples = 1 + random.nextInt(20);
      int count = 1 + random.nextInt(12);
      double difference = Math.pow(10, -random.nextInt(9));
      Problem problem = Problem.nearDuplicates(trial, samples, 3, count, difference);
      List<double[]> spanning =
          problem.y().stream().filter(v -> Arrays.stream(v).anyMatch(x -> x != 0)).toList();
      ExactProjection exact = new ExactProjection(spanning);
      assertEquals(exact.rank(), ExactRank.of(spanning));
      DoubleDoubleProjection rounded = new DoubleDoubleProjection(samples, spanning);
      for (double[] vector : problem.x()) {
        if (Arrays.stream(vector).allMatch(x -> x == 0)) {
          continue;
        }
        ExactProjection.Projected found = exact.project(vector);
        DoubleDoubleProjection.Projected expected = rounded.project(vector);
        double norm = expected.coefficientNorm(exact.rank());
        double bound = rounded.backwardError() * (1 + norm);
        double distance = expected.distance(exact.rank());
        assertEquals(distance, found.distance(), bound + 2 * Math.ulp(distance));
      }
    }
  }

  /** Returns how many vectors of a group of the hard matrices depend on others exactly. */
  private static int dependent(String name, boolean isY) {
    if (!isY) {
      return 0;
    }
    // Wampler3, 4 and 5 are Wampler1 and multiples of the same noise. The vector of ones that is
    // projected on Läuchli's columns is a sum of the other two.
    return name.equals("Wampler") ? 2 : name.startsWith("Läuchli") ? 1 : 0;
  }

  @Test
  void theHardMatricesAreHard() {
    Map<String, Problem> hard = HardMatrices.all(1);
    for (Map.Entry<String, Problem> each : hard.entrySet()) {
      Problem problem = each.getValue();
      for (List<double[]> group : List.of(problem.x(), problem.y())) {
        assertTrue(TrueSpan.of(problem.samples(), group).isPresent(), each.getKey());
        assertEquals(
            group.size() - dependent(each.getKey(), group == problem.y()),
            span(group).rank(),
            each.getKey());
      }
    }
    Problem kahan = hard.get("Kahan 30");
    assertEquals(6.33e-8, span(kahan.x()).distance(kahan.y().get(0)), 1e-10);
  }
}
