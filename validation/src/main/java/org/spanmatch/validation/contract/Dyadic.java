package org.spanmatch.validation.contract;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A whole number times a power of two, which sums and products of doubles are without rounding.
 * {@link java.math.BigDecimal} is exact too, but a hundred times slower in sums of products.
 *
 * @param significand the whole number
 * @param exponent the power of two
 */
record Dyadic(BigInteger significand, int exponent) {
  static final Dyadic ZERO = new Dyadic(BigInteger.ZERO, 0);

  private static final int DOUBLE_BITS = 53;
  // Two more than a double has, so that a last one that stands for the rest rounds it right.
  private static final int ROUNDED_BITS = DOUBLE_BITS + 2;

  static Dyadic of(double value) {
    return sumOfProducts(new double[] {value}, new double[] {1});
  }

  static Dyadic of(long value) {
    return new Dyadic(BigInteger.valueOf(value), 0);
  }

  static Dyadic sum(double[] values) {
    double[] ones = new double[values.length];
    Arrays.fill(ones, 1);
    return sumOfProducts(values, ones);
  }

  /** Returns the inner product of two vectors of finite numbers. */
  static Dyadic sumOfProducts(double[] one, double[] other) {
    return new Accumulator().add(one, other).total();
  }

  /**
   * A sum of products of doubles as a fixed-point number of 4,290 bits, which holds all of them.
   * (Kulisch, Computer Arithmetic and Validity, 2008.)
   */
  private static final class Accumulator {
    private static final int DIGIT_BITS = Integer.SIZE;
    private static final long DIGIT = (1L << DIGIT_BITS) - 1;
    private static final int STORED_BITS = DOUBLE_BITS - 1;
    // Of the lowest bit: two subnormal numbers multiplied.
    private static final int EXPONENT = 2 * (Double.MIN_EXPONENT - STORED_BITS);
    // An exponent has at most 2 · 2,046 above that, a product 106 bits, and carries go up from it.
    private static final int DIGITS = (2 * 2046 + 2 * DOUBLE_BITS) / DIGIT_BITS + 3;

    // Each has room for the carries of 2³⁰ products.
    private final long[] digits = new long[DIGITS];

    Accumulator add(double[] one, double[] other) {
      for (int i = 0; i < one.length; i++) {
        long a = Double.doubleToRawLongBits(one[i]);
        long b = Double.doubleToRawLongBits(other[i]);
        long high = Math.multiplyHigh(mantissa(a), mantissa(b));
        long low = mantissa(a) * mantissa(b);
        int shift = exponent(a) + exponent(b);
        boolean negative = (a ^ b) < 0;
        int at = shift / DIGIT_BITS;
        add(low & DIGIT, at, shift % DIGIT_BITS, negative);
        add(low >>> DIGIT_BITS, at + 1, shift % DIGIT_BITS, negative);
        add(high & DIGIT, at + 2, shift % DIGIT_BITS, negative);
        add(high >>> DIGIT_BITS, at + 3, shift % DIGIT_BITS, negative);
      }
      return this;
    }

    private void add(long digit, int at, int shift, boolean negative) {
      long shifted = digit << shift;
      long low = shifted & DIGIT;
      long high = shifted >>> DIGIT_BITS;
      digits[at] += negative ? -low : low;
      digits[at + 1] += negative ? -high : high;
    }

    private static long mantissa(long bits) {
      long stored = bits & (1L << STORED_BITS) - 1;
      return biased(bits) == 0 ? stored : stored | 1L << STORED_BITS;
    }

    /** Returns the exponent of the last bit, from that of the subnormal numbers on. */
    private static int exponent(long bits) {
      return Math.max(biased(bits) - 1, 0);
    }

    private static int biased(long bits) {
      return (int) (bits >>> STORED_BITS) & 0x7ff;
    }

    Dyadic total() {
      int first = 0;
      while (first < DIGITS && digits[first] == 0) {
        first++;
      }
      int end = DIGITS;
      while (end > first && digits[end - 1] == 0) {
        end--;
      }
      if (end == first) {
        return ZERO;
      }
      // In two's complement, the highest digit first, and what is carried from the last one.
      ByteBuffer bytes = ByteBuffer.allocate((end - first) * Integer.BYTES + Long.BYTES);
      long carry = 0;
      for (int i = first; i < end; i++) {
        carry += digits[i];
        bytes.putInt(bytes.capacity() - (i - first + 1) * Integer.BYTES, (int) carry);
        carry >>= DIGIT_BITS;
      }
      bytes.putLong(0, carry);
      return new Dyadic(new BigInteger(bytes.array()), EXPONENT + first * DIGIT_BITS);
    }
  }

  Dyadic plus(Dyadic other) {
    if (exponent > other.exponent) {
      return other.plus(this);
    }
    BigInteger shifted = other.significand.shiftLeft(other.exponent - exponent);
    return new Dyadic(significand.add(shifted), exponent);
  }

  Dyadic minus(Dyadic other) {
    return plus(new Dyadic(other.significand.negate(), other.exponent));
  }

  Dyadic times(Dyadic other) {
    return new Dyadic(significand.multiply(other.significand), exponent + other.exponent);
  }

  Dyadic abs() {
    return new Dyadic(significand.abs(), exponent);
  }

  boolean isAtMost(Dyadic other) {
    return minus(other).significand.signum() <= 0;
  }

  /** Returns the nearest double, rounded twice if it is subnormal. */
  double doubleValue() {
    return rounded(0).value();
  }

  /** Returns the square root of a number that is not negative, rounded twice. */
  double sqrt() {
    Scaled half = rounded(exponent + significand.bitLength() & 1);
    return Math.scalb(Math.sqrt(half.fraction), half.exponent / 2);
  }

  /** Returns a quotient, rounded three times. */
  double dividedBy(Dyadic other) {
    Scaled above = rounded(0);
    Scaled below = other.rounded(0);
    return Math.scalb(above.fraction / below.fraction, above.exponent - below.exponent);
  }

  /** A double times a power of two, which may be out of its range. */
  private record Scaled(double fraction, int exponent) {
    double value() {
      return Math.scalb(fraction, exponent);
    }
  }

  /** Rounds to a double below 1, or below 2 with a higher exponent to leave out. */
  private Scaled rounded(int more) {
    BigInteger size = significand.abs();
    int drop = Math.max(0, size.bitLength() - ROUNDED_BITS);
    BigInteger kept = size.shiftRight(drop);
    if (drop > 0 && size.getLowestSetBit() < drop) {
      kept = kept.setBit(0);
    }
    int bits = kept.bitLength();
    double fraction = Math.scalb(significand.signum() * kept.doubleValue(), more - bits);
    return new Scaled(fraction, exponent + drop + bits - more);
  }
}
