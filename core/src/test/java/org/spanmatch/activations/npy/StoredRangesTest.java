package org.spanmatch.activations.npy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.spanmatch.activations.npy.Refusal.assertRefused;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.npy.NpyBytes.Container;

/** Tests what {@link Layer#openRanges} promises: which layers have it, and the bytes it reads. */
class StoredRangesTest {
  @TempDir private Path folder;

  private Layer layer(Path file, Layout layout) {
    return ActivationFile.open(file).arrays().get(0).layer(List.of(layout));
  }

  private Layer layer(TestArray array, Container container, Layout layout) {
    return layer(container.write(folder, array.npy()), layout);
  }

  private static TestArray array(ElementType type, int... shape) {
    return TestArray.of(type, ByteOrder.LITTLE_ENDIAN, false, shape);
  }

  /** The values of a layer, sample by sample, in the order of the reader. */
  private static double[] valuesInOrder(Layer layer) {
    double[] values = new double[(int) layer.samples() * layer.neurons()];
    try (BlockReader reader = layer.open()) {
      int done = 0;
      for (Block block = reader.next(); block != null; block = reader.next()) {
        block.copyRows(0, block.samples(), values, done);
        done += block.samples() * layer.neurons();
      }
    }
    return values;
  }

  /** Several threads fill parts in any order, some of them twice. */
  private static void assertThreadsReadTheSame(Layer layer, boolean direct)
      throws InterruptedException, ExecutionException {
    double[] expected = valuesInOrder(layer);
    double[] found = new double[expected.length];
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (RangeReader reader = layer.openRanges().orElseThrow()) {
      int unit = reader.unit();
      int units = (int) layer.samples() / unit;
      List<Integer> starts = new ArrayList<>();
      for (int i = 0; i < units; i += 3) {
        starts.add(i);
        starts.add(i);
      }
      Collections.shuffle(starts, new Random(1));
      List<Future<?>> all = new ArrayList<>();
      for (int start : starts) {
        int count = Math.min(3, units - start) * unit;
        all.add(
            threads.submit(
                () -> {
                  int bytes = count * layer.neurons() * layer.type().bytes();
                  ByteBuffer room =
                      direct
                          ? ByteBuffer.allocateDirect(bytes + 20)
                          : ByteBuffer.allocate(bytes + 20);
                  room.position(8).limit(8 + bytes);
                  Block block = reader.fill((long) start * unit, count, room);
                  assertEquals(8 + bytes, room.position());
                  assertEquals(8 + bytes, room.limit());
                  assertEquals(count, block.samples());
                  assertEquals(unit == 1, block.hasSamplesSideBySide() || layer.neurons() == 1);
                  block.copyRows(0, count, found, start * unit * layer.neurons());
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    } finally {
      threads.shutdown();
    }
    assertArrayEquals(expected, found);
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void threadsReadWhatOneReads(ElementType type) throws Exception {
    for (Container container : List.of(Container.PLAIN, Container.STORED)) {
      boolean direct = container == Container.PLAIN;
      assertThreadsReadTheSame(
          layer(array(type, 100, 7), container, Layout.of(2, List.of())), direct);
      assertThreadsReadTheSame(
          layer(array(type, 20, 5, 3, 2), container, Layout.of(4, List.of())), !direct);
    }
  }

  @Test
  void rangesOfSeveralMegabytes() throws Exception {
    Layer layer =
        layer(array(ElementType.FLOAT64, 1200, 1000), Container.STORED, Layout.of(2, List.of()));
    assertThreadsReadTheSame(layer, false);
    double[] expected = valuesInOrder(layer);
    double[] found = new double[expected.length];
    try (RangeReader reader = layer.openRanges().orElseThrow()) {
      ByteBuffer room = ByteBuffer.allocate(expected.length * Double.BYTES);
      reader.fill(0, 1200, room).copyRows(0, 1200, found, 0);
    }
    assertArrayEquals(expected, found);
  }

  @Test
  void onlyWhatLiesTogetherHasRanges() {
    Layout rows = Layout.of(2, List.of());
    ElementType type = ElementType.FLOAT32;
    assertEquals(Optional.empty(), layer(array(type, 9, 4), Container.DEFLATED, rows).openRanges());
    TestArray fortran = TestArray.of(type, ByteOrder.LITTLE_ENDIAN, true, 9, 4);
    assertEquals(Optional.empty(), layer(fortran, Container.PLAIN, rows).openRanges());
    TestArray big = TestArray.of(type, ByteOrder.BIG_ENDIAN, false, 9, 4);
    assertEquals(Optional.empty(), layer(big, Container.PLAIN, rows).openRanges());
    Layer neuronsFirst =
        layer(
            array(type, 9, 4),
            Container.PLAIN,
            Arrays.stream(Layout.values())
                .filter(layout -> layout.axes() == 2 && layout.neuronAxis() == 0)
                .findFirst()
                .orElseThrow());
    assertEquals(Optional.empty(), neuronsFirst.openRanges());
    Layer some = Layers.sampled(layer(array(type, 9, 4), Container.PLAIN, rows), 5);
    assertEquals(Optional.empty(), some.openRanges());
    assertEquals(Optional.empty(), Layers.of("memory", new float[3][2]).openRanges());
  }

  @Test
  void rangesOutsideAreRefused() {
    Layer layer =
        layer(array(ElementType.FLOAT32, 6, 2, 2, 2), Container.PLAIN, Layout.of(4, List.of()));
    ByteBuffer room = ByteBuffer.allocate(1000);
    try (RangeReader reader = layer.openRanges().orElseThrow()) {
      int unit = reader.unit();
      int samples = (int) layer.samples();
      assertTrue(unit > 1);
      for (long[] bad :
          new long[][] {
            {-unit, unit},
            {0, 0},
            {0, -unit},
            {0, samples + unit},
            {samples, unit},
            {Long.MAX_VALUE / unit * unit, unit},
            {1, unit},
            {0, 1}
          }) {
        assertThrows(
            IllegalArgumentException.class,
            () -> reader.fill(bad[0], (int) bad[1], room),
            Arrays.toString(bad));
        assertEquals(0, room.position());
      }
      ByteBuffer small = ByteBuffer.allocate(unit * layer.neurons() * Float.BYTES - 1);
      assertThrows(IllegalArgumentException.class, () -> reader.fill(0, unit, small));
      reader.fill(samples - unit, unit, room);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Container.class,
      names = {"PLAIN", "STORED"})
  void changesAndEndsAreRefused(Container container) throws IOException {
    TestArray array = array(ElementType.FLOAT32, 100, 5);
    Path file = container.write(folder, array.npy());
    Layer layer = layer(file, Layout.of(2, List.of()));
    ByteBuffer room = ByteBuffer.allocate(10_000);
    try (RangeReader reader = layer.openRanges().orElseThrow()) {
      reader.fill(0, 10, room.clear());
      FileTime time = Files.getLastModifiedTime(file);
      Files.setLastModifiedTime(file, FileTime.fromMillis(time.toMillis() + 2000));
      assertRefused(() -> reader.fill(0, 10, room.clear()), file, "it changed while it was in use");
      assertRefused(layer::openRanges, file, "it changed while it was in use");
      Files.setLastModifiedTime(file, time);
      reader.fill(90, 10, room.clear());
      try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
        cut.setLength(200);
      }
      // A change explains the early end.
      assertRefused(
          () -> reader.fill(90, 10, room.clear()), file, "it changed while it was in use");
      Files.delete(file);
      assertRefused(() -> reader.fill(90, 10, room.clear()), file, "it was removed");
    }
  }

  /** An entry that claims more than the file holds. */
  @Test
  void anEarlyEndIsRefused() throws IOException {
    TestArray array = array(ElementType.FLOAT32, 100, 5);
    Path file = Container.PLAIN.write(folder, array.npy());
    Layer layer = layer(file, Layout.of(2, List.of()));
    ArrayBytes.Place late = new ArrayBytes.Place(file, 200);
    StridedArray strides = StridedArray.of(List.of(100L, 5L), false, Layout.of(2, List.of()));
    try (RangeReader reader =
        new StoredRanges(
            layer.description(),
            FileStamp.of(file),
            late,
            strides,
            BlockShape.of(strides, Float.BYTES),
            ElementType.FLOAT32)) {
      assertRefused(
          () -> reader.fill(90, 10, ByteBuffer.allocate(1000)), file, "the data is truncated");
    }
  }

  @Test
  void afterAnInterruptEveryReadSaysSo() {
    Layer layer =
        layer(array(ElementType.FLOAT32, 100, 5), Container.PLAIN, Layout.of(2, List.of()));
    ByteBuffer room = ByteBuffer.allocate(1000);
    try (RangeReader reader = layer.openRanges().orElseThrow()) {
      Thread.currentThread().interrupt();
      assertRefused(() -> reader.fill(0, 10, room), "it can't be read");
      assertTrue(Thread.interrupted());
      assertRefused(() -> reader.fill(0, 10, room.clear()), "it can't be read");
    }
  }
}
