package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.cli.RealCommand.Outcome;

/** What stands beside a match: the similarity by chance, and coverage. */
class ChanceCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int EXAMPLES = 40;
  private static final int CHANNELS = 6;
  private static final int POSITIONS = 4 * 3;

  @TempDir Path folder;
  private Path x;
  private Path y;

  @BeforeEach
  void writeFiles() throws IOException {
    x = images("x.npz", 1, 0);
    y = images("y.npz", 2, 0);
  }

  /** Images whose pixels are much alike, with later examples first. */
  private static float[] values(int seed, int rotation) {
    float[] pixels = TestFiles.relu(EXAMPLES * CHANNELS * POSITIONS, seed);
    float[] images = TestFiles.relu(EXAMPLES * CHANNELS, seed + 10);
    float[] values = new float[pixels.length];
    for (int i = 0; i < values.length; i++) {
      int from = (i + rotation * CHANNELS * POSITIONS) % values.length;
      values[i] = images[from / POSITIONS] * (1 + 0.1f * pixels[from]);
    }
    return values;
  }

  private Path images(String file, int seed, int rotation) throws IOException {
    return TestFiles.npz(
        folder.resolve(file), "conv", values(seed, rotation), EXAMPLES, CHANNELS, 4, 3);
  }

  /** By how many examples a seed rotates: a quarter to three quarters of all. */
  private static int rotation(long seed) {
    return (int) new SplittableRandom(seed).nextLong(EXAMPLES / 4, EXAMPLES - EXAMPLES / 4 + 1);
  }

  private static JsonNode json(Object... arguments) throws IOException {
    Object[] all =
        Stream.concat(Stream.of(arguments), Stream.of("--json", "-", "--quiet")).toArray();
    Outcome outcome = RealCommand.run(all);
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals("", outcome.err());
    return JSON.readTree(outcome.out());
  }

  private static List<Double> numbers(JsonNode array) {
    List<Double> numbers = new ArrayList<>();
    array.forEach(number -> numbers.add(number.doubleValue()));
    return numbers;
  }

  private static void assertUsageError(String message, Object... arguments) {
    Outcome outcome = RealCommand.run(arguments);
    assertEquals(2, outcome.exitCode(), outcome.out());
    assertTrue(outcome.err().startsWith("spanmatch: " + message), outcome.err());
  }

  /** The share of levels by chance within ε, and that of distances. */
  @ParameterizedTest
  @ValueSource(strings = {"formula", "shuffle"})
  void similarityByChanceIsTheShareOfLevels(String method) throws IOException {
    JsonNode result = json("match", x, y, "--chance", method, "--epsilon", "0.5:0.95:0.01");
    assertEquals(method, result.get("chanceBy").textValue());
    assertEquals(method.equals("formula"), result.get("seed").isNull());
    JsonNode layer = result.at("/layers/0");
    List<Double> chance = levels(layer, "chanceLevels");
    List<Double> distances = levels(layer, "fullDistances");
    boolean partial = false;
    for (int i = 0; i < layer.get("matches").size(); i++) {
      JsonNode match = layer.at("/matches/" + i);
      double epsilon = match.get("epsilon").doubleValue();
      double found = layer.at("/chance/" + i).doubleValue();
      assertEquals(share(chance, epsilon), found);
      assertEquals(share(distances, epsilon), match.get("coverage").doubleValue());
      assertTrue(match.get("similarity").doubleValue() <= match.get("coverage").doubleValue());
      partial |= found > 0 && found < 1;
    }
    assertTrue(partial, "the epsilons say nothing");
  }

  private static List<Double> levels(JsonNode layer, String field) {
    List<Double> levels = numbers(layer.at("/" + field + "/x"));
    levels.addAll(numbers(layer.at("/" + field + "/y")));
    assertEquals(2 * CHANNELS, levels.size());
    return levels;
  }

  private static double share(List<Double> levels, double epsilon) {
    return (double) levels.stream().filter(level -> level <= epsilon).count() / levels.size();
  }

  /** Whole images move: the levels by chance are those of a file with rotated examples. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 77})
  void shufflingRotatesWholeExamples(long seed) throws IOException {
    Path rotated = images("rotated.npz", 2, rotation(seed));
    JsonNode expected = json("spectrum", x, rotated).at("/layers/0/levels");
    for (String command : List.of("spectrum", "match")) {
      JsonNode result = json(command, x, y, "--chance", "shuffle", "--seed", seed);
      assertEquals(seed, result.get("seed").longValue());
      for (String network : List.of("x", "y")) {
        List<Double> levels = numbers(result.at("/layers/0/chanceLevels/" + network));
        List<Double> same = numbers(expected.get(network));
        for (int i = 0; i < CHANNELS; i++) {
          assertEquals(same.get(i), levels.get(i), 1e-12);
        }
      }
    }
  }

  /** Pixels of an image have its brightness in common, which the formula takes for independent. */
  @Test
  void theFormulaIsOptimisticForImages() throws IOException {
    JsonNode formula = json("spectrum", x, y).at("/layers/0");
    JsonNode shuffled = json("spectrum", x, y, "--chance", "shuffle").at("/layers/0");
    double byFormula = levels(formula, "chanceLevels").stream().mapToDouble(z -> z).sum();
    double byShuffling = levels(shuffled, "chanceLevels").stream().mapToDouble(z -> z).sum();
    assertTrue(byShuffling < byFormula, byShuffling + " and " + byFormula);
  }

  static Stream<String> forms() {
    return Stream.of("stored", "deflated", "single", "fortran", "nhwc");
  }

  /** The form of the files does not matter. */
  @ParameterizedTest
  @MethodSource("forms")
  void anyFormOfFileCanBeShuffled(String form) throws IOException {
    List<Object> arguments = new ArrayList<>(List.of("spectrum"));
    for (int seed = 1; seed <= 2; seed++) {
      float[] values = values(seed, 0);
      arguments.add(
          switch (form) {
            case "stored" -> seed == 1 ? x : y;
            case "deflated" ->
                TestFiles.archive(
                    folder.resolve("deflated" + seed + ".npz"),
                    "conv.npy",
                    TestFiles.npy("'<f4'", "(40, 6, 4, 3)", TestFiles.floats(values)));
            case "single" ->
                Files.write(
                    Files.createDirectories(folder.resolve("single" + seed)).resolve("conv.npy"),
                    TestFiles.npy("'<f4'", "(40, 6, 4, 3)", TestFiles.floats(values)));
            case "fortran" ->
                Files.write(
                    folder.resolve("fortran" + seed + ".npy"),
                    fortran(
                        TestFiles.npy(
                            "'<f4'", "(40, 6, 4, 3)", TestFiles.floats(columns(values)))));
            default ->
                TestFiles.npz(
                    folder.resolve("nhwc" + seed + ".npz"),
                    "conv",
                    channelsLast(values),
                    EXAMPLES,
                    4,
                    3,
                    CHANNELS);
          });
    }
    arguments.addAll(List.of("--chance", "shuffle", "--seed", "5"));
    if (form.equals("nhwc")) {
      arguments.addAll(List.of("--layout", "nhwc"));
    }
    List<Double> levels = levels(json(arguments.toArray()).at("/layers/0"), "chanceLevels");
    List<Double> expected =
        levels(
            json("spectrum", x, y, "--chance", "shuffle", "--seed", "5").at("/layers/0"),
            "chanceLevels");
    for (int i = 0; i < levels.size(); i++) {
      assertEquals(expected.get(i), levels.get(i), 1e-12);
    }
  }

  private static byte[] fortran(byte[] npy) {
    byte[] head = "'fortran_order': False".getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < npy.length - head.length; i++) {
      boolean found = true;
      for (int j = 0; j < head.length && found; j++) {
        found = npy[i + j] == head[j];
      }
      if (found) {
        byte[] yes = "'fortran_order': True ".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(yes, 0, npy, i, yes.length);
        return npy;
      }
    }
    throw new AssertionError("no order in the header");
  }

  /** Reorders an array so that its first index is the fastest. */
  private static float[] columns(float[] values) {
    float[] columns = new float[values.length];
    for (int n = 0; n < EXAMPLES; n++) {
      for (int c = 0; c < CHANNELS; c++) {
        for (int h = 0; h < 4; h++) {
          for (int w = 0; w < 3; w++) {
            columns[n + EXAMPLES * (c + CHANNELS * (h + 4 * w))] =
                values[((n * CHANNELS + c) * 4 + h) * 3 + w];
          }
        }
      }
    }
    return columns;
  }

  private static float[] channelsLast(float[] values) {
    float[] last = new float[values.length];
    for (int n = 0; n < EXAMPLES; n++) {
      for (int c = 0; c < CHANNELS; c++) {
        for (int p = 0; p < POSITIONS; p++) {
          last[(n * POSITIONS + p) * CHANNELS + c] = values[(n * CHANNELS + c) * POSITIONS + p];
        }
      }
    }
    return last;
  }

  @Test
  void someSamplesCanBeShuffled() throws IOException {
    Path rotated = images("rotated.npz", 2, rotation(3));
    List<Double> expected =
        levels(json("spectrum", x, rotated, "--samples", "200").at("/layers/0"), "levels");
    JsonNode result =
        json("spectrum", x, y, "--samples", "200", "--chance", "shuffle", "--seed", "3");
    assertEquals(200, result.at("/layers/0/samples").intValue());
    List<Double> levels = levels(result.at("/layers/0"), "chanceLevels");
    for (int i = 0; i < levels.size(); i++) {
      assertEquals(expected.get(i), levels.get(i), 1e-12);
    }
  }

  /** What is matched does not depend on what stands beside it. */
  @Test
  void noneLeavesItOut() throws IOException {
    Path out = folder.resolve("out");
    JsonNode with = json("match", x, y, "--epsilon", "0.6,0.8");
    JsonNode none = json("match", x, y, "--epsilon", "0.6,0.8", "--chance", "none", "--out", out);
    assertEquals("none", none.get("chanceBy").textValue());
    JsonNode layer = none.at("/layers/0");
    assertTrue(layer.get("chance").isNull());
    assertFalse(layer.has("chanceLevels"));
    assertEquals(with.at("/layers/0/matches"), layer.get("matches"));
    assertEquals(with.at("/layers/0/levels"), layer.get("levels"));
    List<String> csv = Files.readAllLines(out.resolve("similarity.csv"));
    assertTrue(csv.get(1).contains(",480,0,," + layer.at("/matches/0/coverage") + ","), csv.get(1));
    String svg = Files.readString(out.resolve("similarity.svg"));
    assertFalse(svg.contains("By chance"), svg);
    String table = RealCommand.run("match", x, y, "--chance", "none", "--quiet").out();
    assertTrue(table.contains("\n\ncoverage  "), table);
  }

  /** Every backend and a Gram file give the same chance; figures have it. */
  @Test
  void chanceIsEverywhere() throws IOException {
    Path out = folder.resolve("out");
    JsonNode java = json("match", x, y, "--epsilon", "0.7,0.8", "--out", out);
    Path gram = folder.resolve("layers.gram.npz");
    assertEquals(0, RealCommand.run("gram", x, y, "--out", gram).exitCode());
    JsonNode loaded = json("match", gram, "--epsilon", "0.7,0.8");
    assertEquals(java.at("/layers/0/chance"), loaded.at("/layers/0/chance"));
    assertEquals(java.at("/layers/0/chanceLevels"), loaded.at("/layers/0/chanceLevels"));
    for (List<String> other :
        List.of(List.of("--backend", "reference"), List.of("--precision", "high"))) {
      List<Object> arguments = new ArrayList<>(List.of("match", x, y, "--spectrum"));
      arguments.addAll(other);
      List<Double> levels = levels(json(arguments.toArray()).at("/layers/0"), "chanceLevels");
      List<Double> expected = levels(java.at("/layers/0"), "chanceLevels");
      for (int i = 0; i < levels.size(); i++) {
        assertEquals(expected.get(i), levels.get(i), 1e-9);
      }
    }
    String chance = String.format(Locale.ROOT, "%.3f", java.at("/layers/0/chance/1").doubleValue());
    assertTrue(
        Files.readString(out.resolve("similarity.svg"))
            .contains("By chance, ε = 0.8: conv " + chance + "."));
    assertTrue(
        Files.readString(out.resolve("spectrum.svg")).contains("conv, by chance: ε = 0.1 0.000,"));
  }

  @Test
  void wrongOptionsAreRefused() {
    assertUsageError(
        "--chance: expected formula, shuffle or none, found 'luck'",
        "match",
        x,
        y,
        "--chance",
        "luck");
    assertUsageError("--seed: expected ", "match", x, y, "--chance", "shuffle", "--seed", "-1");
    assertUsageError("--seed: expected ", "spectrum", x, y, "--seed", "x");
    assertUsageError(
        "--seed is for --folds, --held-out, --confidence and --chance shuffle",
        "match",
        x,
        y,
        "--seed",
        "3");
    assertUsageError(
        "--seed is for --chance shuffle", "spectrum", x, y, "--chance", "none", "--seed", "3");
    Path gram = folder.resolve("layers.gram.npz");
    assertEquals(0, RealCommand.run("gram", x, y, "--out", gram).exitCode());
    for (String command : List.of("match", "spectrum")) {
      assertUsageError(
          "--chance shuffle needs the activations of two networks, found one Gram file, which holds"
              + " inner products alone",
          command,
          gram,
          "--chance",
          "shuffle");
    }
  }

  /** One example can't be in another order. */
  @Test
  void oneExampleIsAllChance() throws IOException {
    Path one = TestFiles.npz(folder.resolve("1.npz"), "a", TestFiles.relu(2 * 12, 1), 1, 2, 4, 3);
    Path two = TestFiles.npz(folder.resolve("2.npz"), "a", TestFiles.relu(2 * 12, 2), 1, 2, 4, 3);
    JsonNode layer = json("spectrum", one, two, "--chance", "shuffle").at("/layers/0");
    assertEquals(layer.get("levels"), layer.get("chanceLevels"));
  }
}
