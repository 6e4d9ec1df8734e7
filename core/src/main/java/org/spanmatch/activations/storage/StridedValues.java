package org.spanmatch.activations.storage;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;

/**
 * Where the values of an array lie in a file: at {@code offset + Σ index·stride}. They may overlap,
 * as those of an expanded view do, and there may be gaps between them.
 *
 * @param file the file when its header was read
 * @param bytes the bytes among which the values lie
 * @param offset number of bytes before the value at index 0, at least 0
 * @param shape sizes of the axes, none negative
 * @param strides distance of neighbours along each axis, in values, none negative
 * @param type the format of a value
 * @param order the byte order of a value
 */
public record StridedValues(
    FileStamp file,
    ArrayBytes bytes,
    long offset,
    List<Long> shape,
    List<Long> strides,
    ElementType type,
    ByteOrder order) {
  // Enough to see that an array is no mask, without inflating much of it.
  private static final long FEW_BYTES = 1 << 16;

  /**
   * Checks that there is a stride for each axis.
   *
   * @param file the file when its header was read
   * @param bytes the bytes among which the values lie
   * @param offset number of bytes before the value at index 0
   * @param shape sizes of the axes
   * @param strides distance of neighbours along each axis, in values
   * @param type the format of a value
   * @param order the byte order of a value
   * @throws IllegalArgumentException if there is not, or a number is negative
   */
  public StridedValues {
    shape = List.copyOf(shape);
    strides = List.copyOf(strides);
    if (shape.size() != strides.size()
        || offset < 0
        || shape.stream().anyMatch(size -> size < 0)
        || strides.stream().anyMatch(stride -> stride < 0)) {
      throw new IllegalArgumentException(
          "expected a stride for each axis, and nothing negative, found an offset of "
              + offset
              + ", the shape "
              + shape
              + " and strides of "
              + strides);
    }
  }

  /**
   * {@return the strides of values without gaps}
   *
   * @param shape sizes of the axes
   * @param fortranOrder whether the first axis varies fastest, not the last
   * @throws ArithmeticException if the size of the array exceeds a long
   */
  public static List<Long> strides(List<Long> shape, boolean fortranOrder) {
    Long[] strides = new Long[shape.size()];
    long stride = 1;
    for (int i = 0; i < strides.length; i++) {
      int axis = fortranOrder ? i : strides.length - 1 - i;
      strides[axis] = stride;
      stride = Math.multiplyExact(stride, shape.get(axis));
    }
    return Arrays.asList(strides);
  }

  /**
   * {@return whether there are no gaps between the values}
   *
   * @param fortranOrder in which order: the first axis varies fastest, or the last
   */
  public boolean isContiguous(boolean fortranOrder) {
    long stride = 1;
    for (int i = 0; i < shape.size(); i++) {
      int axis = fortranOrder ? i : shape.size() - 1 - i;
      if (shape.get(axis) != 1 && strides.get(axis) != stride) {
        return false;
      }
      stride *= shape.get(axis); // no overflow: the strides so far are those of a real array
    }
    return true;
  }

  /**
   * {@return the array as a layer}
   *
   * @param name the layer's name
   * @param neuronAxis the axis that counts neurons
   * @throws ActivationsException with the reason alone if it has no samples, a sample is too large,
   *     or the bytes end before the last value
   * @throws ArithmeticException if the size of the array exceeds a long
   * @throws IOException if the size of the bytes can't be found
   */
  public Layer layer(String name, int neuronAxis) throws IOException {
    StridedArray array = StridedArray.of(axes(), neuronAxis);
    if (array.samples() == 0) {
      throw new ActivationsException("the shape " + shape + " has 0 samples");
    }
    requireWithin(array);
    return new StridedLayer(name, this, array);
  }

  /**
   * Opens all values as samples of one neuron, in the order in which they lie in the file.
   *
   * @param description the start of messages
   * @return the values, which the caller closes
   * @throws ActivationsException if the file has changed, can't be read, or ends before the last
   *     value
   * @throws ArithmeticException if the size of the array exceeds a long
   */
  public Values values(String description) {
    List<Integer> order =
        IntStream.range(0, shape.size())
            .boxed()
            .sorted(Comparator.comparing(strides::get, Comparator.reverseOrder()))
            .toList();
    // An array without values may have long axes beside an empty one, which blocks can't be cut
    // from.
    List<StridedArray.Axis> axes =
        shape.contains(0L)
            ? List.of(new StridedArray.Axis(0, 1))
            : order.stream().map(axes()::get).toList();
    StridedArray array = StridedArray.of(axes, -1);
    try {
      requireWithin(array);
      BlockShape blocks = BlockShape.of(array, type.bytes(), FEW_BYTES);
      return new Values(read(description, array, blocks), order);
    } catch (ActivationsException e) {
      file.requireUnchanged();
      throw new ActivationsException(description + ": " + e.getMessage(), e.getCause());
    } catch (IOException e) {
      file.requireUnchanged();
      throw ReadFailure.of(description, e);
    }
  }

  /**
   * Values in the order in which they lie in a file.
   *
   * @param reader the values, as samples of one neuron
   * @param axes the axes of the array, the one that varies slowest first
   */
  public record Values(BlockReader reader, List<Integer> axes) {}

  private List<StridedArray.Axis> axes() {
    List<StridedArray.Axis> axes = new ArrayList<>();
    for (int axis = 0; axis < shape.size(); axis++) {
      axes.add(new StridedArray.Axis(shape.get(axis), strides.get(axis)));
    }
    return axes;
  }

  private void requireWithin(StridedArray array) throws IOException {
    long end = end(array);
    if (end > bytes.size()) {
      throw new ActivationsException(
          "its values end at byte " + end + ", but there are " + bytes.size() + " bytes");
    }
  }

  /** The number of bytes up to the last value. */
  private long end(StridedArray array) {
    return Math.addExact(offset, Math.multiplyExact(array.span(), (long) type.bytes()));
  }

  /** Whether nothing follows the last value. */
  boolean endsBytes(StridedArray array) throws IOException {
    return end(array) == bytes.size();
  }

  BlockReader read(String description, StridedArray array, BlockShape blocks) {
    file.requireUnchanged();
    try {
      if (blocks.sequential()) {
        boolean toEnd = endsBytes(array);
        return file.guard(
            new SequentialReader(
                description, bytes.stream(), offset, array, blocks, type, order, toEnd));
      }
      ArrayBytes.Opened opened = bytes.open();
      return file.guard(
          new GatheringReader(
              description,
              opened.channel(),
              Math.addExact(opened.start(), offset),
              array,
              blocks,
              type,
              order));
    } catch (IOException e) {
      file.requireUnchanged();
      throw ReadFailure.of(description, e);
    }
  }
}
