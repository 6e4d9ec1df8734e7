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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.npy.NpzWriter;
import org.spanmatch.cli.RealCommand.Outcome;

/** Pairs of layers whose names differ. */
@Tag("once") // on one JDK: MatchCommandTest runs on others
class PairsCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private Path x;
  private Path y;

  /** Two networks: three layers of 240 samples in each, of several widths, and one of others. */
  @BeforeEach
  void write() throws IOException {
    x = folder.resolve("x.npz");
    try (OutputStream out = Files.newOutputStream(x);
        NpzWriter npz = new NpzWriter(out)) {
      npz.add("conv1", TestFiles.relu(240 * 5, 1), 240, 5);
      npz.add("conv2", TestFiles.relu(240 * 7, 2), 240, 7);
      npz.add("fc", TestFiles.relu(240 * 4, 3), 240, 4);
      npz.add("image", TestFiles.relu(240 * 3 * 2, 4), 240, 3, 1, 2);
    }
    y = folder.resolve("y.npz");
    try (OutputStream out = Files.newOutputStream(y);
        NpzWriter npz = new NpzWriter(out)) {
      npz.add("features.0", TestFiles.relu(240 * 5, 1), 240, 5); // as conv1
      npz.add("features.3", TestFiles.relu(240 * 6, 5), 240, 6);
      npz.add("fc", TestFiles.relu(240 * 4, 6), 240, 4);
      npz.add("tokens", TestFiles.relu(240 * 3 * 3, 7), 240, 3, 3);
    }
  }

  private static JsonNode json(Object... command) throws IOException {
    List<Object> all = new ArrayList<>(List.of(command));
    all.addAll(List.of("--json", "-"));
    return parsed(RealCommand.run(all.toArray()));
  }

  private static JsonNode parsed(Outcome outcome) throws IOException {
    assertEquals(0, outcome.exitCode(), outcome.err());
    return JSON.readTree(outcome.out());
  }

  /** The layers of a result by the names of both, in order, without times. */
  private static Map<String, JsonNode> pairs(JsonNode result) {
    Map<String, JsonNode> pairs = new LinkedHashMap<>();
    for (JsonNode layer : result.get("layers")) {
      ((ObjectNode) layer).remove("seconds");
      pairs.put(layer.get("xLayer").textValue() + "/" + layer.get("yLayer").textValue(), layer);
    }
    return pairs;
  }

  private static void assertError(Outcome outcome, int code, String... parts) {
    assertEquals(code, outcome.exitCode(), outcome.err());
    assertEquals("", outcome.out());
    assertEquals(1, outcome.err().lines().count(), outcome.err());
    for (String part : parts) {
      assertTrue(outcome.err().contains(part), outcome.err());
    }
  }

  private static List<String> nine() {
    List<String> names = new ArrayList<>();
    for (String first : List.of("conv1", "conv2", "fc")) {
      for (String second : List.of("features.0", "features.3", "fc")) {
        names.add(first + "/" + second);
      }
    }
    return names;
  }

  @ParameterizedTest
  @ValueSource(strings = {"match", "spectrum", "measures"})
  void allPairsThatHaveTheSameSamples(String command) throws IOException {
    JsonNode result = json(command, x, y, "--pairs", "all");
    Map<String, JsonNode> pairs = pairs(result);
    assertEquals(nine(), List.copyOf(pairs.keySet()));
    assertEquals("conv2 ~ features.3", pairs.get("conv2/features.3").get("name").textValue());
    assertEquals("fc", pairs.get("fc/fc").get("name").textValue());
    assertEquals(7, pairs.get("conv2/features.3").at("/neurons/x").intValue());
    assertEquals(6, pairs.get("conv2/features.3").at("/neurons/y").intValue());
    assertEquals("[\"image\"]", result.at("/skipped/x").toString());
    assertEquals("[\"tokens\"]", result.at("/skipped/y").toString());
    assertEquals(2, result.get("unpaired").size());
    assertEquals("image", result.at("/unpaired/0/name").textValue());
    assertEquals(x.toString(), result.at("/unpaired/0/file").textValue());
    assertEquals(
        "no layer of " + y + " has the same 480 samples, [240, 1, 2]",
        result.at("/unpaired/0/reason").textValue());
    assertFalse(result.has("failed"));
    // Each pair has what it has alone.
    for (String names : nine()) {
      Map<String, JsonNode> alone =
          pairs(json(command, x, y, "--pair", names.replace('/', '='), "--quiet"));
      assertEquals(Map.of(names, pairs.get(names)), alone);
    }
  }

  @Test
  void whatHasNoPartnerIsNoted() {
    Outcome outcome = RealCommand.run("match", x, y, "--pairs", "all", "--epsilon", 0.3);
    assertTrue(
        outcome
            .err()
            .startsWith(
                "note: no partner: image: no layer of "
                    + y
                    + " has the same 480 samples, [240, 1, 2]\nnote: no partner: tokens: "),
        outcome.err());
    assertTrue(outcome.out().contains("\nconv1      1.0000"), outcome.out());
    assertTrue(outcome.out().contains("\n9 pairs of layers in "), outcome.out());
    assertError(
        RealCommand.run("match", x, y, "--pairs", "all", "--layers", "image,tokens"),
        3,
        "no layer of " + x + " has the same samples as one of " + y);
  }

  /** A layer of other samples that has a partner: its other pairs are not silently missing. */
  @Test
  void pairsOfOtherSamplesAreListedWithTheReason() throws IOException {
    Path more = folder.resolve("more.npz");
    try (OutputStream out = Files.newOutputStream(more);
        NpzWriter npz = new NpzWriter(out)) {
      npz.add("a", TestFiles.relu(240 * 5, 1), 240, 5);
      npz.add("b", TestFiles.relu(240 * 3 * 2, 8), 240, 3, 1, 2);
    }
    Path out = folder.resolve("out");
    Outcome outcome =
        RealCommand.run("measures", x, more, "--pairs", "all", "--out", out, "--verbose");
    assertEquals(0, outcome.exitCode(), outcome.err());
    JsonNode result = JSON.readTree(out.resolve("result.json").toFile());
    assertEquals(
        List.of("conv1/a", "conv2/a", "fc/a", "image/b"), List.copyOf(pairs(result).keySet()));
    List<String> mismatched = new ArrayList<>();
    for (JsonNode two : result.get("mismatched")) {
      mismatched.add(
          two.get("xLayer").textValue()
              + "/"
              + two.get("yLayer").textValue()
              + ": "
              + two.get("reason").textValue());
    }
    String positions = "480 samples, [240, 1, 2]";
    String examples = "the first has 240 samples, the second " + positions;
    assertEquals(
        List.of(
            "conv1/b: " + examples,
            "conv2/b: " + examples,
            "fc/b: " + examples,
            "image/a: the first has " + positions + ", the second 240 samples"),
        mismatched);
    assertTrue(
        outcome.err().contains("note: other samples: conv1 ~ b, conv2 ~ b, fc ~ b: " + examples),
        outcome.err());
    assertFalse(result.has("unpaired"));
    assertFalse(Files.readString(out.resolve("measures.csv")).contains("image ~ a"));
    // What has no partner at all is listed as a layer, not once more for each pair.
    assertFalse(json("measures", x, y, "--pairs", "all").has("mismatched"));
  }

  /** A Gram file has what the files had. */
  @Test
  void pairsOfOtherSamplesInAGramFile() throws IOException {
    Path more = folder.resolve("more.npz");
    try (OutputStream out = Files.newOutputStream(more);
        NpzWriter npz = new NpzWriter(out)) {
      npz.add("a", TestFiles.relu(240 * 5, 1), 240, 5);
      npz.add("b", TestFiles.relu(240 * 3 * 2, 8), 240, 3, 1, 2);
    }
    Path gram = folder.resolve("gram.npz");
    RealCommand.run("gram", x, more, "--pairs", "all", "--out", gram, "--quiet");
    assertEquals(
        json("measures", x, more, "--pairs", "all").get("mismatched"),
        json("measures", gram, "--pairs", "all").get("mismatched"));
  }

  /** Once for all pairs of networks in which it is so. */
  @Test
  void pairsOfOtherSamplesInManyNetworks() throws IOException {
    JsonNode result = json("measures", x, x, x, "--pairs", "all");
    assertEquals(3, result.get("pairs").size());
    assertEquals(6, result.get("mismatched").size());
  }

  @Test
  void layersInOrder() throws IOException {
    Object[] command = {"match", x, y, "--pairs", "order", "--exclude", "image,tokens"};
    assertEquals(
        List.of("conv1/features.0", "conv2/features.3", "fc/fc"),
        List.copyOf(pairs(json(command)).keySet()));
    assertError(
        RealCommand.run("spectrum", x, y, "--pairs", "order", "--exclude", "tokens"),
        3,
        "need equally many layers, but " + x + " has 4 and " + y + " has 3");
  }

  @Test
  void pairsThatCannotBeComparedAreListedAndTheOthersCompared() throws IOException {
    Path out = folder.resolve("out");
    Outcome outcome =
        RealCommand.run("match", x, y, "--pairs", "order", "--epsilon", 0.3, "--out", out);
    assertEquals(3, outcome.exitCode());
    JsonNode result = JSON.readTree(out.resolve("result.json").toFile());
    assertEquals(3, result.get("layers").size());
    assertEquals(1, result.get("failed").size());
    assertEquals("image", result.at("/failed/0/xLayer").textValue());
    assertEquals("tokens", result.at("/failed/0/yLayer").textValue());
    String reason = result.at("/failed/0/reason").textValue();
    assertTrue(reason.contains("has 480 samples, but "), reason);
    assertTrue(outcome.err().contains("note: failed: image ~ tokens: " + reason), outcome.err());
    assertTrue(
        outcome
            .err()
            .endsWith("spanmatch: 1 of 4 pairs of layers could not be compared: " + reason + "\n"),
        outcome.err());
    assertError(
        RealCommand.run("match", x, y, "--pair", "image=tokens"), 3, "has 480 samples, but ");
  }

  @Test
  void aDamagedLayerFailsInAllItsPairs() throws IOException {
    Path damaged = folder.resolve("damaged.npz");
    try (OutputStream out = Files.newOutputStream(damaged);
        NpzWriter npz = new NpzWriter(out)) {
      float[] nan = TestFiles.relu(240 * 5, 1);
      nan[17] = Float.NaN;
      npz.add("good", TestFiles.relu(240 * 6, 5), 240, 6);
      npz.add("bad", nan, 240, 5);
      npz.add("last", TestFiles.relu(240 * 4, 6), 240, 4);
    }
    Path json = folder.resolve("result.json");
    Outcome outcome =
        RealCommand.run("measures", x, damaged, "--pairs", "all", "--json", json, "--quiet");
    assertEquals(3, outcome.exitCode());
    assertEquals(1, outcome.err().lines().count(), outcome.err());
    assertTrue(outcome.err().contains("3 of 9 pairs"), outcome.err());
    assertTrue(outcome.err().contains("layer 'bad'"), outcome.err());
    JsonNode result = JSON.readTree(json.toFile());
    assertEquals(3, result.get("failed").size());
    result.get("failed").forEach(pair -> assertEquals("bad", pair.get("yLayer").textValue()));
    assertEquals(
        pairs(json("measures", x, damaged, "--pairs", "all", "--exclude", "bad")), pairs(result));
  }

  /** A layer of NaN and one of other samples among four: the other two are as without them. */
  @ParameterizedTest
  @ValueSource(
      strings = {"match", "spectrum", "measures", "match --folds 3", "match --chance shuffle"})
  void layersOfOneNameThatCannotBeComparedAreListedToo(String words) throws IOException {
    List<Object> command = new ArrayList<>(List.of(words.split(" ", -1)));
    Path one = layers("one.npz", 240, Float.NaN);
    Path other = layers("other.npz", 200, 1);
    command.addAll(1, List.of(one, other));
    Path out = folder.resolve("out");
    List<Object> all = new ArrayList<>(command);
    all.addAll(List.of("--out", out));
    Outcome outcome = RealCommand.run(all.toArray());
    assertEquals(3, outcome.exitCode(), outcome.err());
    JsonNode result = JSON.readTree(out.resolve("result.json").toFile());
    assertEquals(2, result.get("failed").size());
    assertEquals("short", result.at("/failed/0/xLayer").textValue());
    assertEquals("short", result.at("/failed/0/yLayer").textValue());
    String samples = result.at("/failed/0/reason").textValue();
    assertTrue(samples.contains(other.toString()) && samples.contains("--exclude"), samples);
    assertEquals("nan", result.at("/failed/1/xLayer").textValue());
    String nan = result.at("/failed/1/reason").textValue();
    assertTrue(nan.contains(one + ", layer 'nan'") && nan.contains("is NaN at sample 3"), nan);
    assertTrue(outcome.err().contains("note: failed: short: " + samples + "\n"), outcome.err());
    assertTrue(outcome.err().contains("note: failed: nan: " + nan + "\n"), outcome.err());
    assertTrue(
        outcome
            .err()
            .endsWith("spanmatch: 2 of 4 pairs of layers could not be compared: " + samples + "\n"),
        outcome.err());
    command.addAll(List.of("--exclude", "nan,short"));
    Map<String, JsonNode> rest = pairs(json(command.toArray()));
    assertEquals(List.of("good/good", "last/last"), List.copyOf(rest.keySet()));
    if (!words.contains("shuffle")) {
      assertEquals(rest, pairs(result));
    }
  }

  /** Only where no pair is left does the run end as with that layer alone, and write nothing. */
  @Test
  void withoutAnyPairTheFirstFailureEndsTheRun() throws IOException {
    Path one = layers("one.npz", 240, Float.NaN);
    Path other = layers("other.npz", 200, 1);
    Path out = folder.resolve("none");
    for (String layer : List.of("nan", "short")) {
      Outcome alone = RealCommand.run("match", one, other, "--layers", layer, "--out", out);
      assertError(alone, 3, "layer '" + layer + "'");
      assertEquals(1, alone.err().lines().count(), alone.err());
      assertFalse(Files.exists(out.resolve("result.json")));
    }
    for (String command : List.of("distances", "simple", "gram")) {
      Object[] words = {command, one, other, "--out", folder.resolve("out.npz")};
      Object[] json = {command, one, other};
      Outcome outcome = RealCommand.run(command.equals("gram") ? words : json);
      assertError(outcome, 3, "layer 'short'");
    }
  }

  private Path layers(String file, int samples, float value) throws IOException {
    Path path = folder.resolve(file);
    float[] values = TestFiles.relu(240 * 5, 1);
    values[17] = value;
    try (OutputStream out = Files.newOutputStream(path);
        NpzWriter npz = new NpzWriter(out)) {
      npz.add("good", TestFiles.relu(240 * 6, 5 + samples), 240, 6);
      npz.add("nan", values, 240, 5);
      npz.add("short", TestFiles.relu(samples * 3, 8), samples, 3);
      npz.add("last", TestFiles.relu(240 * 4, 6 + samples), 240, 4);
    }
    return path;
  }

  @Test
  void namesMayHoldWhatPartsThem() throws IOException {
    Path odd = folder.resolve("odd.npz");
    try (OutputStream out = Files.newOutputStream(odd);
        NpzWriter npz = new NpzWriter(out)) {
      npz.add("a", TestFiles.relu(240 * 3, 1), 240, 3);
      npz.add("a=b", TestFiles.relu(240 * 3, 2), 240, 3);
      npz.add("b=c", TestFiles.relu(240 * 3, 3), 240, 3);
      npz.add("c", TestFiles.relu(240 * 3, 4), 240, 3);
      npz.add("w[0]", TestFiles.relu(240 * 3, 5), 240, 3);
      npz.add("w0", TestFiles.relu(240 * 3, 6), 240, 3);
    }
    Map<String, JsonNode> found =
        pairs(json("match", odd, odd, "--pair", "a=b=a", "--pair", "w[0]=w0"));
    assertEquals(List.of("a=b/a", "w[0]/w0"), List.copyOf(found.keySet()));
    assertError(RealCommand.run("match", odd, odd, "--pair", "a=b=c"), 2, "in 2 ways");
    assertError(RealCommand.run("match", odd, odd, "--pair", "a"), 2, "expected two names");
    assertError(
        RealCommand.run("match", odd, odd, "--pair", "z=a"), 2, "no layer of A is named 'z'", "w0");
    assertError(
        RealCommand.run("match", odd, odd, "--pair", "a=z"), 2, "no layer of B is named 'z'", "w0");
    assertError(
        RealCommand.run("match", odd, odd, "--pair", "a=a", "--pairs", "all"), 2, "--pairs can't");
    assertError(
        RealCommand.run("match", odd, odd, "--pair", "a=a", "--layers", "a"), 2, "--layers can't");
    assertError(
        RealCommand.run("match", odd, odd, "--pairs", "some"), 2, "expected same, order or all");
    assertEquals(
        List.of("w[0]/w[0]"),
        List.copyOf(pairs(json("match", odd, odd, "--layers", "w[0]")).keySet()).subList(0, 1));
  }

  @Test
  void aGramFileHasThePairsThatWereAddedUp() throws IOException {
    Path all = folder.resolve("all.gram.npz");
    Object[] gram = {"gram", x, y, "--out", all, "--pairs", "all", "--quiet"};
    assertEquals(0, RealCommand.run(gram).exitCode());
    for (String command : List.of("match", "spectrum")) {
      JsonNode stored = json(command, all, "--pairs", "all", "--quiet");
      assertEquals(pairs(json(command, x, y, "--pairs", "all")), pairs(stored), command);
    }
    assertEquals(9, pairs(json("measures", all, "--pairs", "all", "--quiet")).size());
    assertEquals(
        List.of("conv2/fc"), List.copyOf(pairs(json("match", all, "--pair", "conv2=fc")).keySet()));
    assertEquals(
        List.of("conv1/features.0", "conv2/features.3", "fc/fc"),
        List.copyOf(pairs(json("match", all, "--pairs", "order")).keySet()));
    Path order = folder.resolve("order.gram.npz");
    Object[] inOrder = {
      "gram", x, y, "--out", order, "--pairs", "order", "--exclude", "image,tokens", "--quiet"
    };
    assertEquals(0, RealCommand.run(inOrder).exitCode());
    assertEquals(3, json("match", order, "--pairs", "order").get("layers").size());
    assertError(
        RealCommand.run("match", order, "--pairs", "all"),
        3,
        order.toString(),
        "it holds 3 of the 9 pairs",
        "gram --pairs all");
    assertError(
        RealCommand.run("match", order, "--pair", "conv1=fc"), 3, "was not added up together");
  }

  /** Layers of equal names of which a Gram file has other pairs: the rest are as without them. */
  @Test
  void layersThatWereNotAddedUpTogetherAreListedAndTheOthersCompared() throws IOException {
    Path crossed = folder.resolve("crossed.gram.npz");
    Object[] gram = {
      "gram",
      x,
      x,
      "--out",
      crossed,
      "--pair",
      "conv1=conv2",
      "--pair",
      "conv2=conv1",
      "--pair",
      "fc=fc",
      "--quiet"
    };
    assertEquals(0, RealCommand.run(gram).exitCode());
    for (String command : List.of("match", "spectrum", "measures")) {
      Path json = folder.resolve(command + ".json");
      Outcome outcome = RealCommand.run(command, crossed, "--json", json);
      assertEquals(3, outcome.exitCode(), outcome.err());
      JsonNode result = JSON.readTree(json.toFile());
      String reason = result.at("/failed/0/reason").textValue();
      assertEquals(
          crossed
              + ": "
              + x
              + ", layer 'conv1' was not added up together with "
              + x
              + ", layer"
              + " 'conv1'",
          reason);
      assertTrue(outcome.err().contains("note: failed: conv1: " + reason), outcome.err());
      assertTrue(
          outcome.err().endsWith("2 of 3 pairs of layers could not be compared: " + reason + "\n"),
          outcome.err());
      assertEquals(pairs(json(command, crossed, "--layers", "fc")), pairs(result));
    }
    assertError(RealCommand.run("simple", crossed), 3, crossed + ": ", "not added up together");
    assertError(RealCommand.run("match", crossed, "--layers", "conv*"), 3, "not added up together");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--center",
        "--samples 100",
        "--folds 3 --confidence",
        "--chance shuffle",
        "--precision high",
        "--backend reference",
        "--mask mask.npy"
      })
  void otherOptionsSayTheSameOfAPairAmongAllAsAlone(String options) throws IOException {
    byte[] kept = new byte[240];
    for (int i = 0; i < kept.length; i++) {
      kept[i] = (byte) (i % 3 == 0 ? 0 : 1);
    }
    Files.write(folder.resolve("mask.npy"), TestFiles.npy("'|u1'", "(240,)", kept));
    List<Object> more = new ArrayList<>(List.of("--quiet", "--epsilon", 0.6));
    for (String option : options.split(" ", -1)) {
      more.add(option.equals("mask.npy") ? folder.resolve(option) : option);
    }
    List<Object> all = new ArrayList<>(List.of("match", x, y, "--pairs", "all"));
    all.addAll(more);
    Map<String, JsonNode> pairs = pairs(json(all.toArray()));
    assertEquals(nine(), List.copyOf(pairs.keySet()));
    for (String names : List.of("conv1/features.0", "conv2/fc", "fc/features.3")) {
      List<Object> one = new ArrayList<>(List.of("match", x, y));
      one.addAll(List.of("--pair", names.replace('/', '=')));
      one.addAll(more);
      assertEquals(pairs.get(names), pairs(json(one.toArray())).get(names));
    }
  }

  /** The Gram matrix of all takes 30 MB, and adding it up twice that. */
  @Test
  void aHeapThatIsTooSmallForOnePassHasSeveral() throws IOException {
    Path wide = folder.resolve("wide.npz");
    try (OutputStream out = Files.newOutputStream(wide);
        NpzWriter npz = new NpzWriter(out)) {
      for (int i = 0; i < 6; i++) {
        npz.add("l" + i, TestFiles.relu(500 * 300, i), 500, 300);
      }
    }
    // The other measures would take most of the time.
    Object[] command = {
      "measures",
      wide,
      wide,
      "--pairs",
      "all",
      "--measures",
      "linearCka,softMatching",
      "--verbose",
      "--json",
      "-"
    };
    Outcome roomy = RealCommand.run(command);
    assertTrue(roomy.err().contains("plan: 36 pairs in 1 pass\n"), roomy.err());
    Outcome tight =
        RealCommand.runWith(
            List.of("-Xmx64m", "-XX:+UseParallelGC", RealCommand.BOTH_COMPILERS), command);
    String plan = tight.err().lines().filter(line -> line.startsWith("plan: ")).findAny().get();
    int passes = Integer.parseInt(plan.split(" ", -1)[4]);
    assertTrue(1 < passes && passes < 36, tight.err());
    assertEquals(pairs(parsed(roomy)), pairs(parsed(tight)));
  }

  @Test
  void csvNamesBothLayers() throws IOException {
    Path out = folder.resolve("out");
    RealCommand.run("match", x, y, "--pairs", "all", "--epsilon", 0.3, "--out", out, "--quiet");
    List<String> lines = Files.readAllLines(out.resolve("similarity.csv"));
    assertEquals(10, lines.size());
    assertTrue(lines.get(0).contains(",x_layer,y_layer,"), lines.get(0));
    assertTrue(lines.get(5).startsWith("conv2 ~ features.3,0.3,"), lines.get(5));
    assertTrue(lines.get(5).contains(",conv2,features.3,"), lines.get(5));
  }

  // Real networks.

  @Test
  void realNetworks() throws IOException {
    JsonNode result =
        json("match", RealNetworks.x(), RealNetworks.y(), "--pairs", "all", "--backend", "java");
    Map<String, JsonNode> all = pairs(result);
    assertEquals(23, all.size());
    assertFalse(result.has("unpaired"));
    Map<String, JsonNode> same =
        pairs(json("match", RealNetworks.x(), RealNetworks.y(), "--backend", "java"));
    assertEquals(11, same.size());
    same.forEach((layer, alone) -> assertEquals(alone, all.get(layer)));
  }

  /** Layers of other samples, and three whose pairs are one matrix on the device. */
  @Test
  void realNetworksOnADevice() throws IOException {
    StandIn.assumeBuilt();
    Object[] command = {
      "match",
      RealNetworks.x(),
      RealNetworks.y(),
      "--layers",
      "features.2,classifier.*",
      "--no-spectrum"
    };
    Object[] pairs = Stream.concat(Stream.of(command), Stream.of("--pairs", "all")).toArray();
    Object[] onDevice = Stream.concat(Stream.of(pairs), Stream.of("--json", "-")).toArray();
    JsonNode result = parsed(StandIn.runOnIt(Map.of("DEVICES", 1), onDevice));
    assertFalse(result.has("unpaired"));
    Map<String, JsonNode> all = pairs(result);
    Map<String, JsonNode> expected = pairs(json(pairs));
    assertEquals(List.copyOf(expected.keySet()), List.copyOf(all.keySet()));
    for (Map.Entry<String, JsonNode> pair : expected.entrySet()) {
      for (int i = 0; i < 5; i++) {
        String similarity = "/matches/" + i + "/similarity";
        assertEquals(pair.getValue().at(similarity), all.get(pair.getKey()).at(similarity));
      }
    }
  }

  /** Living neurons match themselves; dead ones count and don't. */
  @Test
  void aNetworkWithItself() throws IOException {
    JsonNode result =
        json(
            "match",
            RealNetworks.x(),
            RealNetworks.x(),
            "--layers",
            "features.2,features.6,classifier.*",
            "--pairs",
            "all",
            "--epsilon",
            "0,0.3",
            "--no-spectrum");
    int diagonal = 0;
    for (Map.Entry<String, JsonNode> pair : pairs(result).entrySet()) {
      JsonNode layer = pair.getValue();
      if (layer.get("xLayer").equals(layer.get("yLayer"))) {
        int neurons = layer.at("/neurons/x").intValue();
        double living = 1 - (double) layer.at("/dead/x").size() / neurons;
        assertEquals(living, layer.at("/matches/0/similarity").doubleValue(), pair.getKey());
        assertEquals(living, layer.at("/matches/1/similarity").doubleValue(), pair.getKey());
        diagonal++;
      }
    }
    assertEquals(5, diagonal);
  }
}
