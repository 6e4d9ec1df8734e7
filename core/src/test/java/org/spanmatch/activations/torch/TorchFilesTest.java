package org.spanmatch.activations.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.spanmatch.activations.npy.Refusal.assertRefused;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.spanmatch.OtherProgram;
import org.spanmatch.TestData;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.RangeReader;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.ActivationFile.UnusableEntry;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.kernel.backend.SampleRows;

/**
 * Reads files that torch wrote, by {@code torch_files.py}: to the same names, shapes and values as
 * the archives that numpy wrote of the same tensors.
 */
class TorchFilesTest {
  private static final Path SCRIPT =
      TestData.resource("/org/spanmatch/activations/torch/torch_files.py");
  private static final Path FILES = SCRIPT.resolveSibling("files");

  private static Path file(String name) {
    return FILES.resolve(name);
  }

  private static Stream<String> withNumpy() throws IOException {
    try (Stream<Path> files = Files.list(FILES)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".npz"))
          .map(name -> name.replace(".npz", ""))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("withNumpy")
  void theSameAsNumpy(String name) {
    assertSame(FILES, name);
  }

  private static void assertSame(Path folder, String name) {
    List<StoredArray> expected = ActivationFile.open(folder.resolve(name + ".npz")).arrays();
    List<StoredArray> found = ActivationFile.open(folder.resolve(name + ".pt")).arrays();
    assertEquals(names(expected), names(found));
    int layers = 0;
    for (int i = 0; i < found.size(); i++) {
      StoredArray x = expected.get(i);
      StoredArray y = found.get(i);
      assertEquals(x.shape(), y.shape(), y.name());
      assertEquals(x.isMask(), y.isMask(), y.name());
      for (Layout layout : Layout.values()) {
        if (layout.axes() == y.shape().size()) {
          Layer layer = y.layer(List.of(layout));
          double[] rows = rows(x.layer(List.of(layout)));
          assertArrayEquals(rows, rows(layer), y.name() + ", " + layout);
          assertArrayEquals(rows, rows(layer), y.name() + ", a second pass");
          assertRanges(rows, layer);
          layers++;
        }
      }
    }
    assertTrue(layers > 0, "no layers");
  }

  private static List<String> names(List<StoredArray> arrays) {
    return arrays.stream().map(StoredArray::name).toList();
  }

  private static double[] rows(Layer layer) {
    int samples = Math.toIntExact(layer.samples());
    double[] rows = new double[samples * layer.neurons()];
    try (SampleRows reader = new SampleRows(layer)) {
      assertEquals(samples, reader.read(rows, samples));
    }
    return rows;
  }

  /** Reads the layer by ranges, the last first, where it has them. */
  private static void assertRanges(double[] expected, Layer layer) {
    Optional<RangeReader> ranges = layer.openRanges();
    if (ranges.isEmpty()) {
      return;
    }
    try (RangeReader reader = ranges.get()) {
      int unit = reader.unit();
      int neurons = layer.neurons();
      ByteBuffer target =
          ByteBuffer.allocate(unit * neurons * layer.type().bytes()).order(ByteOrder.LITTLE_ENDIAN);
      double[] rows = new double[unit * neurons];
      for (long from = layer.samples() - unit; from >= 0; from -= unit) {
        Block block = reader.fill(from, unit, target.clear());
        block.copyRows(0, unit, rows, 0);
        int at = (int) from * neurons;
        assertArrayEquals(Arrays.copyOfRange(expected, at, at + rows.length), rows);
      }
    }
  }

  @Test
  void everyTypeIsReadAsItIsStored() {
    List<String> types =
        List.of(
            "float16",
            "bfloat16",
            "float32",
            "float64",
            "int8",
            "int16",
            "int32",
            "int64",
            "uint8",
            "uint16",
            "uint32",
            "uint64",
            "bool");
    List<StoredArray> arrays = ActivationFile.open(file("types.pt")).arrays();
    assertEquals(types, names(arrays));
    assertEquals(types, arrays.stream().map(StoredArray::dtype).toList());
    assertEquals(ElementType.values().length, arrays.size());
    for (StoredArray array : arrays) {
      ElementType type = array.layer(List.of()).type();
      assertEquals(array.name(), type.name().toLowerCase(java.util.Locale.ROOT));
    }
  }

