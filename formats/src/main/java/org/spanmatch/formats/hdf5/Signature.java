package org.spanmatch.formats.hdf5;

import java.util.Arrays;
import java.util.OptionalLong;

/** The bytes by which HDF5 files are known, at their start or behind a block of the user's. */
final class Signature {
  /** How much of a file is looked at. */
  static final int LAST_BYTE = 2048 + 8;

  private static final byte[] BYTES = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
  private static final int[] POSITIONS = {0, 512, 1024, 2048};

  private Signature() {}

  /** Where the signature lies in the start of a file, if it does. */
  static OptionalLong in(byte[] start) {
    return Arrays.stream(POSITIONS)
        .filter(
            at ->
                start.length >= at + BYTES.length
                    && Arrays.equals(start, at, at + BYTES.length, BYTES, 0, BYTES.length))
        .asLongStream()
        .findFirst();
  }
}
