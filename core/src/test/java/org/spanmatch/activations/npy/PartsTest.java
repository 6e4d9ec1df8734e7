package org.spanmatch.activations.npy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.kernel.backend.SampleRows;

/** Layers in numbered parts, and several files as one. */
class PartsTest {
  @TempDir private Path folder;

  /** An array whose values are its examples' numbers, from one on. */
  private static byte[] examples(int from, int count, int... others) {
    long[] shape = new long[1 + others.length];
    shape[0] = count;
    int each = 1;
    for (int i = 0; i < others.length; i++) {
      shape[i + 1] = others[i];
      each *= others[i];
    }
    double[] values = new double[count * each];
    for (int i = 0; i < values.length; i++) {
      values[i] = from + i / each;
    }
    return NpyBytes.of(values, shape);
  }

  private Path write(String name, byte[] content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, content);
  }

  private ActivationFile open(Path path, String... sharded) {
    Set<String> names = Set.of(sharded);
    return ActivationFile.open(
        path,
        new ActivationFile.Sharded() {
          @Override
          public boolean takes(String layer) {
            return names.contains("*") || names.contains(layer);
          }

          @Override
          public boolean names(String layer) {
            return names.contains(layer);
          }
        },
        List.of());
  }

  private static List<String> names(ActivationFile file) {
    return file.arrays().stream().map(StoredArray::name).toList();
  }

  private static double[] column(Layer layer) {
    double[] values = new double[(int) layer.samples()];
    double[] row = new double[layer.neurons()];
    try (SampleRows rows = new SampleRows(layer)) {
      for (int i = 0; i < values.length; i++) {
        assertEquals(1, rows.read(row, 1));
        values[i] = row[0];
      }
    }
    return values;
  }

  private static double[] column(ActivationFile file, String name) {
    StoredArray array =
        file.arrays().stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
    return column(array.layer(List.of()));
  }

  private static double[] counting(int count) {
    double[] values = new double[count];
    Arrays.setAll(values, i -> i);
    return values;
  }

  private void assertRefused(Runnable task, String... parts) {
    ActivationsException e = assertThrows(ActivationsException.class, task::run);
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
  }

  /** Twelve parts, of which 10 comes after 9. */
  @Test
  void numericOrder() throws IOException {
    for (int i = 0; i < 12; i++) {
      write("a/conv." + i + ".npy", examples(3 * i, 3, 2));
    }
    write("a/fc.npy", examples(0, 36, 2));
    Path path = folder.resolve("a");
    assertEquals(13, ActivationFile.open(path).arrays().size());
    ActivationFile file = open(path, "*");
    assertEquals(List.of("conv", "fc"), names(file));
    assertEquals(List.of("conv"), file.inParts());
    assertEquals(List.of(36L, 2L), file.arrays().get(0).shape());
    assertArrayEquals(counting(36), column(file, "conv"));
  }

  /** What captum, thingsvision and others write. */
  @ParameterizedTest
  @CsvSource({
    "conv1.000.npy, conv1.001.npy, conv1.002.npy, conv1",
    "features_01.npy, features_02.npy, features_03.npy, features",
    "features_0-4.npy, features_4-8.npy, features_8-10.npy, features",
    "a-b-0.npy, a-b-1.npy, a-b-2.npy, a-b",
    "c-00001-of-00003.npy, c-00002-of-00003.npy, c-00003-of-00003.npy, c",
    "part1.npy, part2.npy, part3.npy, part",
    "conv/0.npy, conv/1.npy, conv/2.npy, conv",
    "layer1.0.conv/b0.npy, layer1.0.conv/b1.npy, layer1.0.conv/b2.npy, layer1.0.conv",
  })
  void names(String first, String second, String third, String layer) throws IOException {
    write("a/" + first, examples(0, 4, 3));
    write("a/" + second, examples(4, 4, 3));
    write("a/" + third, examples(8, 2, 3));
    ActivationFile file = open(folder.resolve("a"), layer);
    assertEquals(List.of(layer), names(file));
    assertArrayEquals(counting(10), column(file, layer));
  }

  @Test
  void inArchives() throws IOException {
    Path file = folder.resolve("x.npz");
    try (var out = Files.newOutputStream(file);
        NpzWriter npz = new NpzWriter(out)) {
      npz.add("fc", new float[4], 2, 2);
      npz.add("conv_1", new float[] {2, 0}, 1, 2);
      npz.add("conv_0", new float[] {0, 0, 1, 0}, 2, 2);
    }
    ActivationFile opened = open(file, "*");
    assertEquals(List.of("fc", "conv"), names(opened));
    assertArrayEquals(counting(3), column(opened, "conv"));
    assertEquals(List.of("fc", "conv_1", "conv_0"), names(open(file)));
  }

  /** A name without a separator, such as those of layers fc1 and fc2, has to be given. */
  @Test
  void numbersOfLayersAreNoParts() throws IOException {
    write("a/fc1.npy", examples(0, 4, 3));
    write("a/fc2.npy", examples(4, 4, 3));
    assertEquals(List.of("fc1", "fc2"), names(open(folder.resolve("a"), "*")));
    assertEquals(List.of("fc"), names(open(folder.resolve("a"), "fc")));
  }

  @ParameterizedTest
  @CsvSource({
    "c.0, c.2, 'part 1 is missing between '",
    "c.1, c.01, ' are the same part'",
    "c_0, c.0, ' are the same part'",
    "c.2, c.3, 'expected part 0 or 1, found '",
    "c_0-4, c_5-9, ' does not begin where '",
    "c_4-8, c_8-12, 'expected part 0 or 1, found '",
    "c-1-of-3, c-2-of-3, 'expected 3 of them, found 2, the last of which is '",
    "c-1-of-3, c-3-of-3, 'part 2 is missing between '",
  })
  void incompleteParts(String first, String second, String problem) throws IOException {
    Path a = write("a/" + first + ".npy", examples(0, 4, 3));
    Path b = write("a/" + second + ".npy", examples(4, 4, 3));
    write("a/fc.npy", examples(0, 8, 3));
    ActivationFile file = open(folder.resolve("a"), "c");
    String start = "the parts of the layer 'c': ";
    assertRefused(() -> column(file, "c"), start, problem);
    if (!problem.startsWith("expected 3")) {
      assertRefused(() -> column(file, "c"), a.toString());
    }
    if (!problem.startsWith("expected part")) {
      assertRefused(() -> column(file, "c"), b.toString());
    }
    assertEquals(8, column(file, "fc").length); // what is not asked for is not judged
    assertRefused(file.arrays().get(0)::mask, start, problem);
  }

  @Test
  void otherShapesAreRefused() throws IOException {
    Path first = write("a/c.0.npy", examples(0, 4, 3, 2));
    for (byte[] other :
        List.of(examples(0, 4, 3, 3), examples(0, 4, 2, 2), examples(0, 4, 3), examples(0, 4))) {
      Path second = write("a/c.1.npy", other);
      ActivationFile file = open(folder.resolve("a"), "c");
      assertRefused(() -> column(file, "c"), second + " has the shape ", ", but " + first + " has");
    }
  }

  /** A part that can't be read is no gap, and a part without samples no part. */
  @Test
  void damagedParts() throws IOException {
    write("a/c.0.npy", examples(0, 4, 3));
    Path second = write("a/c.1.npy", new byte[0]);
    write("a/c.2.npy", examples(4, 4, 3));
    assertRefused(
        () -> column(open(folder.resolve("a"), "c"), "c"), second.toString(), "it is empty");
    write("a/c.1.npy", examples(4, 0, 3));
    assertRefused(
        () -> column(open(folder.resolve("a"), "c"), "c"), second.toString(), "0 samples");
    byte[] cut = examples(4, 4, 3);
    write("a/c.1.npy", Arrays.copyOf(cut, cut.length - 1));
    assertRefused(() -> column(open(folder.resolve("a"), "c"), "c"), second.toString());
    write("a/c.1.npy", NpyBytes.of("<U1", false, new byte[48], 4, 3));
    assertTrue(open(folder.resolve("a"), "c").arrays().get(0).notALayer().isPresent());
    write("a/c.1.npy", examples(4, 4, 3));
    write("a/c.npy", examples(0, 8, 3));
    assertRefused(() -> open(folder.resolve("a"), "c"), "'c' and numbered parts are the same");
  }

  /** Twelve layers of a transformer are no parts of one; a last part of another size is. */
  @Test
  void whatLooksLikeParts() throws IOException {
    for (int i = 0; i < 12; i++) {
      write(String.format(Locale.ROOT, "a/layer_%02d.npy", i), examples(0, 4, 3));
      write("a/features." + 3 * i + ".npy", examples(0, 4, 3));
      write(String.format(Locale.ROOT, "a/acts_%02d.npy", i), examples(0, i == 11 ? 2 : 4, 3));
      write("a/unpadded_" + i + ".npy", examples(0, i == 11 ? 2 : 4, 3));
      write("a/ranges_" + 4 * i + "-" + (4 * i + 4) + ".npy", examples(0, 4, 3));
      write(
          String.format(Locale.ROOT, "a/widths_%02d.npy", i),
          examples(0, i == 11 ? 2 : 4, i == 5 ? 2 : 3));
    }
    write("a/lone_00.npy", examples(0, 4, 3));
    ActivationFile file = ActivationFile.open(folder.resolve("a"));
    assertEquals(Set.of("acts", "ranges"), Set.copyOf(file.evidentlySharded()));
    assertTrue(file.numbered().containsAll(List.of("layer", "features", "acts", "lone")));
    assertEquals(List.of(), file.inParts());
    assertEquals(73, file.arrays().size());
  }

  @ParameterizedTest
  @EnumSource
  void everyLayoutAndOrder(Layout layout) throws IOException {
    for (boolean fortran : new boolean[] {false, true}) {
      int[] shape = Arrays.copyOf(new int[] {4, 3, 2, 5, 2}, layout.axes());
      int axis = layout.neuronAxis() == 0 ? 1 : 0;
      List<TestArray> arrays = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        shape[axis] = 2 + i;
        arrays.add(TestArray.of(ElementType.INT16, ByteOrder.BIG_ENDIAN, fortran, shape.clone()));
        write("a/c." + i + ".npy", arrays.get(i).npy());
      }
      ActivationFile file =
          ActivationFile.open(folder.resolve("a"), layer -> true, List.of(layout));
      Layer all = file.arrays().get(0).layer(List.of(layout));
      assertEquals(9L, file.arrays().get(0).shape().get(axis));
      List<Layer> parts = new ArrayList<>();
      for (StoredArray part : ActivationFile.open(folder.resolve("a")).arrays()) {
        parts.add(part.layer(List.of(layout)));
      }
      assertEquals(all.samples(), parts.stream().mapToLong(Layer::samples).sum());
      assertArrayEquals(
          parts.stream().flatMapToDouble(part -> Arrays.stream(column(part))).toArray(),
          column(all));
    }
  }

  private ActivationFile several(Path... files) {
    return ActivationFile.concatenated(
        folder.resolve("part*"),
        Arrays.stream(files).map(ActivationFile::open).toList(),
        List.of());
  }

  private Path archive(String name, Object... entries) throws IOException {
    Path file = folder.resolve(name);
    try (var out = Files.newOutputStream(file);
        NpzWriter npz = new NpzWriter(out)) {
      for (int i = 0; i < entries.length; i += 3) {
        npz.add((String) entries[i], (float[]) entries[i + 1], (int[]) entries[i + 2]);
      }
    }
    return file;
  }

  @Test
  void severalArchives() throws IOException {
    int[] two = {2, 1};
    Path a =
        archive(
            "a.npz",
            "l",
            new float[] {0, 1},
            two,
            "m",
            new float[2],
            two,
            "r",
            new float[1],
            new int[] {});
    Path b =
        archive(
            "b.npz",
            "m",
            new float[2],
            two,
            "l",
            new float[] {2, 3},
            two,
            "r",
            new float[1],
            new int[] {});
    ActivationFile file = several(a, b, a);
    assertEquals(List.of("l", "m", "r"), names(file));
    assertArrayEquals(new double[] {0, 1, 2, 3, 0, 1}, column(file, "l"));
    assertEquals(folder.resolve("part*"), file.path());
    assertTrue(file.arrays().get(2).notALayer().isPresent());
  }

  @Test
  void aLayerThatIsMissingIsRefused() throws IOException {
    int[] two = {2, 1};
    Path a = archive("a.npz", "l", new float[2], two, "m", new float[2], two);
    Path b = archive("b.npz", "l", new float[2], two);
    ActivationFile file = several(a, b);
    assertEquals(4, column(file, "l").length);
    String problem =
        b + ": the array 'm' is missing, which other files of " + folder.resolve("part*") + " have";
    assertRefused(() -> column(file, "m"), problem);
    assertRefused(() -> column(several(b, a), "m"), problem);
    Path wide = archive("w.npz", "l", new float[4], new int[] {2, 2});
    assertRefused(() -> column(several(b, wide), "l"), "w.npz", "b.npz", "has the shape [2, 2]");
    Path lone = write("l.npy", examples(0, 2, 1));
    assertRefused(() -> several(a, lone), lone + ": it is a single array");
    Path folderOfParts = write("f/l.npy", examples(0, 2, 1)).getParent();
    assertArrayEquals(
        new double[] {0, 0, 0, 1}, column(several(b, folderOfParts), "l"), "types may differ");
  }

  @Test
  void loneArraysWhateverTheirNames() throws IOException {
    Path a = write("first.npy", examples(0, 2, 3));
    Path b = write("second.npy", examples(2, 5, 3));
    ActivationFile file = several(a, b);
    assertTrue(file.isSingleArray());
    assertArrayEquals(counting(7), column(file.arrays().get(0).layer(List.of())));
  }

  /** Masks are concatenated as layers are, in any order of axes. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void masks(boolean fortran) throws IOException {
    List<Integer> kept = new ArrayList<>();
    int before = 0;
    for (int i = 0; i < 3; i++) {
      long examples = 2L + i;
      int first = before;
      int part = i;
      write(
          "a/m." + i + ".npy",
          MaskFile.npy(
              ElementType.BOOL,
              ByteOrder.nativeOrder(),
              fortran,
              List.of(examples, 3L),
              at -> isKept(part, first + at) ? 1 : 0));
      for (int at = before; at < before + 3 * examples; at++) {
        if (isKept(i, at)) {
          kept.add(at);
        }
      }
      before += (int) (3 * examples);
    }
    StoredArray array = open(folder.resolve("a"), "m").arrays().get(0);
    assertTrue(array.isMask());
    Layers.Mask mask = array.mask();
    assertEquals(List.of(9L, 3L), mask.axes());
    Layer flat =
        new Layer.Forwarding(Layers.of("flat", 27, 1, counting(27))) {
          @Override
          public List<Long> sampleAxes() {
            return List.of(9L, 3L);
          }
        };
    assertArrayEquals(
        kept.stream().mapToDouble(Integer::doubleValue).toArray(),
        column(Layers.masked(flat, mask)));
    assertEquals(kept.stream().map(at -> at / 3).distinct().count(), mask.examples().kept());
  }

  /** The second part keeps nothing, which alone would be no mask. */
  private static boolean isKept(int part, int at) {
    return part != 1 && 7 * at % 5 >= 2;
  }

  /** A thousand parts take a file at a time, and no more memory than one. */
  @Test
  void manyParts() throws IOException {
    for (int i = 0; i < 1000; i++) {
      write("a/c." + i + ".npy", examples(i, 1, 2));
    }
    assertArrayEquals(counting(1000), column(open(folder.resolve("a"), "c"), "c"));
  }

  @Test
  void loneArraysBecomeTheLayersOfOneNetwork() throws IOException {
    Path first = write("conv-000.npy", examples(1, 3, 2));
    Path second = write("fc-000.npy", examples(4, 3, 5));
    Map<String, ActivationFile> layers = new LinkedHashMap<>();
    layers.put("fc", ActivationFile.open(second));
    ActivationFile one = ActivationFile.ofLayers(folder, layers);
    assertTrue(one.isSingleArray());
    layers.put("conv", ActivationFile.open(first));
    ActivationFile both = ActivationFile.ofLayers(folder, layers);
    assertFalse(both.isSingleArray());
    assertEquals(List.of("fc", "conv"), names(both));
    Layer fc = both.arrays().get(0).layer(List.of());
    assertEquals(second + ", layer 'fc'", fc.description());
    assertArrayEquals(new double[] {4, 5, 6}, column(fc));
    layers.put("both", both);
    ActivationsException e =
        assertThrows(ActivationsException.class, () -> ActivationFile.ofLayers(folder, layers));
    assertEquals(
        folder + ": expected a single array, as in the other files, found several", e.getMessage());
  }
}
