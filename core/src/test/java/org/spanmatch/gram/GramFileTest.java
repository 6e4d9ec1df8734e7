package org.spanmatch.gram;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.npy.NpzWriter;
import org.spanmatch.gram.GramLayer.Repetition;

/** Files of Gram matrices hold every bit, and say what is wrong with them. */
class GramFileTest {
  private static final Activations ACTIVATIONS = Activations.random(1, 10, 3, 2);

  @TempDir Path folder;

  private static byte[] bytes(Gram... grams) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    GramFile.write(List.of(grams), out);
    return out.toByteArray();
  }

  private Path file(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("f" + GramFile.SUFFIX), bytes);
  }

  private void assertKept(Gram... grams) throws IOException {
    byte[] bytes = bytes(grams);
    Path file = file(bytes);
    List<Gram> read = GramFile.read(file);
    assertEquals(List.of(grams), read);
    assertTrue(GramFile.isGramFile(ActivationFile.open(file)));
    assertEquals(read, GramFile.read(ActivationFile.open(file)));
    assertArrayEquals(bytes, bytes(read.toArray(Gram[]::new)), "the bytes of what was read");
  }

  @ParameterizedTest
  @EnumSource
  void everyBitIsKept(Precision precision) throws IOException {
    for (int samples : new int[] {1, 3, 5, 40}) {
      assertKept(Activations.random(2, samples, 3, 2, 4).gram(precision, false));
    }
    for (double size : new double[] {1e-300, 1e-120, 1e120, 1e300}) {
      assertKept(Activations.random(3, 10, 3, 2).map(v -> v * size).gram(precision, true));
    }
  }

  @Test
  void normProductsAndPairsAreKept() throws IOException {
    Activations three = Activations.random(4, 10, 3, 2, 1);
    assertKept(three.matrix(Set.of(new GramPair(0, 2)), false, true));
    assertKept(three.matrix(Set.of(), false, false));
  }

  @Test
  void severalMatricesAreKeptInTheirOrder() throws IOException {
    Gram[] grams = new Gram[12]; // of two digits too
    Arrays.setAll(
        grams,
        i ->
            Activations.random(i, 4 + i, 2, 1)
                .gram(i % 2 == 0 ? Precision.HIGH : Precision.STANDARD, false));
    assertKept(grams);
  }

  @ParameterizedTest
  @EnumSource
  void layersWithoutNeuronsAreKept(Precision precision) throws IOException {
    assertKept(Activations.random(5, 4, 0, 2).gram(precision, false));
    assertKept(Activations.random(5, 4, 0, 0).gram(precision, false));
  }

  @Test
  void sumsAreKept() throws IOException {
    for (Precision precision : Precision.values()) {
      assertKept(
          Gram.sum(
              ACTIVATIONS.parts(4).stream().map(part -> part.gram(precision, false)).toList()));
    }
  }

  /** A factor of few samples may leave out rows of zeros. */
  @Test
  void aFactorOfFewRowsIsKept() throws IOException {
    for (int samples = 1; samples <= 6; samples++) {
      assertKept(Activations.random(9, samples, 2, 3).gram(Precision.HIGH, false));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "features.0/weight",
        "Schicht für Löwen",
        "层 🦁🦒",
        "a\nb",
        "tab\tand\rreturn",
        "'quotes' \"both\"",
        "e\u0301",
        "\uD800 alone",
        "\u0000 first",
        "\u202eright to left"
      })
  void namesOfAnyKindAreKept(String name) throws IOException {
    GramMatrix matrix = ACTIVATIONS.matrix();
    List<GramLayer> layers = new ArrayList<>();
    for (GramLayer layer : matrix.layers()) {
      layers.add(
          new GramLayer(
              layer.network() + 3,
              name + layer.network(),
              List.of("folder/" + name.replace("\n", "") + "1.npz", "ü.npz", "c"),
              List.of(1L, 10L, 1L),
              0x1p-11,
              layer.moments()));
    }
    assertKept(new GramMatrix(layers, 10, 0.5, 0x1p-40, blocks(matrix), Map.of()));
  }

  @Test
  void aLayerMayHaveNoSource() throws IOException {
    double[] none = new double[0];
    Moments moments = Moments.of(none, none, none, new long[0]);
    assertKept(
        new TriangularFactor(
            List.of(new GramLayer(0, "a", List.of(), List.of(2L), 0, moments)),
            2,
            0,
            0,
            new double[0][],
            Map.of()));
  }

  @Test
  void shiftsAndExtremeNumbersAreKept() throws IOException {
    double[] values = {-0.0, Double.MIN_VALUE, -Double.MAX_VALUE, 0x1.fffffffffffffp-1022};
    double[] squares = {0.0, Double.MIN_VALUE, Double.MAX_VALUE, 0x1.fffffffffffffp-1022};
    long[] active = {0, 1, 2, 1L << 40};
    Moments moments =
        new Moments(values, squares, squares, active, new int[] {-1023, 1023, 0, 1}, values);
    GramLayer layer = new GramLayer(0, "a", List.of("f"), List.of(1L << 40), 0, moments);
    double[] block = new double[10];
    Arrays.fill(block, -Double.MIN_VALUE);
    for (int i = 0; i < 4; i++) {
      block[GramMatrix.triangleRow(4, i) + i] = squares[i];
    }
    assertKept(
        new GramMatrix(
            List.of(layer),
            1L << 40,
            Double.MAX_VALUE,
            Double.MIN_VALUE,
            Map.of(new GramPair(0, 0), block),
            Map.of()));
  }

  @Test
  void equalMatricesGiveEqualBytes() throws IOException {
    assertArrayEquals(bytes(ACTIVATIONS.matrix()), bytes(ACTIVATIONS.matrix()));
    assertArrayEquals(bytes(ACTIVATIONS.factor(false)), bytes(ACTIVATIONS.factor(false)));
  }

  @Test
  void whatCouldNotBeReadIsNotWritten() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (List<Gram> grams : List.of(List.<Gram>of(), List.of(Gram.empty()))) {
      assertEquals(
          "expected Gram matrices of at least one sample",
          assertThrows(IllegalArgumentException.class, () -> GramFile.write(grams, out))
              .getMessage());
    }
    assertEquals(0, out.size());
  }

  // Refusals.

  private static Map<String, byte[]> entries(byte[] archive) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        entries.put(entry.getName().replaceAll("\\.npy$", ""), zip.readAllBytes());
      }
    }
    return entries;
  }

  private static byte[] archive(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey() + ".npy"));
        zip.write(entry.getValue());
      }
    }
    return out.toByteArray();
  }

  /** Adds one array to an archive. */
  private interface Array {
    void add(NpzWriter npz, String name) throws IOException;
  }

  private static Array numbers(double... values) {
    return (npz, name) -> npz.add(name, values, values.length);
  }

  private static Array counts(long... values) {
    return (npz, name) -> npz.add(name, values, values.length);
  }

  private static Array texts(String... texts) {
    return (npz, name) -> npz.add(name, List.of(texts));
  }

  /** A good file in which one array is another, or missing for null. */
  private Path changed(Gram gram, String name, Array array) throws IOException {
    Map<String, byte[]> entries = entries(bytes(gram));
    if (array == null) {
      assertTrue(entries.remove(name) != null, name);
    } else {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      NpzWriter npz = NpzWriter.stored(out);
      array.add(npz, name);
      npz.finish();
      entries.putAll(entries(out.toByteArray()));
    }
    return file(archive(entries));
  }

  private void assertRefused(String message, Gram gram, String name, Array array)
      throws IOException {
    Path file = changed(gram, name, array);
    RuntimeException refusal = assertThrows(RuntimeException.class, () -> GramFile.read(file));
    assertTrue(
        refusal instanceof GramException || refusal instanceof ActivationsException,
        refusal.toString());
    assertEquals(file + message, refusal.getMessage());
  }

  @Test
  void anotherVersionIsRefused() throws IOException {
    assertRefused(
        ": expected version 1 of the file format, found 2",
        ACTIVATIONS.matrix(),
        "format",
        texts("spanmatch gram 2"));
    assertRefused(
        ": it holds no Gram matrices, its format is 'photographs'",
        ACTIVATIONS.matrix(),
        "format",
        texts("photographs"));
  }

  @Test
  void aFileWithoutGramMatricesIsRefused() throws IOException {
    assertRefused(
        ": it holds no Gram matrices, expected a file that 'spanmatch gram' has written",
        ACTIVATIONS.matrix(),
        "format",
        null);
    assertRefused(": it holds no Gram matrix", ACTIVATIONS.matrix(), "0/precision", null);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    NpzWriter npz = NpzWriter.stored(out);
    npz.add("features.0", new double[6], 3, 2);
    npz.finish();
    assertFalse(GramFile.isGramFile(ActivationFile.open(file(out.toByteArray()))));
    Path absent = folder.resolve("absent.gram.npz");
    assertThrows(ActivationsException.class, () -> GramFile.read(absent));
  }

  @Test
  void everyArrayIsNeeded() throws IOException {
    Map<String, byte[]> ofMatrix = entries(bytes(ACTIVATIONS.matrix(GramPair.all(2), false, true)));
    for (String name : ofMatrix.keySet()) {
      // Without these there is no such file, no such matrix, or a matrix without a pair.
      if (!Set.of("format", "0/precision", "0/gram/0-1").contains(name)
          && !name.startsWith("0/norms/")
          && !name.startsWith("0/repetition/")) {
        assertRefused(
            ": the array '" + name + "' is missing",
            ACTIVATIONS.matrix(GramPair.all(2), false, true),
            name,
            null);
      }
    }
    assertRefused(": the array '0/factor' is missing", ACTIVATIONS.factor(false), "0/factor", null);
    Path without = changed(ACTIVATIONS.matrix(), "0/gram/0-1", null);
    assertEquals(Set.of(), GramFile.read(without).get(0).pairs());
  }

  @Test
  void aFileNeedNotKnowWhetherSamplesRepeat() throws IOException {
    Gram gram = ACTIVATIONS.matrix();
    Path other = changed(gram, "0/repetition/0", counts(4, 1, 2, -5, 2));
    List<GramLayer> layers = GramFile.read(other).get(0).layers();
    assertEquals(new Repetition(4, 1, 2, -5, 2), layers.get(0).moments().repetition());
    assertEquals(Repetition.UNKNOWN, layers.get(1).moments().repetition());
    Path without = changed(gram, "0/repetition/0", null);
    assertEquals(
        Repetition.UNKNOWN, GramFile.read(without).get(0).layers().get(0).moments().repetition());
    assertRefused(
        ": array '0/repetition/0': impossible repetition of samples: 4 looked at, 5 silent, 0"
            + " equal, 0 distinct",
        gram,
        "0/repetition/0",
        counts(4, 5, 0, 0, 0));
    assertRefused(
        ": array '0/repetition/0': expected the shape [5], found [4]",
        gram,
        "0/repetition/0",
        counts(4, 5, 0, 0));
    Path many = changed(gram, "0/repetition/0", counts(1L << 62, 1L << 62, 0, 0, 0));
    GramException refusal = assertThrows(GramException.class, () -> GramFile.read(many));
    assertTrue(refusal.getMessage().contains("expected a look at no more than"));
  }

  @ParameterizedTest
  @CsvSource({
    "0/sums/0, 3",
    "0/squares/1, 2",
    "0/fourth_powers/0, 3",
    "0/shift/1, 2",
    "0/gram/0-0, 6",
    "0/roundoff, 2",
    "0/error, 1",
  })
  void anotherShapeIsRefused(String name, int expected) throws IOException {
    for (int size : new int[] {0, expected - 1, expected + 1}) {
      assertRefused(
          ": array '" + name + "': expected the shape [" + expected + "], found [" + size + "]",
          ACTIVATIONS.matrix(),
          name,
          numbers(new double[size]));
    }
    assertRefused(
        ": array '"
            + name
            + "': expected the shape ["
            + expected
            + "], found ["
            + expected
            + ", 1]",
        ACTIVATIONS.matrix(),
        name,
        (npz, array) -> npz.add(array, new double[expected], expected, 1));
  }

  @Test
  void whatAMaskLeftOutIsKeptAndAddedUp() throws IOException {
    GramMatrix matrix = ACTIVATIONS.matrix();
    List<GramLayer> layers = new ArrayList<>();
    for (GramLayer layer : matrix.layers()) {
      layers.add(
          new GramLayer(
              layer.network(),
              layer.name(),
              layer.sources(),
              layer.sampleAxes(),
              layer.storageRoundoff(),
              layer.moments(),
              7 + layer.network()));
    }
    Gram masked =
        new GramMatrix(
            layers,
            matrix.samples(),
            matrix.deadThreshold(),
            matrix.error(),
            blocks(matrix),
            Map.of());
    assertKept(masked);
    Gram sum = masked.plus(matrix).plus(masked);
    assertEquals(List.of(14L, 16L), sum.layers().stream().map(GramLayer::masked).toList());
    assertEquals(sum.layers(), sum.withLabels(matrix.layers()).layers());
    Path other = changed(matrix, "0/masked", counts(1L << 62, 1));
    Gram many = GramFile.read(other).get(0);
    assertEquals(List.of(1L << 62, 1L), many.layers().stream().map(GramLayer::masked).toList());
    assertEquals(
        "expected less than 2^63 masked samples in all, found 4611686018427387904 and"
            + " 4611686018427387904",
        assertThrows(GramException.class, () -> many.plus(many)).getMessage());
    assertRefused(
        ": array '0/masked', element 1: expected at least 0, found -1",
        matrix,
        "0/masked",
        counts(0, -1));
    assertRefused(
        ": array '0/masked': expected the shape [2], found [1]", matrix, "0/masked", counts(0));
  }

  private static Map<GramPair, double[]> blocks(GramMatrix matrix) {
    Map<GramPair, double[]> blocks = new TreeMap<>();
    for (GramPair pair : List.of(new GramPair(0, 0), new GramPair(0, 1), new GramPair(1, 1))) {
      blocks.put(pair, matrix.block(pair));
    }
    return blocks;
  }

  @Test
  void aMatrixOfAnotherShapeIsRefused() throws IOException {
    assertRefused(
        ": array '0/gram/0-1': expected the shape [3, 2], found [2, 3]",
        ACTIVATIONS.matrix(),
        "0/gram/0-1",
        (npz, name) -> npz.add(name, new double[6], 2, 3));
    assertRefused(
        ": array '0/factor': expected the shape [5, 5], found [6, 5]",
        ACTIVATIONS.factor(false),
        "0/factor",
        (npz, name) -> npz.add(name, new double[30], 6, 5));
    assertRefused(
        ": array '0/factor': expected the shape [4, 5], found [4, 4]",
        ACTIVATIONS.factor(false),
        "0/factor",
        (npz, name) -> npz.add(name, new double[16], 4, 4));
  }

  @Test
  void anotherDtypeIsRefused() throws IOException {
    assertRefused(
        ", array '0/sums/0': expected values of f8 in C order, found <i8 of the shape [3]",
        ACTIVATIONS.matrix(),
        "0/sums/0",
        counts(1, 2, 3));
    assertRefused(
        ", array '0/active/0': expected values of i8 in C order, found <f8 of the shape [3]",
        ACTIVATIONS.matrix(),
        "0/active/0",
        numbers(1, 2, 3));
    assertRefused(
        ", array '0/names': expected text of one axis, found <f8 of the shape [2]",
        ACTIVATIONS.matrix(),
        "0/names",
        numbers(1, 2));
  }

  @ParameterizedTest
  @CsvSource({
    "0/sums/0, 3",
    "0/fourth_powers/1, 2",
    "0/shift/0, 3",
    "0/gram/1-1, 3",
    "0/norms_first/0-1, 3"
  })
  void numbersThatAreNotFiniteAreRefused(String name, int size) throws IOException {
    for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      double[] values = new double[size];
      values[size - 1] = value;
      assertRefused(
          ": array '"
              + name
              + "', element "
              + (size - 1)
              + ": expected a finite number, found "
              + value,
          ACTIVATIONS.matrix(GramPair.all(2), false, true),
          name,
          numbers(values));
    }
  }

  @Test
  void rowsThatAreNotFiniteAreRefused() throws IOException {
    double[] values = new double[25];
    values[7] = Double.NaN;
    assertRefused(
        ": array '0/factor', element 7: expected a finite number, found NaN",
        ACTIVATIONS.factor(false),
        "0/factor",
        (npz, name) -> npz.add(name, values, 5, 5));
  }

  @Test
  void squaresThatDifferFromTheDiagonalAreRefused() throws IOException {
    GramMatrix matrix = ACTIVATIONS.matrix();
    double[] squares = matrix.layers().get(1).moments().scaledSquares();
    double before = squares[1];
    squares[1] = Math.nextUp(before);
    assertRefused(
        ": array '0/gram/1-1', neuron 1: expected the square "
            + squares[1]
            + " on the diagonal, found "
            + before,
        matrix,
        "0/squares/1",
        numbers(squares));
    squares[1] = -1;
    assertRefused(
        ": array '0/squares/1', neuron 1: expected at least 0, found a negative number",
        matrix,
        "0/squares/1",
        numbers(squares));
  }

  @Test
  void sizesOutOfRangeAreRefused() throws IOException {
    assertRefused(
        ": array '0/axes/0': expected sizes whose product is the number of samples, 9, found [10]",
        ACTIVATIONS.matrix(),
        "0/samples",
        counts(9));
    assertRefused(
        ": array '0/axes/1': expected sizes whose product is the number of samples, 10, found [-2, -5]",
        ACTIVATIONS.matrix(),
        "0/axes/1",
        counts(-2, -5));
    assertRefused(
        ": array '0/axes/1': expected a number per axis, found the shape [0]",
        ACTIVATIONS.matrix(),
        "0/axes/1",
        counts());
    assertRefused(
        ": array '0/scale/0', neuron 2: expected an exponent of 2 from -1023 to 1023, found 1024",
        ACTIVATIONS.matrix(),
        "0/scale/0",
        counts(0, 0, 1024));
    assertRefused(
        ": array '0/scale/0', neuron 0: expected an exponent of 2 from -1023 to 1023, found "
            + Long.MIN_VALUE,
        ACTIVATIONS.matrix(),
        "0/scale/0",
        counts(Long.MIN_VALUE, 0, 0));
    assertRefused(
        ": array '0/neurons', element 1: expected from 0 to 2147483647, found -1",
        ACTIVATIONS.matrix(),
        "0/neurons",
        counts(3, -1));
    assertRefused(
        ": array '0/networks', element 0: expected from 0 to 2147483647, found 4294967296",
        ACTIVATIONS.matrix(),
        "0/networks",
        counts(1L << 32, 0));
    assertRefused(
        ": array '0/roundoff', element 0: expected from 0 to less than 1, found NaN",
        ACTIVATIONS.matrix(),
        "0/roundoff",
        numbers(Double.NaN, 0));
    assertRefused(
        ": array '0/neurons': expected a number per layer, found the shape [0]",
        ACTIVATIONS.matrix(),
        "0/neurons",
        counts());
    assertRefused(
        ": array '0/precision': expected standard or high, found 'low'",
        ACTIVATIONS.matrix(),
        "0/precision",
        texts("low"));
    assertRefused(
        ", matrix 0: expected a dead threshold of at least 0 and finite, found NaN",
        ACTIVATIONS.matrix(),
        "0/dead_threshold",
        numbers(Double.NaN));
    assertRefused(
        ", matrix 0: expected an error of at least 0 and finite, found -1.0",
        ACTIVATIONS.matrix(),
        "0/error",
        numbers(-1));
  }

  /** Sums that no activations of these norms have. */
  @Test
  void impossibleSumsAreRefused() throws IOException {
    Gram gram = ACTIVATIONS.matrix();
    Moments moments = gram.layers().get(0).moments();
    double square = moments.norm(1) * moments.norm(1);
    double most = Math.sqrt(10 * square);
    double[] sums = moments.scaledSums();
    for (double sum : new double[] {most * 1.01, -most * 1.01}) {
      sums[1] = sum;
      assertImpossible("sums", -most, most, sums);
    }
    sums[1] = most;
    assertEquals(
        most,
        GramFile.read(changed(gram, "0/sums/0", numbers(sums)))
            .get(0)
            .layers()
            .get(0)
            .moments()
            .sum(1));
    double[] fourthPowers = moments.scaledFourthPowers();
    for (double power : new double[] {-1e-9, square * square * 1.01}) {
      fourthPowers[1] = power;
      assertImpossible("fourth_powers", 0, square * square, fourthPowers);
    }
  }

  private void assertImpossible(String name, double least, double most, double[] values)
      throws IOException {
    Path file = changed(ACTIVATIONS.matrix(), "0/" + name + "/0", numbers(values));
    String message = assertThrows(GramException.class, () -> GramFile.read(file)).getMessage();
    String start = file + ": array '0/" + name + "/0', element 1: expected from ";
    String end = " by the neuron's norm, found " + values[1];
    assertTrue(message.startsWith(start) && message.endsWith(end), message);
    String[] range =
        message.substring(start.length(), message.length() - end.length()).split(" to ", -1);
    // The reader leaves room for rounding.
    assertEquals(least, Double.parseDouble(range[0]), 1e-5 * Math.abs(least));
    assertEquals(most, Double.parseDouble(range[1]), 1e-5 * most);
  }

  @Test
  void negativeProductsOfNormsAreRefused() throws IOException {
    Gram gram = ACTIVATIONS.matrix(GramPair.all(2), false, true);
    assertRefused(
        ": array '0/norms/0-1': expected at least 0, found -1.0", gram, "0/norms/0-1", numbers(-1));
  }

  @Test
  void aFileIsWrittenWholeOrNotAtAll() throws IOException {
    Path file = folder.resolve("kept.gram.npz");
    GramFile.write(List.of(ACTIVATIONS.matrix()), file);
    byte[] kept = Files.readAllBytes(file);
    assertArrayEquals(bytes(ACTIVATIONS.matrix()), kept);
    assertThrows(
        IllegalArgumentException.class,
        () -> GramFile.write(List.of(ACTIVATIONS.matrix(), Gram.empty()), file));
    assertArrayEquals(kept, Files.readAllBytes(file));
    assertArrayEquals(new String[] {"kept.gram.npz"}, folder.toFile().list());
  }

  /** More samples than neurons were ever active, or fewer than none. */
  @Test
  void countsOutOfRangeAreRefused() throws IOException {
    for (long wrong : new long[] {-1, 11}) {
      assertRefused(
          ", matrix 0: file, layer 'layer 0', neuron 1: expected from 0 to 10 active samples, found "
              + wrong,
          ACTIVATIONS.matrix(),
          "0/active/0",
          counts(10, wrong, 0));
    }
  }

  @Test
  void aTruncatedFileIsRefused() throws IOException {
    byte[] good = bytes(ACTIVATIONS.matrix(GramPair.all(2), false, true));
    for (int length = 0; length < good.length; length += length < 200 ? 1 : 97) {
      Path file = file(Arrays.copyOf(good, length));
      RuntimeException refusal = assertThrows(RuntimeException.class, () -> GramFile.read(file));
      assertTrue(
          refusal instanceof GramException || refusal instanceof ActivationsException,
          refusal.toString());
      assertTrue(refusal.getMessage().startsWith(file.toString()), refusal.getMessage());
    }
  }
}
