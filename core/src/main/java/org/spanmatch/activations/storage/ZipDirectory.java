package org.spanmatch.activations.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipException;
import org.spanmatch.activations.ActivationsException;

/**
 * Reads the directory of a zip archive (PKWARE APPNOTE 4.3 and 4.5.3). Unlike {@link
 * java.util.zip.ZipFile}, it lists entries that are encrypted or compressed by an unknown method,
 * so that the others can be read, and allocates no more than the archive's own size for what the
 * archive claims.
 */
public final class ZipDirectory {
  private static final int LOCAL = 0x04034b50;
  private static final int CENTRAL = 0x02014b50;
  private static final int CENTRAL_BYTES = 46;
  private static final int END = 0x06054b50;
  private static final int END_BYTES = 22;
  private static final int MAX_COMMENT = 0xffff;
  private static final int LOCATOR = 0x07064b50;
  private static final int LOCATOR_BYTES = 20;
  private static final int END64 = 0x06064b50;
  private static final int END64_BYTES = 56;
  private static final int ZIP64_TAG = 1;
  private static final long IN_ZIP64 = 0xffff_ffffL;

  private final Path archive;
  private final FileChannel channel;
  private final long fileSize;

  private ZipDirectory(Path archive, FileChannel channel) throws IOException {
    this.archive = archive;
    this.channel = channel;
    this.fileSize = channel.size();
  }

  /**
   * {@return all entries in the order of the directory, folders included}
   *
   * @param archive the file
   * @throws ZipException if this is not a zip archive, or its directory is damaged
   * @throws IOException if it can't be read
   */
  public static List<ZipEntryBytes> read(Path archive) throws IOException {
    try (FileChannel channel = FileChannel.open(archive, StandardOpenOption.READ)) {
      ZipDirectory directory = new ZipDirectory(archive, channel);
      return directory.entries(directory.find());
    }
  }

  /**
   * Checks that entries don't share bytes.
   *
   * @param entries all entries of an archive
   * @param fileSize the size of the archive
   * @throws ActivationsException with the reason alone if they would take more than the file has
   */
  public static void requireNoOverlap(List<ZipEntryBytes> entries, long fileSize) {
    long room = fileSize;
    for (ZipEntryBytes entry : entries) {
      room -= Math.min(entry.compressedSize(), room + 1);
      if (room < 0) {
        // With overlaps, a few bytes could stand for any number of arrays.
        throw new ActivationsException("the entries of the archive overlap");
      }
    }
  }

  /**
   * Where the directory is.
   *
   * @param position of its first byte in the file
   * @param size in bytes
   * @param start position in the file from which offsets count; above 0 if something precedes the
   *     archive
   */
  private record Place(long position, long size, long start) {}

  /** Finds the end record, which a comment may follow, and the directory before it. */
  private Place find() throws IOException {
    int length = (int) Math.min(fileSize, END_BYTES + MAX_COMMENT);
    ByteBuffer tail = read(fileSize - length, length);
    for (int at = length - END_BYTES; at >= 0; at--) {
      if (tail.getInt(at) != END) {
        continue;
      }
      long end = fileSize - length + at;
      Place place = place(end, tail.slice(at, END_BYTES).order(ByteOrder.LITTLE_ENDIAN));
      int comment = Short.toUnsignedInt(tail.getShort(at + 20));
      if (at + END_BYTES + comment == length || (place != null && isPlausible(place))) {
        if (place == null) {
          throw new ZipException("its end record does not fit the file");
        }
        return place;
      }
    }
    throw new ZipException("it has no end record");
  }

  /** Returns the place that an end record states, or null if it is not within the file. */
  private Place place(long end, ByteBuffer record) throws IOException {
    long entries = Short.toUnsignedLong(record.getShort(10));
    long size = Integer.toUnsignedLong(record.getInt(12));
    long offset = Integer.toUnsignedLong(record.getInt(16));
    long directoryEnd = end;
    if (end >= LOCATOR_BYTES) {
      ByteBuffer locator = read(end - LOCATOR_BYTES, LOCATOR_BYTES);
      long end64 = locator.getLong(8);
      if (locator.getInt(0) == LOCATOR && end64 >= 0 && end64 <= end - END64_BYTES) {
        ByteBuffer record64 = read(end64, END64_BYTES);
        long claimed = record64.getLong(32);
        // Some writers, PyTorch among them, add this record without need.
        if (record64.getInt(0) == END64
            && agree(entries, 0xffff, claimed)
            && agree(size, IN_ZIP64, record64.getLong(40))
            && agree(offset, IN_ZIP64, record64.getLong(48))) {
          if (claimed < 0 || claimed > fileSize / CENTRAL_BYTES) {
            throw new ZipException(
                "it claims to have "
                    + Long.toUnsignedString(claimed)
                    + " entries, more than it can hold");
          }
          size = record64.getLong(40);
          offset = record64.getLong(48);
          directoryEnd = end64;
        }
      }
    }
    boolean fits =
        size >= 0
            && size <= Math.min(directoryEnd, Integer.MAX_VALUE - 8)
            && offset >= 0
            && offset <= directoryEnd - size;
    return fits ? new Place(directoryEnd - size, size, directoryEnd - size - offset) : null;
  }

