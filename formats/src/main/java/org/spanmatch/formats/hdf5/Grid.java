package org.spanmatch.formats.hdf5;

import java.util.Arrays;
import java.util.Locale;
import org.spanmatch.activations.ActivationsException;

/** The grid of chunks in which a dataset is stored. Those at its ends may reach beyond it. */
final class Grid {
  private final long[] shape;
  private final int[] chunk;
  private final int[] counts;
  private final int chunks;
  private final int chunkBytes;
  private final int valueBytes;

  /**
   * Creates the grid of a dataset that holds values.
   *
   * @param shape the dataset's axes
   * @param chunk the axes of a chunk
   * @param most the most chunks that the file can hold
   * @throws ActivationsException with the reason alone if it can't be
   */
  Grid(long[] shape, int[] chunk, int valueBytes, long most) {
    if (chunk.length != shape.length || Arrays.stream(chunk).anyMatch(size -> size <= 0)) {
      throw new ActivationsException(
          "its chunks have the shape " + Arrays.toString(chunk) + " in one of " + text(shape));
    }
    this.shape = shape.clone();
    this.chunk = chunk.clone();
    this.valueBytes = valueBytes;
    this.counts = new int[shape.length];
    double all = 1;
    double bytes = valueBytes;
    for (int axis = 0; axis < shape.length; axis++) {
      long count = (shape[axis] - 1) / chunk[axis] + 1;
      all *= count;
      bytes *= chunk[axis];
      counts[axis] = (int) Math.min(Integer.MAX_VALUE, count);
    }
    if (all > Math.min(most, Integer.MAX_VALUE - 8)) {
      throw new ActivationsException(
          String.format(Locale.ROOT, "it claims to have %.0f chunks", all));
    }
    if (bytes > Integer.MAX_VALUE - 1024) {
      throw new ActivationsException(
          "its chunks of the shape " + Arrays.toString(chunk) + " are larger than 2 GiB");
    }
    chunks = (int) all;
    chunkBytes = (int) bytes;
  }

  private static String text(long[] shape) {
    return Arrays.toString(shape);
  }

  int axes() {
    return shape.length;
  }

  long size(int axis) {
    return shape[axis];
  }

  int chunkSize(int axis) {
    return chunk[axis];
  }

  int valueBytes() {
    return valueBytes;
  }

  /** The number of chunks. */
  int chunks() {
    return chunks;
  }

  /** The size of a chunk in memory. */
  int chunkBytes() {
    return chunkBytes;
  }

  /** The number of values below a step of an axis. */
  long below(int axis) {
    long values = 1;
    for (int i = axis + 1; i < shape.length; i++) {
      values *= shape[i];
    }
    return values;
  }

  /** The index of the chunk whose first value lies at some place; -1 if there is none. */
  int indexOf(long[] first) {
    int index = 0;
    for (int axis = 0; axis < shape.length; axis++) {
      if (first[axis] < 0 || first[axis] >= shape[axis] || first[axis] % chunk[axis] != 0) {
        return -1;
      }
      index = index * counts[axis] + (int) (first[axis] / chunk[axis]);
    }
    return index;
  }

  /** The index of a chunk from its steps along the axes. */
  int index(long[] steps) {
    int index = 0;
    for (int axis = 0; axis < shape.length; axis++) {
      index = index * counts[axis] + (int) steps[axis];
    }
    return index;
  }

  /** The place of a chunk's first value, for messages. */
  String name(int index) {
    long[] first = new long[shape.length];
    int rest = index;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      first[axis] = (long) (rest % counts[axis]) * chunk[axis];
      rest /= counts[axis];
    }
    return "at " + text(first);
  }
}
