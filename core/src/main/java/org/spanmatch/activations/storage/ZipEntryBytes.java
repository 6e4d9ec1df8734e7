package org.spanmatch.activations.storage;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * The bytes of an entry of a zip archive, stored or deflated.
 *
 * @param archive the archive
 * @param entry the entry's name, which is never used as a path
 * @param position of the entry's local header in the file
 * @param compressedSize number of bytes that the entry takes in the archive
 * @param size number of bytes that the archive claims for the entry
 * @param crc the checksum (CRC-32) of the entry
 * @param method how it is compressed
 * @param encrypted whether it is encrypted
 */
public record ZipEntryBytes(
    Path archive,
    String entry,
    long position,
    long compressedSize,
    long size,
    long crc,
    int method,
    boolean encrypted)
    implements ArrayBytes {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int LOCAL = 0x04034b50;
  private static final int LOCAL_BYTES = 30;
  private static final int STORED = 0;
  private static final int DEFLATED = 8;
  private static final Map<Integer, String> METHODS =
      Map.of(9, "Deflate64", 12, "bzip2", 14, "LZMA", 93, "Zstandard", 95, "xz");

  /** {@return whether the entry is a folder} */
  public boolean isFolder() {
    return entry.endsWith("/");
  }

  /** {@return why the entry can't be read, if so} */
  public Optional<String> problem() {
    if (encrypted) {
      return Optional.of("it is encrypted");
    }
    if (method != STORED && method != DEFLATED) {
      return Optional.of(
          "it is compressed by method "
              + method
              + (METHODS.containsKey(method) ? " (" + METHODS.get(method) + ")" : "")
              + ", expected stored or deflated");
    }
    return Optional.empty();
  }

  @Override
  public InputStream stream() throws IOException {
    InputStream file = Files.newInputStream(archive);
    try {
      file.skipNBytes(dataPosition(file) - position - LOCAL_BYTES);
      InputStream raw = new LimitedStream(file, compressedSize);
      return new VerifiedStream(method == STORED ? raw : new Inflated(raw, compressedSize), crc);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /**
   * Returns where the entry's data begins, which its local header says, and leaves the stream at
   * the end of that header's fixed part.
   */
  private long dataPosition(InputStream file) throws IOException {
    ByteBuffer header = ByteBuffer.wrap(localHeader(file)).order(ByteOrder.LITTLE_ENDIAN);
    if (header.limit() < LOCAL_BYTES || header.getInt(0) != LOCAL) {
      throw new ZipException("the entry is not where it should be");
    }
    if (method == STORED && compressedSize != size) {
      throw new ZipException("the size of the entry is wrong");
    }
    return position
        + LOCAL_BYTES
        + Short.toUnsignedInt(header.getShort(26))
        + Short.toUnsignedInt(header.getShort(28));
  }

  private byte[] localHeader(InputStream file) throws IOException {
    try {
      file.skipNBytes(position);
      return file.readNBytes(LOCAL_BYTES);
    } catch (EOFException e) {
      return new byte[0];
    }
  }

  @Override
  public Optional<Place> place() throws IOException {
    if (method != STORED) {
      return Optional.empty();
    }
    try (InputStream file = Files.newInputStream(archive)) {
      return Optional.of(new Place(archive, dataPosition(file)));
    }
  }

  @Override
  public OptionalLong checksum() {
    return OptionalLong.of(crc);
  }

  /** Unpacks the entry into a temporary file, since an archive can only be read front to back. */
  @Override
  public Opened open() throws IOException {
    return TemporaryFile.of(stream(), size);
  }

  /** The bytes inflated; frees the inflater when closed. */
  private static final class Inflated extends InflaterInputStream {
    Inflated(InputStream raw, long compressedSize) {
      super(raw, new Inflater(true), (int) Math.max(1, Math.min(BUFFER_BYTES, compressedSize)));
    }

    @Override
    public void close() throws IOException {
      inf.end();
      super.close();
    }
  }

  /** Checks the CRC at the end of the entry. */
  private static final class VerifiedStream extends FilterInputStream {
    private final CheckedInputStream checked;
    private final long crc;

    VerifiedStream(InputStream content, long crc) {
      super(new CheckedInputStream(content, new CRC32()));
      this.checked = (CheckedInputStream) in;
      this.crc = crc;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count = super.read(target, offset, length);
      if (count < 0 && checked.getChecksum().getValue() != crc) {
        throw RangeChecksum.wrong();
      }
      return count;
    }
  }
}
