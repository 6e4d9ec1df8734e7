package org.spanmatch.activations.npy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PrimitiveIterator;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.Layers;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.activations.npy.NpyBytes.Container;
import org.spanmatch.kernel.backend.NeuronNorms;
import org.spanmatch.kernel.backend.SampleRows;

/** Layers without the samples that a mask leaves out, beside the whole layers. */
@Tag("once") // on one JDK: nothing here depends on which
class MaskedLayersTest {
  @TempDir private Path folder;

  /** Keeps values at random, with a share of runs, and always one. */
  private static Layers.Mask mask(List<Long> axes, long seed) {
    int size = Math.toIntExact(axes.stream().reduce(1L, Math::multiplyExact));
    Random random = new Random(seed);
    BitSet kept = new BitSet();
    kept.set(random.nextInt(size));
    int longest = 1 + size / 3;
    for (int at = 0; at < size; ) {
      int end = Math.min(size, at + 1 + random.nextInt(random.nextBoolean() ? 2 : longest));
      kept.set(at, end, random.nextBoolean());
      at = end;
    }
    if (kept.isEmpty()) {
      kept.set(random.nextInt(size));
    }
    return Layers.mask("mask", axes, kept);
  }

  private static double[][] rows(Layer layer) {
    int neurons = layer.neurons();
    double[] all = new double[Math.toIntExact(layer.samples() * neurons)];
    try (SampleRows reader = new SampleRows(layer)) {
      assertEquals(layer.samples(), reader.read(all, (int) layer.samples() + 1));
    }
    double[][] rows = new double[(int) layer.samples()][];
    Arrays.setAll(rows, i -> Arrays.copyOfRange(all, i * neurons, (i + 1) * neurons));
    return rows;
  }

  /** Checks a masked layer against the rows that remain of the whole one. */
  private static void assertRemains(Layer whole, double[][] rows, List<Long> axes, BitSet kept) {
    Layer masked = Layers.masked(whole, Layers.mask("mask", axes, kept));
    int together = Math.toIntExact(whole.samples() / product(axes));
    int[] positions =
        IntStream.range(0, rows.length).filter(sample -> kept.get(sample / together)).toArray();
    assertEquals(positions.length, masked.samples());
    assertEquals(rows.length - positions.length, masked.masked());
    assertEquals(whole.type(), masked.type());
    double[][] found = rows(masked);
    long perExample = whole.samples() / whole.sampleAxes().get(0);
    PrimitiveIterator.OfLong examples = masked.examples();
    for (int i = 0; i < positions.length; i++) {
      if (!Arrays.equals(rows[positions[i]], found[i])) { // a message for each takes the time
        assertArrayEquals(rows[positions[i]], found[i], "sample " + positions[i]);
      }
      long example = examples.nextLong();
      if (example != positions[i] / perExample) {
        assertEquals(positions[i] / perExample, example);
      }
    }
    assertFalse(examples.hasNext());
    for (int i : new int[] {0, positions.length / 3, positions.length - 1}) {
      assertEquals(positions[i], masked.samplePosition(i));
    }
  }

  private static long product(List<Long> axes) {
    return axes.stream().reduce(1L, Math::multiplyExact);
  }

  private Layer layer(TestArray array, Container container, Layout layout) {
    Path file = container.write(folder, array.npy());
    return ActivationFile.open(file).arrays().get(0).layer(List.of(layout));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BFLOAT16") // which numpy does not know
  void smallArraysOfEveryKind(ElementType type) {
    Random random = new Random(type.code().hashCode());
    for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
      for (boolean fortran : new boolean[] {false, true}) {
        for (Layout layout : Layout.values()) {
          int[] shape = Arrays.copyOf(new int[] {7, 5, 3, 2, 4}, layout.axes());
          for (Container container : Container.values()) {
            Layer whole = layer(TestArray.of(type, order, fortran, shape), container, layout);
            double[][] rows = rows(whole);
            for (List<Long> axes : List.of(whole.sampleAxes(), whole.sampleAxes().subList(0, 1))) {
              BitSet kept = new BitSet();
              for (int i = 0; i < product(axes); i++) {
                kept.set(i, random.nextInt(3) > 0);
              }
              kept.set(random.nextInt((int) product(axes)));
              assertRemains(whole, rows, axes, kept);
            }
          }
        }
      }
    }
  }

