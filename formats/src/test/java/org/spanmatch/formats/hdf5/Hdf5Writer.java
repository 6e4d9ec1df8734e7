package org.spanmatch.formats.hdf5;

import io.jhdf.checksum.JenkinsLookup3HashLittle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.format.Stored;

/**
 * Writes datasets, contiguous or in chunks, as the format's specification says: superblock of
 * version 2, object headers of version 1, links in the headers in the order of their creation, the
 * chunks in one node of a B-tree of version 1.
 */
final class Hdf5Writer {
  private static final int SUPERBLOCK = 48;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private Hdf5Writer() {}

  static byte[] file(Map<String, Stored> arrays) {
    Hdf5Writer writer = new Hdf5Writer();
    writer.out.writeBytes(new byte[SUPERBLOCK]);
    List<byte[]> links = new ArrayList<>();
    for (Map.Entry<String, Stored> entry : arrays.entrySet()) {
      links.add(link(entry.getKey(), links.size(), writer.dataset(entry.getValue())));
    }
    return writer.finished(links);
  }

  /** Adds the root group and what a file begins with. */
  private byte[] finished(List<byte[]> links) {
    List<byte[]> messages = new ArrayList<>();
    messages.add(
        message(2, buffer(26).put((byte) 0).put((byte) 1).putLong(0).putLong(-1).putLong(-1)));
    messages.addAll(links);
    long root = header(messages);
    byte[] bytes = out.toByteArray();
    ByteBuffer block = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    block.put(new byte[] {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n', 2, 8, 8, 0});
    block.putLong(0).putLong(-1).putLong(bytes.length).putLong(root);
    byte[] sealed = new byte[SUPERBLOCK - 4];
    block.get(0, sealed);
    block.putInt(JenkinsLookup3HashLittle.hash(sealed));
    return bytes;
  }

  /**
   * Returns a file with one dataset of float32 whose chunks, each some whole rows, are deflated.
   *
   * @param chunks the values of each chunk, in order
   */
  static byte[] deflated(String name, int rows, int columns, List<byte[]> chunks) {
    Hdf5Writer writer = new Hdf5Writer();
    writer.out.writeBytes(new byte[SUPERBLOCK]);
    byte[] node = new byte[24 + chunks.size() * 40 + 32];
    ByteBuffer index = ByteBuffer.wrap(node).order(ByteOrder.LITTLE_ENDIAN);
    index.put("TREE".getBytes(StandardCharsets.US_ASCII)).put((byte) 1).put((byte) 0);
    index.putShort((short) chunks.size()).putLong(-1).putLong(-1);
    int step = rows / chunks.size();
    for (int i = 0; i < chunks.size(); i++) {
      byte[] small = deflated(chunks.get(i));
      index.putInt(small.length).putInt(0).putLong((long) i * step).putLong(0).putLong(0);
      index.putLong(writer.out.size());
      writer.out.writeBytes(small);
    }
    index.putInt(0).putInt(0).putLong(rows).putLong(columns).putLong(0);
    writer.align();
    final long tree = writer.out.size();
    writer.out.writeBytes(node);
    Stored values =
        new Stored(
            ElementType.FLOAT32,
            ByteOrder.LITTLE_ENDIAN,
            false,
            List.of(rows, columns),
            new byte[0]);
    ByteBuffer layout =
        buffer(23)
            .put((byte) 3)
            .put((byte) 2)
            .put((byte) 3)
            .putLong(tree)
            .putInt(step)
            .putInt(columns)
            .putInt(Float.BYTES);
    ByteBuffer filters =
        buffer(24)
            .putLong(1 | 1 << 8) // version 1, one filter
            .putShort((short) 1) // gzip
            .putShort((short) 0)
            .putShort((short) 1)
            .putShort((short) 1)
            .putInt(9)
            .putInt(0);
    long dataset =
        writer.header(
            List.of(
                message(1, space(values)),
                message(3, type(values)),
                message(8, layout),
                message(11, filters)));
    return writer.finished(List.of(link(name, 0, dataset)));
  }

  private static byte[] deflated(byte[] data) {
    ByteArrayOutputStream small = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(small)) {
      deflater.write(data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return small.toByteArray();
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] message(int type, ByteBuffer data) {
    int size = (data.capacity() + 7) / 8 * 8;
    return buffer(8 + size)
        .putShort((short) type)
        .putShort((short) size)
        .putInt(0)
        .put(data.rewind())
        .array();
  }

  private static byte[] link(String name, long order, long address) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    // Version 1; a length of 2 bytes, with the order of creation and the character set.
    return message(
        6,
        buffer(2 + 8 + 1 + 2 + text.length + 8)
            .put((byte) 1)
            .put((byte) (1 | 4 | 16))
            .putLong(order)
            .put((byte) 1)
            .putShort((short) text.length)
            .put(text)
            .putLong(address));
  }

  private long header(List<byte[]> messages) {
    int size = messages.stream().mapToInt(message -> message.length).sum();
    align();
    final long address = out.size();
    out.writeBytes(
        buffer(16)
            .put((byte) 1)
            .put((byte) 0)
            .putShort((short) messages.size())
            .putInt(1)
            .putInt(size)
            .putInt(0)
            .array());
    messages.forEach(out::writeBytes);
    return address;
  }

  private void align() {
    out.writeBytes(new byte[(8 - out.size() % 8) % 8]);
  }

  private long dataset(Stored stored) {
    align();
    long position = stored.data().length == 0 ? -1 : out.size();
    out.writeBytes(stored.data());
    ByteBuffer layout =
        buffer(18).put((byte) 3).put((byte) 1).putLong(position).putLong(stored.data().length);
    return header(List.of(message(1, space(stored)), message(3, type(stored)), message(8, layout)));
  }

  private static ByteBuffer space(Stored stored) {
    ByteBuffer space = buffer(4 + 8 * stored.shape().size());
    space.put((byte) 2).put((byte) stored.shape().size()).put((byte) 0).put((byte) 1);
    stored.shape().forEach(size -> space.putLong(size));
    return space;
  }

  private static ByteBuffer type(Stored stored) {
    ElementType type = stored.type();
    int big = stored.order() == ByteOrder.BIG_ENDIAN ? 1 : 0;
    return switch (type) {
      case FLOAT16 -> real(2, big, 10, 5, 15);
      case BFLOAT16 -> real(2, big, 7, 8, 127);
      case FLOAT32 -> real(4, big, 23, 8, 127);
      case FLOAT64 -> real(8, big, 52, 11, 1023);
      case BOOL ->
          buffer(8 + 12 + 16 + 2)
              .putInt(0x18 | 2 << 8)
              .putInt(1)
              .put(whole(1, 8).array())
              .put("FALSE\0\0\0TRUE\0\0\0\0".getBytes(StandardCharsets.US_ASCII))
              .put((byte) 0)
              .put((byte) 1);
      case INT8, INT16, INT32, INT64 -> whole(type.bytes(), big | 8);
      default -> whole(type.bytes(), big);
    };
  }

  private static ByteBuffer whole(int bytes, int bits) {
    return buffer(12)
        .putInt(0x10 | bits << 8)
        .putInt(bytes)
        .putShort((short) 0)
        .putShort((short) (8 * bytes));
  }

  private static ByteBuffer real(int bytes, int big, int mantissa, int exponent, int bias) {
    return buffer(20)
        .putInt(0x11 | (big | 0x20 | (8 * bytes - 1) << 8) << 8)
        .putInt(bytes)
        .putShort((short) 0)
        .putShort((short) (8 * bytes))
        .put((byte) mantissa)
        .put((byte) exponent)
        .put((byte) 0)
        .put((byte) mantissa)
        .putInt(bias);
  }
}
