package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.cli.RealCommand.Outcome;

/** {@code --center} of all commands that have it. */
class CenterOptionTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SAMPLES = 300;
  private static final int NEURONS = 6;
  private static final String NOTE =
      "note: centred: the mean of each neuron was subtracted from its activations\n";

  @TempDir Path folder;
  private Path x; // unrelated noise with a large mean
  private Path y;

  @BeforeEach
  void writeFiles() throws IOException {
    x = noise("x.npz", 1, 100, 0, SAMPLES);
    y = noise("y.npz", 2, -40, 0, SAMPLES);
  }

  /** Some of the samples of noise with a mean, which float32 rounds. */
  private Path noise(String file, int seed, double mean, int from, int to) throws IOException {
    Random random = new Random(seed);
    float[] values = new float[(to - from) * NEURONS];
    for (int i = 0; i < to * NEURONS; i++) {
      double value = mean + random.nextGaussian();
      if (i >= from * NEURONS) {
        values[i - from * NEURONS] = (float) value;
      }
    }
    return TestFiles.npz(folder.resolve(file), "a", values, to - from, NEURONS);
  }

  private static Outcome good(Object... arguments) {
    Outcome outcome = RealCommand.run(arguments);
    assertEquals(0, outcome.exitCode(), outcome.err());
    return outcome;
  }

  private static JsonNode json(Object... arguments) throws IOException {
    List<Object> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--json", "-", "--quiet"));
    return JSON.readTree(good(all.toArray()).out());
  }

  private static List<Double> similarities(JsonNode of) {
    List<Double> similarities = new ArrayList<>();
    of.get("matches").forEach(match -> similarities.add(match.get("similarity").doubleValue()));
    return similarities;
  }

  @Test
  void matchesAreShownWithAndWithoutMeans() throws IOException {
    Path out = folder.resolve("out");
    Outcome plain = good("match", x, y);
    assertTrue(plain.err().contains("compare again with --center"), plain.err());
    Outcome centred = good("match", x, y, "--center", "--out", out);
    assertTrue(centred.err().startsWith(NOTE), centred.err());
    assertFalse(centred.err().contains("--center"), centred.err());
    List<String> lines = centred.out().lines().toList();
    assertTrue(lines.get(1).endsWith("  300  0.0000  0.0000  0.0000  0.0000  0.0000"));
    assertTrue(lines.get(2).startsWith("  with means "), lines.get(2));
    assertTrue(lines.get(2).endsWith("  1.0000  1.0000  1.0000  1.0000  1.0000"), lines.get(2));
    JsonNode result = JSON.readTree(out.resolve("result.json").toFile());
    assertTrue(result.get("centred").booleanValue());
    JsonNode layer = result.at("/layers/0");
    assertEquals(List.of(0.0, 0.0, 0.0, 0.0, 0.0), similarities(layer));
    assertEquals(List.of(1.0, 1.0, 1.0, 1.0, 1.0), similarities(layer.get("uncentred")));
    assertEquals(0, layer.get("warnings").size());
    List<String> csv = Files.readAllLines(out.resolve("similarity.csv"));
    List<String> heads = List.of(csv.get(0).split(",", -1));
    int column = heads.indexOf("uncentred_similarity");
    assertEquals("1.0", csv.get(1).split(",", -1)[column], csv.get(1));
    assertTrue(Files.readString(out.resolve("similarity.svg")).contains(", centred"));
    assertTrue(Files.readString(out.resolve("spectrum.svg")).contains(", centred"));
  }

  @Test
  void withoutItNothingIsCentred() throws IOException {
    JsonNode result = json("match", x, y);
    assertFalse(result.get("centred").booleanValue());
    assertFalse(result.at("/layers/0").has("uncentred"));
    assertFalse(good("match", x, y).err().contains("centred"));
  }

  /** A mean that is no large part of a neuron needs no comparison with it. */
  @Test
  void smallMeansAreNotShown() throws IOException {
    Path one = noise("one.npz", 1, 0.2, 0, SAMPLES);
    Path other = noise("other.npz", 2, 0, 0, SAMPLES);
    assertFalse(json("match", one, other, "--center").at("/layers/0").has("uncentred"));
    assertFalse(good("match", one, other, "--center").out().contains("with means"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "java", "reference"})
  void distancesAreThoseOfNoiseWithoutMeans(String backend) throws IOException {
    JsonNode centred = json("distances", x, y, "--center", "--backend", backend);
    assertTrue(centred.get("centred").booleanValue());
    JsonNode side = centred.at("/layers/0/distances/x");
    for (int i = 0; i < NEURONS; i++) {
      assertTrue(side.get("distance").get(i).doubleValue() > 0.9);
      assertEquals(100, side.get("mean").get(i).doubleValue(), 1);
      assertEquals(Math.sqrt(SAMPLES), side.get("norm").get(i).doubleValue(), 4);
      // u_data·(1 + ‖c‖₁), with u_data relative to a mean a hundred times as large.
      double storage = side.get("storageError").get(i).doubleValue();
      assertTrue(storage > 90 * 0x1p-24 && storage < 300 * 0x1p-24, () -> "" + storage);
    }
    JsonNode with = json("distances", x, y, "--backend", backend).at("/layers/0/distances/x");
    assertTrue(with.get("distance").get(0).doubleValue() < 0.05);
  }

  @Test
  void aLayerMatchesItselfAboutItsMeans() throws IOException {
    for (String precision : new String[] {"standard", "high", "auto"}) {
      JsonNode result =
          json("match", x, x, "--center", "--epsilon", "1e-5,0.3", "--precision", precision);
      assertEquals(List.of(1.0, 1.0), similarities(result.at("/layers/0")));
    }
  }

  @Test
  void spectraAreShownWithAndWithoutMeans() throws IOException {
    List<String> lines = good("spectrum", x, y, "--center", "--quiet").out().lines().toList();
    assertTrue(lines.get(1).matches("a .*  0\\.9\\d+  0\\.9\\d+"), lines.get(1));
    assertTrue(lines.get(2).matches("  with means .*  0\\.0\\d+  0\\.0\\d+"), lines.get(2));
    JsonNode layer = json("spectrum", x, y, "--center").at("/layers/0");
    assertTrue(layer.at("/levels/x/0").doubleValue() > 0.9);
    assertTrue(layer.at("/uncentred/levels/x/0").doubleValue() < 0.1);
  }

  @Test
  void simpleMatchesSayThatTheyAreCentred() throws IOException {
    assertTrue(good("simple", x, y, "--center").err().startsWith(NOTE));
    JsonNode result = json("simple", x, x, "--center");
    assertTrue(result.get("centred").booleanValue());
    assertEquals(NEURONS, result.at("/layers/0/simple").size());
  }

  private Path gram(String file, Object... arguments) {
    Path gram = folder.resolve(file);
    List<Object> all = new ArrayList<>(List.of("gram"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--out", gram, "--quiet"));
    good(all.toArray());
    return gram;
  }

  private static JsonNode layers(JsonNode result) {
    result.get("layers").forEach(layer -> ((ObjectNode) layer).remove("seconds"));
    return result.get("layers");
  }

  @ParameterizedTest
  @ValueSource(strings = {"standard", "high"})
  void gramFilesLoseNothing(String precision) throws IOException {
    Path file = gram("shifted.gram.npz", x, y, "--center", "--precision", precision);
    assertEquals(
        layers(json("match", x, y, "--center", "--precision", precision)),
        layers(json("match", file, "--center", "--precision", precision)));
    // Without the option the means are there again.
    JsonNode plain = json("match", file, "--precision", precision);
    assertFalse(plain.get("centred").booleanValue());
    assertEquals(List.of(1.0, 1.0, 1.0, 1.0, 1.0), similarities(plain.at("/layers/0")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"standard", "high"})
  void partsOfTheSamplesAddUp(String precision) throws IOException {
    List<Object> merge = new ArrayList<>(List.of("merge"));
    int from = 0;
    for (int to : new int[] {50, 180, SAMPLES}) {
      Path one = noise("one.npz", 1, 100, from, to);
      Path other = noise("other.npz", 2, -40, from, to);
      String name = "part-" + to + ".gram.npz";
      merge.add(gram(name, one, other, "--center", "--precision", precision));
      from = to;
    }
    Path sum = folder.resolve("sum.gram.npz");
    merge.addAll(List.of("--out", sum));
    good(merge.toArray());
    JsonNode expected = json("distances", x, y, "--center").at("/layers/0/distances/x");
    JsonNode found = json("distances", sum, "--center").at("/layers/0/distances/x");
    for (int i = 0; i < NEURONS; i++) {
      double room =
          expected.get("errorBound").get(i).doubleValue()
              + found.get("errorBound").get(i).doubleValue();
      assertEquals(
          expected.get("distance").get(i).doubleValue(),
          found.get("distance").get(i).doubleValue(),
          room);
    }
  }

  @Test
  void aGramFileThatWasAddedUpWithMeansIsCentredAsFarAsItGoes() throws IOException {
    Path file = gram("plain.gram.npz", x, y);
    JsonNode sharp = json("distances", x, y, "--center").at("/layers/0/distances/x");
    JsonNode found = json("distances", file, "--center").at("/layers/0/distances/x");
    for (int i = 0; i < NEURONS; i++) {
      double bound = found.get("errorBound").get(i).doubleValue();
      assertTrue(bound > 100 * sharp.get("errorBound").get(i).doubleValue());
      assertEquals(
          sharp.get("distance").get(i).doubleValue(),
          found.get("distance").get(i).doubleValue(),
          bound);
    }
    Path far = noise("far.npz", 1, 3e6, 0, SAMPLES);
    Path hopeless = gram("hopeless.gram.npz", far, y);
    Outcome refused = RealCommand.run("match", hopeless, "--center");
    assertEquals(3, refused.exitCode());
    assertTrue(refused.err().startsWith("spanmatch: " + far + ", layer 'a', neuron "));
    assertTrue(refused.err().contains("add up again with --center"), refused.err());
    Path high = gram("high.gram.npz", x, y, "--precision", "high");
    Outcome less = RealCommand.run("match", high, "--center", "--precision", "high");
    assertEquals(3, less.exitCode());
    assertTrue(less.err().contains("about its means"), less.err());
    assertEquals("standard", json("match", high, "--center").at("/layers/0/precision").textValue());
  }

  /** As many neurons as samples less one fill the space that is orthogonal to a constant. */
  @Test
  void aDimensionIsLost() throws IOException {
    Path one = noise("one.npz", 1, 3, 0, NEURONS + 1);
    Path other = noise("other.npz", 2, 3, 0, NEURONS + 1);
    assertFalse(json("match", one, other).at("/layers/0/fillsSpace/x").booleanValue());
    JsonNode centred = json("match", one, other, "--center").at("/layers/0");
    assertTrue(centred.at("/fillsSpace/x").booleanValue());
    assertEquals("fills-space", centred.at("/warnings/0/code").textValue());
  }

  @Test
  void valuesThatAreNotFiniteAreNamedAsTheyAreStored() throws IOException {
    float[] values = new float[SAMPLES * NEURONS];
    values[50 * NEURONS + 2] = Float.NaN;
    Path bad = TestFiles.npz(folder.resolve("bad.npz"), "a", values, SAMPLES, NEURONS);
    Outcome outcome = RealCommand.run("match", bad, y, "--center");
    assertEquals(3, outcome.exitCode());
    assertEquals(
        "spanmatch: "
            + bad
            + ", layer 'a': neuron 2 is NaN at sample 50, expected finite"
            + " activations\n",
        outcome.err());
  }
}
