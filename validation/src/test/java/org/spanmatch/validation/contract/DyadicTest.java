package org.spanmatch.validation.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sums and products without rounding are those of {@link BigDecimal}. */
@Tag("once") // arithmetic that every JDK does alike
class DyadicTest {
  private static final double[] EXTREMES = {
    0,
    -0.0,
    Double.MIN_VALUE,
    -Double.MIN_VALUE,
    Double.MIN_NORMAL,
    Double.MAX_VALUE,
    -Double.MAX_VALUE,
    1,
    -1
  };

  private static BigDecimal exact(Dyadic value) {
    BigDecimal significand = new BigDecimal(value.significand());
    BigDecimal power = BigDecimal.valueOf(2).pow(Math.abs(value.exponent()));
    return value.exponent() < 0 ? significand.divide(power) : significand.multiply(power);
  }

  private static void assertSame(BigDecimal expected, Dyadic found) {
    assertEquals(0, expected.compareTo(exact(found)), () -> expected + " is not " + found);
  }

  private static double any(SplittableRandom random) {
    return switch (random.nextInt(4)) {
      case 0 -> EXTREMES[random.nextInt(EXTREMES.length)];
      case 1 -> random.nextInt(-9, 10);
      case 2 -> Math.scalb(random.nextDouble(-1, 1), random.nextInt(-1080, 1024));
      default -> random.nextDouble(-1, 1);
    };
  }

  private static BigDecimal product(double[] one, double[] other) {
    BigDecimal sum = BigDecimal.ZERO;
    for (int i = 0; i < one.length; i++) {
      sum = sum.add(new BigDecimal(one[i]).multiply(new BigDecimal(other[i])));
    }
    return sum;
  }

  @Test
  void sumsOfProductsAreExact() {
    SplittableRandom random = new SplittableRandom(1);
    for (int trial = 0; trial < 100; trial++) {
      int size = random.nextInt(9);
      double[] one = random.doubles(size).map(z -> any(random)).toArray();
      double[] other = random.doubles(size).map(z -> any(random)).toArray();
      BigDecimal expected = product(one, other);
      Dyadic found = Dyadic.sumOfProducts(one, other);
      assertSame(expected, found);
      assertSame(expected.abs(), found.abs());
      BigDecimal expectedSum =
          Arrays.stream(one).mapToObj(BigDecimal::new).reduce(BigDecimal.ZERO, BigDecimal::add);
      Dyadic sum = Dyadic.sum(one);
      assertSame(expectedSum, sum);
      assertSame(expected.add(expectedSum), found.plus(sum));
      assertSame(expected.subtract(expectedSum), found.minus(sum));
      assertSame(expected.multiply(expectedSum), found.times(sum));
      assertEquals(expected.compareTo(expectedSum) <= 0, found.isAtMost(sum));
    }
  }

  @Test
  void largeSumsCarry() {
    double[] largest = new double[100_000];
    Arrays.fill(largest, Double.MAX_VALUE);
    BigDecimal square = new BigDecimal(Double.MAX_VALUE).pow(2);
    BigDecimal count = BigDecimal.valueOf(largest.length);
    assertSame(square.multiply(count), Dyadic.sumOfProducts(largest, largest));
    double[] smallest = Arrays.stream(largest).map(z -> -z).toArray();
    assertSame(square.multiply(count).negate(), Dyadic.sumOfProducts(largest, smallest));
  }

  @Test
  void doublesAreTheNearest() {
    SplittableRandom random = new SplittableRandom(2);
    for (int trial = 0; trial < 500; trial++) {
      double[] one = random.doubles(4, -1, 1).toArray();
      double[] other = random.doubles(4, -1, 1).toArray();
      one[3] *= 0x1p-60;
      Dyadic found = Dyadic.sumOfProducts(one, other);
      assertEquals(product(one, other).doubleValue(), found.doubleValue());
      assertEquals(one[0], Dyadic.of(one[0]).doubleValue());
    }
    // Half-way between two doubles, and a little to both sides.
    for (double little : new double[] {0, 0x1p-300, -0x1p-300}) {
      for (double one : new double[] {1, 1 + 0x1p-52}) {
        double[] terms = {one, 0x1p-53, little};
        BigDecimal sum = product(terms, new double[] {1, 1, 1});
        assertEquals(sum.doubleValue(), Dyadic.sum(terms).doubleValue());
      }
    }
    assertEquals(0, Dyadic.ZERO.doubleValue());
    assertEquals(Long.MAX_VALUE, Dyadic.of(Long.MAX_VALUE).significand().longValueExact());
  }

  @Test
  void rootsAndQuotientsAreRounded() {
    SplittableRandom random = new SplittableRandom(3);
    for (int trial = 0; trial < 500; trial++) {
      // Squares of some are no doubles.
      double size = Math.scalb(1.0, random.nextInt(-900, 900));
      double[] vector = random.doubles(3, -1, 1).map(z -> z * size).toArray();
      Dyadic square = Dyadic.sumOfProducts(vector, vector);
      BigDecimal exact = product(vector, vector);
      double root = exact.sqrt(MathContext.DECIMAL128).doubleValue();
      assertEquals(root, square.sqrt(), 2 * Math.ulp(root));
      double quotient =
          new BigDecimal(vector[0]).divide(exact, MathContext.DECIMAL128).doubleValue();
      double found = Dyadic.of(vector[0]).dividedBy(square);
      assertEquals(quotient, found, 3 * Math.ulp(quotient));
    }
    assertEquals(0, Dyadic.ZERO.sqrt());
  }
}
