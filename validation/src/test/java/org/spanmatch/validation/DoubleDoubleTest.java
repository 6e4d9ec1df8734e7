package org.spanmatch.validation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the arbiter itself against decimal arithmetic with 60 digits. */
class DoubleDoubleTest {
  private static final MathContext DIGITS = new MathContext(60);

  // u²; see the class for where the factors come from.
  private static final double U2 = 0x1p-106;

  private static BigDecimal exact(DoubleDouble value) {
    return new BigDecimal(value.hi()).add(new BigDecimal(value.lo()));
  }

  private static void assertNear(BigDecimal expected, DoubleDouble found, double factor) {
    BigDecimal error = exact(found).subtract(expected).abs();
    BigDecimal allowed = expected.abs().multiply(new BigDecimal(factor * U2));
    assertTrue(error.compareTo(allowed) <= 0, () -> found + " is not " + expected);
  }

  private static DoubleDouble random(SplittableRandom random) {
    double hi = Math.scalb(random.nextDouble(-1, 1), random.nextInt(-30, 30));
    return new DoubleDouble(hi, Math.ulp(hi) * random.nextDouble(-0.5, 0.5));
  }

  @Test
  void operations() {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 20_000; i++) {
      DoubleDouble a = random(random);
      DoubleDouble b = random(random);
      BigDecimal exactA = exact(a);
      BigDecimal exactB = exact(b);
      assertNear(exactA.add(exactB), a.add(b), 3.01);
      assertNear(exactA.subtract(exactB), a.subtract(b), 3.01);
      assertNear(exactA.multiply(exactB), a.multiply(b), 5);
      assertNear(exactA.multiply(exactB), a.multiplySplit(b), 5);
      assertNear(exactA.divide(exactB, DIGITS), a.divide(b), 15.01);
      assertNear(exactA.abs().sqrt(DIGITS), a.abs().sqrt(), 5);
    }
    assertEquals(DoubleDouble.ZERO, DoubleDouble.ZERO.sqrt());
    assertEquals(DoubleDouble.of(3), DoubleDouble.of(9).sqrt());
  }

  /** Without a fused multiply-add, the error of a product is as exact as with one. */
  @Test
  void productErrorsAreExact() {
    SplittableRandom random = new SplittableRandom(11);
    for (int i = 0; i < 100_000; i++) {
      double a = Math.scalb(random.nextDouble(1, 2), random.nextInt(-400, 1024));
      double b = Math.scalb(random.nextDouble(-2, -1), random.nextInt(-400, 1024));
      double product = a * b;
      if (Double.isFinite(product)) {
        assertEquals(Math.fma(a, b, -product), DoubleDouble.productError(a, b, product));
      }
    }
    double max = Double.MAX_VALUE;
    for (double factor : List.of(2.0, 1.0, 0.1, Double.MIN_VALUE, 0.0, 1 - 0x1p-53)) {
      double product = max * factor;
      assertEquals(
          Math.fma(max, factor, -product), DoubleDouble.productError(max, factor, product));
      assertEquals(
          Math.fma(-factor, max, product), DoubleDouble.productError(-factor, max, -product));
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 1", "3, 2", "5, 3", "8, 7", "6, 6", "4, 6"})
  void projectionAgreesWithGramSchmidt(int samples, int count) {
    SplittableRandom random = new SplittableRandom(samples * 10L + count);
    for (int trial = 0; trial < 20; trial++) {
      List<double[]> spanning = new ArrayList<>();
      for (int j = 0; j < count; j++) {
        spanning.add(random.doubles(samples, -1, 1).map(v -> v * 1e3).toArray());
      }
      if (count > 2) {
        // Nearly dependent.
        double[] near = spanning.get(0).clone();
        near[trial % samples] *= 1 + 1e-7;
        spanning.set(1, near);
      }
      double[] x = random.doubles(samples, -1, 1).toArray();
      DoubleDoubleProjection projection = new DoubleDoubleProjection(samples, spanning);
      int rank = projection.rank(0x1p-90); // far below 1e-7, far above the rounding
      assertEquals(Math.min(samples, count), rank);
      DoubleDoubleProjection.Projected projected = projection.project(x);
      double bound = projection.backwardError() * (1 + projected.coefficientNorm(rank));
      double distance = gramSchmidt(samples, spanning, x);
      assertEquals(distance, projected.distance(rank), bound + Math.ulp(distance));
    }
  }

  /** Returns the relative distance of x to the span. */
  private static double gramSchmidt(int samples, List<double[]> spanning, double[] x) {
    List<BigDecimal[]> basis = new ArrayList<>();
    for (double[] vector : spanning.subList(0, Math.min(samples, spanning.size()))) {
      BigDecimal[] rest = orthogonal(exact(vector), basis);
      basis.add(orthogonal(rest, basis)); // twice is enough
    }
    BigDecimal[] whole = exact(x);
    BigDecimal[] rest = orthogonal(orthogonal(whole, basis), basis);
    return dot(rest, rest).divide(dot(whole, whole), DIGITS).sqrt(DIGITS).doubleValue();
  }

  private static BigDecimal[] exact(double[] vector) {
    return Arrays.stream(vector).mapToObj(BigDecimal::new).toArray(BigDecimal[]::new);
  }

  private static BigDecimal[] orthogonal(BigDecimal[] vector, List<BigDecimal[]> basis) {
    BigDecimal[] rest = vector.clone();
    for (BigDecimal[] b : basis) {
      BigDecimal factor = dot(rest, b).divide(dot(b, b), DIGITS);
      Arrays.setAll(rest, i -> rest[i].subtract(factor.multiply(b[i]), DIGITS));
    }
    return rest;
  }

  private static BigDecimal dot(BigDecimal[] a, BigDecimal[] b) {
    BigDecimal sum = BigDecimal.ZERO;
    for (int i = 0; i < a.length; i++) {
      sum = sum.add(a[i].multiply(b[i]), DIGITS);
    }
    return sum;
  }

  @Test
  void dependentVectorsLowerTheRank() {
    double[] a = {1, 2, 3, 4};
    double[] b = {1, 0, 1, 0};
    double[] sum = {2, 2, 4, 4};
    DoubleDoubleProjection projection = new DoubleDoubleProjection(4, List.of(a, sum, b));
    assertEquals(2, projection.rank(projection.backwardError()));
    double[] difference = {0, 2, 2, 4};
    assertEquals(0, projection.project(difference).distance(2), 3 * 3 * projection.backwardError());
  }

  @Test
  void theNormsMayHaveAnySize() {
    double[] tiny = {Double.MIN_VALUE, 0};
    double[] huge = {Double.MAX_VALUE, Double.MAX_VALUE};
    DoubleDoubleProjection projection = new DoubleDoubleProjection(2, List.of(tiny));
    assertEquals(Math.sqrt(0.5), projection.project(huge).distance(1), Math.ulp(1.0));
    assertEquals(1, new DoubleDoubleProjection(2, List.of()).project(tiny).distance(0));
  }
}
