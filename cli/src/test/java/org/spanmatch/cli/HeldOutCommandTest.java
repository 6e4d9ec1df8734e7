package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.cli.RealCommand.Outcome;

/** Held-out samples and confidence intervals, as a user asks for them. */
class HeldOutCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SAMPLES = 400;
  private static final int NEURONS = 6;

  @TempDir Path folder;
  private Path x;
  private Path y;

  /** Neurons of both networks are mixtures of the same four, with noise; neuron 5 of x is dead. */
  @BeforeEach
  void writeFiles() throws IOException {
    x = mixtures("x.npz", 1);
    y = mixtures("y.npz", 2);
  }

  private Path mixtures(String name, int seed) throws IOException {
    float[] shared = TestFiles.relu(SAMPLES * 4, 9);
    Random random = new Random(seed);
    float[] values = new float[SAMPLES * NEURONS];
    for (int neuron = 0; neuron < NEURONS; neuron++) {
      float[] weights = TestFiles.relu(4, 100L * seed + neuron);
      for (int i = 0; i < SAMPLES; i++) {
        double sum = 0.15 * (neuron + 1) * random.nextGaussian();
        for (int k = 0; k < 4; k++) {
          sum += (weights[k] + 0.1) * shared[4 * i + k];
        }
        values[i * NEURONS + neuron] = seed == 1 && neuron == 5 ? 0 : (float) Math.max(0, sum);
      }
    }
    return TestFiles.npz(folder.resolve(name), "layer", values, SAMPLES, NEURONS);
  }

  private static JsonNode json(Object... arguments) throws IOException {
    List<Object> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--json", "-", "--quiet"));
    Outcome outcome = RealCommand.run(all.toArray());
    assertEquals(0, outcome.exitCode(), outcome.err());
    JsonNode result = JSON.readTree(outcome.out());
    result.get("layers").forEach(layer -> ((ObjectNode) layer).remove("seconds"));
    return result;
  }

  private static List<Double> numbers(JsonNode array) {
    List<Double> numbers = new ArrayList<>();
    array.forEach(number -> numbers.add(number.isNull() ? null : number.doubleValue()));
    return numbers;
  }

  /** At ε = 1 all living neurons match, so that both spans are those of `distances`. */
  @Test
  void membersOfAMatchHaveTheDistancesToItsSpan() throws IOException {
    JsonNode match = json("match", x, y, "--folds", 5, "--epsilon", "1,0.5,0.3");
    JsonNode distances = json("distances", x, y, "--folds", 5);
    assertEquals(5, match.at("/split/folds").intValue());
    assertEquals(1, match.at("/split/seed").intValue());
    assertEquals(match.get("split"), distances.get("split"));
    JsonNode all = match.at("/layers/0/matches/0");
    for (String network : List.of("x", "y")) {
      List<Double> expected =
          numbers(distances.at("/layers/0/distances/" + network + "/heldOutDistance"));
      List<Double> found = numbers(all.at("/heldOut/" + network));
      assertEquals(network.equals("x") ? 5 : 6, found.size());
      for (int i = 0; i < found.size(); i++) {
        // The order of the neurons in the factor differs; rounding is far below this.
        assertEquals(expected.get(all.at("/" + network + "/" + i).intValue()), found.get(i), 1e-10);
      }
    }
    assertTrue(distances.at("/layers/0/distances/x/heldOutDistance/5").isNull());
    for (JsonNode each : match.at("/layers/0/matches")) {
      List<Double> members = numbers(each.at("/heldOut/x"));
      members.addAll(numbers(each.at("/heldOut/y")));
      double epsilon = each.at("/epsilon").doubleValue();
      long within = members.stream().filter(distance -> distance <= epsilon).count();
      assertFalse(members.isEmpty());
      assertEquals(
          (double) within / members.size(), each.at("/heldOut/share").doubleValue(), 1e-15);
    }
  }

  @Test
  void withoutTheOptionsNothingIsSaidOfParts() throws IOException {
    JsonNode match = json("match", x, y);
    assertFalse(match.has("split"));
    assertFalse(match.at("/layers/0/matches/0").has("heldOut"));
    assertFalse(match.at("/layers/0/matches/0").has("confidence"));
    assertFalse(json("distances", x, y).at("/layers/0/distances/x").has("heldOutDistance"));
  }

  @Test
  void matchesAreThoseOfAllSamples() throws IOException {
    JsonNode plain = json("match", x, y);
    JsonNode divided = json("match", x, y, "--folds", 4, "--confidence");
    for (int i = 0; i < 5; i++) {
      for (String field : List.of("x", "y", "similarity", "borderline")) {
        String place = "/layers/0/matches/" + i + "/" + field;
        assertEquals(plain.at(place), divided.at(place));
      }
    }
    assertEquals(plain.at("/layers/0/warnings"), divided.at("/layers/0/warnings"));
  }

  @Test
  void theSeedDecides() throws IOException {
    Object[] match = {"match", x, y, "--held-out", 0.25, "--confidence"};
    JsonNode first = json(match);
    assertEquals(first, json(match));
    assertEquals(0.25, first.at("/split/heldOut").doubleValue());
    assertEquals(20, first.at("/split/blocks").intValue());
    JsonNode other = json("match", x, y, "--held-out", 0.25, "--confidence", "--seed", 2);
    assertNotEquals(
        first.at("/layers/0/matches/4/heldOut"), other.at("/layers/0/matches/4/heldOut"));
    assertEquals(
        first.at("/layers/0/matches/4/similarity"), other.at("/layers/0/matches/4/similarity"));
  }

  /** The tokens of a sequence are alike, so that those of the same one predict each other. */
  @Test
  void anExampleIsHeldOutAsAWhole() throws IOException {
    int tokens = 20;
    List<Path> byExample = new ArrayList<>();
    List<Path> bySample = new ArrayList<>();
    for (int network = 1; network <= 2; network++) {
      float[] once = TestFiles.relu(60 * 4, network);
      float[] values = new float[60 * tokens * 4];
      for (int i = 0; i < values.length; i++) {
        values[i] = once[i / (4 * tokens) * 4 + i % 4];
      }
      byExample.add(TestFiles.npz(folder.resolve("e" + network), "h", values, 60, tokens, 4));
      bySample.add(TestFiles.npz(folder.resolve("s" + network), "h", values, 60 * tokens, 4));
    }
    // With 12 examples held out, the median of noise is above what the others say of it.
    Object[] options = {"--layout", "ntf", "--folds", 5};
    List<Double> examples =
        numbers(
            json(
                    "distances",
                    byExample.get(0),
                    byExample.get(1),
                    options[0],
                    options[1],
                    options[2],
                    options[3])
                .at("/layers/0/distances/x/heldOutDistance"));
    List<Double> samples =
        numbers(
            json("distances", bySample.get(0), bySample.get(1), "--folds", 5)
                .at("/layers/0/distances/x/heldOutDistance"));
    for (int neuron = 0; neuron < 4; neuron++) {
      assertTrue(samples.get(neuron) < examples.get(neuron), samples + " " + examples);
    }
  }

  @Test
  void gcvDistancesFollowFromRankAndSamples() throws IOException {
    JsonNode side = json("distances", x, y).at("/layers/0/distances");
    for (int neuron = 0; neuron < 5; neuron++) {
      double distance = side.at("/x/distance/" + neuron).doubleValue();
      assertEquals(
          distance / (1 - 6.0 / SAMPLES), side.at("/x/gcvDistance/" + neuron).doubleValue(), 1e-15);
    }
    double distance = side.at("/y/distance/0").doubleValue();
    assertEquals(distance / (1 - 5.0 / SAMPLES), side.at("/y/gcvDistance/0").doubleValue(), 1e-15);
    assertTrue(side.at("/x/gcvDistance/5").isNull());
    JsonNode centred = json("distances", x, y, "--center").at("/layers/0/distances/x");
    assertEquals(
        centred.at("/distance/0").doubleValue() / (1 - 6.0 / (SAMPLES - 1)),
        centred.at("/gcvDistance/0").doubleValue(),
        1e-15);

    Path few = TestFiles.npz(folder.resolve("few.npz"), "h", TestFiles.relu(20, 1), 4, 5);
    Path more = TestFiles.npz(folder.resolve("more.npz"), "h", TestFiles.relu(20, 2), 4, 5);
    for (JsonNode gcv : json("distances", few, more).at("/layers/0/distances/x/gcvDistance")) {
      assertTrue(gcv.isNull(), "a span that fills the space predicts nothing");
    }
  }

  /** Generalised cross-validation against real layers: within 2 % on average. */
  @Test
  void gcvPredictsHeldOutDistancesOfRealLayers() throws IOException {
    JsonNode result =
        json(
            "distances",
            RealNetworks.x(),
            RealNetworks.y(),
            "--layers",
            "classifier.*,features.27",
            "--folds",
            5);
    for (JsonNode layer : result.get("layers")) {
      List<Double> ratios = new ArrayList<>();
      for (String network : List.of("x", "y")) {
        List<Double> gcv = numbers(layer.at("/distances/" + network + "/gcvDistance"));
        List<Double> held = numbers(layer.at("/distances/" + network + "/heldOutDistance"));
        for (int i = 0; i < gcv.size(); i++) {
          if (held.get(i) != null) {
            ratios.add(held.get(i) / gcv.get(i));
          }
        }
      }
      ratios.sort(null);
      assertEquals(1, ratios.get(ratios.size() / 2), 0.02, layer.get("name").textValue());
    }
  }

  @Test
  void highPrecisionHasTheSameParts() throws IOException {
    JsonNode standard = json("distances", x, y, "--folds", 3, "--precision", "standard");
    JsonNode high = json("distances", x, y, "--folds", 3, "--precision", "high");
    assertEquals("high", high.at("/layers/0/precision").textValue());
    String place = "/layers/0/distances/x/heldOutDistance";
    assertEquals(standard.at(place), high.at(place));
    // ε = 0 is asked at high precision, after what the parts say has been found.
    JsonNode match = json("match", x, y, "--folds", 3, "--confidence", "--epsilon", "0,0.4");
    assertEquals("high", match.at("/layers/0/precision").textValue());
    assertFalse(match.at("/layers/0/matches/0").has("heldOut"));
    assertTrue(match.at("/layers/0/matches/1").has("heldOut"));
    assertTrue(match.at("/layers/0/matches/1").has("confidence"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"java", "reference"})
  void intervalsHoldTheSimilarity(String backend) throws IOException {
    JsonNode result =
        json("match", x, y, "--confidence", "--epsilon", "0.1:1:0.1", "--backend", backend);
    assertEquals(0.95, result.at("/split/level").doubleValue());
    boolean hasWidth = false;
    for (JsonNode match : result.at("/layers/0/matches")) {
      double low = match.at("/confidence/low").doubleValue();
      double high = match.at("/confidence/high").doubleValue();
      double similarity = match.at("/similarity").doubleValue();
      assertTrue(0 <= low && low <= similarity && similarity <= high && high <= 1);
      hasWidth |= high > low;
    }
    assertTrue(hasWidth);
    JsonNode itself = json("match", x, x, "--confidence", "--epsilon", 0.3, "--backend", backend);
    assertEquals(10.0 / 12, itself.at("/layers/0/matches/0/confidence/low").doubleValue(), 1e-15);
    assertEquals(10.0 / 12, itself.at("/layers/0/matches/0/confidence/high").doubleValue(), 1e-15);
  }

  @Test
  void tablesAndFilesHaveBoth() throws IOException {
    Path out = folder.resolve("out");
    Outcome outcome =
        RealCommand.run(
            "match", x, y, "--folds", 5, "--confidence", "--epsilon", "0.05,0.6", "--out", out);
    assertEquals(0, outcome.exitCode(), outcome.err());
    List<String> lines = outcome.out().lines().toList();
    assertTrue(lines.get(1).startsWith("layer "), outcome.out());
    assertTrue(lines.get(2).matches(" {2}held out +- +[01]\\.\\d{4}"), outcome.out());
    assertTrue(lines.get(3).matches(" {2}95 % from +[01]\\.\\d{4} +[01]\\.\\d{4}"), outcome.out());
    assertTrue(lines.get(4).matches(" {2}95 % to +[01]\\.\\d{4} +[01]\\.\\d{4}"), outcome.out());
    JsonNode match = JSON.readTree(out.resolve("result.json").toFile()).at("/layers/0/matches/1");
    List<String> similarity = Files.readAllLines(out.resolve("similarity.csv"));
    assertTrue(
        similarity.get(0).endsWith(",held_out_share,confidence_low,confidence_high,warnings"));
    assertTrue(
        similarity
            .get(2)
            .contains(
                ","
                    + match.at("/heldOut/share")
                    + ","
                    + match.at("/confidence/low")
                    + ","
                    + match.at("/confidence/high")
                    + ","),
        similarity.get(2));
    List<String> matches = Files.readAllLines(out.resolve("matches.csv"));
    assertEquals(
        "layer,epsilon,network,neuron,x_layer,y_layer,network_x,network_y,held_out_distance,warnings",
        matches.get(0));
    assertEquals(
        "layer,0.6,x,"
            + match.at("/x/0")
            + ",layer,layer,x.npz,y.npz,"
            + match.at("/heldOut/x/0")
            + ",common-mean",
        matches.get(1));
    List<String> distances =
        RealCommand.run("distances", x, y, "--held-out", 0.5).out().lines().toList();
    assertTrue(distances.get(0).endsWith(",gcv_distance,held_out_distance,warnings"));
    assertTrue(distances.get(6).endsWith(",,,common-mean"), "dead: " + distances.get(6));
  }

  @Test
  void samplesThatAreDrawnAreDivided() throws IOException {
    JsonNode result = json("distances", x, y, "--samples", 100, "--folds", 4);
    assertEquals(100, result.at("/layers/0/samples").intValue());
    assertTrue(result.at("/layers/0/distances/x/heldOutDistance/0").doubleValue() > 0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "--folds 1; --folds: expected a whole number of at least 2, found '1'",
        "--folds 0; --folds: expected a whole number of at least 2, found '0'",
        "--folds -3; --folds: expected a whole number of at least 2, found '-3'",
        "--folds 2.5; --folds: expected a whole number of at least 2, found '2.5'",
        "--folds 99999999999; --folds: expected a whole number of at least 2",
        "--held-out 0; --held-out: expected a number above 0 and below 1, found '0'",
        "--held-out 1; --held-out: expected a number above 0 and below 1, found '1'",
        "--held-out 20%; --held-out: expected a number above 0 and below 1, found '20%'",
        "--held-out nan; --held-out: expected a number above 0 and below 1, found 'nan'",
        "--folds 5 --held-out 0.2; --folds and --held-out contradict each other",
        "--folds 5 --seed -1; --seed: expected a whole number of at least 0, found '-1'"
      })
  void badValuesAreWrongUsage(String options, String message) {
    for (String command : List.of("match", "distances")) {
      List<Object> all = new ArrayList<>(List.of(command, x, y));
      all.addAll(Arrays.asList((Object[]) options.split(" ")));
      Outcome outcome = RealCommand.run(all.toArray());
      assertEquals(2, outcome.exitCode(), outcome.err());
      assertTrue(outcome.err().startsWith("spanmatch: " + message), outcome.err());
      assertEquals(1, outcome.err().lines().count(), outcome.err());
      assertEquals("", outcome.out());
    }
  }

  @Test
  void aSeedIsForParts() {
    Outcome outcome = RealCommand.run("distances", x, y, "--seed", 3);
    assertEquals(2, outcome.exitCode());
    assertTrue(
        outcome.err().startsWith("spanmatch: --seed is for --folds and --held-out"), outcome.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"match", "distances"})
  void fewerExamplesThanFoldsAreRefused(String command) {
    Outcome outcome = RealCommand.run(command, x, y, "--folds", 401);
    assertEquals(3, outcome.exitCode());
    assertEquals(
        "spanmatch: "
            + x
            + ", layer 'layer': expected at least 401 examples to divide, found 400, too few for --folds 401\n",
        outcome.err());
    assertEquals(0, RealCommand.run(command, x, y, "--folds", 400, "--quiet").exitCode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--folds 5", "--held-out 0.2", "--confidence"})
  void aGramFileHasNoSamplesToDivide(String option) {
    Path gram = folder.resolve("f.gram.npz");
    assertEquals(0, RealCommand.run("gram", x, y, "--out", gram).exitCode());
    List<Object> all = new ArrayList<>(List.of("match", gram));
    all.addAll(Arrays.asList((Object[]) option.split(" ")));
    Outcome outcome = RealCommand.run(all.toArray());
    assertEquals(2, outcome.exitCode(), outcome.err());
    assertTrue(
        outcome
            .err()
            .startsWith(
                "spanmatch: "
                    + option.replaceFirst(" .*", "")
                    + " is for activations, which a Gram file no longer has"),
        outcome.err());
  }

  /** 20 blocks of 1,200 neurons take 115 MB alone. */
  @Test
  void partsThatDontFitTheHeapAreRefused() throws IOException {
    List<Path> files = new ArrayList<>();
    for (int network = 1; network <= 2; network++) {
      files.add(
          TestFiles.npz(
              folder.resolve("wide" + network), "h", TestFiles.relu(40 * 600, network), 40, 600));
    }
    Outcome outcome =
        RealCommand.runWith(
            List.of("-Xmx160m"), "match", files.get(0), files.get(1), "--confidence", "--quiet");
    assertEquals(1, outcome.exitCode(), outcome.err());
    String message =
        outcome.err().lines().filter(line -> line.startsWith("spanmatch: ")).findFirst().orElse("");
    assertTrue(message.contains("600 + 600 neurons need about"), outcome.err());
    assertTrue(message.contains("-Xmx"), outcome.err());
  }
}
