package org.spanmatch.activations.npy;

import java.io.EOFException;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.activations.Layout;

/** One array of an activation file. Holds its header only; values are read on request. */
public final class StoredArray {
  private static final Pattern TEXT = Pattern.compile("([<>|=])U([0-9]{1,7})");
  // numpy has no bfloat16 and stores it as 2 bytes of no type.
  private static final Pattern BFLOAT16 = Pattern.compile("[<>|=]?V2");
  private static final long MOST_TEXT = 1_000_000;
  private static final int READ_BYTES = 1 << 16;
  private static final int MASK_VALUES = 1_000_000;
  private static final Set<ElementType> LARGE_INTEGERS =
      EnumSet.of(
          ElementType.BOOL,
          ElementType.INT32,
          ElementType.UINT32,
          ElementType.INT64,
          ElementType.UINT64);

  private final FileStamp file;
  private final String name;
  private final ArrayBytes bytes;
  private final NpyHeader header;

  private StoredArray(FileStamp file, String name, ArrayBytes bytes, NpyHeader header) {
    this.file = file;
    this.name = name;
    this.bytes = bytes;
    this.header = header;
  }

  /**
   * Reads the header.
   *
   * @throws ActivationsException with the reason alone if this is not a readable array
   */
  static StoredArray open(FileStamp file, String name, ArrayBytes bytes) {
    try (InputStream in = bytes.stream()) {
      return new StoredArray(file, name, bytes, NpyHeader.read(in));
    } catch (IOException e) {
      throw new ActivationsException(reason(e), e);
    }
  }

  /** {@return the array's name: the entry or file name without {@code .npy}} */
  public String name() {
    return name;
  }

  /** {@return numpy's name of the values' format with the byte order, such as {@code <f4}} */
  public String dtype() {
    String descr = header.descr();
    return descr.equals("[") ? "structured" : Dtype.of(descr).map(Dtype::toString).orElse(descr);
  }

  /** {@return the sizes of the axes} */
  public List<Long> shape() {
    return header.shape();
  }

  /** {@return whether the first axis varies fastest in memory} */
  public boolean fortranOrder() {
    return header.fortranOrder();
  }

  /**
   * {@return the layout that {@link #layer} uses}
   *
   * @param chosen layouts the user asked for
   * @throws ActivationsException if an array of this shape is not a layer
   */
  public Layout layout(Collection<Layout> chosen) {
    try {
      return Layout.of(shape().size(), chosen);
    } catch (ActivationsException e) {
      throw located(file.path(), name, e);
    }
  }

  /**
   * {@return why the array can't be a layer, whatever the layout: it has too few or too many axes,
   * or its values are no numbers; empty if it can}
   */
  public Optional<String> notALayer() {
    try {
      Layout.of(axes(), List.of());
      numberFormat();
      return Optional.empty();
    } catch (ActivationsException e) {
      return Optional.of(e.getMessage());
    }
  }

  /** {@return whether the values are bool or integers of 32 or 64 bits, as ids and labels are} */
  public boolean holdsLargeIntegers() {
    return Dtype.of(header.descr()).map(Dtype::type).filter(LARGE_INTEGERS::contains).isPresent();
  }

