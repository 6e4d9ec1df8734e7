package org.spanmatch.compare;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.PrimitiveIterator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.similarity.Split;

/** Every sample arrives at the part of its example, whatever the blocks of the layer look like. */
class DealerTest {
  private static final int EXAMPLES = 23;
  private static final int NEURONS = 3;
  private static final List<Split> SPLITS =
      List.of(
          new Split(4, 0, 0, 1),
          new Split(0, 0.3, 0, 2),
          new Split(0, 0, 6, 3),
          new Split(3, 0, 8, 4),
          new Split(0, 0.2, 7, 5),
          new Split(EXAMPLES, 0, 0, 6));

  /** How the values of a block lie. */
  private enum Order {
    SIDE_BY_SIDE,
    WITH_GAPS,
    IMAGES,
    IMAGES_WITH_GAPS,
    NEURONS_FIRST
  }

  /** A layer of (example, position) samples whose values encode their places. */
  private record Made(ElementType type, ByteOrder bytes, Order order, int positions, int perBlock)
      implements Layer {
    static double value(long sample, int neuron) {
      return (sample * NEURONS + neuron) % 113;
    }

    @Override
    public String name() {
      return "made";
    }

    @Override
    public String source() {
      return "memory";
    }

    @Override
    public int neurons() {
      return NEURONS;
    }

    @Override
    public List<Long> sampleAxes() {
      return positions == 1 ? List.of((long) EXAMPLES) : List.of((long) EXAMPLES, (long) positions);
    }

    @Override
    public BlockReader open() {
      return new BlockReader() {
        private int done; // samples

        @Override
        public Block next() {
          // Images come whole, everything else in blocks that may end within an example.
          int whole = order == Order.IMAGES || order == Order.IMAGES_WITH_GAPS ? positions : 1;
          int count = (int) Math.min((long) perBlock * whole, samples() - done);
          if (count == 0) {
            return null;
          }
          Block block = block(count / whole, whole);
          for (int i = 0; i < count; i++) {
            for (int neuron = 0; neuron < NEURONS; neuron++) {
              int place = (block.index(i) + neuron * block.neuronStride()) * type.bytes();
              block.data().position(place);
              type.put(block.data(), value(done + i, neuron));
            }
          }
          block.data().rewind();
          done += count;
          return block;
        }

        @Override
        public void close() {}
      };
    }

    private Block block(int outer, int inner) {
      int gap = order == Order.WITH_GAPS || order == Order.IMAGES_WITH_GAPS ? 2 : 0;
      ByteBuffer data =
          ByteBuffer.allocate(outer * (inner * NEURONS + gap) * type.bytes()).order(bytes);
      return switch (order) {
        case SIDE_BY_SIDE -> Block.rows(type, data, NEURONS, outer);
        case WITH_GAPS -> new Block(type, data, NEURONS, outer, 1, 1, NEURONS + gap, 0);
        case IMAGES, IMAGES_WITH_GAPS ->
            new Block(type, data, NEURONS, outer, inner, inner, inner * NEURONS + gap, 1);
        case NEURONS_FIRST -> new Block(type, data, NEURONS, outer, 1, outer, 1, 0);
      };
    }
  }

  /** The values of a layer, a row per sample. */
  private static List<double[]> rows(Layer layer) {
    List<double[]> rows = new ArrayList<>();
    try (Layer.BlockReader reader = layer.open()) {
      for (Block block = reader.next(); block != null; block = reader.next()) {
        for (int i = 0; i < block.samples(); i++) {
          double[] row = new double[NEURONS];
          block.copyRows(i, 1, row, 0);
          rows.add(row);
        }
      }
    }
    return rows;
  }

  /** The samples of the examples of a part, from one example to before another. */
  private static List<Long> expected(Layer layer, Split.Deal deal, int part, long from, long to) {
    List<Long> samples = new ArrayList<>();
    Split.Draw draw = deal.draw();
    ExampleSizes sizes = new ExampleSizes(layer);
    long sample = 0;
    for (long example = 0; sizes.hasNext(); example++) {
      long size = sizes.nextLong();
      boolean isIn = draw.next() == part && example >= from && example < to;
      for (long i = 0; i < size; i++, sample++) {
        if (isIn) {
          samples.add(sample);
        }
      }
    }
    assertEquals(layer.samples(), sample);
    return samples;
  }

  private static void check(Layer layer, Split.Deal deal, long together) {
    long examples = deal.examples();
    try (Dealer dealer = new Dealer(layer, deal)) {
      for (long from = 0; from < examples; from += together) {
        long to = Math.min(examples, from + together);
        List<DealtLayer> parts = dealer.deal(to - from);
        assertEquals(deal.sizes().size(), parts.size());
        for (int part = 0; part < parts.size(); part++) {
          check(layer, parts.get(part), expected(layer, deal, part, from, to));
        }
      }
    }
  }

