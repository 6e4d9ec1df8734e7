package org.spanmatch.activations.npy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes arrays as a {@code .npz} archive that numpy reads. */
public final class NpzWriter implements AutoCloseable {
  // A fixed local time makes equal content give equal bytes, in every time zone.
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

  private static final int ALIGNMENT = 64;
  private static final int BLOCK_BYTES = 1 << 16;

  private final ZipOutputStream zip;

  /**
   * Starts a deflated archive like those of numpy's savez_compressed; {@link #close()} ends it and
   * closes the stream.
   *
   * @param out receives the archive; closed with this writer
   */
  public NpzWriter(OutputStream out) {
    zip = new ZipOutputStream(out);
  }

  /**
   * Starts an uncompressed archive, for numbers that compression would not make smaller.
   *
   * @param out receives the archive; closed with this writer
   * @return the writer
   */
  public static NpzWriter stored(OutputStream out) {
    NpzWriter writer = new NpzWriter(out);
    writer.zip.setLevel(Deflater.NO_COMPRESSION);
    return writer;
  }

  /**
   * Adds an array of float32.
   *
   * @param name the array's name, without {@code .npy}
   * @param values the values in C order
   * @param shape the sizes of the axes, whose product is the number of values
   * @throws java.io.IOException if the archive can't be written
   */
  public void add(String name, float[] values, int... shape) throws IOException {
    begin(name, "<f4", values.length, shape);
    write(
        values.length,
        Float.BYTES,
        (block, from, count) -> block.asFloatBuffer().put(values, from, count));
  }

  /**
   * Adds an array of float64; see {@link #add(String, float[], int...)}.
   *
   * @param name the array's name, without {@code .npy}
   * @param values the values, in C order
   * @param shape the sizes of the axes
   * @throws java.io.IOException if the archive can't be written
   */
  public void add(String name, double[] values, int... shape) throws IOException {
    begin(name, "<f8", values.length, shape);
    write(
        values.length,
        Double.BYTES,
        (block, from, count) -> block.asDoubleBuffer().put(values, from, count));
  }

  /**
   * Adds an array of int64; see {@link #add(String, float[], int...)}.
   *
   * @param name the array's name, without {@code .npy}
   * @param values the values, in C order
   * @param shape the sizes of the axes
   * @throws java.io.IOException if the archive can't be written
   */
  public void add(String name, long[] values, int... shape) throws IOException {
    begin(name, "<i8", values.length, shape);
    write(
        values.length,
        Long.BYTES,
        (block, from, count) -> block.asLongBuffer().put(values, from, count));
  }

  /**
   * Adds an array of text with one axis; trailing NUL characters are lost.
   *
   * @param name the array's name, without {@code .npy}
   * @param texts the texts, without line ends
   * @throws java.io.IOException if the archive can't be written
   */
  public void add(String name, List<String> texts) throws IOException {
    int length =
        Math.max(
            1,
            texts.stream().mapToInt(text -> text.codePointCount(0, text.length())).max().orElse(1));
    begin(name, "<U" + length, texts.size(), texts.size());
    for (String text : texts) {
      ByteBuffer padded =
          ByteBuffer.allocate(Math.multiplyExact(Integer.BYTES, length))
              .order(ByteOrder.LITTLE_ENDIAN);
      text.codePoints().forEach(padded::putInt);
      zip.write(padded.array());
    }
    zip.closeEntry();
  }

  /** Supplies the rows of a matrix one at a time. */
  @FunctionalInterface
  public interface RowSource {
    /**
     * Writes the elements of a row to {@code target}, which has one element per column.
     *
     * @param row a row, from 0
     * @param target receives the row
     */
    void fill(int row, double[] target);
  }

  /**
   * Adds a matrix of float64 that need not be in memory as a whole.
   *
   * @param name the array's name, without {@code .npy}
   * @param source gives the rows, in order
   * @param rows number of rows
   * @param columns number of columns
   * @throws java.io.IOException if the archive can't be written
   */
  public void add(String name, RowSource source, int rows, int columns) throws IOException {
    begin(name, "<f8", (long) rows * columns, rows, columns);
    double[] row = new double[columns];
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(Double.BYTES, columns))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < rows; i++) {
      source.fill(i, row);
      bytes.asDoubleBuffer().put(row);
      zip.write(bytes.array());
    }
    zip.closeEntry();
  }

  private void begin(String name, String descr, long values, int... shape) throws IOException {
    if (Arrays.stream(shape).asLongStream().reduce(1, Math::multiplyExact) != values) {
      throw new IllegalArgumentException(
          values + " values do not have the shape " + Arrays.toString(shape));
    }
    ZipEntry entry = new ZipEntry(name + ".npy");
    entry.setTimeLocal(TIME);
    zip.putNextEntry(entry);
    zip.write(header(descr, shape));
  }

  /** Copies some values to the start of a block. */
  private interface Encoder {
    void put(ByteBuffer block, int from, int count);
  }

  private void write(int values, int valueBytes, Encoder encoder) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    int valuesPerBlock = BLOCK_BYTES / valueBytes;
    for (int from = 0; from < values; from += valuesPerBlock) {
      int count = Math.min(valuesPerBlock, values - from);
      encoder.put(block, from, count);
      zip.write(block.array(), 0, count * valueBytes);
    }
    zip.closeEntry();
  }

  /**
   * Ends the archive without closing the stream.
   *
   * @throws java.io.IOException if the archive can't be written
   */
  public void finish() throws IOException {
    zip.finish();
    zip.flush();
  }

  private static byte[] header(String descr, int[] shape) {
    String sizes =
        Arrays.stream(shape).mapToObj(size -> size + ",").collect(Collectors.joining(" "));
    String text = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + sizes + "), }";
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
