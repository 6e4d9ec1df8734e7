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
import java.nio.FloatBuffer;
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
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.npy.NpyBytes.Container;
import org.spanmatch.activations.storage.ArrayBytes;
import org.spanmatch.activations.storage.FileStamp;
import org.spanmatch.activations.storage.StridedValues;

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
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BFLOAT16") // which numpy does not know
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
    assertEquals(Optional.empty(), Layers.ofNeurons("memory", new float[3][2]).openRanges());
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
    List<Long> shape = List.of(100L, 5L);
    StridedValues late =
        new StridedValues(
            FileStamp.of(file),
            ArrayBytes.of(file, 200, 2000),
            0,
            shape,
            StridedValues.strides(shape, false),
            ElementType.FLOAT32,
            ByteOrder.LITTLE_ENDIAN);
    try (RangeReader reader = late.layer("layer", 1).openRanges().orElseThrow()) {
      assertRefused(
          () -> reader.fill(90, 10, ByteBuffer.allocate(1000)), file, "the data is truncated");
    }
  }

  /** One flipped bit, of the header or the values, is found by whichever read comes last. */
  @Test
  void theReadThatCompletesTheLayerVerifiesTheChecksum() throws IOException {
    byte[] npy = array(ElementType.FLOAT32, 100, 5).npy();
    for (int damaged : new int[] {-1, 9, npy.length - 2000, npy.length - 777, npy.length - 1}) {
      Path file = Container.STORED.write(folder, npy);
      byte[] bytes = Files.readAllBytes(file);
      int start = indexOf(npy, bytes);
      Layer layer = layer(file, Layout.of(2, List.of()));
      if (damaged >= 0) {
        FileTime time = Files.getLastModifiedTime(file);
        bytes[start + damaged] ^= 1;
        Files.write(file, bytes);
        Files.setLastModifiedTime(file, time);
      }
      for (int seed = 0; seed < 3; seed++) {
        List<Integer> starts = new ArrayList<>(List.of(0, 30, 60, 90));
        Collections.shuffle(starts, new Random(seed));
        int last = starts.remove(3);
        try (RangeReader reader = layer.openRanges().orElseThrow()) {
          ByteBuffer room = ByteBuffer.allocate(1000);
          for (int first : starts) {
            reader.fill(first, Math.min(30, 100 - first), room.clear());
            reader.fill(first, Math.min(30, 100 - first), room.clear());
          }
          int count = Math.min(30, 100 - last);
          if (damaged < 0) {
            reader.fill(last, count, room.clear());
          } else {
            assertRefused(
                () -> reader.fill(last, count, room.clear()), "the checksum of the entry is wrong");
          }
        }
      }
      // Parts that overlap say nothing.
      try (RangeReader reader = layer.openRanges().orElseThrow()) {
        ByteBuffer room = ByteBuffer.allocate(1000);
        reader.fill(0, 50, room.clear());
        reader.fill(40, 50, room.clear());
      }
    }
  }

  private static int indexOf(byte[] part, byte[] whole) {
    int start = 0;
    while (!Arrays.equals(part, 0, part.length, whole, start, start + part.length)) {
      start++;
    }
    return start;
  }

  @Test
  void activationsInMemoryHaveRanges() throws Exception {
    float[][] samples = new float[100][7];
    float[] flat = new float[700];
    for (int i = 0; i < 700; i++) {
      samples[i / 7][i % 7] = i;
      flat[i] = i;
    }
    FloatBuffer all = FloatBuffer.wrap(flat);
    assertThreadsReadTheSame(Layers.of("rows", samples), true);
    assertThreadsReadTheSame(Layers.of("one", 100, 7, flat), false);
    assertThreadsReadTheSame(
        Layers.of(
            "pieces",
            100,
            7,
            all.slice(0, 5),
            all.slice(5, 0),
            all.slice(5, 300),
            all.slice(305, 395)),
        true);
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