  /** Whether a number of the end record is that of the zip64 record, or says that it is there. */
  private static boolean agree(long number, long inZip64, long number64) {
    return number == inZip64 || number == number64;
  }

  /** Whether an archive that something follows begins and continues as one. */
  private boolean isPlausible(Place place) throws IOException {
    return place.size >= CENTRAL_BYTES
        && read(place.position, Integer.BYTES).getInt(0) == CENTRAL
        && read(place.start, Integer.BYTES).getInt(0) == LOCAL;
  }

  private List<ZipEntryBytes> entries(Place place) throws IOException {
    ByteBuffer directory = read(place.position, (int) place.size);
    List<ZipEntryBytes> entries = new ArrayList<>();
    while (directory.hasRemaining()) {
      if (directory.remaining() < CENTRAL_BYTES
          || directory.getInt(directory.position()) != CENTRAL) {
        throw new ZipException("its directory is damaged");
      }
      entries.add(entry(directory, place.start));
    }
    return entries;
  }

  /** Reads one entry of the directory and moves on to the next. */
  private ZipEntryBytes entry(ByteBuffer directory, long start) throws ZipException {
    int at = directory.position();
    int nameLength = Short.toUnsignedInt(directory.getShort(at + 28));
    int extraLength = Short.toUnsignedInt(directory.getShort(at + 30));
    int commentLength = Short.toUnsignedInt(directory.getShort(at + 32));
    if (CENTRAL_BYTES + nameLength + extraLength + commentLength > directory.remaining()) {
      throw new ZipException("its directory is damaged");
    }
    String name = name(directory.slice(at + CENTRAL_BYTES, nameLength));
    ByteBuffer zip64 = zip64(directory.slice(at + CENTRAL_BYTES + nameLength, extraLength));
    long size = value(Integer.toUnsignedLong(directory.getInt(at + 24)), zip64);
    long compressedSize = value(Integer.toUnsignedLong(directory.getInt(at + 20)), zip64);
    long offset = value(Integer.toUnsignedLong(directory.getInt(at + 42)), zip64);
    if (size < 0 || compressedSize < 0 || offset < 0) {
      throw new ZipException("the entry '" + name + "' has a negative size or position");
    }
    directory.position(at + CENTRAL_BYTES + nameLength + extraLength + commentLength);
    return new ZipEntryBytes(
        archive,
        name,
        start + Math.min(offset, fileSize), // can't overflow, and is refused when read
        compressedSize,
        size,
        Integer.toUnsignedLong(directory.getInt(at + 16)),
        Short.toUnsignedInt(directory.getShort(at + 10)),
        (directory.getShort(at + 8) & 1) != 0);
  }

  private static String name(ByteBuffer bytes) throws ZipException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw new ZipException("the name of an entry is not UTF-8");
    }
  }

  /** Returns the zip64 field of an entry's extra fields, or an empty buffer. */
  private static ByteBuffer zip64(ByteBuffer extra) {
    ByteBuffer fields = extra.order(ByteOrder.LITTLE_ENDIAN);
    while (fields.remaining() >= 2 * Short.BYTES) {
      int tag = Short.toUnsignedInt(fields.getShort());
      int length = Math.min(Short.toUnsignedInt(fields.getShort()), fields.remaining());
      if (tag == ZIP64_TAG) {
        return fields.slice(fields.position(), length).order(ByteOrder.LITTLE_ENDIAN);
      }
      fields.position(fields.position() + length);
    }
    return ByteBuffer.allocate(0);
  }

  /** Returns a number, or the next of the zip64 field if the number says that it is there. */
  private static long value(long number, ByteBuffer zip64) {
    return number == IN_ZIP64 && zip64.remaining() >= Long.BYTES ? zip64.getLong() : number;
  }

  private ByteBuffer read(long position, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new ZipException("it became shorter while it was read");
      }
    }
    return buffer.flip();
  }
}
