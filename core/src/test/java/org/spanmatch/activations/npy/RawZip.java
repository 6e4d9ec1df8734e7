package org.spanmatch.activations.npy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * An archive with one entry, built byte by byte (PKWARE APPNOTE 4.3), so that it can be wrong in
 * one place and use zip64 without need.
 */
final class RawZip {
  private static final int ZIP64_MARK = -1;

  private final String name;
  private final boolean deflated;
  private byte[] stored;
  private long size;
  private long compressedSize;
  private long crc;
  private boolean zip64;
  private Long insteadOfSize;

  /** Creates an archive with a correct entry. */
  RawZip(String name, byte[] content, boolean deflated) {
    this.name = name;
    this.deflated = deflated;
    this.stored = deflated ? deflate(content) : content.clone();
    this.size = content.length;
    this.compressedSize = stored.length;
    CRC32 sum = new CRC32();
    sum.update(content);
    this.crc = sum.getValue();
  }

  /** Leaves out all but the first bytes of the compressed form. */
  RawZip cutTo(int bytes) {
    stored = Arrays.copyOf(stored, bytes);
    compressedSize = bytes;
    return this;
  }

  /** Number of bytes of the compressed form. */
  int compressedSize() {
    return stored.length;
  }

  /** Inverts the bits of one byte of the compressed form. */
  RawZip corrupt(int at) {
    stored[at] = (byte) ~stored[at];
    return this;
  }

  /** Claims another size than that of the content. */
  RawZip claimSize(long claimed) {
    size = claimed;
    return this;
  }

  /** Claims another size than that of the compressed form. */
  RawZip claimCompressedSize(long claimed) {
    compressedSize = claimed;
    return this;
  }

  /** Claims another checksum than that of the content. */
  RawZip claimCrc(long claimed) {
    crc = claimed;
    return this;
  }

  /** Stores the sizes in zip64 fields. */
  RawZip zip64() {
    zip64 = true;
    return this;
  }

  /** Stores only the compressed size in a zip64 field, after a number that is no size. */
  RawZip zip64(long front) {
    insteadOfSize = front;
    return zip64();
  }

  /** Writes the archive. */
  Path write(Path path) {
    try {
      return Files.write(path, bytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] bytes() {
    byte[] path = name.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    ByteBuffer local = buffer(30);
    local.putInt(0x04034b50);
    putCommon(local, path);
    out.writeBytes(bytes(local.position(30)));
    out.writeBytes(path);
    out.writeBytes(extra());
    out.writeBytes(stored);

    int directory = out.size();
    ByteBuffer central = buffer(46);
    central.putInt(0x02014b50).putShort(version());
    putCommon(central, path); // comment, disk, attributes and offset stay 0
    out.writeBytes(bytes(central.position(46)));
    out.writeBytes(path);
    out.writeBytes(extra());

    ByteBuffer end = buffer(22);
    end.putInt(0x06054b50).putInt(0).putShort((short) 1).putShort((short) 1);
    end.putInt(out.size() - directory).putInt(directory);
    out.writeBytes(bytes(end.position(22)));
    return out.toByteArray();
  }

  private void putCommon(ByteBuffer header, byte[] path) {
    header.putShort(version()).putShort((short) 0).putShort((short) (deflated ? 8 : 0));
    header.putInt(0x00210000).putInt((int) crc); // 1 January 1980
    header
        .putInt(zip64 ? ZIP64_MARK : (int) compressedSize)
        .putInt(zip64 && insteadOfSize == null ? ZIP64_MARK : (int) size);
    header.putShort((short) path.length).putShort((short) extra().length);
  }

  private short version() {
    return (short) (zip64 ? 45 : 20);
  }

  private byte[] extra() {
    return zip64
        ? bytes(
            buffer(20)
                .putShort((short) 1)
                .putShort((short) 16)
                .putLong(insteadOfSize != null ? insteadOfSize : size)
                .putLong(compressedSize))
        : new byte[0];
  }

  private static byte[] bytes(ByteBuffer full) {
    byte[] bytes = new byte[full.flip().remaining()];
    full.get(bytes);
    return bytes;
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] deflate(byte[] content) {
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    try {
      deflater.setInput(content);
      deflater.finish();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] buffer = new byte[8192];
      while (!deflater.finished()) {
        out.write(buffer, 0, deflater.deflate(buffer));
      }
      return out.toByteArray();
    } finally {
      deflater.end();
    }
  }
}
