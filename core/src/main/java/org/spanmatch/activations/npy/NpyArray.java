package org.spanmatch.activations.npy;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.zip.ZipException;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ForeignFormat;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.activations.storage.ArrayBytes;
import org.spanmatch.activations.storage.FileStamp;
import org.spanmatch.activations.storage.ReadFailure;
import org.spanmatch.activations.storage.StridedValues;

/** An array that numpy stored: a {@code .npy} file, or an entry of a {@code .npz} archive. */
public final class NpyArray extends StoredArray {
  private static final Pattern TEXT = Pattern.compile("([<>|=])U([0-9]{1,7})");
  // numpy has no bfloat16 and stores it as 2 bytes of no type.
  private static final Pattern BFLOAT16 = Pattern.compile("[<>|=]?V2");
  private static final long MOST_TEXT = 1_000_000;
  private static final int READ_BYTES = 1 << 16;

  private final ArrayBytes bytes;
  private final NpyHeader header;

  private NpyArray(FileStamp file, String name, ArrayBytes bytes, NpyHeader header) {
    super(file, name, header.shape());
    this.bytes = bytes;
    this.header = header;
  }

  /**
   * Reads the header.
   *
   * @throws ActivationsException with the reason alone if this is not a readable array
   */
  static NpyArray open(FileStamp file, String name, ArrayBytes bytes) {
    try (InputStream in = bytes.stream()) {
      return new NpyArray(file, name, bytes, NpyHeader.read(in));
    } catch (IOException e) {
      throw new ActivationsException(ReadFailure.reason(e), e);
    }
  }

  /** {@return numpy's name of the values' format with the byte order, such as {@code <f4}} */
  @Override
  public String dtype() {
    String descr = header.descr();
    return descr.equals("[") ? "structured" : Dtype.of(descr).map(Dtype::toString).orElse(descr);
  }

  @Override
  public String order() {
    return header.fortranOrder() ? "Fortran" : "C";
  }

  @Override
  protected Optional<ElementType> type() {
    return Dtype.of(header.descr()).map(Dtype::type);
  }

  @Override
  protected String cure() {
    return BFLOAT16.matcher(header.descr()).matches()
        ? "; if it is bfloat16, " + ForeignFormat.bfloat16(file().path())
        : "";
  }

  @Override
  protected Layer layer(Layout layout) throws IOException {
    Dtype dtype = Dtype.of(header.descr()).orElseThrow();
    StridedValues values = values(dtype);
    if (hasSamples(layout)) {
      long expected = dataBytes(dtype);
      long found = bytes.size() - header.length();
      if (found != expected) {
        throw new ActivationsException(
            "the shape "
                + shape()
                + " of "
                + dtype()
                + " needs "
                + expected
                + " bytes of data, found "
                + found);
      }
    }
    return values.layer(name(), layout.neuronAxis());
  }

  private boolean hasSamples(Layout layout) {
    return IntStream.range(0, shape().size())
        .allMatch(axis -> axis == layout.neuronAxis() || shape().get(axis) != 0);
  }

  @Override
  protected StridedValues.Values values(String description) {
    Dtype dtype = Dtype.of(header.descr()).orElseThrow();
    file().requireUnchanged();
    try {
      requireSize(dataBytes(dtype));
    } catch (IOException e) {
      file().requireUnchanged();
      throw ReadFailure.of(description, e);
    }
    return values(dtype).values(description);
  }

  private StridedValues values(Dtype dtype) {
    List<Long> strides = StridedValues.strides(shape(), header.fortranOrder());
    return new StridedValues(
        file(), bytes, header.length(), shape(), strides, dtype.type(), dtype.order());
  }

  private long dataBytes(Dtype dtype) {
    long values = shape().stream().reduce(1L, Math::multiplyExact);
    return Math.multiplyExact(values, (long) dtype.type().bytes());
  }

  private void requireSize(long expected) throws IOException {
    long found = bytes.size() - header.length();
    if (found != expected) {
      throw problem("expected " + expected + " bytes of data, found " + found);
    }
  }

