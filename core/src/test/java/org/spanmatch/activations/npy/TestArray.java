package org.spanmatch.activations.npy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.Layout;
import org.spanmatch.kernel.backend.SampleRows;

/**
 * An array in which every value follows from its index, so that a reader's output can be checked
 * without another reader.
 */
public record TestArray(
    ElementType type, ByteOrder order, boolean fortranOrder, List<Integer> shape) {
  /** Returns an array of a shape. */
  public static TestArray of(
      ElementType type, ByteOrder order, boolean fortranOrder, int... shape) {
    return new TestArray(type, order, fortranOrder, Arrays.stream(shape).boxed().toList());
  }

  /** Returns the array as a .npy file. */
  public byte[] npy() {
    char sign = type.bytes() == 1 ? '|' : order == ByteOrder.BIG_ENDIAN ? '>' : '<';
    long[] sizes = shape.stream().mapToLong(Integer::longValue).toArray();
    return NpyBytes.of(sign + type.code(), fortranOrder, data(), sizes);
  }

  /** Returns the values as they lie in memory. */
  public byte[] data() {
    int[] sizes = sizes();
    long[] strides = strides(sizes);
    int[] axes = IntStream.range(0, sizes.length).toArray(); // the fastest one first
    if (!fortranOrder) {
      Arrays.setAll(axes, i -> sizes.length - 1 - i);
    }
    double[] values = values();
    int count = Arrays.stream(sizes).reduce(1, Math::multiplyExact);
    ByteBuffer data = ByteBuffer.allocate(count * type.bytes()).order(order);
    int[] index = new int[sizes.length];
    while (data.hasRemaining()) {
      long position = position(index, strides);
      for (int i = 0; i < sizes[axes[0]]; i++) {
        type.put(data, values[scattered(position + i * strides[axes[0]])]);
      }
      advance(index, sizes, axes, 1);
    }
    return data.array();
  }

  private int[] sizes() {
    return shape.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Returns by how much a step along each axis changes the position in C order. */
  private static long[] strides(int[] sizes) {
    long[] strides = new long[sizes.length];
    long stride = 1;
    for (int axis = sizes.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= sizes[axis];
    }
    return strides;
  }

  private static long position(int[] index, long[] strides) {
    long position = 0;
    for (int axis = 0; axis < index.length; axis++) {
      position += index[axis] * strides[axis];
    }
    return position;
  }

  /** Steps to the next index, along axes of which the fastest one is the {@code first}. */
  private static void advance(int[] index, int[] sizes, int[] axes, int first) {
    for (int i = first; i < axes.length; i++) {
      int axis = axes[i];
      index[axis]++;
      if (index[axis] < sizes[axis]) {
        return;
      }
      index[axis] = 0;
    }
  }

  /** Returns which of the values is at a position. */
  private static int scattered(long position) {
    long mixed = (position + 1) * 0x9e3779b97f4a7c15L;
    return (int) (((mixed ^ (mixed >>> 29)) * 0xbf58476d1ce4e5b9L) >>> 57); // 0 … 127
  }

  /** Returns the values that occur: small, and exact in the type. */
  private double[] values() {
    double[] values = new double[128];
    Arrays.setAll(
        values,
        i ->
            switch (type) {
              case BOOL -> i % 2;
              case FLOAT16, BFLOAT16, FLOAT32, FLOAT64 -> (i - 64) / 8.0;
              case INT8, INT16, INT32, INT64 -> i - 64;
              case UINT8 -> i + 100;
              case UINT16 -> i + 65_000;
              case UINT32 -> i + 4_000_000_000.0;
              case UINT64 -> i * 0x1p11 + 0x1p63;
            });
    return values;
  }

  /**
   * Reads the layer to its end and compares every value.
   *
   * @return the number of blocks
   */
  public int assertReadBack(Layer layer, Layout layout) {
    List<Long> sampleAxes = new ArrayList<>();
    for (int axis = 0; axis < shape.size(); axis++) {
      if (axis != layout.neuronAxis()) {
        sampleAxes.add((long) shape.get(axis));
      }
    }
    int neurons = shape.get(layout.neuronAxis());
    assertEquals(neurons, layer.neurons());
    assertEquals(sampleAxes, layer.sampleAxes());
    assertEquals(type, layer.type());
    long samples = sampleAxes.stream().reduce(1L, (a, b) -> a * b);
    assertEquals(samples, layer.samples());

    int neuronAxis = layout.neuronAxis();
    int[] sizes = sizes();
    long[] strides = strides(sizes);
    // The last sample axis varies fastest, in either memory order.
    int[] sampleAxisOrder =
        IntStream.range(0, sizes.length)
            .map(i -> sizes.length - 1 - i)
            .filter(axis -> axis != neuronAxis)
            .toArray();
    double[] values = values();
    int[] index = new int[sizes.length];
    int rowsAtOnce = neurons > 1000 ? 3 : 1000; // no divisor of a block
    double[] rows = new double[rowsAtOnce * neurons];
    try (SampleRows reader = new SampleRows(layer)) {
      for (long done = 0; done < samples; ) {
        int count = reader.read(rows, rowsAtOnce);
        assertEquals(Math.min(rowsAtOnce, samples - done), count);
        for (int row = 0; row < count; row++) {
          long position = position(index, strides);
          for (int neuron = 0; neuron < neurons; neuron++) {
            double expected = values[scattered(position + neuron * strides[neuronAxis])];
            double found = rows[row * neurons + neuron];
            if (found != expected) { // a message for each value would take most of the time
              assertEquals(expected, found, "neuron " + neuron + " at " + Arrays.toString(index));
            }
          }
          advance(index, sizes, sampleAxisOrder, 0);
        }
        done += count;
      }
      assertEquals(0, reader.read(rows, rowsAtOnce));
    }
    int blocks = 0;
    try (BlockReader reader = layer.open()) {
      long inBlocks = 0;
      for (Block block = reader.next(); block != null; block = reader.next()) {
        inBlocks += block.samples();
        blocks++;
      }
      assertEquals(samples, inBlocks);
      assertNull(reader.next());
    }
    return blocks;
  }
}
