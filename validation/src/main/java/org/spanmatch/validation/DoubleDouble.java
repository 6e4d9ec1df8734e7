package org.spanmatch.validation;

import org.spanmatch.kernel.backend.HardwareFma;

/**
 * A number of about 106 bits, the unevaluated sum of two doubles.
 *
 * <p>The algorithms and their relative error bounds, in units of u² = 2⁻¹⁰⁶, are those of Joldes,
 * Muller and Popescu, Tight and rigorous error bounds for basic building blocks of double-word
 * arithmetic, 2017: sums 3, products 5, quotients 15.
 *
 * @param hi the number rounded to a double
 * @param lo the rest, at most half a unit in the last place of {@code hi}
 */
record DoubleDouble(double hi, double lo) {
  /** Bounds the relative error of a sum or a product, and of a square root. */
  static final double ROUNDOFF = 5 * 0x1p-106;

  // Constant for the compiler. The results of both ways differ within ROUNDOFF.
  private static final boolean FUSED = HardwareFma.isAvailable();

  // 2²⁷ + 1: halves the 53 bits of a double (Veltkamp, see Dekker, A floating-point technique for
  // extending the available precision, 1971).
  private static final double SPLITTER = 0x1p27 + 1;
  // Numbers above this are split after scaling, which is exact, since SPLITTER times them
  // overflows.
  private static final double LARGE = 0x1p990;
  private static final double SMALLER = 0x1p-60;

  static final DoubleDouble ZERO = new DoubleDouble(0, 0);
  static final DoubleDouble ONE = new DoubleDouble(1, 0);

  static DoubleDouble of(double value) {
    return new DoubleDouble(value, 0);
  }

  private static DoubleDouble sum(double a, double b) {
    double sum = a + b;
    double rest = sum - a;
    return new DoubleDouble(sum, (a - (sum - rest)) + (b - rest));
  }

  /** Returns the sum of two numbers, the first of which is the larger in absolute value. */
  private static DoubleDouble fastSum(double a, double b) {
    double sum = a + b;
    return new DoubleDouble(sum, b - (sum - a));
  }

  DoubleDouble add(DoubleDouble other) {
    DoubleDouble high = sum(hi, other.hi);
    DoubleDouble low = sum(lo, other.lo);
    DoubleDouble next = fastSum(high.hi, high.lo + low.hi);
    return fastSum(next.hi, low.lo + next.lo);
  }

  DoubleDouble negate() {
    return new DoubleDouble(-hi, -lo);
  }

  DoubleDouble subtract(DoubleDouble other) {
    return add(other.negate());
  }

  DoubleDouble multiply(DoubleDouble other) {
    return FUSED ? multiplyFused(other) : multiplySplit(other);
  }

  private DoubleDouble multiplyFused(DoubleDouble other) {
    double product = hi * other.hi;
    double low = Math.fma(hi, other.hi, -product);
    return fastSum(product, low + Math.fma(hi, other.lo, lo * other.hi));
  }

  /**
   * Multiplies without a fused multiply-add, with the same relative error bound, 5 u² (Muller and
   * Rideau, Formalization of double-word arithmetic, 2022).
   */
  DoubleDouble multiplySplit(DoubleDouble other) {
    double product = hi * other.hi;
    double low = productError(hi, other.hi, product);
    return fastSum(product, low + (hi * other.lo + lo * other.hi));
  }

  /**
   * Returns exactly by how much a rounded product is too small, as {@code Math.fma(a, b, -product)}
   * does.
   */
  static double productError(double a, double b, double product) {
    double large = Math.abs(a) > Math.abs(b) ? a : b;
    double small = Math.abs(a) > Math.abs(b) ? b : a;
    boolean scaled = Math.abs(large) > LARGE || Math.abs(product) > LARGE;
    return scaled
        ? splitError(large * SMALLER, small, product * SMALLER) / SMALLER
        : splitError(large, small, product);
  }

  private static double splitError(double a, double b, double product) {
    double aHigh = upperHalf(a);
    double aLow = a - aHigh;
    double bHigh = upperHalf(b);
    double bLow = b - bHigh;
    return ((aHigh * bHigh - product) + aHigh * bLow + aLow * bHigh) + aLow * bLow;
  }

  private static double upperHalf(double value) {
    double shifted = SPLITTER * value;
    return shifted - (shifted - value);
  }

  DoubleDouble divide(DoubleDouble other) {
    double quotient = hi / other.hi;
    DoubleDouble rest = subtract(other.multiply(of(quotient)));
    return fastSum(quotient, rest.hi / other.hi);
  }

  /** Returns the square root, by one Newton step from that of the high part. */
  DoubleDouble sqrt() {
    if (hi <= 0) {
      return ZERO;
    }
    double root = Math.sqrt(hi);
    DoubleDouble rest = subtract(of(root).multiply(of(root)));
    return fastSum(root, rest.hi / (2 * root));
  }

  DoubleDouble abs() {
    return hi < 0 ? negate() : this;
  }

  /** Returns the nearest double. */
  double value() {
    return hi;
  }
}