  /**
   * {@return whether the first million values are all 0 or 1, and one at least is 1} False if they
   * can't be read, which is reported when the layer is read.
   */
  public boolean isMask() {
    Optional<Dtype> dtype = Dtype.of(header.descr());
    if (dtype.isEmpty()) {
      return false;
    }
    ElementType type = dtype.get().type();
    boolean hasOne = false;
    try (InputStream in = bytes.stream()) {
      in.skipNBytes(header.length());
      ByteBuffer block = ByteBuffer.allocate(READ_BYTES).order(dtype.get().order());
      for (int done = 0; done < MASK_VALUES; ) {
        int count = in.readNBytes(block.array(), 0, READ_BYTES) / type.bytes();
        for (int i = 0; i < count; i++) {
          double value = type.get(block, i);
          if (value != 0 && value != 1) {
            return false;
          }
          hasOne |= value == 1;
        }
        if (count < READ_BYTES / type.bytes()) {
          break;
        }
        done += count;
      }
      return hasOne;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * {@return the array as a layer}
   *
   * @param chosen layouts for arrays whose axes do not have the usual meaning; those with another
   *     number of axes are ignored
   * @throws ActivationsException if the dtype or the shape is unsupported, the size of the data
   *     does not fit the shape, or the file has changed
   */
  public Layer layer(Collection<Layout> chosen) {
    file.requireUnchanged();
    try {
      Dtype dtype = numberFormat();
      ElementType type = dtype.type();
      StridedArray array =
          StridedArray.of(header.shape(), header.fortranOrder(), Layout.of(axes(), chosen));
      if (array.samples() == 0) {
        throw new ActivationsException("the shape " + shape() + " has 0 samples");
      }
      long expected = Math.multiplyExact(array.values(), (long) type.bytes());
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
      return new NpyActivations(name, file, bytes, header.length(), array, type, dtype.order());
    } catch (ArithmeticException e) {
      throw located(
          file.path(),
          name,
          new ActivationsException("the size of the shape " + shape() + " overflows"));
    } catch (ActivationsException e) {
      throw located(file.path(), name, e);
    } catch (IOException e) {
      throw unreadable(file.path() + ", layer '" + name + "'", e);
    }
  }

  /**
   * Reads the array as a mask over samples: 0 leaves out, 1 keeps.
   *
   * @return the mask, with the axes of this array; it takes a bit per value
   * @throws ActivationsException if a value is neither 0 nor 1, none is 1, there are more than 2³¹
   *     − 1, or the array is damaged
   */
  public Layers.Mask mask() {
    Dtype dtype =
        Dtype.of(header.descr())
            .orElseThrow(() -> problem("expected numbers 0 and 1, found " + dtype()));
    int count = count();
    MaskValues mask = new MaskValues(shape(), fortranOrder());
    read(
        count,
        dtype.type().bytes(),
        (block, from, some) -> mask.add(block.order(dtype.order()), dtype.type(), some));
    if (mask.problem().isPresent()) {
      throw problem(mask.problem().get());
    }
    return Layers.mask(description(), shape(), mask.kept());
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
    if (!descr.endsWith(code) || descr.length() != code.length() + 1 || fortranOrder()) {
      throw problem(
          "expected values of "
              + code
              + " in C order, found "
              + dtype()
              + " of the shape "
              + shape());
    }
    return count();
  }

  /** Returns the number of values, after checking that a Java array can hold them. */
  private int count() {
    long length = 1;
    for (long size : shape()) {
      if (size != 0 && length > (Integer.MAX_VALUE - 8) / size) {
        throw problem("the shape " + shape() + " has too many values");
      }
      length *= size;
    }
    return (int) length;
  }

  /** Copies some values from the start of a block. */
  private interface Decoder {
    void take(ByteBuffer block, int from, int count);
  }

  /** Reads all values, and on to the end of the entry, where its checksum is verified. */
  private void read(int values, int valueBytes, Decoder decoder) {
    file.requireUnchanged();
    try {
      long expected = (long) values * valueBytes;
      if (bytes.size() - header.length() != expected) {
        throw problem(
            "expected " + expected + " bytes of data, found " + (bytes.size() - header.length()));
      }
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
      file.requireUnchanged();
    } catch (IOException e) {
      file.requireUnchanged();
      throw unreadable(description(), e);
    }
  }

  private ActivationsException problem(String what) {
    return new ActivationsException(description() + ": " + what);
  }

  /** The start of messages about the array as such, and not as a layer. */
  private String description() {
    return file.path() + ", array '" + name + "'";
  }

  private int axes() {
    return header.shape().size();
  }

  private Dtype numberFormat() {
    return Dtype.of(header.descr())
        .orElseThrow(
            () ->
                new ActivationsException(
                    "the dtype '"
                        + dtype()
                        + "' is not supported, expected float16/32/64, an integer or bool"
                        + (BFLOAT16.matcher(header.descr()).matches()
                            ? "; if it is bfloat16, " + ForeignFormat.bfloat16(file.path())
                            : "")));
  }

  private ByteOrder byteOrder() {
    return switch (header.descr().charAt(0)) {
      case '>' -> ByteOrder.BIG_ENDIAN;
      case '=' -> ByteOrder.nativeOrder();
      default -> ByteOrder.LITTLE_ENDIAN;
    };
  }

  private static ActivationsException located(Path file, String name, ActivationsException e) {
    return new ActivationsException(
        file + ", layer '" + name + "': " + e.getMessage(), e.getCause());
  }

  /** Returns an exception that says in one sentence why bytes could not be read. */
  static ActivationsException unreadable(String what, IOException e) {
    return new ActivationsException(what + ": " + reason(e), e);
  }

  /** Returns why bytes could not be read, such as "the data is truncated". */
  private static String reason(IOException e) {
    if (e instanceof EOFException) {
      return "the data is truncated";
    }
    if (e instanceof ZipException) {
      return "the archive is damaged (" + e.getMessage() + ")";
    }
    if (e instanceof NoSuchFileException) {
      return "it was removed meanwhile";
    }
    if (e instanceof FileNotFoundException) {
      // Also where a file is there but can't be opened: "x.npz (Too many open files)".
      String message = e.getMessage();
      int cause = message.lastIndexOf(" (");
      return cause < 0 || !new File(message.substring(0, cause)).exists()
          ? "it was removed meanwhile"
          : "it can't be read: " + message.substring(cause + 2, message.length() - 1);
    }
    if (e instanceof AccessDeniedException) {
      return "it can't be read: permission denied";
    }
    if (e instanceof FileSystemException system && system.getReason() != null) {
      return "it can't be read: " + system.getReason(); // its message begins with the file
    }
    return e.getClass() == IOException.class && e.getMessage() != null
        ? "it can't be read: " + e.getMessage()
        : "it can't be read: " + e;
  }
}
