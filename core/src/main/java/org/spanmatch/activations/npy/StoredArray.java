package org.spanmatch.activations.npy;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.zip.ZipException;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layout;

/** One array of an activation file, of which only the header has been read. */
public final class StoredArray {
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

  static StoredArray open(FileStamp file, String name, ArrayBytes bytes) {
    try (InputStream in = bytes.stream()) {
      return new StoredArray(file, name, bytes, NpyHeader.read(in));
    } catch (ActivationsException e) {
      throw located(file.path(), name, e);
    } catch (IOException e) {
      throw unreadable(file.path() + ", layer '" + name + "'", e);
    }
  }

  /** The array's name: the entry or file name without {@code .npy}. */
  public String name() {
    return name;
  }

  /** Numpy's name for the values' format with the byte order, such as {@code <f4}. */
  public String dtype() {
    return header.descr().equals("[") ? "structured" : header.descr();
  }

  /** The sizes of the axes. */
  public List<Long> shape() {
    return header.shape();
  }

  /** Whether the first axis varies fastest in memory. */
  public boolean fortranOrder() {
    return header.fortranOrder();
  }

  /**
   * The layout that {@link #layer} takes.
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
   * The array as activations of a layer.
   *
   * @param chosen layouts for arrays whose axes do not have the usual meaning; one that does not
   *     fit the number of axes is passed over
   * @throws ActivationsException if the dtype or the shape can't be used, or the data does not have
   *     the size that the shape asks for, or the file has changed
   */
  public Layer layer(Collection<Layout> chosen) {
    file.requireUnchanged();
    try {
      ElementType type = elementType();
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
      return new NpyActivations(name, file, bytes, header.length(), array, type, byteOrder());
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

  private int axes() {
    return header.shape().size();
  }

  private ElementType elementType() {
    String descr = header.descr();
    return ElementType.ofCode(descr.isEmpty() ? "" : descr.substring(1))
        .filter(type -> "<>|=".indexOf(descr.charAt(0)) >= 0)
        .orElseThrow(
            () ->
                new ActivationsException(
                    "the dtype '"
                        + dtype()
                        + "' is not supported, expected float16/32/64, an integer or bool"));
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

  /** Says in one sentence why bytes could not be read. */
  static ActivationsException unreadable(String what, IOException e) {
    String why;
    if (e instanceof EOFException) {
      why = "the data is truncated";
    } else if (e instanceof ZipException) {
      why = "the archive is damaged (" + e.getMessage() + ")";
    } else if (e instanceof NoSuchFileException || e instanceof FileNotFoundException) {
      why = "it was removed meanwhile";
    } else if (e instanceof AccessDeniedException) {
      why = "it can't be read: permission denied";
    } else if (e.getClass() == IOException.class && e.getMessage() != null) {
      why = "it can't be read: " + e.getMessage();
    } else {
      why = "it can't be read: " + e;
    }
    return new ActivationsException(what + ": " + why, e);
  }
}
