package org.spanmatch.activations.format;

import java.nio.ByteOrder;
import java.util.List;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.npy.NpyBytes;
import org.spanmatch.activations.npy.TestArray;

/**
 * An array that a test stores in a file.
 *
 * @param type the format of a value
 * @param order the byte order of a value
 * @param fortranOrder whether the first axis varies fastest in {@code data}
 * @param shape the sizes of the axes
 * @param data the values
 */
@SuppressWarnings("ArrayRecordComponent") // Only handed on; never compared.
public record Stored(
    ElementType type, ByteOrder order, boolean fortranOrder, List<Integer> shape, byte[] data) {
  /** Returns an array whose values follow from their index. */
  public static Stored of(TestArray array) {
    return new Stored(
        array.type(), array.order(), array.fortranOrder(), array.shape(), array.data());
  }

  /** Returns the array as a {@code .npy} file. */
  public byte[] npy() {
    char sign = type.bytes() == 1 ? '|' : order == ByteOrder.BIG_ENDIAN ? '>' : '<';
    long[] sizes = shape.stream().mapToLong(Integer::longValue).toArray();
    return NpyBytes.of(sign + type.code(), fortranOrder, data, sizes);
  }
}
