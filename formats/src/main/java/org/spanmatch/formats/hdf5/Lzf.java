package org.spanmatch.formats.hdf5;

import java.io.IOException;
import java.util.Arrays;

/** The compression of liblzf, which h5py brings along: literal runs and references backwards. */
final class Lzf {
  private static final int LITERALS = 32; // control bytes below it are lengths of literal runs
  private static final int LONG = 7; // a length that goes on in the next byte

  private Lzf() {}

  /**
   * Expands data to at most some bytes.
   *
   * @throws IOException if it is damaged or larger
   */
  static byte[] expand(byte[] data, int most) throws IOException {
    byte[] target = new byte[most];
    int in = 0;
    int out = 0;
    try {
      while (in < data.length) {
        int control = data[in++] & 0xff;
        if (control < LITERALS) {
          int length = control + 1;
          System.arraycopy(data, in, target, out, length);
          in += length;
          out += length;
          continue;
        }
        int length = control >> 5;
        if (length == LONG) {
          length += data[in++] & 0xff;
        }
        int from = out - ((control & 0x1f) << 8) - (data[in++] & 0xff) - 1;
        for (int end = out + length + 2; out < end; ) {
          target[out++] = target[from++]; // may overlap what is being written
        }
      }
    } catch (IndexOutOfBoundsException e) {
      throw new IOException("its compressed data is damaged", e);
    }
    return Arrays.copyOf(target, out);
  }
}