  /** Runs long and short, over the ends of blocks and of what is gathered. */
  @ParameterizedTest
  @CsvSource({
    "NF, false, 200001, 3, 1, 1, 1",
    "NF, true, 612345, 7, 1, 1, 1",
    "FN, false, 7, 612345, 1, 1, 1",
    "NTF, false, 20001, 7, 5, 1, 1",
    "NTF, true, 300001, 3, 5, 1, 1",
    "NCHW, false, 20001, 3, 2, 5, 1",
    "NCHW, false, 31, 40, 32, 32, 1",
    "NCHW, true, 100001, 3, 3, 5, 1",
    "NHWC, false, 20001, 3, 2, 5, 1",
    "NCDHW, false, 31, 40, 2, 16, 32",
    "NCDHW, true, 130001, 3, 2, 3, 2",
    "NDHWC, false, 9001, 3, 2, 2, 5",
  })
  void severalBlocks(Layout layout, boolean fortran, int a, int b, int c, int d, int e) {
    int[] shape = Arrays.copyOf(new int[] {a, b, c, d, e}, layout.axes());
    TestArray array = TestArray.of(ElementType.FLOAT64, ByteOrder.nativeOrder(), fortran, shape);
    Layer whole = layer(array, Container.PLAIN, layout); // small arrays are in all of them
    double[][] rows = rows(whole);
    Set<List<Long>> masks = new LinkedHashSet<>(); // of two axes there is only one
    masks.add(whole.sampleAxes());
    masks.add(whole.sampleAxes().subList(0, 1));
    for (List<Long> axes : masks) {
      int size = (int) product(axes);
      BitSet kept = new BitSet();
      kept.set(size / 9);
      kept.set(size / 5, size / 2);
      kept.clear(size / 3);
      for (int i = size / 2; i < 3 * size / 4; i += 3) {
        kept.set(i);
      }
      assertRemains(whole, rows, axes, kept);
      kept.set(3 * size / 4, size);
      assertRemains(whole, rows, axes, kept);
      kept.set(0, size);
      kept.clear(size / 2);
      assertRemains(whole, rows, axes, kept);
    }
  }

  /** A block that is kept whole is the reader's own; long runs within one are not copied. */
  @Test
  void longRunsArePassedOn() {
    TestArray array =
        TestArray.of(ElementType.FLOAT32, ByteOrder.LITTLE_ENDIAN, false, 100_000, 64);
    Layer whole = layer(array, Container.PLAIN, Layout.NF);
    BitSet kept = new BitSet();
    kept.set(0, 100_000);
    kept.clear(20_000);
    Layer masked = Layers.masked(whole, Layers.mask("mask", List.of(100_000L), kept));
    List<Integer> sizes = new ArrayList<>();
    try (BlockReader reader = masked.open()) {
      for (Block block = reader.next(); block != null; block = reader.next()) {
        sizes.add(block.samples());
      }
    }
    int each = sizes.get(0);
    assertTrue(each > 4096, "expected blocks of the file, larger than what is gathered");
    assertEquals(20_000 % each, sizes.get(20_000 / each));
    assertEquals(each - 1 - 20_000 % each, sizes.get(20_000 / each + 1));
  }

  @Test
  void aMaskOfOnesLeavesTheLayerAsItIs() {
    Layer whole = Layers.of("fc", 3, 1, new double[] {1, 2, 3});
    BitSet kept = new BitSet();
    kept.set(0, 3);
    assertSame(whole, Layers.masked(whole, Layers.mask("mask", List.of(3L), kept)));
    assertEquals(0, whole.masked());
  }

