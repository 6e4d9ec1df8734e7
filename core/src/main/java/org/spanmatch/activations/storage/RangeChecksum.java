package org.spanmatch.activations.storage;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipException;

/**
 * Verifies a checksum (CRC-32) of bytes that come in parts, in any order and from any threads. It
 * is linear, so the checksum of a part, multiplied by a power of x for the bytes after it, is what
 * the part contributes to that of the whole (as zlib's crc32_combine does).
 */
final class RangeChecksum {
  private static final int POLYNOMIAL = 0xEDB88320; // its bits are reversed, as all here
  private static final int ONE = 1 << 31;
  private static final int BITS_OF_A_BYTE = 3; // as a power of 2
  private static final int[] SQUARES = new int[Integer.SIZE]; // x to the power of 2^i

  static {
    SQUARES[0] = ONE >>> 1;
    for (int i = 1; i < SQUARES.length; i++) {
      SQUARES[i] = multiply(SQUARES[i - 1], SQUARES[i - 1]);
    }
  }

  private final long size;
  private final long expected;
  private final Map<Long, Integer> parts = new TreeMap<>(); // length by position
  private int sum;
  private long covered;

  /**
   * Creates a checksum that no part has been added to.
   *
   * @param size number of all bytes
   * @param expected their checksum
   */
  RangeChecksum(long size, long expected) {
    this.size = size;
    this.expected = expected;
  }

  /**
   * Adds the bytes that remain in a buffer, whose position stays. Parts that come again count once;
   * if others overlap, nothing is verified.
   *
   * @param position of the first byte
   * @throws ZipException if all bytes have come and their checksum is wrong
   */
  void add(long position, ByteBuffer bytes) throws ZipException {
    int length = bytes.remaining();
    if (length == 0) {
      return; // would pass for the part that begins there
    }
    CRC32 crc = new CRC32();
    crc.update(bytes.duplicate());
    int part = multiply(power(size - position - length), (int) crc.getValue());
    synchronized (this) {
      if (parts.putIfAbsent(position, length) != null) {
        return;
      }
      sum ^= part;
      covered += length;
      if (covered == size && Integer.toUnsignedLong(sum) != expected && doNotOverlap()) {
        throw wrong();
      }
    }
  }

  private boolean doNotOverlap() {
    long end = 0;
    for (Map.Entry<Long, Integer> part : parts.entrySet()) {
      if (part.getKey() != end) {
        return false;
      }
      end += part.getValue();
    }
    return true;
  }

  static ZipException wrong() {
    return new ZipException("the checksum of the entry is wrong");
  }

  /** Returns x to the power of the number of bits. */
  private static int power(long bytes) {
    int power = ONE;
    int square = BITS_OF_A_BYTE;
    for (long rest = bytes; rest != 0; rest >>>= 1) {
      if ((rest & 1) != 0) {
        power = multiply(SQUARES[square % Integer.SIZE], power);
      }
      square++;
    }
    return power;
  }

  /** Multiplies modulo the polynomial. */
  private static int multiply(int a, int b) {
    int product = 0;
    int shifted = b;
    for (int bit = ONE; bit != 0; bit >>>= 1) {
      if ((a & bit) != 0) {
        product ^= shifted;
      }
      shifted = (shifted & 1) != 0 ? shifted >>> 1 ^ POLYNOMIAL : shifted >>> 1;
    }
    return product;
  }
}