  @Test
  void viewsSayHowTheyLie() {
    List<StoredArray> arrays = ActivationFile.open(file("views.pt")).arrays();
    List<String> orders = arrays.stream().map(each -> each.name() + " " + each.order()).toList();
    assertTrue(
        orders.containsAll(
            List.of("whole C", "transposed Fortran", "columns strided", "repeated strided")),
        orders.toString());
  }

  /** What lies as the backends read it, they read from where it lies. */
  @ParameterizedTest
  @CsvSource({
    "whole, true",
    "first, true",
    "last, true",
    "nchw, true",
    "tokens, true",
    "columns, false",
    "transposed, false",
    "repeated, false",
    "same_value, false",
    "overlapping, false"
  })
  void ranges(String name, boolean expected) {
    Layer layer = array("views.pt", name).layer(List.of());
    Optional<RangeReader> ranges = layer.openRanges();
    ranges.ifPresent(RangeReader::close);
    assertEquals(expected, ranges.isPresent());
  }

  private static StoredArray array(String file, String name) {
    return ActivationFile.open(file(file)).arrays().stream()
        .filter(array -> array.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aLoneTensorHasTheNameOfItsFile(@TempDir Path folder) throws IOException {
    ActivationFile lone = ActivationFile.open(file("single.pt"));
    assertTrue(lone.isSingleArray());
    assertEquals(List.of("single"), names(lone.arrays()));
    assertFalse(ActivationFile.open(file("tuple.pt")).isSingleArray());
    for (String name : List.of("conv10.pt", "conv2.PTH", "fc.bin")) {
      Files.copy(file("single.pt"), folder.resolve(name));
    }
    Files.copy(file("tuple.pt"), folder.resolve("tuple.pt"));
    Files.copy(file("list.pt"), folder.resolve("list.pt"));
    ActivationFile network = ActivationFile.open(folder);
    assertEquals(List.of("conv2", "conv10", "fc.bin", "tuple"), names(network.arrays()));
    UnusableEntry several = network.unusable().get(0);
    assertEquals("list", several.name());
    assertTrue(several.reason().contains("it holds 2 arrays"), several.reason());
  }

  @Test
  void whatIsNoTensorIsNamed() {
    assertUnusable(
        "nested.pt",
        "encoder.layer.1.note: it is text, expected a tensor",
        "encoder.rate: it is a number, expected a tensor",
        "epoch: it is a number, expected a tensor",
        "huge: it is a number, expected a tensor",
        "nothing: it is None, expected a tensor",
        "flag: it is True or False, expected a tensor",
        "labels: it is a list without tensors",
        "config: it is a dict without tensors",
        "bytes: it is bytes, expected a tensor",
        "set: it is a set, expected a tensor",
        "shape: it is a tuple without tensors",
        "dtype: it is torch.float32, expected a tensor",
        "device: it takes torch.device to make it, which is never run, expected a tensor");
    for (int protocol = 3; protocol <= 5; protocol++) {
      assertUnusable(
          "protocol" + protocol + ".pt",
          "by: it is bytes, expected a tensor",
          "n: it is a number, expected a tensor",
          "s: it is a set, expected a tensor",
          "f: it is a set, expected a tensor",
          "ba: it is bytes, expected a tensor");
    }
  }

  @Test
  void tensorsThatCannotBeReadAreNamed() {
    assertUnusable(
        "unusable.pt",
        "coo: it is a sparse tensor, expected a dense one: save t.to_dense()",
        "csr: it is a sparse tensor, expected a dense one: save t.to_dense()",
        "quantized: it is a quantized tensor, expected its numbers: save t.dequantize()",
        "complex: its values are of complex64, expected float16/32/64, bfloat16, an integer or"
            + " bool",
        "nested: it is a nested tensor, expected one with axes: save t.to_padded_tensor(0)",
        "meta: it is a tensor on the device 'meta', which has no values",
        "subclass: it is a tensor of the class __main__.Flagged, expected a plain one: save"
            + " t.as_subclass(torch.Tensor)",
        "negated: its values are still to be negated or conjugated: save"
            + " t.resolve_conj().resolve_neg()",
        "float8: its values are of torch.float8_e4m3fn, expected float16/32/64, bfloat16, an"
            + " integer or bool",
        "array: it is an array of numpy, expected a tensor: save torch.from_numpy(a)",
        "storage: it is a storage, expected a tensor",
        "module: it is a module of the class torch.nn.modules.linear.Linear, expected a tensor",
        "command: it takes posix.system to make it, which is never run, expected a tensor");
    assertEquals(List.of("fine"), names(ActivationFile.open(file("unusable.pt")).arrays()));
  }

  private static void assertUnusable(String file, String... expected) {
    List<String> found =
        ActivationFile.open(file(file)).unusable().stream()
            .map(entry -> entry.name() + ": " + entry.reason())
            .toList();
    assertEquals(String.join("\n", expected), String.join("\n", found));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "command.pt    | layer 'a': it takes posix.system to make it, which is never run",
        "eval.pt       | layer 'a': it takes __builtin__.eval to make it, which is never run",
        "no_tensors.pt | it is a dict without tensors",
        "twice.pt      | two of its tensors have the name 'a.b'",
        "module.pt     | it is a whole module of PyTorch, of the class torch.nn.modules.container.Sequential, expected",
        "module.pt     | it holds weights and no activations: run it on the test set and save the outputs",
        "script.pt     | it is a TorchScript archive",
        "legacy.pt     | it is a PyTorch file from before 1.6, expected",
      })
  void refused(String name, String reason) {
    Path path = file(name);
    assertRefused(() -> ActivationFile.open(path), path, reason);
    assertFalse(Files.exists(Path.of("spanmatch-was-here")));
  }

  /** The lines that convert what is refused make files that are read. */
  @ParameterizedTest
  @CsvSource({"script.pt, weight", "legacy.pt, a"})
  @Tag("once") // on one JDK: the line is Python's
  void theLineConvertsTheFile(String name, String layer, @TempDir Path folder) throws Exception {
    python(folder, "-c", "import torch");
    Path path = Files.copy(file(name), folder.resolve(name));
    String message = "";
    try {
      ActivationFile.open(path);
    } catch (ActivationsException e) {
      message = e.getMessage();
    }
    String marker = "this converts it: ";
    String line = message.substring(message.indexOf(marker) + marker.length());
    run(folder, "bash", "-c", line.replace(" (if you", " #"));
    List<Path> made;
    try (Stream<Path> files = Files.list(folder)) {
      made = files.filter(file -> !file.equals(path)).toList();
    }
    assertEquals(1, made.size(), made.toString());
    assertTrue(names(ActivationFile.open(made.get(0)).arrays()).contains(layer));
  }

  /** Writes all files again with the torch of this machine. */
  @Test
  void whatTorchWritesHere(@TempDir Path folder) throws Exception {
    python(folder, SCRIPT.toString(), folder.toString());
    List<String> written = withNumpy().toList();
    assertTrue(written.size() > 12, written.toString());
    for (String name : written) {
      assertSame(folder, name);
    }
    List<String> unusable =
        ActivationFile.open(folder.resolve("unusable.pt")).unusable().stream()
            .map(UnusableEntry::name)
            .toList();
    assertEquals(13, unusable.size(), unusable.toString());
  }

  private static void python(Path folder, String... arguments) throws Exception {
    run(folder, Stream.concat(Stream.of("python3"), Stream.of(arguments)).toArray(String[]::new));
  }

  private static void run(Path folder, String... command) throws Exception {
    OtherProgram.run(folder, "nothing is exchanged with torch", command);
  }
}
