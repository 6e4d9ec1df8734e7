package org.spanmatch.activations.npy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
    int count = shape.stream().reduce(1, Math::multiplyExact);
    ByteBuffer data = ByteBuffer.allocate(count * type.bytes()).order(order);
    int[] index = new int[shape.size()];
    for (int i = 0; i < count; i++) {
      type.put(data, value(position(index)));
      advance(index);
    }
    return data.array();
  }

  /** Steps to the index of the next value in memory. */
  private void advance(int[] index) {
    for (int i = 0; i < index.length; i++) {
      int axis = fortranOrder ? i : index.length - 1 - i;
      index[axis]++;
      if (index[axis] < shape.get(axis)) {
        return;
      }
      index[axis] = 0;
    }
  }

  /** Returns the position of an index in C order. */
  private long position(int[] index) {
    long position = 0;
    for (int axis = 0; axis < index.length; axis++) {
      position = position * shape.get(axis) + index[axis];
    }
    return position;
  }

  /** Returns the value at a position: small, scattered, and exact in the type. */
  private double value(long position) {
    long mixed = (position + 1) * 0x9e3779b97f4a7c15L;
    int random = (int) (((mixed ^ (mixed >>> 29)) * 0xbf58476d1ce4e5b9L) >>> 57); // 0 … 127
    return switch (type) {
      case BOOL -> random % 2;
      case FLOAT16, BFLOAT16, FLOAT32, FLOAT64 -> (random - 64) / 8.0;
      case INT8, INT16, INT32, INT64 -> random - 64;
      case UINT8 -> random + 100;
      case UINT16 -> random + 65_000;
      case UINT32 -> random + 4_000_000_000.0;
      case UINT64 -> random * 0x1p11 + 0x1p63;
    };
  }

  /** Reads the layer to its end and compares every value. */
  public void assertReadBack(Layer layer, Layout layout) {
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

    int[] index = new int[shape.size()];
    int rowsAtOnce = neurons > 1000 ? 3 : 1000; // no divisor of a block
    double[] rows = new double[rowsAtOnce * neurons];
    try (SampleRows reader = new SampleRows(layer)) {
      for (long done = 0; done < samples; ) {
        int count = reader.read(rows, rowsAtOnce);
        assertEquals(Math.min(rowsAtOnce, samples - done), count);
        for (int row = 0; row < count; row++) {
          for (int neuron = 0; neuron < neurons; neuron++) {
            index[layout.neuronAxis()] = neuron;
            double expected = value(position(index));
            double found = rows[row * neurons + neuron];
            if (found != expected) { // a message for each value would take most of the time
              assertEquals(expected, found, "at " + Arrays.toString(index));
            }
          }
          advanceSample(index, layout);
        }
        done += count;
      }
      assertEquals(0, reader.read(rows, rowsAtOnce));
    }
    try (BlockReader reader = layer.open()) {
      long inBlocks = 0;
      for (Block block = reader.next(); block != null; block = reader.next()) {
        inBlocks += block.samples();
      }
      assertEquals(samples, inBlocks);
      assertNull(reader.next());
    }
  }

  /** Steps to the next sample: the last sample axis varies fastest, in either memory order. */
  private void advanceSample(int[] index, Layout layout) {
    for (int axis = index.length - 1; axis >= 0; axis--) {
      if (axis == layout.neuronAxis()) {
        continue;
      }
      index[axis]++;
      if (index[axis] < shape.get(axis)) {
        return;
      }
      index[axis] = 0;
    }
  }
}
