package org.spanmatch.activations.npy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes float32 arrays as a deflated {@code .npz} archive, as numpy's savez_compressed does. */
public final class NpzWriter implements AutoCloseable {
  // A fixed local time makes equal content give equal bytes, in every time zone.
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

  private static final int ALIGNMENT = 64;

  private final ZipOutputStream zip;

  /** Starts an archive; {@link #close()} ends it and closes the stream. */
  public NpzWriter(OutputStream out) {
    zip = new ZipOutputStream(out);
  }

  /**
   * Adds an array.
   *
   * @param name its name, without {@code .npy}
   * @param values in C order
   * @param shape the sizes of the axes, whose product is the number of values
   */
  public void add(String name, float[] values, int... shape) throws IOException {
    if (Arrays.stream(shape).asLongStream().reduce(1, Math::multiplyExact) != values.length) {
      throw new IllegalArgumentException(
          values.length + " values do not have the shape " + Arrays.toString(shape));
    }
    ZipEntry entry = new ZipEntry(name + ".npy");
    entry.setTimeLocal(TIME);
    zip.putNextEntry(entry);
    zip.write(header(shape));
    ByteBuffer block = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    int valuesPerBlock = block.capacity() / Float.BYTES;
    for (int from = 0; from < values.length; from += valuesPerBlock) {
      int count = Math.min(valuesPerBlock, values.length - from);
      block.asFloatBuffer().put(values, from, count);
      zip.write(block.array(), 0, count * Float.BYTES);
    }
    zip.closeEntry();
  }

  private static byte[] header(int[] shape) {
    String sizes =
        Arrays.stream(shape).mapToObj(size -> size + ",").collect(Collectors.joining(" "));
    String text = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + sizes + "), }";
    int prefix = 10;
    int length = (prefix + text.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    ByteBuffer header = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    header.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    header.put((byte) 1).put((byte) 0).putShort((short) (length - prefix));
    header.put(text.getBytes(StandardCharsets.US_ASCII));
    Arrays.fill(header.array(), header.position(), length - 1, (byte) ' ');
    header.put(length - 1, (byte) '\n');
    return header.array();
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
