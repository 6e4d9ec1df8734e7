package org.spanmatch.activations;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The number formats in which activations are stored, with numpy's names. The roundoff of a
 * floating-point type whose significand has p bits, the leading one included, is 2⁻ᵖ: half of the
 * distance 2¹⁻ᵖ from 1 to the next number.
 */
public enum ElementType {
  /** IEEE 754 half precision. */
  FLOAT16("f2", 2, 0x1p-11) {
    @Override
    public double get(ByteBuffer data, int index) {
      return halfToFloat(data.getShort(2 * index));
    }
  },
  /**
   * The upper half of single precision, with 8 bits of significand; numpy has no such type, and its
   * code is no name of numpy's.
   */
  BFLOAT16("bf2", 2, 0x1p-8) {
    @Override
    public double get(ByteBuffer data, int index) {
      return Float.intBitsToFloat(data.getShort(2 * index) << Short.SIZE);
    }

    @Override
    public void decode(ByteBuffer data, int from, int count, double[] target) {
      for (int i = 0; i < count; i++) {
        target[i] = Float.intBitsToFloat(data.getShort(2 * (from + i)) << Short.SIZE);
      }
    }
  },
  /** IEEE 754 single precision. */
  FLOAT32("f4", 4, 0x1p-24) {
    @Override
    public double get(ByteBuffer data, int index) {
      return data.getFloat(4 * index);
    }

    // Overridden for speed: all types share the loop in the base method, which makes it
    // megamorphic.
    @Override
    public void decode(ByteBuffer data, int from, int count, double[] target) {
      for (int i = 0; i < count; i++) {
        target[i] = data.getFloat(4 * (from + i));
      }
    }
  },
  /** IEEE 754 double precision. */
  FLOAT64("f8", 8, 0x1p-53) {
    @Override
    public double get(ByteBuffer data, int index) {
      return data.getDouble(8 * index);
    }

    @Override
    public void decode(ByteBuffer data, int from, int count, double[] target) {
      for (int i = 0; i < count; i++) {
        target[i] = data.getDouble(8 * (from + i));
      }
    }
  },
  /** Signed 8-bit integer. */
  INT8("i1", 1, 0x1p-53) {
    @Override
    public double get(ByteBuffer data, int index) {
      return data.get(index);
    }
  },
  /** Signed 16-bit integer. */
  INT16("i2", 2, 0x1p-53) {
    @Override
    public double get(ByteBuffer data, int index) {
      return data.getShort(2 * index);
    }
  },
  /** Signed 32-bit integer. */
  INT32("i4", 4, 0x1p-53) {
    @Override
    public double get(ByteBuffer data, int index) {
      return data.getInt(4 * index);
    }
  },
  /** Signed 64-bit integer; values beyond 2⁵³ are rounded to the nearest double. */
  INT64("i8", 8, 0x1p-53) {
    @Override
    public double get(ByteBuffer data, int index) {
      return (double) data.getLong(8 * index);
    }
  },
  /** Unsigned 8-bit integer. */
  UINT8("u1", 1, 0x1p-53) {
    @Override
    public double get(ByteBuffer data, int index) {
      return data.get(index) & 0xff;
    }
  },
  /** Unsigned 16-bit integer. */
  UINT16("u2", 2, 0x1p-53) {
    @Override
    public double get(ByteBuffer data, int index) {
      return data.getChar(2 * index);
    }
  },
  /** Unsigned 32-bit integer. */
  UINT32("u4", 4, 0x1p-53) {
    @Override
    public double get(ByteBuffer data, int index) {
      return data.getInt(4 * index) & 0xffff_ffffL;
    }
  },
  /** Unsigned 64-bit integer; values beyond 2⁵³ are rounded to the nearest double. */
  UINT64("u8", 8, 0x1p-53) {
    @Override
    public double get(ByteBuffer data, int index) {
      return unsignedToDouble(data.getLong(8 * index));
    }
  },
  /** One byte per value; zero is 0, anything else is 1. */
  BOOL("b1", 1, 0x1p-53) {
    @Override
    public double get(ByteBuffer data, int index) {
      return data.get(index) == 0 ? 0 : 1;
    }
  };

  private final String code;
  private final int bytes;
  private final double roundoff;

  ElementType(String code, int bytes, double roundoff) {
    this.code = code;
    this.bytes = bytes;
    this.roundoff = roundoff;
  }

  /**
   * {@return a short name of the format without the byte order, such as {@code f4}: numpy's, but
   * for {@link #BFLOAT16}}
   */
  public String code() {
    return code;
  }

  /** {@return the bytes per value} */
  public int bytes() {
    return bytes;
  }

  /**
   * {@return the relative rounding error u_data of a stored value, which limits how exact a match
   * can be} For integers it is that of float64, in which they are computed.
   */
  public double roundoff() {
    return roundoff;
  }

  /**
   * Reads one value.
   *
   * @param data the stored bytes, in the buffer's byte order
   * @param index the value's position, counted in values from the start of the buffer
   * @return the value
   */
  public abstract double get(ByteBuffer data, int index);

  /**
   * Appends a value; floating-point types round it to nearest, ties to even, and integer types
   * truncate. {@link #FLOAT16} takes values up to 65504.
   *
   * @param data receives the value at its position, in the buffer's byte order
   * @param value the value
   */
  public void put(ByteBuffer data, double value) {
    Encoding.put(data, this, value);
  }

  /**
   * Reads values that lie side by side.
   *
   * @param data the stored bytes, in the buffer's byte order
   * @param from position of the first value, counted in values from the start of the buffer
   * @param count number of values
   * @param target receives the values, from index 0
   */
  public void decode(ByteBuffer data, int from, int count, double[] target) {
    for (int i = 0; i < count; i++) {
      target[i] = get(data, from + i);
    }
  }

  /**
   * {@return the type with a {@link #code} such as {@code f4}, if any}
   *
   * @param code the short name of a format, without the byte order
   */
  public static Optional<ElementType> ofCode(String code) {
    for (ElementType type : values()) {
      if (type.code.equals(code)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  // Float.float16ToFloat exists from JDK 20 on only.
  private static float halfToFloat(short half) {
    int sign = (half & 0x8000) << 16;
    int magnitude = half & 0x7fff;
    if (magnitude >= 0x7c00) { // infinity or NaN
      return Float.intBitsToFloat(sign | 0x7f80_0000 | (magnitude & 0x3ff) << 13);
    }
    // Read as a float32, the bits of a half are too small by exactly 2^112, subnormals included.
    float value = Float.intBitsToFloat(magnitude << 13) * 0x1p112f;
    return sign == 0 ? value : -value;
  }

  private static double unsignedToDouble(long bits) {
    if (bits >= 0) {
      return (double) bits;
    }
    // Halve, keeping the lost bit sticky so that the conversion rounds once and correctly.
    return (double) ((bits >>> 1) | (bits & 1)) * 2;
  }
}
