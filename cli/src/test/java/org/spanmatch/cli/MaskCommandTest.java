package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.npy.NpzWriter;
import org.spanmatch.cli.RealCommand.Outcome;

/** {@code --mask}: results are those of files from which the masked rows were really removed. */
class MaskCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int N = 30;
  private static final int T = 8;
  private static final int F = 6;

  @TempDir Path folder;
  private Path x;
  private Path y;

  /** Sequence n has 1 to 7 tokens before the padding, whose rows are of any kind. */
  private static boolean isToken(int row) {
    return row % T < 1 + row / T % (T - 1);
  }

  /** Activations that depend on each other in part, with NaN where a row is masked. */
  private static float[] values(int seed, int rows, IntPredicate kept) {
    float[] shared = TestFiles.relu(rows * F, 99);
    float[] own = TestFiles.relu(rows * F, seed);
    for (int i = 0; i < own.length; i++) {
      if (i % F < 3) {
        own[i] = shared[i] + 0.3f * own[i];
      }
      if (!kept.test(i / F)) {
        own[i] = Float.NaN;
      }
    }
    return own;
  }

  private static float[] rest(float[] values, IntPredicate kept) {
    float[] rest = new float[values.length];
    int count = 0;
    for (int row = 0; row < values.length / F; row++) {
      if (kept.test(row)) {
        System.arraycopy(values, row * F, rest, count, F);
        count += F;
      }
    }
    return Arrays.copyOf(rest, count);
  }

  private static long[] mask(int size, IntPredicate kept) {
    return IntStream.range(0, size).mapToLong(row -> kept.test(row) ? 1 : 0).toArray();
  }

  @BeforeEach
  void writeFiles() throws IOException {
    x = padded("x.npz", 1);
    y = padded("y.npz", 2);
  }

  private Path padded(String name, int seed) throws IOException {
    Path file = folder.resolve(name);
    try (OutputStream out = Files.newOutputStream(file);
        NpzWriter npz = new NpzWriter(out)) {
      npz.add("h0", values(seed, N * T, MaskCommandTest::isToken), N, T, F);
      npz.add("attention_mask", mask(N * T, MaskCommandTest::isToken), N, T);
      npz.add("h1", values(seed + 10, N * T, MaskCommandTest::isToken), N, T, F);
    }
    return file;
  }

  private Path unpadded(String name, int seed) throws IOException {
    Path file = folder.resolve(name);
    int kept = (int) IntStream.range(0, N * T).filter(MaskCommandTest::isToken).count();
    try (OutputStream out = Files.newOutputStream(file);
        NpzWriter npz = new NpzWriter(out)) {
      for (int layer = 0; layer < 2; layer++) {
        float[] all = values(seed + 10 * layer, N * T, row -> true);
        npz.add("h" + layer, rest(all, MaskCommandTest::isToken), kept, F);
      }
    }
    return file;
  }

  private Path npz(String name, Object... entries) throws IOException {
    Path file = folder.resolve(name);
    try (OutputStream out = Files.newOutputStream(file);
        NpzWriter npz = new NpzWriter(out)) {
      for (int i = 0; i < entries.length; i += 3) {
        String entry = (String) entries[i];
        int[] shape = (int[]) entries[i + 2];
        if (entries[i + 1] instanceof float[] floats) {
          npz.add(entry, floats, shape);
        } else {
          npz.add(entry, (long[]) entries[i + 1], shape);
        }
      }
    }
    return file;
  }

  private static Outcome good(Object... arguments) {
    Outcome outcome = RealCommand.run(arguments);
    assertEquals(0, outcome.exitCode(), outcome.err());
    return outcome;
  }

  private static void assertFails(int exitCode, String message, Object... arguments) {
    Outcome outcome = RealCommand.run(arguments);
    assertEquals(exitCode, outcome.exitCode(), outcome.err());
    assertEquals("", outcome.out());
    assertEquals(1, outcome.err().lines().count(), outcome.err());
    assertTrue(outcome.err().contains(message), outcome.err());
  }

  /** The layers of a result without times, and without the numbers of masked samples. */
  private static JsonNode layers(long masked, Object... arguments) throws IOException {
    List<Object> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--json", "-", "--quiet"));
    Outcome outcome = good(all.toArray());
    assertEquals("", outcome.err());
    JsonNode layers = JSON.readTree(outcome.out()).get("layers");
    for (JsonNode layer : layers) {
      ((ObjectNode) layer).remove("seconds");
      assertEquals(masked, ((ObjectNode) layer).remove("masked").longValue());
    }
    return layers;
  }

  private static long padding() {
    return IntStream.range(0, N * T).filter(row -> !isToken(row)).count();
  }

  @ParameterizedTest
  @CsvSource({
    "match, java",
    "match, reference",
    "simple, java",
    "spectrum, java",
    "distances, java",
    "distances, reference",
    "measures, java"
  })
  void resultsAreThoseOfFilesWithoutTheRows(String command, String backend) throws IOException {
    JsonNode expected =
        layers(0, command, unpadded("a.npz", 1), unpadded("b.npz", 2), "--backend", backend);
    assertEquals(2, expected.size());
    assertEquals(
        expected,
        layers(padding(), command, x, y, "--mask", "attention_mask", "--backend", backend));
  }

  /** The cuda backend copies blocks as they are, those that were gathered too. */
  @Test
  @Tag("once") // on one JDK: nothing here depends on which
  void onADevice() throws IOException {
    StandIn.assumeBuilt();
    Path a = unpadded("a.npz", 1);
    Path b = unpadded("b.npz", 2);
    for (List<Object> options : List.of(List.<Object>of(), List.<Object>of("--samples", 50))) {
      assertEquals(
          layersOnIt(options, "match", a, b),
          layersOnIt(options, "match", x, y, "--mask", "attention_mask"));
    }
  }

  private static JsonNode layersOnIt(List<Object> options, Object... arguments) throws IOException {
    List<Object> all = new ArrayList<>(List.of(arguments));
    all.addAll(options);
    all.addAll(List.of("--json", "-", "--quiet"));
    Outcome outcome = StandIn.runOnIt(Map.of(), all.toArray());
    assertEquals(0, outcome.exitCode(), outcome.err());
    JsonNode layers = JSON.readTree(outcome.out()).get("layers");
    assertEquals(2, layers.size());
    layers.forEach(layer -> ((ObjectNode) layer).remove(List.of("masked", "seconds")));
    return layers;
  }

  @Test
  void countsAreShown() throws IOException {
    String note = "note: mask: " + (N * T - padding()) + " of " + N * T + " samples kept";
    Path out = folder.resolve("out");
    Outcome outcome = good("match", x, y, "--mask", "attention_mask", "--out", out);
    assertEquals(note, outcome.err().lines().findFirst().orElseThrow());
    assertFalse(outcome.err().contains("left out: attention_mask"), outcome.err());
    assertTrue(outcome.out().contains(" " + (N * T - padding()) + " "), outcome.out());
    List<String> csv = Files.readAllLines(out.resolve("similarity.csv"));
    assertTrue(csv.get(0).contains(",samples,masked,uncentred_similarity,"), csv.get(0));
    assertTrue(csv.get(1).contains("," + (N * T - padding()) + "," + padding() + ",,"), csv.get(1));
    for (String command : List.of("spectrum", "distances", "simple")) {
      String err = good(command, x, y, "--mask", "attention_mask").err();
      assertEquals(note, err.lines().findFirst().orElseThrow());
    }
  }

  @Test
  void samplesAreDrawnFromTheRest() throws IOException {
    assertEquals(
        layers(0, "match", unpadded("a.npz", 1), unpadded("b.npz", 2), "--samples", 50),
        layers(padding(), "match", x, y, "--mask", "attention_mask", "--samples", 50));
  }

  /** In the archive, in one of them, in a folder, alone in a file or in one that holds more. */
  @Test
  void placesOfAMask() throws IOException {
    JsonNode expected = layers(padding(), "match", x, y, "--mask", "attention_mask");
    long[] mask = mask(N * T, MaskCommandTest::isToken);
    Path other = npz("masks.npz", "a:b", mask, new int[] {N, T}, "c", mask, new int[] {N, T});
    Path lone = npz("lone.npz", "m", mask, new int[] {N, T});
    Path npy = folder.resolve("m.npy");
    byte[] bytes = new byte[N * T];
    IntStream.range(0, N * T).forEach(row -> bytes[row] = (byte) mask[row]);
    Files.write(npy, TestFiles.npy("'|b1'", "(" + N + ", " + T + ")", bytes));
    Path in = Files.createDirectory(folder.resolve("in"));
    Files.copy(npy, in.resolve("token_mask.npy"));
    for (int layer = 0; layer < 2; layer++) {
      Files.write(
          in.resolve("h" + layer + ".npy"),
          TestFiles.npy(
              "'<f4'",
              "(" + N + ", " + T + ", " + F + ")",
              TestFiles.floats(values(1 + 10 * layer, N * T, MaskCommandTest::isToken))));
    }
    for (Object file : new Object[] {npy, lone, other + ":a:b", other + ":c", in + ":token_mask"}) {
      assertEquals(expected, layers(padding(), "match", x, y, "--mask", file), file.toString());
    }
    assertEquals(expected, layers(padding(), "match", in, y, "--mask", "token_mask"));
    assertEquals(
        expected,
        layers(padding(), "match", in, y, "--mask", "token_mask", "--mask", "attention_mask"));
    assertEquals(expected, layers(padding(), "match", x, y, "--mask", npy, "--mask", lone));
  }

  /** What one network has no sample for can't be compared. */
  @Test
  void masksThatDifferKeepWhatBothKeep() throws IOException {
    IntPredicate kept = row -> isToken(row) && row != T + 1 && row % 11 != 3;
    long[] more = mask(N * T, row -> row == 7 || kept.test(row));
    Path own = npz("own.npz", "m", more, new int[] {N, T});
    long differences =
        1 + IntStream.range(0, N * T).filter(row -> isToken(row) && !kept.test(row)).count();
    assertFalse(isToken(7));
    long left = IntStream.range(0, N * T).filter(kept).count();
    Outcome outcome = good("match", x, y, "--mask", "attention_mask", "--mask", own);
    assertEquals(
        "note: mask: "
            + left
            + " of "
            + N * T
            + " samples kept; the masks of both networks differ at "
            + differences
            + ", which are left out",
        outcome.err().lines().findFirst().orElseThrow());
    float[] hx = rest(values(1, N * T, row -> true), kept);
    float[] hy = rest(values(2, N * T, row -> true), kept);
    Path a = npz("a.npz", "h0", hx, new int[] {(int) left, F});
    Path b = npz("b.npz", "h0", hy, new int[] {(int) left, F});
    assertEquals(
        layers(0, "match", a, b),
        layers(
            N * T - left,
            "match",
            x,
            y,
            "--mask",
            "attention_mask",
            "--mask",
            own,
            "--layers",
            "h0"));
  }

  /** A mask over examples fits layers of every layout. */
  @Test
  void examplesOfConvolutionsAndOthers() throws IOException {
    IntPredicate kept = n -> n % 5 != 2 && n != 7;
    int left = (int) IntStream.range(0, 40).filter(kept).count();
    List<Path> whole = new ArrayList<>();
    List<Path> rest = new ArrayList<>();
    for (int seed = 1; seed <= 2; seed++) {
      float[] conv = TestFiles.relu(40 * 3 * 4, seed);
      float[] fc = TestFiles.relu(40 * F, seed + 5);
      float[] some = new float[left * 12];
      int count = 0;
      for (int n = 0; n < 40; n++) {
        if (kept.test(n)) {
          System.arraycopy(conv, n * 12, some, 12 * count++, 12);
        }
      }
      whole.add(
          npz("w" + seed, "conv", conv, new int[] {40, 3, 2, 2}, "fc", fc, new int[] {40, F}));
      rest.add(
          npz(
              "r" + seed,
              "conv",
              some,
              new int[] {left, 3, 2, 2},
              "fc",
              rest(fc, kept),
              new int[] {left, F}));
    }
    Path mask = npz("m.npz", "valid", mask(40, kept), new int[] {40});
    Outcome outcome = good("match", whole.get(0), whole.get(1), "--mask", mask, "--json", "-");
    assertTrue(
        outcome.err().startsWith("note: mask: " + left + " of 40 examples kept\n"), outcome.err());
    JsonNode layers = JSON.readTree(outcome.out()).get("layers");
    assertEquals(4 * (40 - left), layers.at("/0/masked").intValue());
    assertEquals(40 - left, layers.at("/1/masked").intValue());
    for (JsonNode layer : layers) {
      ((ObjectNode) layer).remove(List.of("masked", "seconds"));
    }
    assertEquals(layers(0, "match", rest.get(0), rest.get(1)), layers);
  }

  /** Layers that a mask of tokens does not fit are listed; the others are as without them. */
  @ParameterizedTest
  @ValueSource(strings = {"same", "order", "all"})
  void layersThatItDoesNotFitAreListedAndTheOthersCompared(String pairing) throws IOException {
    List<Path> networks = new ArrayList<>();
    for (int seed = 1; seed <= 2; seed++) {
      float[] tokens = TestFiles.relu(N * T * F, seed);
      float[] pooled = TestFiles.relu(N * F, seed + 5);
      networks.add(
          npz(
              "n" + seed,
              "tokens",
              tokens,
              new int[] {N, T, F},
              "pooled",
              pooled,
              new int[] {N, F}));
    }
    Path mask = npz("m.npz", "m", mask(N * T, row -> row % 3 != 0), new int[] {N, T});
    Path json = folder.resolve("result.json");
    Outcome outcome =
        RealCommand.run(
            "match",
            networks.get(0),
            networks.get(1),
            "--mask",
            mask,
            "--pairs",
            pairing,
            "--json",
            json);
    assertEquals(3, outcome.exitCode(), outcome.err());
    JsonNode result = JSON.readTree(json.toFile());
    String reason = result.at("/failed/0/reason").textValue();
    assertEquals(1, result.get("failed").size());
    assertTrue(
        reason.startsWith(
            networks.get(0)
                + ", layer 'pooled': expected a mask of the shape [30], found [30, 8] in "
                + mask),
        reason);
    assertTrue(outcome.err().contains("note: failed: pooled: " + reason), outcome.err());
    assertTrue(outcome.err().contains("1 of 2 pairs of layers could not be compared"));
    JsonNode layers = result.get("layers");
    layers.forEach(layer -> ((ObjectNode) layer).remove(List.of("masked", "seconds")));
    assertEquals(
        layers(
            N * T / 3,
            "match",
            networks.get(0),
            networks.get(1),
            "--mask",
            mask,
            "--layers",
            "tokens"),
        layers);
  }

  @Test
  void gramFilesRecordIt() throws IOException {
    Path part = folder.resolve("part.gram.npz");
    Path all = folder.resolve("all.gram.npz");
    Path pairs = folder.resolve("pairs.gram.npz");
    Outcome outcome = good("gram", x, y, "--mask", "attention_mask", "--out", part);
    assertTrue(outcome.err().startsWith("note: mask: "), outcome.err());
    JsonNode expected = layers(padding(), "match", x, y, "--mask", "attention_mask");
    assertEquals(expected, layers(padding(), "match", part));
    good("merge", part, part, "--out", all, "--quiet");
    layers(2 * padding(), "spectrum", all);
    String row = " h0 +1 +6 +" + (N * T - padding()) + " +" + padding() + " ";
    String table = good("layers", part).out();
    assertTrue(table.lines().findFirst().orElseThrow().contains(" samples  masked  dead"), table);
    assertTrue((" " + table).replace('\n', ' ').matches(".*" + row + ".*"), table);
    outcome = good("gram", x, y, "--mask", "attention_mask", "--pairs", "all", "--out", pairs);
    assertTrue(outcome.err().startsWith("note: mask: "), outcome.err());
    assertEquals(expected, layers(padding(), "match", pairs));
    assertFails(
        2,
        "--mask is for activations, which a Gram file no longer has",
        "match",
        part,
        "--mask",
        "attention_mask");
  }

  @Test
  void aNaNThatIsKeptIsAnErrorThatNamesItsPlace() throws IOException {
    float[] values = values(1, N * T, MaskCommandTest::isToken);
    int row = 3 * T + 2;
    values[row * F + 4] = Float.NaN;
    Path bad = npz("bad.npz", "h0", values, new int[] {N, T, F});
    for (String backend : List.of("java", "reference")) {
      assertFails(
          3,
          "layer 'h0': neuron 4 is NaN at sample " + row + ",",
          "match",
          bad,
          y,
          "--mask",
          "attention_mask",
          "--backend",
          backend,
          "--quiet");
    }
  }

  @Test
  void masksThatCantBeUsed() throws IOException {
    int[] shape = {N, T};
    Path zeros = npz("zeros.npz", "m", new long[N * T], shape);
    assertFails(
        3,
        zeros + ", array 'm': it keeps no sample, since all of it is 0",
        "match",
        x,
        y,
        "--mask",
        zeros);
    long[] two = mask(N * T, row -> true);
    two[2 * T + 5] = 2;
    assertFails(
        3,
        ", array 'm': a mask holds 0 and 1 alone, found 2 at [2, 5]",
        "match",
        x,
        y,
        "--mask",
        npz("two.npz", "m", two, shape));
    float[] nan = new float[N * T];
    nan[1] = Float.NaN;
    assertFails(
        3,
        ", array 'm': a mask holds 0 and 1 alone, found NaN at [0, 1]",
        "spectrum",
        x,
        y,
        "--mask",
        npz("nan.npz", "m", nan, shape));
    Path transposed = npz("transposed.npz", "m", mask(N * T, row -> true), new int[] {T, N});
    assertFails(
        3,
        x
            + ", layer 'h0': expected a mask of the shape [30] or [30, 8], found [8, 30] in "
            + transposed
            + ", array 'm' (--exclude can leave it out)",
        "distances",
        x,
        y,
        "--mask",
        transposed);
    long[] others = mask(N * T, row -> !isToken(row));
    Path inverse = npz("inverse.npz", "m", others, shape);
    assertFails(
        3,
        "x.npz, array 'attention_mask' keeps no sample that " + inverse + ", array 'm' keeps too",
        "match",
        x,
        y,
        "--mask",
        "attention_mask",
        "--mask",
        inverse);
    Path text = Files.writeString(folder.resolve("mask.txt"), "1,0,1");
    assertFails(3, text.toString(), "match", x, y, "--mask", text);
    Path cut = Files.write(folder.resolve("cut.npy"), Arrays.copyOf(npyMask(), 150));
    assertFails(
        3, ", array 'cut': expected 240 bytes of data, found ", "match", x, y, "--mask", cut);
  }

  private static byte[] npyMask() {
    return TestFiles.npy("'|b1'", "(" + N + ", " + T + ")", new byte[N * T]);
  }

  /** No layer is masked in another way than its neighbours without a word. */
  @ParameterizedTest
  @ValueSource(strings = {"distances", "simple"})
  void aLayerThatTheMaskDoesNotFitIsRefused(String command) throws IOException {
    float[] pooled = TestFiles.relu(N * F, 5);
    float[] tokens = values(1, N * T, MaskCommandTest::isToken);
    int[] shape = {N, T, F};
    Path a = npz("a.npz", "h0", tokens, shape, "pooled", pooled, new int[] {N, F});
    assertFails(
        3,
        a
            + ", layer 'pooled': expected a mask of the shape [30], found [30, 8] in "
            + y
            + ", array 'attention_mask' (--exclude can leave it out)",
        command,
        a,
        a,
        "--mask",
        y + ":attention_mask");
    good(command, a, a, "--mask", y + ":attention_mask", "--exclude", "pooled");
  }

  @ParameterizedTest
  @ValueSource(strings = {"match", "spectrum", "distances", "simple", "gram"})
  void wrongUsage(String command) throws IOException {
    Path out = folder.resolve("f.gram.npz");
    List<Object> start = new ArrayList<>(List.of(command, x, y));
    if (command.equals("gram")) {
      start.addAll(List.of("--out", out));
    }
    List<Object> absent = new ArrayList<>(start);
    absent.addAll(List.of("--mask", "attention-mask"));
    assertFails(
        2,
        "--mask: expected the name of an array in "
            + x
            + " or "
            + y
            + ", or a file, found 'attention-mask'; the arrays are h0, attention_mask, h1",
        absent.toArray());
    List<Object> three = new ArrayList<>(start);
    three.addAll(List.of("--mask", "a", "--mask", "b", "--mask", "c"));
    assertFails(
        2, "--mask: expected one for both networks or one for each, found 3", three.toArray());
    List<Object> many = new ArrayList<>(start);
    many.addAll(List.of("--mask", y));
    assertFails(
        2,
        "--mask: expected one array, but "
            + y
            + " holds h0, attention_mask, h1; name one, as in '"
            + y
            + ":h0'",
        many.toArray());
    List<Object> part = new ArrayList<>(start);
    part.addAll(List.of("--mask", y + ":m"));
    assertFails(
        2,
        "--mask: no array of " + y + " is named 'm'; there are h0, attention_mask, h1",
        part.toArray());
    List<Object> empty = new ArrayList<>(start);
    empty.addAll(List.of("--mask", ""));
    assertFails(2, "--mask: expected the name of an array", empty.toArray());
    assertFalse(Files.exists(out));
  }

  /** Even of a type that is otherwise taken for a layer. */
  @Test
  void aMaskIsNoLayer() throws IOException {
    float[] mask = new float[40 * 2];
    Arrays.fill(mask, 1);
    mask[5] = 0;
    float[] zeros = new float[40 * 2];
    zeros[3] = 1;
    Path a = npz("a.npz", "m", mask, new int[] {40, 2}, "z", zeros, new int[] {40, 2});
    assertEquals(2, layers(0, "match", a, a).size());
    Outcome outcome = RealCommand.run("match", a, a, "--mask", "m");
    assertEquals(3, outcome.exitCode(), outcome.err());
    assertTrue(outcome.err().contains("layer 'z': expected a mask of the shape [40]"));
    assertFails(
        2, "--layers and --exclude leave no layer", "match", a, a, "--mask", "m", "--layers", "m");
  }
}
