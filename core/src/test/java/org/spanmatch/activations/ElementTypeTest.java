package org.spanmatch.activations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ElementTypeTest {
  private static double read(ElementType type, long bits) {
    ByteBuffer data = ByteBuffer.allocate(3 * Long.BYTES);
    switch (type.bytes()) {
      case 1 -> data.put(1, (byte) bits);
      case 2 -> data.putShort(2, (short) bits);
      case 4 -> data.putInt(4, (int) bits);
      default -> data.putLong(8, bits);
    }
    return type.get(data, 1);
  }

  @Test
  void everyHalf() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      int exponent = (bits >> 10) & 31;
      int fraction = bits & 1023;
      double size =
          switch (exponent) {
            case 0 -> Math.scalb((double) fraction, -24);
            case 31 -> fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
            default -> Math.scalb(1024.0 + fraction, exponent - 25);
          };
      assertEquals(bits < 1 << 15 ? size : -size, read(ElementType.FLOAT16, bits));
    }
  }

  private static double valueOfBfloat16(int bits) {
    int exponent = (bits >> 7) & 255;
    int fraction = bits & 127;
    double size =
        switch (exponent) {
          case 0 -> Math.scalb((double) fraction, -133);
          case 255 -> fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
          default -> Math.scalb(128.0 + fraction, exponent - 134);
        };
    return bits < 1 << 15 ? size : -size;
  }

  private static int bfloat16(double value) {
    ByteBuffer data = ByteBuffer.allocate(Short.BYTES);
    ElementType.BFLOAT16.put(data, value);
    return data.getShort(0) & 0xffff;
  }

  @Test
  void everyBfloat16() {
    ByteBuffer all = ByteBuffer.allocate(2 << 16);
    for (int bits = 0; bits < 1 << 16; bits++) {
      double value = valueOfBfloat16(bits);
      assertEquals(value, read(ElementType.BFLOAT16, bits));
      assertEquals(Double.isNaN(value) ? 0x7fc0 : bits, bfloat16(value));
      all.putShort((short) bits);
    }
    double[] values = new double[(1 << 16) - 3];
    ElementType.BFLOAT16.decode(all, 3, values.length, values);
    for (int i = 0; i < values.length; i++) {
      assertEquals(valueOfBfloat16(i + 3), values[i]);
    }
  }

  /** Halfway between neighbours, and the least bit of a double off it. */
  @Test
  void bfloat16RoundsToNearestAndTiesToEven() {
    int largest = 0x7f7f;
    for (int bits = 0; bits < largest; bits++) {
      double tie = (valueOfBfloat16(bits) + valueOfBfloat16(bits + 1)) / 2;
      int even = bits + (bits & 1);
      assertEquals(bits, bfloat16(Math.nextDown(tie)));
      assertEquals(even, bfloat16(tie));
      assertEquals(bits + 1, bfloat16(Math.nextUp(tie)));
      assertEquals(1 << 15 | bits, bfloat16(-Math.nextDown(tie)));
      assertEquals(1 << 15 | even, bfloat16(-tie));
      assertEquals(1 << 15 | (bits + 1), bfloat16(-Math.nextUp(tie)));
    }
    double tooLarge = valueOfBfloat16(largest) + 0x1p119;
    assertEquals(largest, bfloat16(Math.nextDown(tooLarge)));
    assertEquals(0x7f80, bfloat16(tooLarge));
    assertEquals(0x7f80, bfloat16(Double.MAX_VALUE));
    assertEquals(0xff80, bfloat16(Double.NEGATIVE_INFINITY));
    assertEquals(1 << 15, bfloat16(-Double.MIN_VALUE));
  }

  @Test
  void integersAtTheirLimits() {
    assertEquals(-128, read(ElementType.INT8, 0x80));
    assertEquals(127, read(ElementType.INT8, 0x7f));
    assertEquals(255, read(ElementType.UINT8, 0xff));
    assertEquals(-32_768, read(ElementType.INT16, 0x8000));
    assertEquals(65_535, read(ElementType.UINT16, 0xffff));
    assertEquals(Integer.MIN_VALUE, read(ElementType.INT32, 0x8000_0000L));
    assertEquals(4_294_967_295.0, read(ElementType.UINT32, 0xffff_ffffL));
    assertEquals(-0x1p63, read(ElementType.INT64, Long.MIN_VALUE));
    assertEquals(0x1p63, read(ElementType.UINT64, Long.MIN_VALUE));
    assertEquals(0x1p64, read(ElementType.UINT64, -1));
    assertEquals(0, read(ElementType.BOOL, 0));
    assertEquals(1, read(ElementType.BOOL, 1));
    assertEquals(1, read(ElementType.BOOL, 0xff));
  }

  @Test
  void largeIntegersAreRoundedToNearest() {
    SplittableRandom random = new SplittableRandom(1);
    long[] corners = {
      (1L << 53) + 1,
      (1L << 53) + 3,
      Long.MAX_VALUE,
      Long.MAX_VALUE - 511,
      Long.MAX_VALUE - 512,
      Long.MIN_VALUE + 1024,
      Long.MIN_VALUE + 1025,
      Long.MIN_VALUE + 1023,
      -1025,
      -1024,
      -1023,
    };
    for (int i = 0; i < 10_000; i++) {
      long bits = i < corners.length ? corners[i] : random.nextLong();
      double unsigned = new BigInteger(Long.toUnsignedString(bits)).doubleValue();
      assertEquals(unsigned, read(ElementType.UINT64, bits));
      assertEquals(BigInteger.valueOf(bits).doubleValue(), read(ElementType.INT64, bits));
    }
  }

  @Test
  void codes() {
    for (ElementType type : ElementType.values()) {
      assertEquals(Optional.of(type), ElementType.ofCode(type.code()));
      assertTrue(type.code().endsWith(Integer.toString(type.bytes())));
    }
    assertEquals(Optional.empty(), ElementType.ofCode("c8"));
  }

  @Test
  void roundoffIsHalfAUnitInTheLastPlace() {
    assertEquals(0x1p-11, ElementType.FLOAT16.roundoff());
    assertEquals((read(ElementType.BFLOAT16, 0x3f81) - 1) / 2, ElementType.BFLOAT16.roundoff());
    assertEquals(Math.ulp(1f) / 2, ElementType.FLOAT32.roundoff());
    assertEquals(Math.ulp(1.0) / 2, ElementType.FLOAT64.roundoff());
  }
}
