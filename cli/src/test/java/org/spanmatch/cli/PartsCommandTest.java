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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.npy.NpzWriter;
import org.spanmatch.cli.RealCommand.Outcome;

/** Layers in parts, several files as one network, and pooled layers, with the real command. */
class PartsCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int N = 50;
  private static final int[] CUTS = {0, 20, 40, 50};
  private static final int C = 4;
  private static final int POSITIONS = 6;
  private static final int T = 5;
  private static final int F = 3;

  @TempDir private Path folder;
  private Path x;
  private Path y;

  @BeforeEach
  void writeFiles() throws IOException {
    x = whole(1);
    y = whole(2);
  }

  /** Activations that depend on each other in part. */
  private static float[] values(int seed, int count) {
    float[] shared = TestFiles.relu(count, 99);
    float[] own = TestFiles.relu(count, seed);
    for (int i = 0; i < count; i++) {
      own[i] = shared[i] + (i % 3) * own[i];
    }
    return own;
  }

  private static float[] conv(int seed) {
    return values(seed, N * C * POSITIONS);
  }

  private static float[] tokens(int seed) {
    return values(seed + 10, N * T * F);
  }

  private static long[] mask() {
    long[] mask = new long[N * T];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = i / T == 7 || i % 7 == 3 ? 0 : 1;
    }
    return mask;
  }

  private Path whole(int seed) throws IOException {
    Path file = folder.resolve("whole" + seed + ".npz");
    try (OutputStream out = Files.newOutputStream(file);
        NpzWriter npz = new NpzWriter(out)) {
      npz.add("conv", conv(seed), N, C, 2, 3);
      npz.add("tokens", tokens(seed), N, T, F);
      npz.add("mask", mask(), N, T);
    }
    return file;
  }

  private static float[] part(float[] values, int part) {
    int each = values.length / N;
    return Arrays.copyOfRange(values, CUTS[part] * each, CUTS[part + 1] * each);
  }

  private static long[] part(long[] values, int part) {
    int each = values.length / N;
    return Arrays.copyOfRange(values, CUTS[part] * each, CUTS[part + 1] * each);
  }

  private Path npy(String name, float[] values, int part, String others) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    String shape = "(" + (CUTS[part + 1] - CUTS[part]) + others + ")";
    return Files.write(file, TestFiles.npy("'<f4'", shape, TestFiles.floats(part(values, part))));
  }

  /**
   * A folder of parts of both layers; the first name of a part has a number, the second a range.
   */
  private Path shards(int seed) throws IOException {
    Path path = folder.resolve("shards" + seed);
    for (int i = 0; i < 3; i++) {
      npy("shards" + seed + "/conv.00" + i + ".npy", conv(seed), i, ", 4, 2, 3");
      String range = CUTS[i] + "-" + CUTS[i + 1];
      npy("shards" + seed + "/tokens_" + range + ".npy", tokens(seed), i, ", 5, 3");
    }
    return path;
  }

  private Path folders(int seed) throws IOException {
    Path path = folder.resolve("folders" + seed);
    for (int i = 0; i < 3; i++) {
      npy("folders" + seed + "/conv/" + i + ".npy", conv(seed), i, ", 4, 2, 3");
      npy("folders" + seed + "/tokens/" + i + ".npy", tokens(seed), i, ", 5, 3");
    }
    return path;
  }

  private String archives(int seed) throws IOException {
    for (int i = 0; i < 3; i++) {
      int n = CUTS[i + 1] - CUTS[i];
      try (OutputStream out = Files.newOutputStream(folder.resolve("p" + seed + "_" + i + ".npz"));
          NpzWriter npz = new NpzWriter(out)) {
        npz.add("conv", part(conv(seed), i), n, C, 2, 3);
        npz.add("tokens", part(tokens(seed), i), n, T, F);
        npz.add("mask", part(mask(), i), n, T);
      }
    }
    return folder.resolve("p" + seed + "_?.npz").toString();
  }

  private static JsonNode run(Object... arguments) throws IOException {
    Outcome outcome = RealCommand.run(arguments);
    assertEquals(0, outcome.exitCode(), outcome.err());
    return JSON.readTree(outcome.out());
  }

  private static JsonNode match(Object x, Object y, Object... more) throws IOException {
    List<Object> all = new ArrayList<>(List.of("match", x, y, "--json", "-", "--quiet"));
    all.addAll(Arrays.asList(more));
    return run(all.toArray());
  }

  /** The layers without what differs from run to run. */
  private static JsonNode layers(JsonNode result) {
    result.get("layers").forEach(layer -> ((ObjectNode) layer).remove("seconds"));
    return result.get("layers");
  }

  private static void assertFails(int code, Outcome outcome, String... parts) {
    assertEquals(code, outcome.exitCode(), outcome.err());
    assertTrue(outcome.err().startsWith("spanmatch: "), outcome.err());
    assertEquals(1, outcome.err().lines().count(), outcome.err());
    for (String part : parts) {
      assertTrue(outcome.err().contains(part), outcome.err());
    }
  }

  /** However a network is stored, the results are the same to the last bit. */
  @Test
  void partsGiveTheResultsOfTheWhole() throws IOException {
    JsonNode expected = layers(match(x, y, "--exclude", "mask"));
    assertEquals(2, expected.size());
    assertEquals(expected, layers(match(shards(1), shards(2), "--shards", "*")));
    assertEquals(expected, layers(match(folders(1), folders(2), "--shards", "conv,tokens")));
    assertEquals(expected, layers(match(shards(1), y, "--shards", "*", "--exclude", "mask")));
    JsonNode several = match(archives(1), archives(2), "--exclude", "mask");
    assertEquals(expected, layers(several));
    assertEquals(folder.resolve("p1_?.npz").toString(), several.get("x").textValue());
    JsonNode masked = layers(match(x, y, "--mask", "mask", "--layers", "tokens"));
    assertEquals(
        masked, layers(match(archives(1), archives(2), "--mask", "mask", "--layers", "tokens")));
    JsonNode split = layers(match(x, y, "--folds", "5", "--exclude", "mask"));
    assertEquals(split, layers(match(shards(1), folders(2), "--folds", "5", "--shards", "*")));
  }

  /** Pooled by the command or before it, from the same numbers in the same order. */
  @ParameterizedTest
  @ValueSource(strings = {"mean", "max"})
  void pooledLayersAreThoseOfPooledFiles(String pooling) throws IOException {
    JsonNode found = layers(match(x, y, "--pool", pooling, "--exclude", "mask"));
    Path first = pooled(1, pooling);
    Path second = pooled(2, pooling);
    JsonNode expected = layers(match(first, second));
    assertEquals(2, found.size());
    for (int i = 0; i < 2; i++) {
      assertEquals(N, found.get(i).get("samples").intValue());
      assertEquals(0, found.get(i).get("masked").intValue());
      JsonNode levels = found.get(i).get("matches");
      for (int epsilon = 0; epsilon < levels.size(); epsilon++) {
        assertEquals(
            expected.get(i).get("matches").get(epsilon).get("similarity"),
            levels.get(epsilon).get("similarity"));
      }
      // Both add up the same numbers in the same order.
      assertEquals(expected.get(i).get("fullDistances"), found.get(i).get("fullDistances"));
    }
    assertEquals(
        N,
        layers(match(x, second, "--pool", pooling, "--exclude", "mask"))
            .get(0)
            .get("samples")
            .intValue());
  }

  private Path pooled(int seed, String pooling) throws IOException {
    double[] conv = new double[N * C];
    for (int i = 0; i < conv.length; i++) {
      float[] all = Arrays.copyOfRange(conv(seed), i * POSITIONS, (i + 1) * POSITIONS);
      conv[i] = pool(all, 0, 1, pooling);
    }
    double[] tokens = new double[N * F];
    for (int i = 0; i < tokens.length; i++) {
      float[] example = Arrays.copyOfRange(tokens(seed), i / F * T * F, (i / F + 1) * T * F);
      tokens[i] = pool(example, i % F, F, pooling);
    }
    Path file = folder.resolve("pooled" + seed + ".npz");
    try (OutputStream out = Files.newOutputStream(file);
        NpzWriter npz = new NpzWriter(out)) {
      npz.add("conv", conv, N, C);
      npz.add("tokens", tokens, N, F);
    }
    return file;
  }

  private static double pool(float[] values, int from, int step, String pooling) {
    double result = values[from];
    int count = 1;
    for (int i = from + step; i < values.length; i += step, count++) {
      result = pooling.equals("max") ? Math.max(result, values[i]) : result + values[i];
    }
    return pooling.equals("max") ? result : result / count;
  }

  /** Every kind of result says that layers were pooled, and how; only then. */
  @ParameterizedTest
  @ValueSource(strings = {"match", "spectrum", "measures", "simple", "distances"})
  void resultsSayHowLayersWerePooled(String command) throws IOException {
    List<Object> arguments =
        new ArrayList<>(List.of(command, x, y, "--layers", "conv", "--json", "-", "--quiet"));
    assertFalse(run(arguments.toArray()).has("pool"));
    arguments.addAll(List.of("--pool", "max"));
    assertEquals("max", run(arguments.toArray()).get("pool").textValue());
  }

  /** Three networks, one of them in parts. */
  @Test
  void manyNetworks() throws IOException {
    JsonNode result =
        run(
            "match",
            x,
            y,
            archives(3),
            "--exclude",
            "mask",
            "--pool",
            "mean",
            "--json",
            "-",
            "--quiet");
    assertEquals("mean", result.get("pool").textValue());
    assertTrue(result.toString().contains("p3_?.npz"), "the pattern names the network");
  }

  /** Every layer of one network with every one of the other, which have other positions. */
  @Test
  void allPairsOfPooledLayers() throws IOException {
    JsonNode all = match(x, y, "--pairs", "all", "--pool", "mean", "--exclude", "mask");
    assertEquals(4, all.get("layers").size());
    JsonNode same = layers(match(x, y, "--pool", "mean", "--exclude", "mask"));
    for (JsonNode layer : layers(all)) {
      assertEquals(N, layer.get("samples").intValue());
      for (JsonNode one : same) {
        if (one.get("xLayer").equals(layer.get("xLayer"))
            && one.get("yLayer").equals(layer.get("yLayer"))) {
          assertEquals(one.get("levels"), layer.get("levels"));
        }
      }
    }
  }

  /** Examples without a token are left out of layers of every kind, and counted. */
  @Test
  void aMaskComesBeforePooling() throws IOException {
    Path first = pooled(1, "mean");
    Outcome outcome =
        RealCommand.run(
            "match", x, y, "--pool", "mean", "--mask", "mask", "--layers", "tokens", "--json", "-");
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertTrue(outcome.err().contains("note: mask: 49 of 50 examples kept"), outcome.err());
    JsonNode layer = JSON.readTree(outcome.out()).get("layers").get(0);
    assertEquals(N - 1, layer.get("samples").intValue());
    assertEquals(1, layer.get("masked").intValue());
    Path mask = folder.resolve("mask.npy");
    Files.write(mask, TestFiles.npy("'|b1'", "(50, 5)", bytes(mask())));
    JsonNode pooled =
        layers(match(first, y, "--pool", "max", "--mask", mask, "--layers", "tokens"));
    assertEquals(N - 1, pooled.get(0).get("samples").intValue());
    assertFails(
        3,
        RealCommand.run("match", x, y, "--pool", "mean", "--mask", "mask", "--quiet"),
        "layer 'conv': expected a mask of the shape [50] or [50, 2, 3], found [50, 5]");
  }

  private static byte[] bytes(long[] mask) {
    byte[] bytes = new byte[mask.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) mask[i];
    }
    return bytes;
  }

  @Test
  void pooledLayersOfOtherPositionsMakeAPair() throws IOException {
    Path other =
        TestFiles.npz(folder.resolve("other.npz"), "tokens", values(3, N * 9 * F), N, 9, F);
    assertFails(
        3, RealCommand.run("match", x, other, "--layers", "tokens"), "has 250 samples", "has 450");
    JsonNode layer =
        layers(match(x, other, "--layers", "tokens", "--pool", "mean", "--samples", "30")).get(0);
    assertEquals(30, layer.get("samples").intValue());
  }

  @Test
  void pooledInTheGramFile() throws IOException {
    Path gram = folder.resolve("pooled.gram.npz");
    Outcome outcome =
        RealCommand.run(
            "gram", shards(1), archives(2), "--shards", "*", "--pool", "max", "--out", gram);
    assertEquals(0, outcome.exitCode(), outcome.err());
    JsonNode expected = match(x, y, "--pool", "max", "--exclude", "mask");
    Outcome found = RealCommand.run("match", gram, "--json", "-", "--quiet");
    assertEquals(layers(expected), layers(JSON.readTree(found.out())));
    assertFails(2, RealCommand.run("match", gram, "--pool", "max"), "--pool is for activations");
    assertFails(2, RealCommand.run("match", gram, "--shards", "*"), "--shards is for activations");
  }

  @Test
  void gramRefusesToWriteOverAPart() throws IOException {
    String pattern = archives(1);
    Path part = folder.resolve("p1_1.npz");
    byte[] before = Files.readAllBytes(part);
    assertFails(
        2, RealCommand.run("gram", pattern, y, "--out", part), "a file apart from the activations");
    assertEquals(before.length, Files.size(part));
  }

  @ParameterizedTest
  @ValueSource(strings = {"match", "simple", "spectrum", "distances", "measures", "validate"})
  void resultsAreNotWrittenOverActivations(String command) throws IOException {
    Path part = folder.resolve("p1_1.npz");
    String pattern = archives(1);
    byte[] before = Files.readAllBytes(part);
    Path sameFile = folder.resolve("..").resolve(folder.getFileName()).resolve("p1_1.npz");
    assertFails(
        2,
        RealCommand.run(command, pattern, y, "--json", sameFile),
        "--json: expected a file apart from the activations, found " + sameFile);
    assertArrayEquals(before, Files.readAllBytes(part));
  }

  @Test
  void whatLooksLikePartsIsNoted() throws IOException {
    Outcome outcome = RealCommand.run("match", shards(1), shards(2));
    assertEquals(0, outcome.exitCode(), outcome.err());
    String hint =
        "files that look like numbered parts are layers of their own: --shards conv,tokens takes"
            + " them as parts of one";
    assertTrue(outcome.err().contains("note: " + hint + "\n"), outcome.err());
    assertFalse(RealCommand.run("match", shards(1), shards(2), "--quiet").err().contains(hint));
    assertFails(3, RealCommand.run("match", shards(1), y), "no layer is in both files", hint);
    assertTrue(RealCommand.run("layers", shards(1)).err().contains(hint));
    Outcome layers = RealCommand.run("layers", shards(1), "--shards", "*");
    assertEquals("", layers.err());
    assertTrue(layers.out().matches("(?s).*conv +50×4×2×3 +<f4 +C +nchw +4 +300 +0\n.*"));
  }

  @Test
  void badOptions() throws IOException {
    assertFails(2, RealCommand.run("match", x, y, "--pool", "sum"), "--pool", "mean or max");
    assertFails(
        2,
        RealCommand.run("match", shards(1), shards(2), "--shards", "conv,fc"),
        "--shards: no numbered arrays are parts of 'fc'; there are those of conv, tokens");
    assertFails(2, RealCommand.run("match", x, y, "--shards", "*"), "--shards: no numbered arrays");
    Files.delete(folder.resolve("shards1/conv.001.npy"));
    Path first = folder.resolve("shards1/conv.000.npy");
    assertFails(
        3,
        RealCommand.run(
            "match", folder.resolve("shards1"), shards(2), "--shards", "conv", "--quiet"),
        "the parts of the layer 'conv': part 1 is missing between " + first,
        "(--exclude can leave it out)");
    JsonNode rest =
        match(
            folder.resolve("shards1"),
            shards(2),
            "--shards",
            "*",
            "--exclude",
            "conv",
            "--folds",
            "2");
    assertEquals(1, rest.get("layers").size());
  }

  @Test
  void patternsOfFiles() throws IOException {
    String pattern = archives(1);
    assertFails(
        3,
        RealCommand.run("match", folder.resolve("q*.npz"), y),
        folder.resolve("q*.npz") + ": no file has a name of this pattern");
    assertFails(
        3,
        RealCommand.run("match", folder.resolve("missing/q*.npz"), y),
        "missing/q*.npz: the folder of this pattern");
    Files.delete(folder.resolve("p1_1.npz"));
    assertFails(
        3,
        RealCommand.run("match", pattern, y),
        "part 1 is missing between " + folder.resolve("p1_0.npz"));
    Files.copy(x, folder.resolve("p1_1.npz"));
    try (OutputStream out = Files.newOutputStream(folder.resolve("p1_1.npz"));
        NpzWriter npz = new NpzWriter(out)) {
      npz.add("conv", conv(1), N, C, 2, 3);
    }
    assertFails(
        3,
        RealCommand.run("match", pattern, y, "--layers", "tokens"),
        folder.resolve("p1_1.npz") + ": the array 'tokens' is missing");
    // A file that really has such a name.
    Path odd = folder.resolve("p[1]*?.npz");
    Files.copy(x, odd);
    assertEquals(
        layers(match(x, y, "--exclude", "mask")), layers(match(odd, y, "--exclude", "mask")));
    Path gram = folder.resolve("a1.gram.npz");
    assertEquals(0, RealCommand.run("gram", x, y, "--exclude", "mask", "--out", gram).exitCode());
    Files.copy(gram, folder.resolve("a2.gram.npz"));
    assertFails(2, RealCommand.run("match", folder.resolve("a*.gram.npz"), y), "is a Gram file");
  }

  @Test
  void anErrorInAPartNamesIt() throws IOException {
    Path part = folder.resolve("shards1/conv.001.npy");
    Path shards = shards(1);
    float[] values = part(conv(1), 1);
    values[7 * C * POSITIONS + 2 * POSITIONS + 4] = Float.NaN;
    Files.write(part, TestFiles.npy("'<f4'", "(20, 4, 2, 3)", TestFiles.floats(values)));
    String where = "neuron 2 is NaN at sample 46 of " + part + ", expected finite activations";
    assertFails(3, RealCommand.run("match", shards, y, "--shards", "*", "--layers", "conv"), where);
    assertFails(
        3,
        RealCommand.run("match", shards, y, "--shards", "*", "--layers", "conv", "--pool", "max"),
        where);
  }
}
