package org.spanmatch.formats.hdf5;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FiltersTest {
  private static final long[][] SUMS = { // bytes, and their checksum as HDF5 2.0 stores it
    {1, 0x01000100L},
    {2, 0x01020102L},
    {3, 0x05040402L},
    {7, 0x1e20100cL},
    {718, 0xf0af1a82L},
    {719, 0xda32e982L},
    {720, 0xdb02ea52L},
    {721, 0x9656bb53L},
    {722, 0x9728bc25L},
    {1440, 0xd458582aL},
    {1441, 0xcd83f92aL},
    {5000, 0x0ab5ddaaL}
  };

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  /** Three literals; then the last one again and again; then a reference of more than 8 bytes. */
  @Test
  void lzfCopiesLiteralsAndWhatItHasWritten() throws IOException {
    assertArrayEquals(
        "abcccccbcccc".getBytes(StandardCharsets.US_ASCII),
        Lzf.expand(bytes(2, 'a', 'b', 'c', 2 << 5, 0, 3 << 5, 5), 100));
    byte[] expected = new byte[1 + 2 + 7 + 200];
    Arrays.fill(expected, (byte) 'x');
    assertArrayEquals(expected, Lzf.expand(bytes(0, 'x', 7 << 5, 200, 0), 1000));
  }

  /** Beyond the start, beyond the end, more than there may be, and cut off anywhere. */
  @Test
  void damagedLzfIsRefused() {
    byte[][] damaged = {
      bytes(0, 'a', 1 << 5, 1),
      bytes(3, 'a'),
      bytes(0, 'x', 7 << 5, 200, 0),
      bytes(0, 'x', 7 << 5),
      bytes(1 << 5)
    };
    for (byte[] data : damaged) {
      assertThrows(IOException.class, () -> Lzf.expand(data, 100), Arrays.toString(data));
    }
    Random random = new Random(1);
    int refused = 0;
    for (int i = 0; i < 10_000; i++) {
      byte[] data = new byte[random.nextInt(30)];
      random.nextBytes(data);
      try {
        assertTrue(Lzf.expand(data, 200).length <= 200);
      } catch (IOException e) {
        refused++;
      }
    }
    assertTrue(refused > 1000, refused + " refused");
  }

  /** Of bytes 1, 2, … */
  @Test
  void checksumsOfAnyLength() {
    for (long[] sum : SUMS) {
      byte[] data = new byte[(int) sum[0]];
      for (int i = 0; i < data.length; i++) {
        data[i] = (byte) (i + 1);
      }
      assertEquals((int) sum[1], Filters.fletcher32(data, data.length), sum[0] + " bytes");
    }
  }
}