  @Test
  void axes() {
    TestArray array = TestArray.of(ElementType.INT8, ByteOrder.nativeOrder(), false, 4, 3, 2, 5);
    Layer conv = layer(array, Container.PLAIN, Layout.NCHW);
    BitSet kept = new BitSet();
    kept.set(1, 4);
    Layer examples = Layers.masked(conv, Layers.mask("mask", List.of(4L), kept));
    assertEquals(List.of(3L, 2L, 5L), examples.sampleAxes());
    Layer pixels = Layers.masked(conv, Layers.mask("mask", List.of(4L, 2L, 5L), kept));
    assertEquals(List.of(3L), pixels.sampleAxes());
    assertEquals(37, pixels.masked());
    kept.clear(3);
    Layer both = Layers.masked(examples, Layers.mask("mask", List.of(3L), kept));
    assertEquals(List.of(2L, 2L, 5L), both.sampleAxes());
    assertEquals(20, both.masked());
    assertEquals(20, both.samplePosition(0));
    for (List<Long> other : List.of(List.of(4L, 2L), List.of(4L, 2L, 5L, 1L), List.of(5L))) {
      Layers.Mask wrong = Layers.mask("the mask", other, kept);
      ActivationsException e =
          assertThrows(ActivationsException.class, () -> Layers.masked(conv, wrong));
      assertEquals(
          conv.description()
              + ": expected a mask of the shape [4] or [4, 2, 5], found "
              + other
              + " in the mask",
          e.getMessage());
    }
  }

  @Test
  void samplesAreDrawnFromThoseKept() {
    TestArray array = TestArray.of(ElementType.FLOAT16, ByteOrder.BIG_ENDIAN, false, 500, 40, 3);
    Layer whole = layer(array, Container.STORED, Layout.NTF);
    Layers.Mask mask = mask(List.of(500L, 40L), 1);
    Layer masked = Layers.masked(whole, mask);
    double[][] kept = rows(masked);
    Layer drawn = Layers.sampled(masked, 100);
    assertEquals(List.of(100L), drawn.sampleAxes());
    assertEquals(masked.masked(), drawn.masked());
    double[][] all = rows(whole);
    double[][] found = rows(drawn);
    Layer other = Layers.sampled(Layers.of("as many", kept), 100);
    assertArrayEquals(rows(other), found);
    PrimitiveIterator.OfLong examples = drawn.examples();
    for (int i = 0; i < 100; i++) {
      long position = drawn.samplePosition(i);
      assertArrayEquals(all[(int) position], found[i]);
      assertEquals(position / 40, examples.nextLong());
    }
    assertFalse(examples.hasNext());
  }

  @Test
  void whatIsMaskedMayBeAnything() {
    double[] values = new double[300];
    Arrays.setAll(values, i -> i);
    values[10] = Double.NaN;
    values[21] = Double.POSITIVE_INFINITY;
    Layer layer = Layers.of("fc", 100, 3, values);
    BitSet kept = new BitSet();
    kept.set(0, 100);
    kept.clear(3);
    Layers.Mask first = Layers.mask("mask", List.of(100L), kept);
    ActivationsException e =
        assertThrows(
            ActivationsException.class, () -> NeuronNorms.of(Layers.masked(layer, first), n -> {}));
    assertTrue(e.getMessage().contains("neuron 0 is infinite at sample 7,"), e.getMessage());
    kept.clear(7);
    NeuronNorms.of(Layers.masked(layer, Layers.mask("mask", List.of(100L), kept)), n -> {});
  }

