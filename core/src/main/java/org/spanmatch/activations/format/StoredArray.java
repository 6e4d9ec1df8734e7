package org.spanmatch.activations.format;

import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.Layers;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.storage.FileStamp;
import org.spanmatch.activations.storage.ReadFailure;
import org.spanmatch.activations.storage.StridedValues;

/**
 * One array of an activation file. Holds what its header says; values are read on request.
 *
 * <p>A {@linkplain ActivationFormat format} makes one of the position of the values in the file, by
 * {@link #of}, or subclasses this where the values don't lie in it as they are.
 */
public abstract class StoredArray {
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
  private final List<Long> shape;

  /**
   * Creates an array.
   *
   * @param file the file when its header was read
   * @param name the name that its layer has, with any characters
   * @param shape the sizes of the axes, none negative
   */
  protected StoredArray(FileStamp file, String name, List<Long> shape) {
    this.file = file;
    this.name = name;
    this.shape = List.copyOf(shape);
  }

  /**
   * {@return an array whose values lie in a file as they are}
   *
   * @param name the name that its layer has, with any characters
   * @param dtype the format's name of the type of a value
   * @param values where the values lie
   */
  public static StoredArray of(String name, String dtype, StridedValues values) {
    return new StridedStoredArray(name, dtype, values);
  }

  /** {@return the file when its header was read} */
  protected final FileStamp file() {
    return file;
  }

  /** {@return the array's name, which its layer has} */
  public final String name() {
    return name;
  }

  /** {@return the sizes of the axes} */
  public final List<Long> shape() {
    return shape;
  }

  /** {@return the name of the values' format, such as numpy's {@code <f4}} */
  public abstract String dtype();

  /** {@return the order of the axes in the file: "C", "Fortran", or another word} */
  public abstract String order();

  /** {@return the format of the values, or empty if they are no numbers that can be read} */
  protected abstract Optional<ElementType> type();

  /** {@return what to do about values that can't be read, such as "; convert it by …", or ""} */
  protected String cure() {
    return "";
  }

  /**
   * Makes a layer of the array, which holds numbers.
   *
   * @param layout which axis counts neurons; it has the array's number of axes
   * @return the layer, not opened
   * @throws ActivationsException with the reason alone if it can't be one
   * @throws ArithmeticException if the size of the array exceeds a long
   * @throws IOException if the file can't be read
   */
  protected abstract Layer layer(Layout layout) throws IOException;

  /**
   * Opens all values of the array, which holds numbers, as samples of one neuron: in the order that
   * is fastest, in blocks of some 64 KiB. Reading to the end finds all damage.
   *
   * @param description the start of messages
   * @return the values, which the caller closes
   * @throws ActivationsException if they can't be read
   * @throws ArithmeticException if the size of the array exceeds a long
   */
  protected abstract StridedValues.Values values(String description);

  /**
   * {@return this array under another name}
   *
   * @param name the name, such as that of the file in a folder
   */
  protected abstract StoredArray named(String name);

  /**
   * {@return the layout that {@link #layer} uses}
   *
   * @param chosen layouts the user asked for
   * @throws ActivationsException if an array of this shape is not a layer
   */
  public final Layout layout(Collection<Layout> chosen) {
    try {
      return Layout.of(shape.size(), chosen);
    } catch (ActivationsException e) {
      throw located(e);
    }
  }

  /**
   * {@return why the array can't be a layer, whatever the layout: it has too few or too many axes,
   * or its values are no numbers; empty if it can}
   */
  public final Optional<String> notALayer() {
    try {
      Layout.of(shape.size(), List.of());
      requireNumbers();
      return Optional.empty();
    } catch (ActivationsException e) {
      return Optional.of(e.getMessage());
    }
  }

  /** {@return whether the values are bool or integers of 32 or 64 bits, as ids and labels are} */
  public final boolean holdsLargeIntegers() {
    return type().filter(LARGE_INTEGERS::contains).isPresent();
  }

  /**
   * {@return whether the first million values are all 0 or 1, and one at least is 1} False if they
   * can't be read, which is reported when the layer is read.
   */
  public final boolean isMask() {
    if (type().isEmpty()) {
      return false;
    }
    boolean hasOne = false;
    try (BlockReader reader = values(description()).reader()) {
      long done = 0;
      for (Block block = reader.next();
          block != null && done < MASK_VALUES;
          block = reader.next()) {
        double[] values = new double[block.samples()];
        block.copyRows(0, values.length, values, 0);
        for (double value : values) {
          if (value != 0 && value != 1) {
            return false;
          }
          hasOne |= value == 1;
        }
        done += values.length;
      }
      return hasOne;
    } catch (ActivationsException | ArithmeticException e) {
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
      requireNumbers();
      return layer(Layout.of(shape.size(), chosen));
    } catch (ArithmeticException e) {
      throw located(new ActivationsException("the size of the shape " + shape + " overflows"));
    } catch (ActivationsException e) {
      throw located(e);
    } catch (IOException e) {
      throw ReadFailure.of(path() + ", layer '" + name + "'", e);
    }
  }

  /**
   * Reads the array as a mask over samples: 0 leaves out, 1 keeps.
   *
   * @return the mask, with the axes of this array; it takes a bit per value
   * @throws ActivationsException if a value is neither 0 nor 1, none is 1, there are more than 2³¹
   *     − 1, or the array is damaged
   */
  public final Layers.Mask mask() {
    return Layers.mask(description(), shape, kept());
  }

  /** The positions of the values of a mask that are 1, in C order. */
  BitSet kept() {
    if (type().isEmpty()) {
      throw problem("expected numbers 0 and 1, found " + dtype());
    }
    requireCountable();
    StridedValues.Values values = values(description());
    MaskValues mask = new MaskValues(shape, values.axes());
    try (BlockReader reader = values.reader()) {
      for (Block block = reader.next(); block != null; block = reader.next()) {
        mask.add(block);
      }
    }
    if (mask.problem().isPresent()) {
      throw problem(mask.problem().get());
    }
    return mask.kept();
  }

  /**
   * {@return the number of values}
   *
   * @throws ActivationsException if there are too many for a Java array
   */
  protected final int requireCountable() {
    long length = 1;
    for (long size : shape) {
      if (size != 0 && length > (Integer.MAX_VALUE - 8) / size) {
        throw problem("the shape " + shape + " has too many values");
      }
      length *= size;
    }
    return (int) length;
  }

  /**
   * {@return the exception for a problem of the array as such, and not as a layer}
   *
   * @param what the problem
   */
  protected final ActivationsException problem(String what) {
    return new ActivationsException(description() + ": " + what);
  }

  /** {@return the start of messages about the array as such, and not as a layer} */
  protected final String description() {
    return path() + ", array '" + name + "'";
  }

  private Path path() {
    return file.path();
  }

  /** The file and the array, unless the file's name says both. */
  String title() {
    String fileName = path().getFileName().toString();
    return fileName.startsWith(name) ? path().toString() : description();
  }

  private void requireNumbers() {
    if (type().isEmpty()) {
      throw new ActivationsException(
          "the dtype '"
              + dtype()
              + "' is not supported, expected float16/32/64, an integer or bool"
              + cure());
    }
  }

  private ActivationsException located(ActivationsException e) {
    return new ActivationsException(
        path() + ", layer '" + name + "': " + e.getMessage(), e.getCause());
  }
}
