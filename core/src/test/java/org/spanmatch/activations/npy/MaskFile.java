package org.spanmatch.activations.npy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.spanmatch.activations.ElementType;

/** Writes masks as {@code .npy} files, of any type and order. */
final class MaskFile {
  private MaskFile() {}

  /**
   * Returns an array as a file.
   *
   * @param value the value at each position in C order
   */
  static byte[] npy(
      ElementType type,
      ByteOrder order,
      boolean fortran,
      List<Long> shape,
      IntToDoubleFunction value) {
    int[] sizes = shape.stream().mapToInt(Long::intValue).toArray();
    int count = 1;
    for (int size : sizes) {
      count *= size;
    }
    ByteBuffer data = ByteBuffer.allocate(count * type.bytes()).order(order);
    for (int place = 0; place < count; place++) {
      type.put(data, value.applyAsDouble(fortran ? inRowMajor(place, sizes) : place));
    }
    char sign = type.bytes() == 1 ? '|' : order == ByteOrder.BIG_ENDIAN ? '>' : '<';
    return NpyBytes.of(
        sign + type.code(),
        fortran,
        data.array(),
        shape.stream().mapToLong(Long::longValue).toArray());
  }

  /** The position in C order of a place in Fortran order. */
  private static int inRowMajor(int place, int[] sizes) {
    int[] index = new int[sizes.length];
    int rest = place;
    for (int axis = 0; axis < sizes.length; axis++) {
      index[axis] = rest % sizes[axis];
      rest /= sizes[axis];
    }
    int position = 0;
    for (int axis = 0; axis < sizes.length; axis++) {
      position = position * sizes[axis] + index[axis];
    }
    return position;
  }
}