  /** The checksum covers what is masked, too, also behind the last sample that is kept. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsMaskedMustNotBeDamaged(boolean isWholeBlock) throws IOException {
    TestArray array = TestArray.of(ElementType.FLOAT64, ByteOrder.nativeOrder(), false, 200_000, 8);
    Path file = Container.STORED.write(folder, array.npy());
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 5000] ^= 1;
    Files.write(file, bytes);
    Layer whole = ActivationFile.open(file).arrays().get(0).layer(List.of());
    BitSet kept = new BitSet();
    int first;
    try (BlockReader reader = whole.open()) {
      first = reader.next().samples();
    }
    kept.set(0, isWholeBlock ? first : 100);
    Layer masked = Layers.masked(whole, Layers.mask("mask", List.of(200_000L), kept));
    ActivationsException e = assertThrows(ActivationsException.class, () -> rows(masked));
    assertTrue(e.getMessage().contains("damaged"), e.getMessage());
  }

  @Test
  void aLayerWithoutNeurons() {
    BitSet kept = new BitSet();
    kept.set(1, 8);
    Layer none = Layers.of("none", 10, 0, new double[0]);
    Layer masked = Layers.masked(none, Layers.mask("mask", List.of(10L), kept));
    assertEquals(7, masked.samples());
    assertEquals(7, rows(masked).length);
  }

  @Test
  void aSecondPassIsLikeTheFirst() {
    TestArray array = TestArray.of(ElementType.FLOAT32, ByteOrder.nativeOrder(), true, 900, 7, 3);
    Layer masked =
        Layers.masked(layer(array, Container.DEFLATED, Layout.NTF), mask(List.of(900L, 7L), 5));
    assertArrayEquals(rows(masked), rows(masked));
    try (BlockReader reader = masked.open()) {
      while (reader.next() != null) {
        // to the end
      }
      assertNull(reader.next());
    }
  }

  /** What is read ahead are the blocks that remain. */
  @Test
  void isReadAhead() throws IOException {
    List<List<Layer>> steps = new ArrayList<>();
    for (int step = 0; step < 4; step++) {
      Path place = Files.createDirectory(folder.resolve("step" + step));
      TestArray array =
          TestArray.of(ElementType.FLOAT32, ByteOrder.LITTLE_ENDIAN, step == 2, 9000 + step, 40, 3);
      Path file = Container.DEFLATED.write(place, array.npy());
      Layer whole = ActivationFile.open(file).arrays().get(0).layer(List.of());
      steps.add(List.of(Layers.masked(whole, mask(whole.sampleAxes(), step))));
    }
    try (Layers.Ahead ahead = Layers.ahead(steps, 4)) {
      for (int step = 0; step < 4; step++) {
        Layer layer = ahead.steps().get(step).get(0);
        Layer masked = steps.get(step).get(0);
        assertEquals(masked.masked(), layer.masked());
        assertEquals(masked.samplePosition(5), layer.samplePosition(5));
        double[][] expected = rows(masked);
        double[][] found = rows(layer);
        assertEquals(expected.length, found.length);
        for (int i = 0; i < expected.length; i++) {
          assertTrue(Arrays.equals(expected[i], found[i]), "sample " + i + " of step " + step);
        }
      }
    }
  }

  // Masks in files.

  private StoredArray stored(byte[] npy, Container container) {
    return ActivationFile.open(container.write(folder, npy)).arrays().get(0);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BFLOAT16") // which numpy does not know
  void masksOfEveryTypeAndOrder(ElementType type) {
    int[][] axes = {{30}, {5, 7}, {3, 4, 5}};
    for (int[] shape : axes) {
      for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
        for (boolean fortran : new boolean[] {false, true}) {
          for (Container container : Container.values()) {
            List<Long> sizes = Arrays.stream(shape).asLongStream().boxed().toList();
            BitSet kept = new BitSet();
            Random random = new Random(shape.length);
            random.ints(12, 0, (int) product(sizes)).forEach(kept::set);
            byte[] npy = MaskFile.npy(type, order, fortran, sizes, i -> kept.get(i) ? 1 : 0);
            Layers.Mask mask = stored(npy, container).mask();
            assertEquals(sizes, mask.axes());
            assertEquals(kept.cardinality(), mask.kept());
            double[] positions = new double[(int) product(sizes)];
            Arrays.setAll(positions, i -> i);
            Layer flat = Layers.of("flat", positions.length, 1, positions);
            Layer layer =
                new Layer.Forwarding(flat) {
                  @Override
                  public List<Long> sampleAxes() {
                    return sizes;
                  }
                };
            double[] found =
                Arrays.stream(rows(Layers.masked(layer, mask)))
                    .mapToDouble(row -> row[0])
                    .toArray();
            assertArrayEquals(kept.stream().asDoubleStream().toArray(), found);
          }
        }
      }
    }
  }

