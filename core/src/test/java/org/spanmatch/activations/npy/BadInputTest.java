package org.spanmatch.activations.npy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.spanmatch.activations.npy.Refusal.assertRefused;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.Layers;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.ActivationFile.UnusableEntry;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.activations.npy.NpyBytes.Container;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.kernel.backend.NeuronNorms;

/** Tests that unusable input is refused with one sentence that says where and why. */
class BadInputTest {
  private static final String LAYER = ", layer 'layer'";

  @TempDir private Path folder;

  private Path write(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  private Path npy(String dictionary, byte[] data) throws IOException {
    return write("layer.npy", NpyBytes.of(1, dictionary, data));
  }

  private static StoredArray open(Path path) {
    return ActivationFile.open(path).arrays().get(0);
  }

  private static Layer layer(Path path, Layout... layouts) {
    return open(path).layer(List.of(layouts));
  }

  private static void readAll(Layer layer) {
    try (BlockReader reader = layer.open()) {
      while (reader.next() != null) {
        // only reads
      }
    }
  }

  private static byte[] tenByThree() {
    double[] values = new double[30];
    Arrays.setAll(values, i -> Math.sin(i + 1)); // hardly compressible
    return NpyBytes.of(values, 10, 3);
  }

  @Test
  void missing() {
    Path file = folder.resolve("nowhere").resolve("x.npz");
    assertRefused(() -> ActivationFile.open(file), file, "there is no such file");
  }

  @Test
  void folderWithoutArrays() throws IOException {
    write("readme.txt", new byte[] {1});
    Files.createDirectory(folder.resolve("folder.npy"));
    assertRefused(() -> ActivationFile.open(folder), folder, "no .npy");
  }

  @Test
  void folderWithABrokenArray() throws IOException {
    Path bad = write("later.npy", new byte[] {1});
    assertRefused(() -> ActivationFile.open(folder), bad, "layer 'later'", "magic");
    write("good.npy", tenByThree());
    ActivationFile file = ActivationFile.open(folder);
    assertEquals(List.of("good"), file.arrays().stream().map(StoredArray::name).toList());
    assertEquals(List.of("later"), file.unusable().stream().map(UnusableEntry::name).toList());
    assertRefused(
        () -> {
          throw file.unusable().get(0).exception();
        },
        bad,
        "layer 'later'",
        "magic");
  }

  @Test
  void archiveWithoutArrays() {
    Path file = new RawZip("readme.txt", new byte[] {1}, true).write(folder.resolve("x.npz"));
    assertRefused(() -> ActivationFile.open(file), file, "no .npy");
  }

  @Test
  void notAnArchive() throws IOException {
    Path text =
        write("text.npz", "some text, not an archive".repeat(9).getBytes(StandardCharsets.UTF_8));
    assertRefused(() -> ActivationFile.open(text), text, "not a readable .npz (zip) archive");
    Path empty = write("empty.npz", new byte[0]);
    assertRefused(() -> ActivationFile.open(empty), empty, "not a readable .npz (zip) archive");
  }

  @Test
  void archiveCutAnywhere() throws IOException {
    Path whole = new RawZip("layer.npy", tenByThree(), true).write(folder.resolve("whole.npz"));
    byte[] bytes = Files.readAllBytes(whole);
    for (int length = 0; length < bytes.length; length++) {
      Path cut = write("cut.npz", Arrays.copyOf(bytes, length));
      assertRefused(() -> ActivationFile.open(cut), cut, "not a readable .npz (zip) archive");
    }
  }

  @Test
  void archiveUnderAnotherName() throws IOException {
    Path file = new RawZip("layer.npy", tenByThree(), true).write(folder.resolve("x.zip"));
    readAll(layer(file));
    readAll(layer(write("x.npy", Files.readAllBytes(file))));
  }

  @ParameterizedTest
  @EnumSource
  void empty(Container container) {
    Path file = container.write(folder, new byte[0]);
    assertRefused(() -> open(file), file, LAYER, "empty");
  }

  @ParameterizedTest
  @EnumSource
  void wrongMagic(Container container) {
    byte[] npy = tenByThree();
    npy[3] = 'X';
    Path file = container.write(folder, npy);
    assertRefused(() -> open(file), file, LAYER, "magic", "\\x93NUMPY");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void headerCutAnywhere(int version) {
    byte[] npy = NpyBytes.of(version, NpyBytes.dictionary("<f8", false, 10, 3), new byte[240]);
    int header = npy.length - 240;
    for (Container container : Container.values()) {
      for (int length = 1; length < header; length++) {
        Path file = container.write(folder, Arrays.copyOf(npy, length));
        assertRefused(() -> open(file), file, LAYER, length < 6 ? "magic" : "header is truncated");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4, 255})
  void unknownVersion(int version) throws IOException {
    Path file = write("layer.npy", NpyBytes.of(version, "{}", new byte[0]));
    assertRefused(() -> open(file), file, LAYER, "version 1, 2 or 3", "found " + version);
  }

  @Test
  void headerOfAbsurdLength() throws IOException {
    byte[] npy = NpyBytes.of(2, NpyBytes.dictionary("<f8", false, 10, 3), new byte[240]);
    npy[11] = 0x7f;
    Path file = write("layer.npy", npy);
    assertRefused(() -> open(file), file, LAYER, "header", "bytes long");
    npy[11] = (byte) 0xff;
    Path negative = write("layer.npy", npy);
    assertRefused(() -> open(negative), file, LAYER, "header", "bytes long");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'fortran_order': False, 'shape': (2, 3)}               | descr",
        "{'descr': 8, 'fortran_order': False, 'shape': (2, 3)}   | descr",
        "{'descr': ('<f4', (2,)), 'fortran_order': False, 'shape': (2, 3)} | descr",
        "{'descr': '<f8', 'shape': (2, 3)}                       | fortran_order",
        "{'descr': '<f8', 'fortran_order': 2, 'shape': (2, 3)}   | fortran_order",
        "{'descr': '<f8', 'fortran_order': False}                | shape",
        "{'descr': '<f8', 'fortran_order': False, 'shape': 6}    | shape",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2, x)}   | not a list of integers",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1.5)} | not a list of integers",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 9223372036854775808)} | (2,"
            + " 9223372036854775808)",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2, -3)}  | negative shape (2, -3)",
        "complete nonsense                                       | descr",
      })
  void malformedHeader(String dictionary, String expected) throws IOException {
    Path file = npy(dictionary, new byte[48]);
    assertRefused(() -> open(file), file, LAYER, "header", expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<c8",
        "<c16",
        "|O",
        "|S5",
        "<U3",
        "|V4",
        "<M8[ns]",
        "<m8[s]",
        "<f16",
        "<f3",
        "<i16",
        "<g",
        "<",
        "",
        "!f4",
        "<float32",
        "f4 ",
        "F4",
        "longdouble",
        "|V2"
      })
  void unsupportedDtype(String dtype) throws IOException {
    Path file = npy(NpyBytes.dictionary(dtype, false, 2, 3), new byte[48]);
    StoredArray array = open(file);
    assertRefused(() -> array.layer(List.of()), file, LAYER, "dtype '" + dtype + "'", "expected");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[('a', '<f4'), ('b', '<f4')]", "[('shape', '<f4')]"})
  void structuredDtype(String dtype) throws IOException {
    Path file =
        npy("{'descr': " + dtype + ", 'fortran_order': False, 'shape': (2, 3)}", new byte[48]);
    assertRefused(() -> layer(file), file, LAYER, "dtype", "not supported");
  }

  @ParameterizedTest
  @CsvSource({
    "0, '', found 0",
    "1, 5, found 1",
    "6, '5, 4, 3, 2, 1, 1', found 6",
  })
  void wrongNumberOfAxes(int axes, String shape, String expected) throws IOException {
    String comma = axes == 1 ? "," : "";
    Path file =
        npy(
            "{'descr': '|u1', 'fortran_order': False, 'shape': (" + shape + comma + ")}",
            new byte[120]);
    StoredArray array = open(file);
    assertRefused(
        () -> array.layer(List.of()),
        file,
        LAYER,
        "expected 2 axes",
        "3 axes",
        "4 axes",
        "5 axes",
        expected);
    assertRefused(() -> array.layout(List.of()), file, LAYER, expected);
  }

  @ParameterizedTest
  @CsvSource({"NF, '0, 3'", "FN, '3, 0'", "NCHW, '2, 3, 0, 4'", "NTF, '0, 0, 0'"})
  void noSamples(Layout layout, String shape) throws IOException {
    Path file =
        npy("{'descr': '<f4', 'fortran_order': False, 'shape': (" + shape + ")}", new byte[0]);
    assertRefused(() -> layer(file, layout), file, LAYER, "[" + shape + "]", "0 samples");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9223372036854775807, 2",
        "4294967296, 4294967296",
        "4611686018427387904, 1", // fits, but not eight times
        "2097152, 2097152, 2097152, 2",
      })
  void overflowingShape(String shape) throws IOException {
    for (String order : List.of("False", "True")) {
      Path file =
          npy(
              "{'descr': '<f8', 'fortran_order': " + order + ", 'shape': (" + shape + ")}",
              new byte[8]);
      assertRefused(() -> layer(file), file, LAYER, "[" + shape + "]");
    }
  }

  @Test
  void tooManyNeurons() throws IOException {
    long neurons = 200_000_000;
    byte[] header = NpyBytes.header(1, NpyBytes.dictionary("|u1", false, 1, neurons));
    Path file = write("layer.npy", header);
    try (var sparse = new java.io.RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(header.length + neurons);
    }
    assertRefused(() -> layer(file), file, LAYER, neurons + " neurons", "expected at most");
  }

  @ParameterizedTest
  @EnumSource
  void dataThatDoesNotFitTheShape(Container container) {
    byte[] npy = tenByThree();
    for (int extra : new int[] {-240, -8, -1, 1, 8, 240}) {
      Path file = container.write(folder, Arrays.copyOf(npy, npy.length + extra));
      StoredArray array = open(file);
      assertRefused(
          () -> array.layer(List.of()),
          file,
          LAYER,
          "[10, 3]",
          "<f8",
          "needs 240 bytes",
          "found " + (240 + extra));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NF", "FN"}) // read front to back, and gathered
  void fileCutWhileItIsRead(Layout layout) throws IOException {
    byte[] npy = tenByThree();
    Path file = write("layer.npy", npy);
    Layer layer = layer(file, layout);
    write("layer.npy", Arrays.copyOf(npy, npy.length - 1));
    assertRefused(() -> readAll(layer), file, "it changed while it was in use");
    Files.delete(file);
    assertRefused(() -> readAll(layer), file, "it was removed");
  }

  @ParameterizedTest
  @EnumSource(names = {"NF", "FN"})
  void entryGoneWhileItIsRead(Layout layout) {
    Path file = new RawZip("layer.npy", tenByThree(), true).write(folder.resolve("x.npz"));
    Layer layer = layer(file, layout);
    new RawZip("other.npy", tenByThree(), true).write(file);
    assertRefused(() -> readAll(layer), file, "it changed while it was in use");
  }

  @ParameterizedTest
  @EnumSource(names = {"NF", "FN"})
  void deflatedEntryCut(Layout layout) {
    int whole = new RawZip("layer.npy", tenByThree(), true).compressedSize();
    // The last byte holds only the end mark; without it all values are still there.
    for (int length = whole - 2; length >= 0; length -= 7) {
      Path file =
          new RawZip("layer.npy", tenByThree(), true).cutTo(length).write(folder.resolve("x.npz"));
      assertRefused(() -> readAll(layer(file, layout)), file, LAYER);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NF", "FN"})
  void entryCorruptedAnywhere(Layout layout) {
    for (boolean deflated : new boolean[] {false, true}) {
      int size = new RawZip("layer.npy", tenByThree(), deflated).compressedSize();
      for (int at = 0; at < size; at++) {
        Path file =
            new RawZip("layer.npy", tenByThree(), deflated)
                .corrupt(at)
                .write(folder.resolve("x.npz"));
        assertRefused(() -> readAll(layer(file, layout)), file, LAYER);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NF", "FN"})
  void wrongChecksum(Layout layout) {
    for (boolean deflated : new boolean[] {false, true}) {
      Path file =
          new RawZip("layer.npy", tenByThree(), deflated)
              .claimCrc(12345)
              .write(folder.resolve("x.npz"));
      Layer layer = layer(file, layout);
      assertRefused(() -> readAll(layer), file, LAYER, "damaged", "checksum");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NF", "FN"})
  void deflatedEntryOfAnotherSizeThanStated(Layout layout) {
    byte[] npy = tenByThree();
    // The claimed size fits the shape, but the data has one value more or less.
    Path longer =
        new RawZip("layer.npy", Arrays.copyOf(npy, npy.length + 8), true)
            .claimSize(npy.length)
            .write(folder.resolve("longer.npz"));
    assertRefused(() -> readAll(layer(longer, layout)), longer, LAYER);
    Path shorter =
        new RawZip("layer.npy", Arrays.copyOf(npy, npy.length - 8), true)
            .claimSize(npy.length)
            .write(folder.resolve("shorter.npz"));
    assertRefused(() -> readAll(layer(shorter, layout)), shorter, LAYER);
  }

  @Test
  void differentSampleCounts() throws IOException {
    Layer x = layer(write("x.npy", tenByThree()));
    Layer y = layer(write("y.npy", NpyBytes.of(new double[36], 12, 3)));
    assertRefused(
        () -> new LayerPair.OfActivations("pair", x, y),
        "x.npy",
        "layer 'x'",
        "10 samples",
        "y.npy",
        "layer 'y'",
        "12");
  }

  @Test
  void differentSampleAxes() throws IOException {
    Layer x = layer(write("x.npy", NpyBytes.of(new double[48], 2, 3, 4, 2)));
    Layer y = layer(write("y.npy", NpyBytes.of(new double[48], 2, 3, 2, 4)));
    assertRefused(
        () -> new LayerPair.OfActivations("pair", x, y),
        "x.npy",
        "[2, 4, 2]",
        "y.npy",
        "[2, 2, 4]",
        "paired");
  }

  /** As many samples by accident: the examples of one are not those of the other. */
  @Test
  void anotherKindOfSamples() throws IOException {
    Layer conv = layer(write("conv.npy", NpyBytes.of(new double[48], 2, 3, 4, 2)));
    Layer fc = layer(write("fc.npy", NpyBytes.of(new double[32], 16, 2)));
    Object[] refusal = {
      "conv.npy", "[2, 4, 2]", "fc.npy", "[16]", "paired: their examples, the first axis, differ"
    };
    assertRefused(() -> new LayerPair.OfActivations("pair", conv, fc), refusal);
    assertRefused(
        () -> new LayerPair.OfActivations("pair", fc, conv),
        "fc.npy",
        "[16]",
        "conv.npy",
        "[2, 4, 2]",
        "differ");
    assertFalse(LayerPair.isPossible(conv, fc));
    Layer tokens = layer(write("tokens.npy", NpyBytes.of(new double[48], 4, 4, 3)));
    assertRefused(
        () -> new LayerPair.OfActivations("pair", conv, tokens), "[2, 4, 2]", "[4, 4]", "differ");
    Layer pooled = layer(write("pooled.npy", NpyBytes.of(new double[48], 16, 3, 1, 1)));
    assertTrue(new LayerPair.OfActivations("pooled", pooled, fc).x() == pooled);
    assertTrue(new LayerPair.OfActivations("pooled", fc, pooled).y() == pooled);
  }

  @ParameterizedTest
  @CsvSource({"NaN, NaN", "Infinity, infinite", "-Infinity, infinite"})
  void valuesThatAreNotFinite(double value, String word) throws IOException {
    double[] values = new double[1000 * 3];
    values[777 * 3 + 2] = value;
    Path file = write("layer.npy", NpyBytes.of(values, 1000, 3));
    Layer layer = layer(file);
    assertRefused(
        () -> NeuronNorms.of(layer, done -> {}),
        file,
        LAYER,
        "neuron 2",
        word,
        "sample 777",
        "expected finite");
    Layer byNeuron = layer(write("layer.npy", NpyBytes.of(values, 3, 1000)), Layout.FN);
    assertRefused(
        () -> NeuronNorms.of(byNeuron, done -> {}),
        file,
        LAYER,
        "neuron 2",
        word,
        "sample 333"); // 2333 = 2·1000 + 333
  }

  @Test
  void positionsOfSampledActivationsAreThoseInTheFile() throws IOException {
    double[] values = new double[1000];
    Layer layer = layer(write("layer.npy", NpyBytes.of(values, 1000, 1)));
    Layer sampled = Layers.sampled(layer, 100);
    long position = sampled.samplePosition(57);
    assertTrue(position >= 570 && position < 580, "57th of 100 parts: " + position);

    values[(int) position] = Double.NaN;
    Path file = write("layer.npy", NpyBytes.of(values, 1000, 1));
    Layer withNan = Layers.sampled(layer(file), 100);
    assertRefused(
        () -> NeuronNorms.of(withNan, done -> {}), file, LAYER, "neuron 0", "sample " + position);
    assertFalse(position == 57, "the test must tell the file's position from the draw's");
  }
}
