package org.spanmatch.activations;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.PrimitiveIterator;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.Layer.RangeReader;
import org.spanmatch.activations.RandomBlocks.Form;
import org.spanmatch.kernel.backend.NeuronNorms;

class ConcatenatedActivationsTest {
  private static Layer part(int number, double[][] rows, int positions, ElementType type) {
    Random random = new Random(number);
    return new RandomBlocks(
        "part" + number,
        rows,
        List.of((long) rows.length / positions, (long) positions),
        type,
        random.nextBoolean() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN,
        List.of(Form.values()).get(random.nextInt(Form.values().length)),
        1 + random.nextInt(5));
  }

  /** In parts of any sizes, byte orders and orders of values, the samples are the same. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void partsFollowEachOther(int seed) {
    Random random = new Random(seed);
    int positions = 1 + random.nextInt(4);
    int neurons = 1 + random.nextInt(9);
    boolean mixed = seed % 2 == 0;
    List<Layer> parts = new ArrayList<>();
    List<double[]> rows = new ArrayList<>();
    for (int i = 0; i < 1 + random.nextInt(20); i++) {
      int samples = positions * (1 + random.nextInt(30));
      double[][] some = RandomBlocks.values(samples, neurons, random);
      rows.addAll(Arrays.asList(some));
      ElementType type =
          mixed && i % 3 == 1
              ? ElementType.FLOAT16
              : mixed && i % 3 == 2 ? ElementType.FLOAT64 : ElementType.FLOAT32;
      parts.add(part(seed * 100 + i, some, positions, type));
    }
    Layer all = Layers.concatenated("all", parts);
    double[][] expected = rows.toArray(double[][]::new);
    assertArrayEquals(expected, RandomBlocks.read(all));
    assertArrayEquals(expected, RandomBlocks.read(all), "a second pass");
    assertEquals("all", all.name());
    assertEquals(neurons, all.neurons());
    assertEquals(List.of((long) rows.size() / positions, (long) positions), all.sampleAxes());
    assertEquals(rows.size(), all.samples());
    double largest = parts.stream().mapToDouble(Layer::roundoff).max().orElseThrow();
    assertEquals(largest, all.roundoff());
    PrimitiveIterator.OfLong examples = all.examples();
    for (int i = 0; i < rows.size(); i++) {
      assertEquals(i / positions, examples.nextLong());
    }
    assertFalse(examples.hasNext());
    // Masks and draws don't care where a part ends.
    BitSet kept = new BitSet();
    IntStream.range(0, rows.size()).filter(i -> i % 7 % 3 != 1).forEach(kept::set);
    Layer masked = Layers.masked(all, Layers.mask("mask", all.sampleAxes(), kept));
    double[][] remaining = kept.stream().mapToObj(i -> expected[i]).toArray(double[][]::new);
    assertArrayEquals(remaining, RandomBlocks.read(masked));
    long drawn = Math.max(1, rows.size() / 3);
    assertArrayEquals(
        RandomBlocks.read(Layers.sampled(Layers.of("all", expected), drawn)),
        RandomBlocks.read(Layers.sampled(all, drawn)));
    assertArrayEquals(
        RandomBlocks.read(Layers.rotated(Layers.of("all", expected), positions)),
        RandomBlocks.read(Layers.rotated(all, 1)));
  }

  /** Bits stay as they are where only the byte order differs, NaN and large integers included. */
  @ParameterizedTest
  @EnumSource
  void everyTypeInBothByteOrders(ElementType type) {
    double[][] rows = {{0, 1}, {1, 0}, {1, 1}};
    List<Layer> parts = new ArrayList<>();
    for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
      parts.add(new RandomBlocks("p", rows, List.of(3L), type, order, Form.ROWS, 3));
    }
    Layer all = Layers.concatenated("all", parts);
    assertEquals(type, all.type());
    assertArrayEquals(
        new double[][] {rows[0], rows[1], rows[2], rows[0], rows[1], rows[2]},
        RandomBlocks.read(all));
    assertEquals(type.roundoff(), all.roundoff());
  }

  @Test
  void partsOfOneLayerAgree() {
    Layer a = part(1, new double[6][2], 3, ElementType.FLOAT32);
    Layer wider = part(2, new double[6][3], 3, ElementType.FLOAT32);
    Layer longer = part(3, new double[8][2], 4, ElementType.FLOAT32);
    assertRefused(
        List.of(a, a, wider),
        "part2, layer 'layer' has 3 neurons, but part1, layer 'layer' has 2, expected parts of one"
            + " layer");
    assertRefused(
        List.of(a, longer),
        "part3, layer 'layer' counts its samples as [2, 4], but part1, layer 'layer' as [2, 3],"
            + " expected parts of one layer, which differ in their examples, the first axis, alone");
    assertThrows(IllegalArgumentException.class, () -> Layers.concatenated("none", List.of()));
  }

  private static void assertRefused(List<Layer> parts, String message) {
    ActivationsException e =
        assertThrows(ActivationsException.class, () -> Layers.concatenated("all", parts));
    assertEquals(message, e.getMessage());
  }

  @Test
  void namesItsParts() {
    List<Layer> parts = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      parts.add(part(i, new double[6][2], 3, ElementType.FLOAT32));
    }
    assertEquals("part0", Layers.concatenated("l", parts.subList(0, 1)).source());
    assertEquals(
        "part0 + part1, layer 'l'", Layers.concatenated("l", parts.subList(0, 2)).description());
    assertEquals("part0 + … + part4 (5 files)", Layers.concatenated("l", parts).source());
    assertEquals("part1", Layers.concatenated("l", Collections.nCopies(9, parts.get(1))).source());
  }

  @Test
  void anErrorNamesThePart() {
    double[][] rows = new double[6][2];
    rows[4][1] = Double.NaN;
    Layer all =
        Layers.concatenated(
            "l",
            List.of(
                part(7, new double[9][2], 3, ElementType.FLOAT32),
                part(8, rows, 3, ElementType.FLOAT32)));
    ActivationsException e =
        assertThrows(ActivationsException.class, () -> NeuronNorms.of(all, done -> {}));
    assertEquals(
        "part7 + part8, layer 'l': neuron 1 is NaN at sample 4 of part8, expected finite"
            + " activations",
        e.getMessage());
  }

  /** A layer that counts how many of its readers are open. */
  private static Layer counted(Layer layer, AtomicInteger open, AtomicInteger most) {
    return new Layer.Forwarding(layer) {
      @Override
      public BlockReader open() {
        most.accumulateAndGet(open.incrementAndGet(), Math::max);
        BlockReader reader = layer().open();
        return new BlockReader() {
          @Override
          public Block next() {
            return reader.next();
          }

          @Override
          public void close() {
            open.decrementAndGet();
            reader.close();
          }
        };
      }

      @Override
      public Optional<RangeReader> openRanges() {
        most.accumulateAndGet(open.incrementAndGet(), Math::max);
        RangeReader reader = layer().openRanges().orElseThrow();
        return Optional.of(
            new RangeReader() {
              @Override
              public int unit() {
                return reader.unit();
              }

              @Override
              public Block fill(long firstSample, int count, ByteBuffer target) {
                return reader.fill(firstSample, count, target);
              }

              @Override
              public void close() {
                open.decrementAndGet();
                reader.close();
              }
            });
      }
    };
  }

  /** However many parts there are, a pass has one open. */
  @Test
  void onePartIsOpen() {
    AtomicInteger open = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Random random = new Random(1);
    List<Layer> parts = new ArrayList<>();
    double[][] rows = new double[6000][];
    for (int i = 0; i < 3000; i++) {
      double[][] some = RandomBlocks.values(2, 3, random);
      System.arraycopy(some, 0, rows, 2 * i, 2);
      parts.add(counted(Layers.of("p", some), open, most));
    }
    Layer all = Layers.concatenated("all", parts);
    assertArrayEquals(rows, RandomBlocks.read(all));
    assertEquals(1, most.get());
    assertEquals(0, open.get());
    try (BlockReader abandoned = all.open()) {
      abandoned.next();
    }
    assertEquals(0, open.get());
    ByteBuffer target = ByteBuffer.allocate(5 * 3 * Double.BYTES);
    try (RangeReader ranges = all.openRanges().orElseThrow()) {
      for (int first = 0; first < 6000; first += 5) {
        assertRange(rows, first, 5, ranges.fill(first, 5, target.clear()));
        assertTrue(open.get() <= 3, "open: " + open);
      }
    }
    assertEquals(0, open.get());
  }

  private static void assertRange(double[][] rows, int first, int count, Block block) {
    assertEquals(count, block.samples());
    double[] row = new double[block.neurons()];
    for (int i = 0; i < count; i++) {
      block.copyRows(i, 1, row, 0);
      assertArrayEquals(rows[first + i], row);
    }
  }

  @Test
  void rangesGoOverTheEndsOfParts() {
    Random random = new Random(5);
    List<Layer> parts = new ArrayList<>();
    List<double[]> all = new ArrayList<>();
    for (int samples : new int[] {7, 1, 20, 3}) {
      double[][] some = RandomBlocks.values(samples, 4, random);
      all.addAll(Arrays.asList(some));
      parts.add(Layers.of("p", some));
    }
    double[][] rows = all.toArray(double[][]::new);
    Layer layer = Layers.concatenated("all", parts);
    try (RangeReader ranges = layer.openRanges().orElseThrow()) {
      assertEquals(1, ranges.unit());
      for (int first = 0; first < rows.length; first++) {
        for (int count = 1; count <= rows.length - first; count++) {
          ByteBuffer target = ByteBuffer.allocate(3 + count * 4 * Double.BYTES).position(3);
          assertRange(rows, first, count, ranges.fill(first, count, target));
          assertEquals(target.capacity(), target.position());
        }
      }
      ByteBuffer room = ByteBuffer.allocate(4 * Double.BYTES);
      assertThrows(IllegalArgumentException.class, () -> ranges.fill(0, 2, room));
      assertThrows(IllegalArgumentException.class, () -> ranges.fill(-1, 1, room));
      assertThrows(IllegalArgumentException.class, () -> ranges.fill(rows.length, 1, room));
      assertThrows(IllegalArgumentException.class, () -> ranges.fill(0, 0, room));
    }
    List<Layer> withGathered = new ArrayList<>(parts);
    withGathered.add(part(3, RandomBlocks.values(5, 4, random), 1, ElementType.FLOAT64));
    List<Layer> flat =
        withGathered.stream()
            .map(
                part ->
                    (Layer)
                        new Layer.Forwarding(part) {
                          @Override
                          public List<Long> sampleAxes() {
                            return List.of(samples());
                          }

                          @Override
                          public long samples() {
                            return layer().samples();
                          }

                          @Override
                          public Optional<RangeReader> openRanges() {
                            return layer().openRanges();
                          }
                        })
            .toList();
    assertTrue(Layers.concatenated("all", flat).openRanges().isEmpty());
    assertTrue(
        Layers.concatenated("all", List.of(parts.get(0), Layers.of("p", new float[2][4])))
            .openRanges()
            .isEmpty());
  }

  @Test
  void withoutNeurons() {
    Layer none = Layers.of("none", 5, 0, new float[0]);
    Layer all = Layers.concatenated("all", List.of(none, none));
    assertEquals(10, RandomBlocks.read(all).length);
    try (BlockReader reader = all.open()) {
      while (reader.next() != null) {
        // to the end
      }
      assertNull(reader.next());
    }
  }
}
