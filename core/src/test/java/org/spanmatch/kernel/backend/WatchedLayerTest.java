package org.spanmatch.kernel.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.Layer.RangeReader;
import org.spanmatch.activations.Layers;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.npy.NpyBytes;
import org.spanmatch.gram.GramLayer.Repetition;

class WatchedLayerTest {
  /** Rows of samples, stored in any type and order, and read in blocks of some samples. */
  @SuppressWarnings("ArrayRecordComponent") // Only read; never compared.
  private record Stored(
      double[][] rows, ElementType type, ByteOrder order, boolean byNeuron, int blockSamples)
      implements Layer {
    @Override
    public String name() {
      return "layer";
    }

    @Override
    public String source() {
      return "memory";
    }

    @Override
    public int neurons() {
      return rows[0].length;
    }

    @Override
    public List<Long> sampleAxes() {
      return List.of((long) rows.length);
    }

    @Override
    public BlockReader open() {
      return new BlockReader() {
        private int position;

        @Override
        public Block next() {
          int count = Math.min(blockSamples, rows.length - position);
          ByteBuffer data = ByteBuffer.allocate(count * neurons() * type.bytes()).order(order);
          for (int i = 0; i < count * neurons(); i++) {
            int sample = byNeuron ? i % count : i / neurons();
            int neuron = byNeuron ? i / count : i % neurons();
            type.put(data, rows[position + sample][neuron]);
          }
          position += count;
          return count == 0
              ? null
              : byNeuron
                  ? new Block(type, data, neurons(), count, 1, count, 1, 0)
                  : Block.rows(type, data, neurons(), count);
        }

        @Override
        public void close() {}
      };
    }
  }

  private static Repetition repetition(Layer layer) {
    WatchedLayer watched = new WatchedLayer(layer);
    assertEquals(Repetition.UNKNOWN, watched.repetition());
    try (BlockReader reader = watched.open()) {
      for (Block block = reader.next(); block != null; block = reader.next()) {
        assertTrue(block.samples() > 0);
      }
    }
    return watched.repetition();
  }

  private static Repetition repetition(double[][] rows) {
    return repetition(Layers.of("layer", rows));
  }

  /** Nine samples of small integers that all types hold: four different ones and a silent one. */
  private static double[][] rows(int neurons) {
    double[][] rows = new double[9][neurons];
    int[] kinds = {1, 2, 0, 3, 2, 2, 1, 4, 0};
    for (int i = 0; i < rows.length; i++) {
      int kind = kinds[i];
      Arrays.setAll(rows[i], neuron -> kind == 0 ? 0 : kind == 1 + neuron % 4 ? 1 : 0);
      rows[i][neurons - 1] = kind == 0 ? 0 : kind == 4 ? 0 : 1;
    }
    return rows;
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void countsInAnyTypeOrderAndLayout(ElementType type) {
    for (int neurons : new int[] {5, 8, 33, 100, 5000}) {
      for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
        long key = 0;
        for (boolean byNeuron : new boolean[] {false, true}) {
          for (int blockSamples : new int[] {1, 4, 9}) {
            Stored layer = new Stored(rows(neurons), type, order, byNeuron, blockSamples);
            Repetition seen = repetition(layer);
            assertNotEquals(0, seen.key());
            key = key == 0 ? seen.key() : key;
            assertEquals(new Repetition(9, 2, 3, key, 4), seen, layer.toString());
          }
        }
      }
    }
  }

