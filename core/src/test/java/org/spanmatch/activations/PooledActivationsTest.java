package org.spanmatch.activations;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.PrimitiveIterator;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.spanmatch.activations.Layers.Pooling;
import org.spanmatch.activations.RandomBlocks.Form;

class PooledActivationsTest {
  /** Pools the rows of each example; null where nothing is kept. */
  private static double[][] pooled(double[][] rows, int positions, BitSet kept, Pooling pooling) {
    double[][] result = new double[rows.length / positions][];
    for (int i = kept.nextSetBit(0); i >= 0; i = kept.nextSetBit(i + 1)) {
      int example = i / positions;
      double[] before = result[example];
      result[example] = before == null ? rows[i].clone() : before;
      for (int neuron = 0; before != null && neuron < before.length; neuron++) {
        before[neuron] =
            pooling == Pooling.MAX
                ? Math.max(before[neuron], rows[i][neuron])
                : before[neuron] + rows[i][neuron];
      }
    }
    for (int example = 0; pooling == Pooling.MEAN && example < result.length; example++) {
      int count = kept.get(example * positions, (example + 1) * positions).cardinality();
      for (int neuron = 0; count > 0 && neuron < result[example].length; neuron++) {
        result[example][neuron] /= count;
      }
    }
    return result;
  }

  /** In blocks of every form and size the same bits as by hand, in order of the samples. */
  @ParameterizedTest
  @CsvSource({"1, 7, 3", "9, 1, 4", "40, 6, 3", "300, 4, 2", "5, 50, 1", "2000, 3, 200"})
  void everyFormAndSizeOfBlocks(int examples, int positions, int neurons) {
    Random random = new Random(examples);
    double[][] rows = new double[examples * positions][neurons];
    for (double[] row : rows) {
      for (int neuron = 0; neuron < neurons; neuron++) {
        row[neuron] = (float) random.nextGaussian();
      }
    }
    BitSet all = new BitSet();
    all.set(0, rows.length);
    List<Long> axes = List.of((long) examples, (long) positions);
    for (Pooling pooling : Pooling.values()) {
      double[][] expected = pooled(rows, positions, all, pooling);
      for (Form form : Form.values()) {
        for (int most : new int[] {1, 3, 64}) {
          Layer layer =
              new RandomBlocks(
                  "p", rows, axes, ElementType.FLOAT32, ByteOrder.BIG_ENDIAN, form, most);
          Layer pooled = Layers.pooled(layer, pooling);
          assertEquals(List.of((long) examples), pooled.sampleAxes());
          assertArrayEquals(expected, RandomBlocks.read(pooled), form + " " + most);
          assertEquals(0, pooled.masked());
        }
      }
    }
  }

  /** A mask comes first: what it leaves out is in no mean, and an example without any is gone. */
  @ParameterizedTest
  @EnumSource
  void whatIsMaskedIsNotPooled(Pooling pooling) {
    Random random = new Random(3);
    for (int trial = 0; trial < 30; trial++) {
      int examples = 2 + random.nextInt(20);
      int positions = 1 + random.nextInt(6);
      double[][] rows = RandomBlocks.values(examples * positions, 3, random);
      BitSet kept = new BitSet();
      for (int i = 0; i < rows.length; i++) {
        kept.set(i, random.nextInt(3) == 0);
      }
      kept.set(random.nextInt(rows.length));
      for (int i = kept.nextClearBit(0); i < rows.length; i = kept.nextClearBit(i + 1)) {
        rows[i][i % 3] = Double.NaN; // whatever is left out
      }
      List<Long> axes = List.of((long) examples, (long) positions);
      Layer layer =
          new RandomBlocks(
              "p",
              rows,
              axes,
              ElementType.FLOAT64,
              ByteOrder.LITTLE_ENDIAN,
              List.of(Form.values()).get(trial % 3),
              4);
      Layer pooled = Layers.pooled(Layers.masked(layer, Layers.mask("mask", axes, kept)), pooling);
      double[][] byHand = pooled(rows, positions, kept, pooling);
      List<Integer> having = new ArrayList<>();
      for (int example = 0; example < examples; example++) {
        if (byHand[example] != null) {
          having.add(example);
        }
      }
      assertEquals(List.of((long) having.size()), pooled.sampleAxes());
      assertEquals(examples - having.size(), pooled.masked());
      double[][] expected = having.stream().map(i -> byHand[i]).toArray(double[][]::new);
      assertArrayEquals(expected, RandomBlocks.read(pooled));
      PrimitiveIterator.OfLong of = pooled.examples();
      for (int i = 0; i < having.size(); i++) {
        assertEquals(having.get(i).longValue(), of.nextLong());
        assertEquals(having.get(i).longValue(), pooled.samplePosition(i));
      }
      assertFalse(of.hasNext());
    }
  }

