package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.npy.NpzWriter;
import org.spanmatch.cli.RealCommand.Outcome;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramFile;
import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramPair;

/** Gram files: made, merged, shown, refused, and asked what activations are asked. */
class GramCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SAMPLES = 240;
  private static final int HALF = SAMPLES / 2;

  @TempDir Path folder;
  private Path x;
  private Path y;

  /**
   * Layer "fc" has neurons that depend on each other, and a dead one; the samples of layer "conv"
   * are pixels. Each file has a layer that the other lacks.
   */
  @BeforeEach
  void writeFiles() throws IOException {
    x = network("x.npz", 1, 0, SAMPLES);
    y = network("y.npz", 2, 0, SAMPLES);
  }

  private static float[] fc(int seed) {
    float[] shared = TestFiles.relu(SAMPLES * 6, 99);
    float[] own = TestFiles.relu(SAMPLES * 6, seed);
    for (int i = 0; i < SAMPLES; i++) {
      own[6 * i] = 0;
      own[6 * i + 1] = seed * shared[6 * i];
      own[6 * i + 2] = shared[6 * i + 1] + 0.2f * own[6 * i + 3];
    }
    return own;
  }

  private Path network(String name, int seed, int from, int to) throws IOException {
    Path file = folder.resolve(name);
    float[] conv = TestFiles.relu(SAMPLES * 3 * 2, seed + 10);
    try (OutputStream out = Files.newOutputStream(file);
        NpzWriter npz = new NpzWriter(out)) {
      npz.add("fc", Arrays.copyOfRange(fc(seed), 6 * from, 6 * to), to - from, 6);
      npz.add("only " + seed, TestFiles.relu((to - from) * 2, seed), to - from, 2);
      npz.add("conv", Arrays.copyOfRange(conv, 6 * from, 6 * to), to - from, 3, 2, 1);
    }
    return file;
  }

  private static Outcome good(Object... arguments) {
    Outcome outcome = RealCommand.run(arguments);
    assertEquals(0, outcome.exitCode(), outcome.err());
    return outcome;
  }

  private static void assertFails(int exitCode, Outcome outcome, Object... parts) {
    assertEquals(exitCode, outcome.exitCode(), outcome.err());
    assertEquals("", outcome.out());
    assertEquals(1, outcome.err().lines().count(), outcome.err());
    assertTrue(outcome.err().startsWith("spanmatch: "), outcome.err());
    assertFalse(outcome.err().contains("unexpected error"), outcome.err());
    for (Object part : parts) {
      assertTrue(outcome.err().contains(part.toString()), outcome.err());
    }
  }

  private Path gram(String name, Object... arguments) {
    Path file = folder.resolve(name);
    List<Object> all = new ArrayList<>(List.of("gram"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--out", file, "--quiet"));
    good(all.toArray());
    return file;
  }

  /** A result without what differs from run to run, and the layers that a Gram file leaves out. */
  private static JsonNode result(Object... arguments) throws IOException {
    List<Object> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--json", "-", "--quiet"));
    ObjectNode result = (ObjectNode) JSON.readTree(good(all.toArray()).out());
    result.remove("skipped");
    result.get("layers").forEach(layer -> ((ObjectNode) layer).remove("seconds"));
    return result;
  }

  @ParameterizedTest
  @CsvSource({
    "match, standard",
    "match, high",
    "simple, standard",
    "simple, high",
    "spectrum, standard",
    "spectrum, high",
    "distances, standard",
    "distances, high",
    "measures, standard",
    "measures, high"
  })
  void resultsAreThoseOfTheActivations(String command, String precision) throws IOException {
    List<Object> options = new ArrayList<>(List.of(x, y, "--precision", precision));
    if (command.equals("measures")) {
      options.add("--center"); // as measures add up; without it the last digits differ
    }
    Path gram = gram("f.gram.npz", options.toArray());
    JsonNode expected = result(command, x, y, "--precision", precision);
    assertEquals(2, expected.get("layers").size());
    assertEquals(expected, result(command, gram));
    assertEquals(expected, result(command, gram, "--precision", precision));
    assertEquals(
        result(command, x, y, "--layers", "conv", "--precision", precision),
        result(command, gram, "--layers", "conv"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"match", "spectrum", "distances"})
  void resultsOfRealNetworksAreThoseOfTheActivations(String command) throws IOException {
    Path gram = gram("f.gram.npz", RealNetworks.x(), RealNetworks.y());
    assertEquals(result(command, RealNetworks.x(), RealNetworks.y()), result(command, gram));
  }

  @Test
  void optionsOfTheActivationsTakeEffectWhenTheyAreAddedUp() throws IOException {
    Object[] options = {"--samples", 100, "--dead-threshold", 8, "--layers", "fc"};
    Path gram = gram("f.gram.npz", Stream.concat(Stream.of(x, y), Stream.of(options)).toArray());
    Object[] match = Stream.concat(Stream.of("match", x, y), Stream.of(options)).toArray();
    JsonNode result = result("match", gram);
    assertEquals(result(match), result);
    assertEquals(100, result.at("/layers/0/samples").intValue());
  }

  @Test
  void foldersAndLoneArraysKeepTheirNames() throws IOException {
    byte[] first = TestFiles.npy("'<f4'", "(60, 4)", TestFiles.floats(TestFiles.relu(240, 1)));
    byte[] second = TestFiles.npy("'<f4'", "(60, 4)", TestFiles.floats(TestFiles.relu(240, 2)));
    Path a = Files.createDirectory(folder.resolve("a"));
    Path b = Files.createDirectory(folder.resolve("b"));
    for (String layer : List.of("one.npy", "two.npy")) {
      Files.write(a.resolve(layer), first);
      Files.write(b.resolve(layer), second);
    }
    Path own = Files.write(folder.resolve("own.npy"), first);
    Path other = Files.write(folder.resolve("other.npy"), second);
    for (Path[] pair : new Path[][] {{a, b}, {own, other}, {own, own}}) {
      Path gram = gram("f.gram.npz", (Object[]) pair);
      assertEquals(result("match", pair[0], pair[1]), result("match", gram));
    }
    assertEquals(
        "own ~ other",
        result("match", gram("g.gram.npz", own, other)).at("/layers/0/name").textValue());
  }

  /** A sum could not bring the activations back. */
  @Test
  void activationsAreNotWrittenOver() throws IOException {
    byte[] before = Files.readAllBytes(x);
    Outcome outcome = RealCommand.run("gram", x, y, "--out", x);
    assertEquals(2, outcome.exitCode());
    assertTrue(outcome.err().contains("expected a file apart from the activations"), outcome.err());
    assertArrayEquals(before, Files.readAllBytes(x));
  }

  @Test
  void allPairsAreAddedUpWhereTheSamplesAreTheSame() throws IOException {
    Path all = folder.resolve("all.gram.npz");
    Outcome outcome = good("gram", x, y, "--out", all, "--pairs", "all");
    List<String> rows =
        outcome.out().lines().map(line -> line.replaceFirst(" {2,}.*", "")).toList();
    assertEquals(
        List.of("layer", "fc", "fc ~ only 2", "only 1 ~ fc", "only 1 ~ only 2", "conv"),
        rows.subList(0, 6));
    assertTrue(outcome.out().contains("wrote " + all + " ("), outcome.out());
    assertEquals(
        result("match", x, y, "--precision", "standard"),
        result("match", all, "--precision", "standard"));
    Outcome match = RealCommand.run("match", all, "--epsilon", 0.5);
    assertTrue(match.err().contains("note: skipped, only in " + x + ": only 1"), match.err());
    assertEquals(2, GramFile.read(all).size());

    Path sampled = gram("sampled.gram.npz", x, y, "--pairs", "all", "--samples", 50);
    assertEquals(
        result("match", x, y, "--samples", 50, "--precision", "standard"),
        result("match", sampled, "--precision", "standard"));

    Path odd = TestFiles.npz(folder.resolve("odd.npz"), "fc", TestFiles.relu(30, 1), 10, 3);
    assertFails(
        3,
        RealCommand.run("gram", x, odd, "--out", all, "--pairs", "all"),
        x,
        odd,
        "the same samples");
  }

  @Test
  void layersSaysWhatIsInAGramFile() {
    Path gram = gram("f.gram.npz", x, y);
    List<String> lines = good("layers", gram).out().lines().toList();
    assertEquals(5, lines.size());
    assertTrue(
        lines.get(1).matches("fc +1 +6 +240 +1 +standard +fc \\(2\\) +\\S*x.npz"), lines.get(1));
    assertTrue(
        lines.get(4).matches("conv +2 +3 +480 +0 +standard +conv \\(1\\) +\\S*y.npz"),
        lines.get(4));
    assertTrue(good("layers", x, gram).out().contains("added up with"));
    assertFails(
        2, RealCommand.run("layers", gram, "--dead-threshold", 1), "--dead-threshold is for activ");
    assertFails(
        2, RealCommand.run("layers", gram, "--layout", "fn"), "--layout is for activations");
  }

  @ParameterizedTest
  @ValueSource(strings = {"standard", "high"})
  void mergedHalvesGiveTheResultOfTheWholeWithinItsBounds(String precision) throws IOException {
    Object[] of = {"--precision", precision};
    Path whole = gram("whole.gram.npz", x, y, of[0], of[1]);
    List<Path> halves = new ArrayList<>();
    for (int half = 0; half < 2; half++) {
      Path a = network("x" + half + ".npz", 1, half * HALF, (half + 1) * HALF);
      Path b = network("y" + half + ".npz", 2, half * HALF, (half + 1) * HALF);
      halves.add(gram("half" + half + ".gram.npz", a, b, of[0], of[1]));
    }
    Path merged = folder.resolve("merged.gram.npz");
    Outcome outcome = good("merge", halves.get(0), halves.get(1), "--out", merged);
    assertEquals("", outcome.err());
    assertTrue(outcome.out().contains("wrote " + merged + " ("), outcome.out());
    assertWithinBounds(result("distances", whole), result("distances", merged));
    JsonNode expected = result("match", whole, "--epsilon", "0.3,0.9");
    JsonNode found = result("match", merged, "--epsilon", "0.3,0.9");
    for (int layer = 0; layer < 2; layer++) {
      for (String part : List.of("samples", "neurons", "dead", "matches")) {
        assertEquals(
            expected.get("layers").get(layer).get(part), found.get("layers").get(layer).get(part));
      }
    }
    assertEquals(
        folder.resolve("x0.npz") + " + " + folder.resolve("x1.npz"), found.get("x").textValue());

    byte[] bytes = Files.readAllBytes(merged);
    good("merge", halves.get(0), halves.get(1), "--out", halves.get(0));
    assertArrayEquals(bytes, Files.readAllBytes(halves.get(0)), "equal parts, equal bits");

    Path again = folder.resolve(".").resolve(merged.getFileName());
    Path twice = folder.resolve("twice.gram.npz");
    assertEquals(
        "note: " + again + " is named twice, and its samples count twice\n",
        good("merge", merged, again, "--out", twice).err());
    assertEquals("", good("merge", merged, again, "--out", twice, "--quiet").err());
  }

  private static void assertWithinBounds(JsonNode expected, JsonNode found) {
    for (int layer = 0; layer < expected.get("layers").size(); layer++) {
      for (String network : List.of("x", "y")) {
        JsonNode one = expected.at("/layers/" + layer + "/distances/" + network);
        JsonNode other = found.at("/layers/" + layer + "/distances/" + network);
        for (int i = 0; i < one.get("distance").size(); i++) {
          double bound =
              one.at("/errorBound/" + i).doubleValue() + other.at("/errorBound/" + i).doubleValue();
          assertEquals(
              one.at("/distance/" + i).doubleValue(),
              other.at("/distance/" + i).doubleValue(),
              bound + Double.MIN_VALUE,
              network + " " + i);
        }
      }
    }
  }

  @Test
  void whatCannotBeAddedIsRefused() throws IOException {
    Path first = gram("first.gram.npz", x, y);
    Path thin =
        TestFiles.npz(folder.resolve("thin.npz"), "fc", TestFiles.relu(SAMPLES, 5), SAMPLES, 1);
    Path fc = gram("fc.gram.npz", x, y, "--layers", "fc");
    assertCannotBeAdded(
        first, fc, "expected Gram matrices of the layers [fc, fc], [conv, conv], found [fc, fc]");
    assertCannotBeAdded(
        fc, gram("conv.gram.npz", x, y, "--layers", "conv"), "expected layer 'fc' of network 1");
    assertCannotBeAdded(
        fc, gram("thin.gram.npz", x, thin, "--layers", "fc"), "expected 6 neurons, found 1");
    assertCannotBeAdded(
        first, gram("t.gram.npz", x, y, "--dead-threshold", 1), "a dead threshold of");
    assertCannotBeAdded(
        first, gram("h.gram.npz", x, y, "--precision", "high"), "expected precision standard");
    assertCannotBeAdded(
        fc, write("alone.gram.npz", withoutPairs(fc)), "'fc' with 'fc'", "no pair of layers");
  }

  private void assertCannotBeAdded(Path first, Path second, Object... parts) {
    Path out = folder.resolve("out.gram.npz");
    Outcome outcome = RealCommand.run("merge", first, second, "--out", out);
    assertFails(3, outcome, parts);
    assertTrue(
        outcome.err().startsWith("spanmatch: " + second + " can't be added to " + first + ": "),
        outcome.err());
    assertFalse(Files.exists(out));
  }

  private Path write(String name, Gram gram) throws IOException {
    Path file = folder.resolve(name);
    try (OutputStream out = Files.newOutputStream(file)) {
      GramFile.write(List.of(gram), out);
    }
    return file;
  }

  private static Gram withoutPairs(Path file) {
    GramMatrix gram = (GramMatrix) GramFile.read(file).get(0);
    Map<GramPair, double[]> blocks =
        Map.of(
            new GramPair(0, 0), gram.block(new GramPair(0, 0)),
            new GramPair(1, 1), gram.block(new GramPair(1, 1)));
    return new GramMatrix(
        gram.layers(), gram.samples(), gram.deadThreshold(), gram.error(), blocks, Map.of());
  }

  @Test
  void whatIsNoGramFileIsRefused() throws IOException {
    Path gram = gram("good.gram.npz", x, y);
    byte[] bytes = Files.readAllBytes(gram);
    Path cut = Files.write(folder.resolve("cut.npz"), Arrays.copyOf(bytes, bytes.length / 2));
    Path later = laterVersion();
    for (String command : List.of("match", "simple", "spectrum", "distances", "measures")) {
      assertFails(3, RealCommand.run(command, x), x, "no Gram file", "expected 2 file arguments");
      assertFails(3, RealCommand.run(command, cut), cut, "not a readable .npz (zip) archive");
      assertFails(3, RealCommand.run(command, later), later, "expected version 1", "found 7");
      assertFails(3, RealCommand.run(command, folder.resolve("no.npz")), "no such file");
      assertFails(2, RealCommand.run(command, gram, y), gram, "is a Gram file");
      assertFails(2, RealCommand.run(command, x, gram), gram, "is a Gram file");
      assertFails(2, RealCommand.run(command, gram, gram), gram, "is a Gram file");
    }
    assertFails(2, RealCommand.run("validate", gram, gram), gram, "is a Gram file");
    assertFails(2, RealCommand.run("gram", gram, y, "--out", cut), gram, "is a Gram file");
    for (Path bad : List.of(x, cut, later)) {
      assertFails(3, RealCommand.run("merge", gram, bad, "--out", folder.resolve("out")), bad);
      assertFails(3, RealCommand.run("merge", bad, gram, "--out", folder.resolve("out")), bad);
    }
  }

  private Path laterVersion() throws IOException {
    Path file = folder.resolve("later.gram.npz");
    try (OutputStream out = Files.newOutputStream(file)) {
      NpzWriter npz = NpzWriter.stored(out);
      npz.add("format", List.of("spanmatch gram 7"));
      npz.add("0/precision", List.of("standard"));
      npz.finish();
    }
    return file;
  }

  @Test
  void aPairThatWasNotAddedUpIsRefused() throws IOException {
    Path alone = write("alone.gram.npz", withoutPairs(gram("fc.gram.npz", x, y, "--layers", "fc")));
    assertFails(
        3,
        RealCommand.run("match", alone),
        alone,
        x + ", layer 'fc' was not added up together with " + y);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--samples 5", "--layout fn", "--dead-threshold 1", "--precision high"})
  void optionsForActivationsAreRefused(String option) {
    Path gram = gram("f.gram.npz", x, y);
    String[] words = option.split(" ", 2);
    for (String command : List.of("match", "simple", "spectrum", "distances", "measures")) {
      assertFails(2, RealCommand.run(command, gram, words[0], words[1]), words[0]);
    }
    assertFails(
        2, RealCommand.run("match", gram, "--layers", "nothing"), "--layers: no layer is named");
  }

  @Test
  void wrongUsage() {
    assertFails(2, RealCommand.run("gram", x, y), "--out is missing");
    assertFails(2, RealCommand.run("gram", x, "--out", "f"), "expected 2 file arguments");
    assertFails(
        2,
        RealCommand.run("gram", x, y, "--out", "f", "--pairs", "some"),
        "--pairs: expected same");
    assertFails(
        2,
        RealCommand.run("gram", x, y, "--out", "f", "--precision", "auto"),
        "--precision: expected");
    assertFails(
        2,
        RealCommand.run("merge", x, "--out", "f"),
        "expected at least 2 file arguments, found 1");
    assertFails(2, RealCommand.run("merge", x, y), "--out is missing");
    Path nowhere = folder.resolve("nowhere").resolve("f.gram.npz");
    assertFails(
        1, RealCommand.run("gram", x, y, "--out", nowhere, "--quiet"), nowhere, "does not exist");
  }

  /** Distances of 0 can't be told from a Gram matrix; there the activations are read again. */
  @Test
  void anAnswerInDoubtStaysAndIsNoted() throws IOException {
    Path gram = gram("f.gram.npz", x, y, "--layers", "fc");
    Outcome outcome = good("match", gram, "--epsilon", "0");
    String note = "note: layer 'fc': high precision may change the result";
    assertTrue(outcome.err().contains(note), outcome.err());
    assertFalse(good("match", gram, "--epsilon", "0", "--quiet").err().contains("note"));
    assertFalse(
        good("match", gram, "--epsilon", "0", "--precision", "standard").err().contains(note));
    assertEquals(
        result("match", x, y, "--layers", "fc", "--epsilon", "0", "--precision", "standard"),
        result("match", gram, "--epsilon", "0"));
    assertTrue(good("simple", gram, "--epsilon", "0").err().contains(note));
    Path high = gram("h.gram.npz", x, y, "--precision", "high");
    assertFalse(good("match", high, "--epsilon", "0").err().contains(note));
  }
}