  @Override
  protected StoredArray named(String name) {
    return new NpyArray(file(), name, bytes, header);
  }

  /**
   * Reads all values of an array of float64 in C order. Takes 8 bytes per value, so check the
   * {@link #shape} first if the file is not trusted.
   *
   * @return the values
   * @throws ActivationsException if the array has another type, is in Fortran order, or is damaged
   */
  public double[] doubles() {
    double[] values = new double[length("f8")];
    read(
        values.length,
        Double.BYTES,
        (block, from, count) -> block.asDoubleBuffer().get(values, from, count));
    return values;
  }

  /**
   * Reads all values of an array of int64; otherwise like {@link #doubles}.
   *
   * @return the values
   */
  public long[] longs() {
    long[] values = new long[length("i8")];
    read(
        values.length,
        Long.BYTES,
        (block, from, count) -> block.asLongBuffer().get(values, from, count));
    return values;
  }

  /**
   * Reads all elements of a text array, numpy's {@code U}, with one axis.
   *
   * @return the elements
   * @throws ActivationsException if the array has another type or more than a million characters,
   *     or is damaged
   */
  public List<String> texts() {
    Matcher type = TEXT.matcher(header.descr());
    if (!type.matches() || shape().size() != 1) {
      throw problem("expected text of one axis, found " + dtype() + " of the shape " + shape());
    }
    int length = Integer.parseInt(type.group(2));
    long characters = length * shape().get(0);
    if (shape().get(0) > MOST_TEXT || characters > MOST_TEXT) {
      throw problem("it claims to be " + characters + " characters of text");
    }
    int[] points = new int[(int) characters];
    read(
        points.length,
        Integer.BYTES,
        (block, from, count) -> block.asIntBuffer().get(points, from, count));
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < shape().get(0); i++) {
      StringBuilder text = new StringBuilder();
      for (int point : Arrays.copyOfRange(points, i * length, (i + 1) * length)) {
        if (!Character.isValidCodePoint(point)) {
          throw problem("it holds the number " + point + ", which is no character");
        }
        text.appendCodePoint(point);
      }
      int end = text.length();
      while (end > 0 && text.charAt(end - 1) == 0) {
        end--;
      }
      texts.add(text.substring(0, end));
    }
    return List.copyOf(texts);
  }

  /** Returns the number of values, after checking the type and that a Java array can hold them. */
  private int length(String code) {
    String descr = header.descr();
    if (!descr.endsWith(code) || descr.length() != code.length() + 1 || header.fortranOrder()) {
      throw problem(
          "expected values of "
              + code
              + " in C order, found "
              + dtype()
              + " of the shape "
              + shape());
    }
    return requireCountable();
  }

  /** Copies some values from the start of a block. */
  private interface Decoder {
    void take(ByteBuffer block, int from, int count);
  }

  /** Reads all values, and on to the end of the entry, where its checksum is verified. */
  private void read(int values, int valueBytes, Decoder decoder) {
    file().requireUnchanged();
    try {
      requireSize((long) values * valueBytes);
      try (InputStream in = bytes.stream()) {
        in.skipNBytes(header.length());
        ByteBuffer block = ByteBuffer.allocate(READ_BYTES).order(byteOrder());
        int valuesPerBlock = READ_BYTES / valueBytes;
        for (int from = 0; from < values; from += valuesPerBlock) {
          int count = Math.min(valuesPerBlock, values - from);
          if (in.readNBytes(block.array(), 0, count * valueBytes) < count * valueBytes) {
            throw new EOFException();
          }
          decoder.take(block, from, count);
        }
        if (in.read() >= 0) {
          throw new ZipException("the entry is longer than it should be");
        }
      }
      file().requireUnchanged();
    } catch (IOException e) {
      file().requireUnchanged();
      throw ReadFailure.of(description(), e);
    }
  }

  private ByteOrder byteOrder() {
    return switch (header.descr().charAt(0)) {
      case '>' -> ByteOrder.BIG_ENDIAN;
      case '=' -> ByteOrder.nativeOrder();
      default -> ByteOrder.LITTLE_ENDIAN;
    };
  }
}