  @Test
  void whatHasOneSamplePerExampleStaysAsItIs() {
    Layer dense = Layers.of("fc", new float[][] {{1, 2}, {3, 4}, {5, 6}});
    assertSame(dense, Layers.pooled(dense, Pooling.MEAN));
    BitSet kept = new BitSet();
    kept.set(1, 3);
    Layer masked = Layers.masked(dense, Layers.mask("mask", List.of(3L), kept));
    assertSame(masked, Layers.pooled(masked, Pooling.MAX));
    Layer image =
        new RandomBlocks(
            "p",
            new double[][] {{1, 2}, {3, 4}},
            List.of(2L, 1L, 1L),
            ElementType.FLOAT32,
            ByteOrder.nativeOrder(),
            Form.IMAGES,
            2);
    Layer pooled = Layers.pooled(image, Pooling.MEAN);
    assertEquals(List.of(2L), pooled.sampleAxes());
    assertEquals(image.roundoff(), pooled.roundoff());
    assertArrayEquals(RandomBlocks.read(image), RandomBlocks.read(pooled));
  }

  /** Stored roundings carry over to what is computed from the values. */
  @Test
  void countsAsRoundedAsItsValues() {
    for (ElementType type : List.of(ElementType.FLOAT16, ElementType.FLOAT64)) {
      Layer layer =
          new RandomBlocks(
              "p", new double[12][2], List.of(3L, 4L), type, ByteOrder.nativeOrder(), Form.ROWS, 2);
      assertEquals(type.roundoff(), Layers.pooled(layer, Pooling.MAX).roundoff());
      assertEquals(type.roundoff() + 4 * 0x1p-53, Layers.pooled(layer, Pooling.MEAN).roundoff());
      assertEquals(ElementType.FLOAT64, Layers.pooled(layer, Pooling.MEAN).type());
    }
  }

  /** Neither a maximum nor a sum hides what is not finite. */
  @ParameterizedTest
  @EnumSource
  void valuesThatAreNotFiniteAreNamed(Form form) {
    for (double value :
        new double[] {Double.NaN, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY}) {
      double[][] rows = RandomBlocks.values(20, 3, new Random(2));
      rows[14][2] = value;
      Layer layer =
          new RandomBlocks(
              "file", rows, List.of(5L, 4L), ElementType.FLOAT32, ByteOrder.LITTLE_ENDIAN, form, 2);
      for (Pooling pooling : Pooling.values()) {
        ActivationsException e =
            assertThrows(
                ActivationsException.class, () -> RandomBlocks.read(Layers.pooled(layer, pooling)));
        assertEquals(
            "file, layer 'layer': neuron 2 is "
                + (Double.isNaN(value) ? "NaN" : "infinite")
                + " at sample 14, expected finite activations",
            e.getMessage());
      }
    }
  }

  @Test
  void aSumThatOverflowsIsRefused() {
    double[][] rows = new double[6][2];
    Arrays.fill(rows[2], Double.MAX_VALUE);
    Arrays.fill(rows[3], Double.MAX_VALUE);
    Layer layer =
        new RandomBlocks(
            "file",
            rows,
            List.of(3L, 2L),
            ElementType.FLOAT64,
            ByteOrder.nativeOrder(),
            Form.ROWS,
            9);
    ActivationsException e =
        assertThrows(
            ActivationsException.class,
            () -> RandomBlocks.read(Layers.pooled(layer, Pooling.MEAN)));
    assertEquals(
        "file, layer 'layer': the sum of neuron 0 over example 1 exceeds the largest number of"
            + " float64",
        e.getMessage());
    assertEquals(Double.MAX_VALUE, RandomBlocks.read(Layers.pooled(layer, Pooling.MAX))[1][0]);
  }

  @Test
  void rotatesAndSamplesExamples() {
    double[][] rows = RandomBlocks.values(60, 2, new Random(9));
    Layer layer =
        new RandomBlocks(
            "p",
            rows,
            List.of(20L, 3L),
            ElementType.FLOAT64,
            ByteOrder.nativeOrder(),
            Form.COLUMNS,
            7);
    Layer pooled = Layers.pooled(layer, Pooling.MEAN);
    Layer inMemory = Layers.of("m", RandomBlocks.read(pooled));
    assertArrayEquals(
        RandomBlocks.read(Layers.rotated(inMemory, 7)),
        RandomBlocks.read(Layers.rotated(pooled, 7)));
    assertArrayEquals(
        RandomBlocks.read(Layers.sampled(inMemory, 7)),
        RandomBlocks.read(Layers.sampled(pooled, 7)));
  }
}
