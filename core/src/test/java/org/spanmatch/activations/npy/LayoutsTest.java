package org.spanmatch.activations.npy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.spanmatch.OtherProgram;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.activations.npy.NpyBytes.Container;

/** Tests every layout, memory order and dtype, plain and in archives, against values by index. */
@Tag("once") // on one JDK: nothing here depends on which
class LayoutsTest {
  @TempDir private Path folder;

  private void assertReadBack(TestArray array, Container container, Layout layout) {
    Path file = container.write(folder, array.npy());
    StoredArray stored = ActivationFile.open(file).arrays().get(0);
    assertEquals(layout, stored.layout(List.of(layout)));
    array.assertReadBack(stored.layer(List.of(layout)), layout);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BFLOAT16") // which numpy does not know
  void smallArraysOfEveryKind(ElementType type) {
    for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
      for (boolean fortran : new boolean[] {false, true}) {
        for (Layout layout : Layout.values()) {
          int[] shape = Arrays.copyOf(new int[] {7, 5, 3, 2, 4}, layout.axes());
          for (Container container : Container.values()) {
            assertReadBack(TestArray.of(type, order, fortran, shape), container, layout);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void axesOfLengthOne(Layout layout) {
    int axes = layout.axes();
    for (int ones = 0; ones < 1 << axes; ones++) {
      int[] shape = new int[axes];
      for (int axis = 0; axis < axes; axis++) {
        shape[axis] = (ones >> axis & 1) == 1 ? 1 : axis + 2;
      }
      for (boolean fortran : new boolean[] {false, true}) {
        assertReadBack(
            TestArray.of(ElementType.INT16, ByteOrder.BIG_ENDIAN, fortran, shape),
            Container.PLAIN,
            layout);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void layersWithoutNeurons(Layout layout) {
    int[] shape = Arrays.copyOf(new int[] {4, 3, 2, 5, 3}, layout.axes());
    shape[layout.neuronAxis()] = 0;
    for (boolean fortran : new boolean[] {false, true}) {
      assertReadBack(
          TestArray.of(ElementType.FLOAT32, ByteOrder.LITTLE_ENDIAN, fortran, shape),
          Container.PLAIN,
          layout);
    }
  }

  /** Either memory order in every container, and every layout in one: smaller arrays have all. */
  @ParameterizedTest
  @CsvSource({
    "NF, false, PLAIN, 300001, 3, 1, 1, 1",
    "NF, false, STORED, 300001, 3, 1, 1, 1",
    "NF, false, DEFLATED, 300001, 3, 1, 1, 1",
    "NF, true, PLAIN, 612345, 7, 1, 1, 1",
    "NF, true, STORED, 612345, 7, 1, 1, 1",
    "NF, true, DEFLATED, 612345, 7, 1, 1, 1",
    "FN, false, PLAIN, 7, 612345, 1, 1, 1",
    "FN, true, STORED, 3, 300001, 1, 1, 1",
    "NTF, false, DEFLATED, 20001, 7, 5, 1, 1",
    "NTF, true, PLAIN, 300001, 3, 5, 1, 1",
    "NCHW, false, STORED, 20001, 3, 2, 5, 1",
    "NCHW, true, PLAIN, 100001, 3, 3, 5, 1",
    "NHWC, false, DEFLATED, 20001, 3, 2, 5, 1",
    "NHWC, true, STORED, 100001, 3, 3, 5, 1",
    "NCDHW, false, PLAIN, 10001, 3, 2, 5, 2",
    "NCDHW, true, DEFLATED, 130001, 3, 2, 3, 2",
    "NDHWC, false, STORED, 10001, 3, 2, 5, 2",
    "NDHWC, true, PLAIN, 130001, 3, 2, 3, 2",
  })
  void severalBlocks(
      Layout layout, boolean fortran, Container container, int a, int b, int c, int d, int e) {
    int[] shape = Arrays.copyOf(new int[] {a, b, c, d, e}, layout.axes());
    TestArray array = TestArray.of(ElementType.FLOAT64, ByteOrder.nativeOrder(), fortran, shape);
    Path file = container.write(folder, array.npy());
    Layer layer = ActivationFile.open(file).arrays().get(0).layer(List.of(layout));
    assertTrue(array.assertReadBack(layer, layout) > 1, "one block holds everything");
  }

  @ParameterizedTest
  @CsvSource({
    "NCHW, false, PLAIN, 2, 5, 850, 1000",
    "NCHW, false, DEFLATED, 1, 5, 850, 1000",
    "NCHW, true, PLAIN, 1, 5, 850, 1000", // reads value by value
    "NHWC, false, PLAIN, 1, 850, 1000, 5",
    "NCHW, false, STORED, 1, 850000, 1, 5",
  })
  void imagesLargerThanABlock(
      Layout layout, boolean fortran, Container container, int n, int c, int h, int w) {
    TestArray array =
        TestArray.of(ElementType.FLOAT64, ByteOrder.LITTLE_ENDIAN, fortran, n, c, h, w);
    assertReadBack(array, container, layout);
  }

  @ParameterizedTest
  @CsvSource({
    "NCDHW, false, PLAIN, 2, 5, 17, 50, 1000",
    "NCDHW, false, DEFLATED, 1, 5, 17, 50, 1000",
    "NCDHW, true, PLAIN, 1, 3, 17, 50, 500", // reads value by value
    "NDHWC, false, STORED, 1, 17, 50, 1000, 5",
    "NDHWC, true, PLAIN, 2, 17, 50, 1000, 5",
  })
  void volumesLargerThanABlock(
      Layout layout, boolean fortran, Container container, int n, int a, int b, int c, int d) {
    TestArray array =
        TestArray.of(ElementType.FLOAT64, ByteOrder.LITTLE_ENDIAN, fortran, n, a, b, c, d);
    assertReadBack(array, container, layout);
  }

  @ParameterizedTest
  @EnumSource
  void passesAreIndependent(Container container) {
    for (boolean fortran : new boolean[] {false, true}) {
      int samples = fortran ? 612_345 : 100_001; // more than a block of 32 MiB, or of 4
      TestArray array =
          TestArray.of(ElementType.FLOAT64, ByteOrder.nativeOrder(), fortran, samples, 7);
      Path file = container.write(folder, array.npy());
      Layer layer = ActivationFile.open(file).arrays().get(0).layer(List.of());
      try (BlockReader abandoned = layer.open();
          BlockReader ahead = layer.open()) {
        assertNotNull(abandoned.next());
        while (ahead.next() != null) {
          // to the end
        }
        array.assertReadBack(layer, Layout.NF);
        assertNotNull(abandoned.next());
        assertNull(ahead.next());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  @SuppressWarnings("try") // closing twice is the point
  void readersMayBeClosedTwice(Container container) {
    for (boolean fortran : new boolean[] {false, true}) {
      TestArray array = TestArray.of(ElementType.INT8, ByteOrder.nativeOrder(), fortran, 9, 7);
      Path file = container.write(folder, array.npy());
      try (BlockReader reader = ActivationFile.open(file).arrays().get(0).layer(List.of()).open()) {
        reader.close();
      }
    }
  }

  /** In another process, with a folder for temporary files that nothing else uses. */
  @Test
  void nothingStaysOpenOrBehind() throws IOException, InterruptedException {
    Path file = Container.DEFLATED.write(folder, Unpacking.ARRAY.npy());
    Path temporary = Files.createDirectory(folder.resolve("temporary"));
    OtherProgram.run(
        folder,
        "it is not known whether unpacked arrays stay behind",
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Djava.io.tmpdir=" + temporary,
        "-cp",
        System.getProperty("java.class.path"),
        Unpacking.class.getName(),
        file.toString());
    try (Stream<Path> files = Files.list(temporary)) {
      assertEquals(List.of(), files.toList());
    }
  }

  /** Reads an array that is unpacked first, since its samples do not lie one after the other. */
  static final class Unpacking {
    private static final TestArray ARRAY =
        TestArray.of(ElementType.FLOAT64, ByteOrder.nativeOrder(), true, 1000, 7);

    private Unpacking() {}

    public static void main(String[] arguments) throws IOException {
      Layer layer = ActivationFile.open(Path.of(arguments[0])).arrays().get(0).layer(List.of());
      ARRAY.assertReadBack(layer, Layout.NF);
    }
  }

  @Test
  void aLayoutForOtherAxesIsPassedOver() {
    List<Layout> chosen = List.of(Layout.FN, Layout.NHWC, Layout.NDHWC);
    assertEquals(Layout.FN, Layout.of(2, chosen));
    assertEquals(Layout.NTF, Layout.of(3, chosen));
    assertEquals(Layout.NHWC, Layout.of(4, chosen));
    assertEquals(Layout.NDHWC, Layout.of(5, chosen));
    assertEquals(Layout.NF, Layout.of(2, List.of()));
    assertEquals(Layout.NCHW, Layout.of(4, List.of(Layout.NTF)));
    assertEquals(Layout.NCDHW, Layout.of(5, List.of(Layout.NHWC)));
  }
}
