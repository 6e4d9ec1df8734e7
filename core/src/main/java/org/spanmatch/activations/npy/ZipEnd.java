package org.spanmatch.activations.npy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.ZipException;

/**
 * Checks the number of entries that the end record of a zip archive claims. {@link
 * java.util.zip.ZipFile} of JDK 17 allocates memory for that number before it looks at any entry:
 * gigabytes, if a file of a few bytes claims so.
 */
final class ZipEnd {
  private static final int END = 0x06054b50;
  private static final int END_BYTES = 22;
  private static final int LOCATOR = 0x07064b50;
  private static final int LOCATOR_BYTES = 20;
  private static final int END64_BYTES = 56;
  private static final int MAX_COMMENT = 0xffff;
  private static final int MIN_ENTRY_BYTES = 46;

  private ZipEnd() {}

  /**
   * Checks the number of entries.
   *
   * @throws ZipException if it is more than a file of this size can hold
   */
  static void check(Path archive) throws IOException {
    try (FileChannel channel = FileChannel.open(archive, StandardOpenOption.READ)) {
      long size = channel.size();
      int length = (int) Math.min(size, LOCATOR_BYTES + END_BYTES + MAX_COMMENT);
      ByteBuffer tail = read(channel, size - length, length);
      // A comment may follow the end record and contain what looks like one, so check each
      // candidate.
      for (int end = tail.limit() - END_BYTES; end >= LOCATOR_BYTES; end--) {
        int locator = end - LOCATOR_BYTES;
        if (tail.getInt(end) == END && tail.getInt(locator) == LOCATOR) {
          checkEnd64(channel, tail.getLong(locator + 8), size);
        }
      }
    }
  }

  // The number in a plain end record is below 65,536 and harmless.
  private static void checkEnd64(FileChannel channel, long position, long size) throws IOException {
    if (position < 0 || position > size - END64_BYTES) {
      return; // no real end record, nor does ZipFile read it as one
    }
    long entries = read(channel, position, END64_BYTES).getLong(32);
    if (entries < 0 || entries > size / MIN_ENTRY_BYTES) {
      throw new ZipException(
          "it claims to have "
              + Long.toUnsignedString(entries)
              + " entries, more than it can hold");
    }
  }

  private static ByteBuffer read(FileChannel channel, long position, int length)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new ZipException("it became shorter while it was read");
      }
    }
    return buffer.flip();
  }
}
