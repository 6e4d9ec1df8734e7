package org.spanmatch.activations;

import java.nio.ByteBuffer;

/** Writes numbers in the formats in which activations are stored. */
final class Encoding {
  private Encoding() {}

  /**
   * Appends a value; floating-point types round it to nearest, integer types truncate.
   *
   * @param data receives the value at its position
   * @param type the format to write
   * @param value the value
   */
  static void put(ByteBuffer data, ElementType type, double value) {
    switch (type) {
      case BOOL, INT8, UINT8 -> data.put((byte) (int) value);
      case INT16, UINT16 -> data.putShort((short) (int) value);
      case INT32, UINT32 -> data.putInt((int) (long) value);
      case INT64 -> data.putLong((long) value);
      case UINT64 -> data.putLong(value < 0x1p63 ? (long) value : ((long) (value / 2)) * 2);
      case FLOAT16 -> data.putShort(half(value));
      case BFLOAT16 -> data.putShort(upperHalf(value));
      case FLOAT32 -> data.putFloat((float) value);
      case FLOAT64 -> data.putDouble(value);
    }
  }

  /** Returns the bits of a value in half precision; the largest is 65504. */
  private static short half(double value) {
    int exponent = Math.max(-14, Math.getExponent(value));
    int fraction = (int) Math.rint(Math.scalb(Math.abs(value), 10 - exponent)); // 1024 … 2048
    int bits = fraction < 1024 ? fraction : ((exponent + 14) << 10) + fraction;
    return (short) (value < 0 ? 0x8000 | bits : bits);
  }

  /** Returns the bits of a value in bfloat16; what is too large for it becomes infinity. */
  private static short upperHalf(double value) {
    if (Double.isNaN(value)) {
      return (short) (Float.floatToIntBits(Float.NaN) >>> Short.SIZE);
    }
    // A float32 rounded to odd keeps on which side of a tie the value lies, so that rounding its
    // bits once more rounds correctly; numbers between neighbours have consecutive bits.
    float nearest = (float) value;
    int bits = Float.floatToRawIntBits(nearest);
    if (nearest != value && (bits & 1) == 0) {
      bits += Math.abs((double) nearest) < Math.abs(value) ? 1 : -1;
    }
    int odd = (bits >>> Short.SIZE) & 1;
    return (short) ((bits + 0x7fff + odd) >>> Short.SIZE);
  }
}
