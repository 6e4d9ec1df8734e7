package org.spanmatch.activations.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.kernel.backend.SampleRows;

/** Values at any strides of a file are found at their places, as views of a tensor need. */
class StridedValuesTest {
  private static final int OFFSET = 12;

  @TempDir private Path folder;

  /** Writes as many values as the last one needs, and some behind; value i is i. */
  private StridedValues values(List<Long> shape, List<Long> strides, int behind)
      throws IOException {
    long last = 0;
    for (int axis = 0; axis < shape.size(); axis++) {
      last += (shape.get(axis) - 1) * strides.get(axis);
    }
    ByteBuffer data =
        ByteBuffer.allocate(OFFSET + 4 * ((int) last + 1 + behind)).order(ByteOrder.LITTLE_ENDIAN);
    data.position(OFFSET);
    for (int i = 0; data.hasRemaining(); i++) {
      data.putInt(i);
    }
    Path file = Files.write(folder.resolve("values"), data.array());
    return new StridedValues(
        FileStamp.of(file),
        ArrayBytes.of(file),
        OFFSET,
        shape,
        strides,
        ElementType.INT32,
        ByteOrder.LITTLE_ENDIAN);
  }

  /** Where the values of a layer must be, sample by sample. */
  private static double[] expected(List<Long> shape, List<Long> strides, int neuronAxis) {
    List<Integer> axes = new ArrayList<>();
    for (int axis = 0; axis < shape.size(); axis++) {
      if (axis != neuronAxis) {
        axes.add(axis);
      }
    }
    axes.add(neuronAxis);
    int count = shape.stream().mapToInt(Long::intValue).reduce(1, (a, b) -> a * b);
    double[] expected = new double[count];
    for (int i = 0; i < count; i++) {
      long position = 0;
      int rest = i;
      for (int at = axes.size() - 1; at >= 0; at--) {
        int axis = axes.get(at);
        position += rest % shape.get(axis) * strides.get(axis);
        rest = (int) (rest / shape.get(axis));
      }
      expected[i] = position;
    }
    return expected;
  }

  private static double[] rows(Layer layer) {
    double[] rows = new double[(int) layer.samples() * layer.neurons()];
    try (SampleRows reader = new SampleRows(layer)) {
      assertEquals(layer.samples(), reader.read(rows, (int) layer.samples()));
    }
    return rows;
  }

  private void check(List<Long> shape, List<Long> strides, int behind) throws IOException {
    StridedValues values = values(shape, strides, behind);
    for (int neuronAxis = 0; neuronAxis < shape.size(); neuronAxis++) {
      double[] found = rows(values.layer("x", neuronAxis));
      double[] expected = expected(shape, strides, neuronAxis);
      assertTrue(
          Arrays.equals(expected, found),
          () -> "shape " + shape + ", strides " + strides + ": " + Arrays.toString(found));
    }
  }

  /** Dense in any order of the axes, with gaps, expanded (stride 0), and overlapping. */
  @Test
  void anyStrides() throws IOException {
    Random random = new Random(20261128);
    for (int i = 0; i < 2000; i++) {
      int axes = 2 + random.nextInt(4);
      List<Long> shape = new ArrayList<>();
      List<Integer> order = new ArrayList<>();
      for (int axis = 0; axis < axes; axis++) {
        shape.add(1L + random.nextInt(5));
        order.add(axis);
      }
      Collections.shuffle(order, random);
      Long[] strides = new Long[axes];
      long stride = 1;
      for (int axis : order) {
        stride += random.nextInt(3) == 0 ? random.nextInt(7) : 0;
        strides[axis] = random.nextInt(6) == 0 ? random.nextInt(3) : stride;
        stride *= shape.get(axis);
      }
      check(shape, Arrays.asList(strides), random.nextInt(3));
    }
  }

  /** Columns of a wide matrix, every second row, and what lies far apart. */
  @Test
  void slicesOfLargeArrays() throws IOException {
    check(List.of(20_000L, 100L), List.of(512L, 1L), 412); // x[:, :100]
    check(List.of(20_000L, 64L), List.of(256L, 2L), 0); // x[:, ::2]
    check(List.of(64L, 20_000L), List.of(1L, 100L), 0); // its transpose, cut
    check(List.of(3000L, 3L), List.of(2000L, 1L), 0); // rows too far apart to read between
    check(List.of(3L, 3000L), List.of(1L, 2000L), 0);
    check(List.of(3000L, 3L, 2L), List.of(2000L, 2L, 1L), 0);
    check(List.of(40L, 3L, 50L, 50L), List.of(7500L, 1L, 150L, 3L), 0); // channels last
    check(List.of(1000L, 6L, 500L), List.of(0L, 1L, 0L), 5); // expanded
  }

  @Test
  void channelsLastAreReadInOrder() throws IOException {
    StridedValues values = values(List.of(4L, 3L, 5L, 6L), List.of(90L, 1L, 18L, 3L), 0);
    assertTrue(values.layer("x", 1).openRanges().isPresent());
    assertFalse(values.isContiguous(false));
    assertTrue(values(List.of(4L, 1L, 5L), List.of(5L, 99L, 1L), 0).isContiguous(false));
    assertTrue(values(List.of(4L, 5L), List.of(1L, 4L), 0).isContiguous(true));
  }

  /** As masks are read: every value once, in the order of the file where it is dense. */
  @Test
  void allValues() throws IOException {
    List<Long> shape = List.of(3L, 4L, 5L);
    for (List<Long> strides :
        List.of(List.of(20L, 5L, 1L), List.of(1L, 3L, 12L), List.of(5L, 15L, 1L))) {
      StridedValues.Values values = values(shape, strides, 0).values("here");
      double[] found = new double[60];
      int count = 0;
      try (BlockReader reader = values.reader()) {
        for (Block block = reader.next(); block != null; block = reader.next()) {
          block.copyRows(0, block.samples(), found, count);
          count += block.samples();
        }
      }
      double[] expected = new double[60];
      Arrays.setAll(expected, i -> i);
      assertArrayEquals(expected, found);
    }
  }

  @Test
  void valuesBeyondTheBytes() throws IOException {
    StridedValues whole = values(List.of(4L, 5L), List.of(5L, 1L), 0);
    for (List<Long> strides :
        List.of(List.of(6L, 1L), List.of(5L, 2L), List.of(1L << 40, 1L), List.of(1L << 62, 1L))) {
      StridedValues beyond =
          new StridedValues(
              whole.file(),
              whole.bytes(),
              OFFSET,
              whole.shape(),
              strides,
              whole.type(),
              whole.order());
      Exception e = assertThrows(RuntimeException.class, () -> beyond.layer("x", 1));
      assertTrue(
          e instanceof ArithmeticException || e instanceof ActivationsException, e::toString);
    }
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new StridedValues(
                whole.file(),
                whole.bytes(),
                0,
                List.of(4L, 5L),
                List.of(5L),
                whole.type(),
                whole.order()));
  }
}
