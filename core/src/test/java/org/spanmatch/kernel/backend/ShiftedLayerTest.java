package org.spanmatch.kernel.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.Layers;

class ShiftedLayerTest {
  /** How the values of a block lie. */
  private enum Order {
    SAMPLES,
    IMAGES,
    NEURONS,
    NEURONS_OF_POSITIONS,
    SCATTERED
  }

  /** Two blocks of 3 and 2 outer samples, with 4 inner ones each, of 5 neurons. */
  private static final class Blocks extends Layer.Forwarding {
    private static final int NEURONS = 5;
    private static final int INNER = 4;
    private final ElementType type;
    private final Order order;
    private final double[][] values; // by sample

    Blocks(ElementType type, Order order) {
      super(Layers.of("layer", 20, NEURONS, new double[20 * NEURONS]));
      this.type = type;
      this.order = order;
      SplittableRandom random = new SplittableRandom(1);
      this.values = new double[20][NEURONS];
      for (double[] row : values) {
        Arrays.setAll(row, i -> type == ElementType.BOOL ? random.nextInt(2) : random.nextInt(100));
      }
    }

    @Override
    public ElementType type() {
      return type;
    }

    @Override
    public BlockReader open() {
      return new BlockReader() {
        private int outer;

        @Override
        public Block next() {
          int count = outer == 0 ? 3 : outer == 3 ? 2 : 0;
          outer += count;
          return count == 0 ? null : block(outer - count, count);
        }

        @Override
        public void close() {}
      };
    }

    private Block block(int first, int outer) {
      int[] strides = // of neurons, outer and inner samples
          switch (order) {
            case SAMPLES -> new int[] {1, INNER * NEURONS, NEURONS};
            case IMAGES -> new int[] {INNER, INNER * NEURONS, 1};
            case NEURONS -> new int[] {outer * INNER, INNER, 1};
            case NEURONS_OF_POSITIONS -> new int[] {outer, 1, outer * NEURONS};
            case SCATTERED -> new int[] {2, 2 * NEURONS, 2 * NEURONS * outer};
          };
      ByteBuffer data =
          ByteBuffer.allocate(2 * outer * INNER * NEURONS * type.bytes())
              .order(ByteOrder.BIG_ENDIAN);
      Block block =
          new Block(type, data, NEURONS, outer, INNER, strides[0], strides[1], strides[2]);
      for (int sample = 0; sample < outer * INNER; sample++) {
        for (int neuron = 0; neuron < NEURONS; neuron++) {
          int index = block.index(sample) + neuron * strides[0];
          type.put(data.position(index * type.bytes()), values[first * INNER + sample][neuron]);
        }
      }
      return block;
    }
  }

  private static double[] rows(Layer layer) {
    double[] rows = new double[(int) layer.samples() * layer.neurons()];
    try (SampleRows reader = new SampleRows(layer)) {
      assertEquals(layer.samples(), reader.read(rows, (int) layer.samples()));
    }
    return rows;
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void everyTypeAndOrderOfValuesIsShiftedAlike(ElementType type) {
    for (Order order : Order.values()) {
      Blocks layer = new Blocks(type, order);
      ShiftedLayer shifted = ShiftedLayer.nearMean(layer);
      double[] found = rows(shifted);
      double[] shifts = shifted.shifts();
      double[] expected = rows(layer);
      Arrays.setAll(expected, i -> expected[i] - shifts[i % Blocks.NEURONS]);
      assertArrayEquals(expected, found, order.toString());
      assertArrayEquals(expected, rows(shifted), "a second pass");
      assertTrue(Arrays.stream(shifts).anyMatch(shift -> shift != 0));
      assertEquals(ElementType.FLOAT64, shifted.type());
      assertTrue(shifted.openRanges().isEmpty(), "ranges would not be shifted");
    }
  }

  private static double shift(double... values) {
    ShiftedLayer layer = ShiftedLayer.nearMean(Layers.of("layer", values.length, 1, values));
    rows(layer);
    return layer.shifts()[0];
  }

  @Test
  void theMeanOrWhatMostSamplesHaveIsSubtracted() {
    assertEquals(5, shift(2, 8, 3, 7));
    assertEquals(0, shift(9, 0, 0, 7, 0));
    assertEquals(7, shift(1, 7, 2, 7, 7));
    assertEquals(4, shift(0, 8, 0, 8), "half is not more than half");
    assertEquals(0.1, shift(0.1, 0.1, 0.1));
    assertEquals(3, shift(3));
  }

  /** A difference must not overflow, and what is not finite must stay so. */
  @Test
  void extremeNeuronsStayAsTheyAre() {
    assertEquals(0, shift(Double.MAX_VALUE, Double.MAX_VALUE / 2, 0x1p1000));
    assertEquals(0, shift(-Double.MAX_VALUE, Double.MAX_VALUE));
    assertEquals(0, shift(1, Double.NaN));
    assertEquals(0, shift(Double.POSITIVE_INFINITY, 1));
    double[] kept = {-Double.MAX_VALUE, 1, 2, Double.MAX_VALUE};
    assertArrayEquals(kept, rows(ShiftedLayer.nearMean(Layers.of("layer", 4, 1, kept))));
  }

  /** The mean of what the first block shows bounds how much of any mean can be left. */
  @Test
  void anOutlierAmongTheFirstSamplesDoesLittle() {
    int samples = 1 << 20;
    float[] values = new float[samples];
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < samples; i++) {
      values[i] = (float) random.nextDouble(1, 2);
    }
    values[0] = 1e6f;
    ShiftedLayer layer = ShiftedLayer.nearMean(Layers.of("layer", samples, 1, values));
    double[] shifted = rows(layer);
    double sum = Arrays.stream(shifted).sum();
    double square = Arrays.stream(shifted).map(z -> z * z).sum();
    double aboutMean = square - sum * sum / samples;
    assertTrue(square <= (1 + 2.0 * samples / 256) * aboutMean);
  }

  @Test
  void differencesOfShortNumbersAreExact() {
    float[] values = {1.1f, 1e5f, -3.3e4f, 7e4f};
    ShiftedLayer layer = ShiftedLayer.nearMean(Layers.of("layer", 4, 1, values));
    double[] found = rows(layer);
    for (int i = 0; i < values.length; i++) {
      assertEquals(values[i], (float) (found[i] + layer.shifts()[0]));
      assertEquals(layer.shifts()[0], values[i] - found[i]);
    }
  }

  @Test
  void meansAreThoseOfAllSamples() {
    int samples = 5000;
    double[] values = new double[2 * samples];
    for (int i = 0; i < samples; i++) {
      values[2 * i] = i;
      values[2 * i + 1] = 0.3;
    }
    ShiftedLayer layer = ShiftedLayer.atMean(Layers.of("layer", samples, 2, values));
    assertArrayEquals(new double[] {(samples - 1) / 2.0, 0.3}, layer.shifts());
    assertEquals(0.0, rows(layer)[1]);
  }

  @Test
  void aLayerWithoutNeuronsHasNoShifts() {
    ShiftedLayer layer = ShiftedLayer.nearMean(Layers.of("layer", 3, 0, new double[0]));
    assertEquals(0, layer.shifts().length);
    try (BlockReader reader = layer.open()) {
      for (Block block = reader.next(); block != null; block = reader.next()) {
        assertEquals(0, block.neurons());
      }
      assertNull(reader.next());
    }
    assertEquals(List.of(3L), layer.sampleAxes());
    assertEquals(0, ShiftedLayer.atMean(Layers.of("l", 3, 0, new double[0])).shifts().length);
  }
}
