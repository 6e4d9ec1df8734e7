package org.spanmatch.activations.npy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.ZipEntry;

/**
 * Checks the zip64 field of an archive entry, which holds large sizes (PKWARE APPNOTE 4.5.3). If
 * the field has only one size, {@link java.util.zip.ZipFile} of JDK 17 reads it from another place
 * than the {@link ZipEntry} that it returns; if the size there is negative, its streams may return
 * nothing, forever.
 */
final class Zip64Extra {
  private static final short TAG = 1;
  // Both sizes and the entry's offset; a disk number follows.
  private static final int MAX_VALUES = 3;

  private Zip64Extra() {}

  /** Whether a size or offset in a zip64 field of the entry is negative, wherever it is read. */
  static boolean hasNegative(ZipEntry entry) {
    byte[] extra = entry.getExtra();
    if (extra == null) {
      return false;
    }
    ByteBuffer fields = ByteBuffer.wrap(extra).order(ByteOrder.LITTLE_ENDIAN);
    while (fields.remaining() >= 2 * Short.BYTES) {
      short tag = fields.getShort();
      int length = Math.min(Short.toUnsignedInt(fields.getShort()), fields.remaining());
      int end = fields.position() + length;
      for (int i = 0; tag == TAG && i < Math.min(MAX_VALUES, length / Long.BYTES); i++) {
        if (fields.getLong() < 0) {
          return true;
        }
      }
      fields.position(end);
    }
    return false;
  }
}