  private static void check(Layer layer, DealtLayer part, List<Long> samples) {
    List<double[]> rows = rows(part);
    assertEquals(samples.size(), rows.size());
    assertEquals(samples.size(), part.samples());
    assertEquals(layer.sampleAxes().size(), part.sampleAxes().size());
    PrimitiveIterator.OfLong examples = part.examples();
    PrimitiveIterator.OfLong all = layer.examples();
    long next = 0;
    for (long sample : samples) {
      for (; next < sample; next++) {
        all.nextLong();
      }
      assertEquals(all.nextLong(), examples.nextLong());
      next++;
    }
    assertFalse(examples.hasNext());
    for (int i = 0; i < samples.size(); i++) {
      long position = layer.samplePosition(samples.get(i));
      double[] values = new double[NEURONS];
      for (int neuron = 0; neuron < NEURONS; neuron++) {
        values[neuron] = Made.value(position, neuron);
      }
      assertArrayEquals(values, rows.get(i));
      assertEquals(position, part.samplePosition(i));
    }
  }

  @ParameterizedTest
  @EnumSource
  void blocksOfEveryOrder(Order order) {
    for (int positions : new int[] {1, 4}) {
      for (int perBlock : new int[] {1, 5, 1000}) {
        for (ByteOrder bytes : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
          Layer layer = new Made(ElementType.FLOAT32, bytes, order, positions, perBlock);
          for (Split split : SPLITS) {
            for (long together : new long[] {1, 10, EXAMPLES}) {
              check(layer, split.deal(EXAMPLES), together);
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyType(ElementType type) {
    if (type == ElementType.BOOL) {
      return; // holds 0 and 1 alone
    }
    for (Order order : Order.values()) {
      check(new Made(type, ByteOrder.LITTLE_ENDIAN, order, 2, 7), SPLITS.get(0).deal(EXAMPLES), 9);
    }
  }

  /** Of some examples several samples are drawn, of others one or none. */
  @Test
  void samplesThatAreDrawnKeepTheirExamples() {
    Layer layer = new Made(ElementType.FLOAT32, ByteOrder.LITTLE_ENDIAN, Order.IMAGES, 6, 4);
    for (long count : new long[] {12, 50, 137, 1000}) {
      Layer drawn = Layers.sampled(layer, count);
      List<Long> sizes = new ArrayList<>();
      new ExampleSizes(drawn).forEachRemaining((long size) -> sizes.add(size));
      List<Long> counted = new ArrayList<>();
      long last = -1;
      for (long sample = 0; sample < drawn.samples(); sample++) {
        long example = drawn.samplePosition(sample) / 6;
        if (example == last) {
          counted.set(counted.size() - 1, counted.get(counted.size() - 1) + 1);
        } else {
          counted.add(1L);
        }
        last = example;
      }
      assertEquals(counted, sizes);
      check(drawn, new Split(3, 0, 0, 1).deal(sizes.size()), 7);
    }
  }

  /** A mask leaves out one example, and one sample or two of the others. */
  @Test
  void samplesThatAMaskKeepsKeepTheirExamples() {
    for (Order order : List.of(Order.IMAGES, Order.NEURONS_FIRST)) {
      Layer layer = new Made(ElementType.FLOAT32, ByteOrder.LITTLE_ENDIAN, order, 6, 4);
      BitSet kept = new BitSet();
      for (int sample = 0; sample < 6 * EXAMPLES; sample++) {
        kept.set(sample, sample % 5 != 0 && sample / 6 != 3);
      }
      Layers.Mask mask = Layers.mask("mask", List.of((long) EXAMPLES, 6L), kept);
      check(Layers.masked(layer, mask), new Split(3, 0, 0, 1).deal(EXAMPLES - 1), 7);
    }
  }

  @Test
  void aLayerThatEndsEarlyIsRefused() {
    Layer layer = new Made(ElementType.FLOAT32, ByteOrder.LITTLE_ENDIAN, Order.IMAGES, 2, 4);
    Layer longer =
        new Layer.Forwarding(layer) {
          @Override
          public List<Long> sampleAxes() {
            return List.of(EXAMPLES + 1L, 2L);
          }

          @Override
          public PrimitiveIterator.OfLong examples() {
            return LongStream.range(0, samples()).map(sample -> sample / 2).iterator();
          }
        };
    try (Dealer dealer = new Dealer(longer, new Split(2, 0, 0, 1).deal(EXAMPLES + 1))) {
      ActivationsException e =
          assertThrows(ActivationsException.class, () -> dealer.deal(EXAMPLES + 1));
      assertEquals("memory, layer 'made' ended before its 48 samples", e.getMessage());
    }
  }

  @Test
  void aDealtLayerIsReadAsOftenAsWanted() {
    Layer layer = new Made(ElementType.FLOAT64, ByteOrder.LITTLE_ENDIAN, Order.SIDE_BY_SIDE, 1, 4);
    try (Dealer dealer = new Dealer(layer, SPLITS.get(1).deal(EXAMPLES))) {
      DealtLayer part = dealer.deal(EXAMPLES).get(1);
      List<double[]> first = rows(part);
      List<double[]> second = rows(part);
      assertFalse(first.isEmpty());
      for (int i = 0; i < first.size(); i++) {
        assertArrayEquals(first.get(i), second.get(i));
      }
      assertTrue(part.openRanges().isEmpty());
    }
  }
}