  private void assertRefused(byte[] npy, String problem) {
    for (Container container : Container.values()) {
      StoredArray array = stored(npy, container);
      ActivationsException e = assertThrows(ActivationsException.class, array::mask);
      assertTrue(e.getMessage().startsWith(folder.toString()), e.getMessage());
      assertTrue(e.getMessage().endsWith(", array 'layer': " + problem), e.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void otherValuesAreNamed(boolean fortran) {
    double[] values = {1, 0, 1, 1, 2, 1, Double.NaN, 0, 0, 1, -1, 0};
    String start = "a mask holds 0 and 1 alone, found ";
    for (String each : List.of("2 at [1, 1]", "NaN at [2, 0]", "0.5 at [3, 1]")) {
      assertRefused(
          MaskFile.npy(
              ElementType.FLOAT32,
              ByteOrder.BIG_ENDIAN,
              fortran,
              List.of(4L, 3L),
              i -> each.startsWith("0.5") && i == 10 ? 0.5 : values[i]),
          start + each);
      values[each.startsWith("2") ? 4 : 6] = 0;
    }
    assertRefused(
        MaskFile.npy(
            ElementType.INT64, ByteOrder.LITTLE_ENDIAN, fortran, List.of(3L), i -> i - 1.0),
        start + "-1 at [0]");
  }

  @Test
  void masksThatCantBeUsed() {
    assertRefused(
        MaskFile.npy(ElementType.BOOL, ByteOrder.nativeOrder(), false, List.of(4L), i -> 0),
        "it keeps no sample, since all of it is 0");
    for (long[] shape : new long[][] {{0}, {0, 5}, {50, 0}, {0, 0}, {50, 0, 3}, {2, 50, 0}}) {
      for (boolean fortran : new boolean[] {false, true}) {
        assertRefused(
            NpyBytes.of("|b1", fortran, new byte[0], shape),
            "it keeps no sample, since it has no values: its shape is " + Arrays.toString(shape));
      }
    }
    assertRefused(
        NpyBytes.of("<U1", false, new byte[12], 3), "expected numbers 0 and 1, found <U1");
    assertRefused(NpyBytes.of("|b1", false, new byte[9], 10), "expected 10 bytes of data, found 9");
    assertRefused(
        NpyBytes.of("|b1", false, new byte[9], 1L << 40, 1 << 20),
        "the shape [1099511627776, 1048576] has too many values");
    assertRefused(
        NpyBytes.of("|b1", false, new byte[9], 1L << 62, 1L << 62, 0),
        "the shape [4611686018427387904, 4611686018427387904, 0] has too many values");
  }

  @Test
  void bothMasks() {
    BitSet kept = new BitSet();
    kept.set(0, 6);
    Layers.Mask x = Layers.mask("x", List.of(10L), kept);
    kept.clear(0, 3);
    kept.set(8);
    Layers.Mask y = Layers.mask("y", List.of(10L), kept);
    assertEquals(6, x.kept());
    assertEquals(3, x.and(y).kept());
    BitSet tokens = new BitSet();
    tokens.set(1);
    tokens.set(12, 15);
    Layers.Mask ofTokens = Layers.mask("tokens", List.of(10L, 3L), tokens);
    assertEquals(List.of(10L), ofTokens.examples().axes());
    assertEquals(2, ofTokens.examples().kept());
    assertEquals(3, ofTokens.and(y).kept());
    assertEquals(List.of(10L, 3L), ofTokens.and(y).axes());
    assertSame(y, y.examples());
    BitSet rest = new BitSet();
    rest.set(9);
    Layers.Mask z = Layers.mask("z", List.of(10L), rest);
    ActivationsException e = assertThrows(ActivationsException.class, () -> x.and(z));
    assertEquals("x keeps no sample that z keeps too", e.getMessage());
    Layers.Mask other = Layers.mask("other", List.of(5L, 2L), rest);
    e = assertThrows(ActivationsException.class, () -> x.and(other));
    assertEquals(
        "x has the shape [10], but other has [5, 2], expected masks of the same samples",
        e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> Layers.mask("small", List.of(9L), rest));
    e =
        assertThrows(
            ActivationsException.class, () -> Layers.mask("large", List.of(1L << 31), rest));
    assertEquals("large: expected at most 2147483647 values, found 2147483648", e.getMessage());
  }
}
