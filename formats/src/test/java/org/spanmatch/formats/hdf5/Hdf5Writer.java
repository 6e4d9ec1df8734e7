package org.spanmatch.formats.hdf5;

import io.jhdf.checksum.JenkinsLookup3HashLittle;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.format.Stored;

/**
 * Writes contiguous datasets in groups, as the format's specification says: superblock of version
 * 2, object headers of version 1, links in the headers in the order of their creation.
 */
final class Hdf5Writer {
  private static final int SUPERBLOCK = 48;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private Hdf5Writer() {}

  static byte[] file(Map<String, Stored> arrays) {
    Hdf5Writer writer = new Hdf5Writer();
    writer.out.writeBytes(new byte[SUPERBLOCK]);
    List<byte[]> messages = new ArrayList<>();
    messages.add(
        message(2, buffer(26).put((byte) 0).put((byte) 1).putLong(0).putLong(-1).putLong(-1)));
    long order = 0;
    for (Map.Entry<String, Stored> entry : arrays.entrySet()) {
      messages.add(link(entry.getKey(), order++, writer.dataset(entry.getValue())));
    }
    long root = writer.header(messages);
    byte[] bytes = writer.out.toByteArray();
    ByteBuffer block = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    block.put(new byte[] {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n', 2, 8, 8, 0});
    block.putLong(0).putLong(-1).putLong(bytes.length).putLong(root);
    byte[] sealed = new byte[SUPERBLOCK - 4];
    block.get(0, sealed);
    block.putInt(JenkinsLookup3HashLittle.hash(sealed));
    return bytes;
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
    ByteBuffer space = buffer(4 + 8 * stored.shape().size());
    space.put((byte) 2).put((byte) stored.shape().size()).put((byte) 0).put((byte) 1);
    stored.shape().forEach(size -> space.putLong(size));
    ByteBuffer layout =
        buffer(18).put((byte) 3).put((byte) 1).putLong(position).putLong(stored.data().length);
    return header(List.of(message(1, space), message(3, type(stored)), message(8, layout)));
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