  /** Padding that was multiplied by a mask of zeros has zeros of both signs. */
  @ParameterizedTest
  @EnumSource(
      value = ElementType.class,
      names = {"FLOAT16", "BFLOAT16", "FLOAT32", "FLOAT64"})
  void zerosOfEitherSignAreSilent(ElementType type) {
    double[][] rows = new double[6][7];
    rows[1][2] = -0.0;
    Arrays.fill(rows[2], -0.0);
    rows[3][6] = -1;
    rows[4][6] = 1;
    for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
      Repetition seen = repetition(new Stored(rows, type, order, false, 6));
      assertEquals(new Repetition(6, 4, 1, seen.key(), 2), seen);
    }
  }

  /** What is the sign bit of other types is a value of these. */
  @Test
  void integersHaveNoNegativeZero() {
    for (ElementType type : ElementType.values()) {
      double lowest =
          switch (type) {
            case INT8 -> Byte.MIN_VALUE;
            case INT16 -> Short.MIN_VALUE;
            case INT32 -> Integer.MIN_VALUE;
            case INT64 -> Long.MIN_VALUE;
            case UINT8 -> 0x80;
            case UINT16 -> 0x8000;
            case UINT32 -> 0x8000_0000L;
            default -> 1;
          };
      for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
        Repetition seen =
            repetition(new Stored(new double[][] {{lowest}, {0}}, type, order, false, 2));
        assertEquals(new Repetition(2, 1, 1, seen.key(), 1), seen, type.toString());
      }
    }
  }

  /**
   * A weak hash gives samples with few bits set, in few places, the same one, which would look like
   * repeated samples.
   */
  @Test
  void samplesThatDifferInFewBitsDiffer() {
    double[][] one = new double[1024][1024];
    double[][] two = new double[1024][64];
    double[][] swapped = new double[1024][64];
    double[][] signs = new double[1024][64];
    for (int i = 0; i < 1024; i++) {
      one[i][i] = 1;
      two[i][i / 32] = 2;
      two[i][32 + i % 32] = 2;
      Arrays.setAll(swapped[i], neuron -> 1 + neuron % 4);
      swapped[i][i / 32 * 2] = -1;
      swapped[i][i % 32 * 2 + 1] = -2;
      int bits = i;
      Arrays.setAll(signs[i], neuron -> (bits >> neuron % 10 & 1) == 0 ? 1 : -1);
    }
    for (double[][] rows : List.of(one, two, swapped, signs)) {
      for (ElementType type :
          List.of(
              ElementType.FLOAT16, ElementType.BFLOAT16, ElementType.FLOAT32, ElementType.INT8)) {
        Repetition seen =
            repetition(new Stored(rows, type, ByteOrder.LITTLE_ENDIAN, false, rows.length));
        assertEquals(new Repetition(1024, 0, 1, seen.key(), 1024), seen, type.toString());
      }
    }
  }

  /**
   * Of 1024 samples out of 10,000 of which each is there twice, 1024²/20,000 = 52 pairs are
   * expected to be met, give or take 7; 20 would be 4.5 standard deviations less.
   */
  @Test
  void meetsPairsOfALargeLayer() {
    SplittableRandom random = new SplittableRandom(1);
    double[][] rows = new double[10_000][3];
    for (int i = 0; i < 5000; i++) {
      Arrays.setAll(rows[i], neuron -> random.nextDouble());
      rows[5000 + i] = rows[i];
    }
    Repetition saved = repetition(rows);
    assertEquals(1024, saved.looked());
    assertTrue(1024 - saved.distinct() >= 20, saved.toString());
    for (int i = 9999; i > 0; i--) {
      int other = random.nextInt(i + 1);
      double[] row = rows[i];
      rows[i] = rows[other];
      rows[other] = row;
    }
    Repetition shuffled = repetition(rows);
    assertTrue(1024 - shuffled.distinct() >= 20, shuffled.toString());
  }

  /** One sample of each of equal parts, at any place in it. */
  @Test
  void looksAtAllPartsAndPlaces() {
    double[][] rows = new double[4099][1];
    for (int i = 0; i < rows.length; i++) {
      rows[i][0] = 1 + i % 4;
    }
    Repetition seen = repetition(rows);
    assertEquals(1024, seen.looked());
    assertEquals(4, seen.distinct());
    // A quarter of 1024 is 256, and 5 standard deviations are 69.
    assertTrue(seen.commonest() < 325, seen.toString());
  }

  /** Ranges that are read in any order, and some of them twice. */
  @Test
  void rangesTellTheSame(@TempDir Path folder) throws IOException {
    double[][] rows = new double[5000][3];
    for (int i = 0; i < rows.length; i++) {
      Arrays.fill(rows[i], i % 3 == 0 ? 0 : i % 700);
    }
    Path file = folder.resolve("layer.npy");
    double[] values = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
    Files.write(file, NpyBytes.of(values, rows.length, 3));
    Layer layer = ActivationFile.open(file).arrays().get(0).layer(List.of());
    Repetition expected = repetition(layer);
    assertTrue(expected.distinct() > 100);
    WatchedLayer watched = new WatchedLayer(layer);
    ByteBuffer room = ByteBuffer.allocate(rows.length * 3 * Double.BYTES);
    try (RangeReader reader = watched.openRanges().orElseThrow()) {
      for (int from : new int[] {4990, 2500, 0, 2500}) {
        assertEquals(Repetition.UNKNOWN, watched.repetition());
        reader.fill(from, Math.min(2490, rows.length - from), room.clear());
      }
      reader.fill(2490, 10, room.clear());
    }
    assertEquals(expected, watched.repetition());
  }
}
