package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.npy.NpzWriter;
import org.spanmatch.cli.RealCommand.Outcome;

/** The command {@code simple}. */
@Tag("once") // on one JDK: nothing here depends on which
class SimpleCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SAMPLES = 200;

  @TempDir Path folder;
  private Path x;
  private Path y;

  /**
   * Layer "mixed": x0 is dead, x1 is y1, and x2, x3 and x4 lie in the plane of y0 and y2, which any
   * two of them span; x5 is unrelated. Layer "same" is the same in both.
   */
  @BeforeEach
  void writeFiles() throws IOException {
    float[] other = TestFiles.relu(SAMPLES * 3, 2);
    float[] noise = TestFiles.relu(SAMPLES, 3);
    float[] own = new float[SAMPLES * 6];
    for (int i = 0; i < SAMPLES; i++) {
      // Whole numbers, so that the mixtures are exact.
      for (int j = 0; j < 3; j++) {
        other[3 * i + j] = Math.round(50 * other[3 * i + j]);
      }
      own[6 * i + 1] = 2 * other[3 * i + 1];
      own[6 * i + 2] = other[3 * i] + other[3 * i + 2];
      own[6 * i + 3] = other[3 * i] - other[3 * i + 2];
      own[6 * i + 4] = 2 * other[3 * i] + other[3 * i + 2];
      own[6 * i + 5] = noise[i];
    }
    float[] same = TestFiles.relu(SAMPLES * 40, 4);
    x = folder.resolve("x.npz");
    y = folder.resolve("y.npz");
    try (OutputStream out = Files.newOutputStream(x);
        NpzWriter npz = new NpzWriter(out)) {
      npz.add("mixed", own, SAMPLES, 6);
      npz.add("same", same, SAMPLES, 40);
    }
    try (OutputStream out = Files.newOutputStream(y);
        NpzWriter npz = new NpzWriter(out)) {
      npz.add("mixed", other, SAMPLES, 3);
      npz.add("same", same, SAMPLES, 40);
    }
  }

  private static JsonNode json(Object... arguments) throws IOException {
    List<Object> all = new ArrayList<>(List.of("simple"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--json", "-", "--quiet"));
    Outcome outcome = RealCommand.run(all.toArray());
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals("", outcome.err());
    return JSON.readTree(outcome.out());
  }

  private static Set<String> keys(JsonNode node) {
    Set<String> keys = new TreeSet<>();
    node.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  /** Such as "[1] [1]" for each simple match. */
  private static List<String> members(JsonNode layer) {
    List<String> members = new ArrayList<>();
    layer.get("simple").forEach(match -> members.add(match.get("x") + " " + match.get("y")));
    return members;
  }

  @ParameterizedTest
  @CsvSource({"java, 0.05", "reference, 0.05", "java, 0", "auto, 0"})
  void jsonHasThePromisedShape(String backend, String epsilon) throws IOException {
    JsonNode result = json(x, y, "--epsilon", epsilon, "--backend", backend);
    assertTrue(
        keys(result)
            .containsAll(
                Set.of(
                    "spanmatch", "backend", "x", "y", "layers", "complete", "skipped", "leftOut")));
    assertEquals("index", result.get("order").textValue());
    assertTrue(result.get("complete").booleanValue());
    JsonNode layer = result.at("/layers/0");
    assertEquals(
        Set.of(
            "name",
            "samples",
            "masked",
            "neurons",
            "dead",
            "warnings",
            "precision",
            "maximum",
            "simple",
            "complete",
            "coverage",
            "without",
            "borderline",
            "seconds"),
        keys(layer));
    assertEquals("mixed", layer.get("name").textValue());
    assertEquals("[0]", layer.at("/dead/x").toString());
    assertEquals("[1,2,3,4]", layer.at("/maximum/x").toString());
    assertEquals("[0,1,2]", layer.at("/maximum/y").toString());
    assertEquals(Set.of("read", "compress", "simple"), keys(layer.get("seconds")));
    assertTrue(layer.get("complete").booleanValue());
    assertEquals(1, layer.get("coverage").doubleValue());

    // By index, x2 is tried before x3 and x4: for y0 the last two remain.
    assertEquals(List.of("[1] [1]", "[2,4] [0,2]", "[3,4] [0,2]"), members(layer));
    JsonNode pair = layer.at("/simple/0");
    assertEquals(Set.of("x", "y", "size", "epsilon", "minimalFor", "minimumFor"), keys(pair));
    assertEquals(2, pair.get("size").intValue());
    assertTrue(pair.get("epsilon").doubleValue() < 1e-6);
    assertEquals("{\"x\":[1],\"y\":[1]}", pair.get("minimalFor").toString());
    assertEquals("{\"x\":[1],\"y\":[1]}", pair.get("minimumFor").toString());
    assertEquals("{\"x\":[3,4],\"y\":[0,2]}", layer.at("/simple/2/minimalFor").toString());
    assertEquals("{\"x\":[],\"y\":[]}", layer.at("/simple/2/minimumFor").toString());
    assertEquals(40, result.at("/layers/1/simple").size());
  }

  @Test
  void exhaustiveFindsAllUpToALimit() throws IOException {
    JsonNode all = json(x, y, "--exhaustive", "--layers", "mixed", "--epsilon", "0.05");
    assertEquals(1000, all.get("limit").intValue());
    assertEquals(
        List.of("[1] [1]", "[2,3] [0,2]", "[2,4] [0,2]", "[3,4] [0,2]"),
        members(all.at("/layers/0")));
    assertTrue(all.at("/layers/0/complete").booleanValue());
    JsonNode two = json(x, y, "--exhaustive", "--limit", "2", "--neuron", "y:0,x:1");
    assertEquals(3, two.at("/layers/0/simple").size());
    assertFalse(two.at("/layers/0/complete").booleanValue());
    assertFalse(two.get("complete").booleanValue());
    JsonNode none = json(x, y, "--exhaustive", "--limit", "0", "--layers", "mixed");
    assertEquals(0, none.at("/layers/0/simple").size());
    assertFalse(none.get("complete").booleanValue());
  }

  @Test
  void ordersDecideWhichMatchIsFound() throws IOException {
    Set<List<String>> found = new HashSet<>();
    for (int seed = 1; seed <= 5; seed++) {
      JsonNode result = json(x, y, "--order", "random", "--seed", seed, "--neuron", "y:0");
      assertEquals(seed, result.get("seed").intValue());
      found.add(members(result.at("/layers/0")));
    }
    assertTrue(found.size() > 1, found.toString());
    JsonNode level = json(x, y, "--order", "level", "--epsilon", "1");
    assertTrue(level.get("complete").booleanValue());
  }

  @Test
  void neuronsWithoutAMatchAreNamed() throws IOException {
    Outcome outcome =
        RealCommand.run(
            "simple", x, y, "--layers", "mixed", "--neuron", "x:0,x:1,x:5,y:3", "--epsilon", "0.1");
    assertEquals(0, outcome.exitCode());
    String[] lines = {
      "layer 'mixed', sizes: 1 of 2 neurons",
      "  x 1, y 1: ε 0.0000",
      "layer 'mixed', x:0: no minimal match (dead)",
      "layer 'mixed', x:5: no minimal match (unmatched)",
      "layer 'mixed', y:3: no minimal match (no such neuron)"
    };
    for (String line : lines) {
      assertTrue(outcome.out().lines().anyMatch(line::equals), outcome.out());
    }
    JsonNode none = json(x, y, "--layers", "mixed", "--neuron", "x:5", "--epsilon", "0.1");
    assertEquals(
        "[{\"neuron\":\"x:5\",\"reason\":\"unmatched\"}]", none.at("/layers/0/without").toString());
    assertTrue(none.get("complete").booleanValue());
  }

  @Test
  void theTerminalShowsSizesAndTheSmallest() {
    Outcome outcome = RealCommand.run("simple", x, y);
    assertEquals(0, outcome.exitCode());
    List<String> lines = outcome.out().lines().toList();
    assertEquals(
        List.of("layer", "neurons", "dead", "samples", "matched", "simple", "complete"),
        List.of(lines.get(0).split(" +", -1)));
    assertTrue(lines.get(1).matches("mixed +6/3 +1/0 +200 +4/3 +3 +yes"), lines.get(1));
    assertTrue(lines.contains("layer 'mixed', sizes: 1 of 2 neurons, 2 of 4"), outcome.out());
    assertTrue(lines.contains("  x 3 4, y 0 2: ε 0.0000"), outcome.out());
    assertTrue(lines.contains("  and 35 that are no smaller"), outcome.out());
    assertTrue(outcome.out().contains("backend: java ("));
  }

  @Test
  void theFolderHoldsAllResults() throws IOException {
    Path out = folder.resolve("out");
    Outcome outcome = RealCommand.run("simple", x, y, "--out", out, "--epsilon", "0.05");
    assertEquals(0, outcome.exitCode(), outcome.err());
    try (var files = Files.list(out)) {
      assertEquals(
          Set.of(
              "result.json",
              "report.html",
              "simple.csv",
              "sizes.svg",
              "sizes.png",
              "members-1.svg",
              "members-1.png",
              "members-2.svg",
              "members-2.png"),
          files.map(file -> file.getFileName().toString()).collect(Collectors.toSet()));
    }
    assertEquals(2, JSON.readTree(out.resolve("result.json").toFile()).get("layers").size());
    List<String> csv = Files.readAllLines(out.resolve("simple.csv"));
    assertEquals("layer,match,size,epsilon,network,neuron,minimal,warnings", csv.get(0));
    assertTrue(csv.get(1).matches("mixed,0,2,[^,]*,x,1,true,"), csv.get(1));
    assertEquals(1 + 2 + 4 + 4 + 80, csv.size());
  }

  // Ends before the end.

  @Test
  void aTimeLimitOfZeroReachesNoLayer() throws IOException {
    JsonNode result = json(x, y, "--time-limit", "0");
    assertEquals(0, result.get("layers").size());
    assertFalse(result.get("complete").booleanValue());
    assertEquals("[\"mixed\",\"same\"]", result.get("notReached").toString());
    Outcome outcome =
        RealCommand.run("simple", x, y, "--time-limit", "0s", "--out", folder.resolve("none"));
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals("note: not reached: mixed, same", outcome.err().strip());
  }

  /** Mixtures of eight features: any eight of them span what all of them do. */
  private Path mixtures(String name, int seed) throws IOException {
    int neurons = 24;
    float[] features = TestFiles.relu(100 * 8, 7);
    float[] factors = TestFiles.relu(8 * neurons, seed);
    float[] mixed = new float[100 * neurons];
    for (int i = 0; i < mixed.length; i++) {
      for (int j = 0; j < 8; j++) {
        mixed[i] += features[i / neurons * 8 + j] * factors[j * neurons + i % neurons];
      }
    }
    return TestFiles.npz(folder.resolve(name), "mixed", mixed, 100, neurons);
  }

  /** A search for billions of matches. */
  private List<Object> endless() throws IOException {
    return List.of(
        "simple",
        mixtures("own.npz", 8),
        mixtures("other.npz", 9),
        "--epsilon",
        "0.001",
        "--precision",
        "standard",
        "--exhaustive",
        "--limit",
        "1000000000");
  }

  @Test
  void aTimeLimitLeavesWhatWasFound() throws IOException {
    List<Object> search = endless();
    JsonNode result =
        json(Stream.concat(search.stream().skip(1), Stream.of("--time-limit", "3s")).toArray());
    JsonNode layer = result.at("/layers/0");
    assertFalse(layer.get("complete").booleanValue());
    assertTrue(layer.get("simple").size() > 0);
  }

  /** Ctrl-C, or SIGTERM, in the middle of a search. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void anInterruptionLeavesWhatWasFound() throws IOException, InterruptedException {
    Path out = folder.resolve("interrupted");
    Path json = folder.resolve("interrupted.json");
    Process process =
        new ProcessBuilder(
                RealCommand.java(
                    Stream.concat(endless().stream(), Stream.of("--out", out, "--json", json))
                        .toArray()))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    Thread.sleep(5_000);
    process.destroy();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "still running after SIGTERM");
    assertEquals(128 + 15, process.exitValue());
    JsonNode layer = JSON.readTree(json.toFile()).at("/layers/0");
    assertFalse(layer.get("complete").booleanValue());
    assertTrue(layer.get("simple").size() > 0);
    assertEquals(layer, JSON.readTree(out.resolve("result.json").toFile()).at("/layers/0"));
    try (var files = Files.list(out)) {
      assertTrue(files.noneMatch(file -> file.getFileName().toString().endsWith(".part")));
    }
  }

  // Wrong usage.

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--epsilon 0.1,0.2",
        "--epsilon 2",
        "--neuron 12",
        "--neuron z:1",
        "--neuron x:-1",
        "--neuron x:1,,y:2",
        "--order size",
        "--seed 3",
        "--order random --seed -1",
        "--order random --seed one",
        "--limit 3",
        "--exhaustive --limit -1",
        "--exhaustive --limit many",
        "--time-limit 10x",
        "--time-limit -1s",
        "--time-limit soon"
      })
  void wrongUsageIsRefused(String options) {
    String[] words = options.split(" ", -1);
    List<Object> all = new ArrayList<>(List.of("simple", x, y));
    all.addAll(List.of((Object[]) words));
    Outcome outcome = RealCommand.run(all.toArray());
    assertEquals(ExitCode.USAGE, outcome.exitCode(), outcome.err());
    assertEquals("", outcome.out());
    assertEquals(1, outcome.err().lines().count(), outcome.err());
    String option = words[words.length - 2];
    assertTrue(outcome.err().contains(option), outcome.err());
  }

  @Test
  void helpNamesEveryOption() {
    String help = RealCommand.run("simple", "--help").out();
    for (String option :
        List.of(
            "layers",
            "epsilon",
            "neuron",
            "order",
            "seed",
            "exhaustive",
            "limit",
            "time-limit",
            "json",
            "out",
            "backend",
            "precision")) {
      assertTrue(help.contains("--" + option), option);
    }
    assertFalse(help.contains("%s"));
    assertTrue(help.contains("Examples:"));
  }
}
