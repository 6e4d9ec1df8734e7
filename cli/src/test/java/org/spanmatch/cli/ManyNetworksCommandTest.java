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
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.npy.NpzWriter;
import org.spanmatch.cli.RealCommand.Outcome;

/** {@code match}, {@code measures} and {@code spectrum} of more than two networks. */
@Tag("once") // on one JDK: the numbers are those of two networks, which other tests compute on all
class ManyNetworksCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SAMPLES = 300;

  @TempDir Path folder;
  private final List<Path> files = new ArrayList<>();

  /** Networks of two layers each, the second of which the last network lacks; all share neurons. */
  @BeforeEach
  void writeNetworks() throws IOException {
    float[] common = TestFiles.relu(SAMPLES * 6, 1);
    for (int network = 0; network < 3; network++) {
      Path file = folder.resolve("seed" + network + ".npz");
      try (OutputStream out = Files.newOutputStream(file);
          NpzWriter npz = new NpzWriter(out)) {
        npz.add("fc1", mixed(common, 6, 0.1f * (1 + network), network), SAMPLES, 6);
        if (network < 2) {
          npz.add("fc2", TestFiles.relu(SAMPLES * 4, 10 + network), SAMPLES, 4);
        }
      }
      files.add(file);
    }
  }

  private static float[] mixed(float[] common, int neurons, float share, int seed) {
    float[] own = TestFiles.relu(SAMPLES * neurons, 100 + seed);
    float[] values = new float[own.length];
    for (int i = 0; i < own.length; i++) {
      values[i] = common[i] + share * own[i];
    }
    return values;
  }

  private Object[] command(String name, Object... options) {
    List<Object> words = new ArrayList<>(List.of(name));
    words.addAll(files);
    words.addAll(List.of(options));
    return words.toArray();
  }

  private static JsonNode json(Object... arguments) throws IOException {
    List<Object> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--json", "-", "--quiet"));
    Outcome outcome = RealCommand.run(all.toArray());
    assertEquals(0, outcome.exitCode(), outcome.err());
    return JSON.readTree(outcome.out());
  }

  @Test
  void everyPairIsThatOfTwoNetworks() throws IOException {
    JsonNode all = json(command("match", "--epsilon", "0.1,0.2,0.3"));
    assertEquals(3, all.get("networks").size());
    assertEquals("seed2.npz", all.at("/networks/2/name").textValue());
    assertEquals(files.get(2).toString(), all.at("/networks/2/file").textValue());
    assertFalse(all.has("x") || all.has("layers"));
    int[][] pairs = {{0, 1}, {0, 2}, {1, 2}};
    assertEquals(pairs.length, all.get("pairs").size());
    for (int i = 0; i < pairs.length; i++) {
      JsonNode pair = all.get("pairs").get(i);
      assertEquals(pairs[i][0], pair.get("x").intValue());
      assertEquals(pairs[i][1], pair.get("y").intValue());
      JsonNode two =
          json("match", files.get(pairs[i][0]), files.get(pairs[i][1]), "--epsilon", "0.1,0.2,0.3");
      assertEquals(two.get("skipped"), pair.get("skipped"));
      assertEquals(two.get("layers").size(), pair.get("layers").size());
      for (int layer = 0; layer < two.get("layers").size(); layer++) {
        assertSame(two.get("layers").get(layer), pair.get("layers").get(layer));
      }
    }
  }

  /** The sets are the same, and levels differ by their errors at most. */
  private static void assertSame(JsonNode two, JsonNode layer) {
    for (String field : List.of("name", "xLayer", "yLayer", "samples", "neurons", "dead")) {
      assertEquals(two.get(field), layer.get(field), field);
    }
    for (int i = 0; i < two.get("matches").size(); i++) {
      for (String field : List.of("epsilon", "x", "y", "similarity", "coverage")) {
        assertEquals(
            two.get("matches").get(i).get(field), layer.get("matches").get(i).get(field), field);
      }
    }
    for (String group : List.of("x", "y")) {
      for (int i = 0; i < two.at("/levels/" + group).size(); i++) {
        String at = "/" + group + "/" + i;
        double error =
            two.at("/levelErrors" + at).doubleValue() + layer.at("/levelErrors" + at).doubleValue();
        assertEquals(
            two.at("/levels" + at).doubleValue(), layer.at("/levels" + at).doubleValue(), error);
      }
    }
  }

  @Test
  void theSummaryIsThatOfThePairs() throws IOException {
    JsonNode all = json(command("match", "--epsilon", "0.3"));
    JsonNode first = all.at("/summary/0");
    assertEquals("fc1", first.get("name").textValue());
    assertEquals(0.3, first.get("epsilon").doubleValue());
    assertEquals(3, first.get("count").intValue());
    double[] found = new double[3];
    double sum = 0;
    for (int i = 0; i < 3; i++) {
      found[i] = all.at("/pairs/" + i + "/layers/0/matches/0/similarity").doubleValue();
      sum += found[i];
    }
    double squares = 0;
    for (double each : found) {
      squares += (each - sum / 3) * (each - sum / 3);
    }
    // Numbers up to 1, a few operations: some units in the last place of 1.
    assertEquals(sum / 3, first.get("mean").doubleValue(), 1e-15);
    assertEquals(Math.sqrt(squares / 2), first.get("sd").doubleValue(), 1e-15);
    JsonNode second = all.at("/summary/1");
    assertEquals("fc2", second.get("name").textValue());
    assertEquals(1, second.get("count").intValue());
    assertTrue(second.get("sd").isNull());
  }

  @Test
  void theTableHasMeansAndSpreads() {
    Outcome outcome = RealCommand.run(command("match", "--epsilon", "0.3,0.6"));
    assertEquals(0, outcome.exitCode(), outcome.err());
    List<String> lines = outcome.out().lines().toList();
    assertEquals(
        "3 networks, 3 pairs (mean ± standard deviation over the pairs): seed0.npz, seed1.npz,"
            + " seed2.npz",
        lines.get(0));
    assertTrue(lines.get(1).matches("layer +neurons +samples +pairs +ε=0.3 +ε=0.6"), lines.get(1));
    assertTrue(
        lines.get(2).matches("fc1 +6 +300 +3( +[01]\\.\\d{3} ± 0\\.\\d{3}){2}"), lines.get(2));
    assertTrue(lines.get(3).matches("fc2 +4 +300 +1( +[01]\\.\\d{3}){2}"), lines.get(3));
    assertTrue(lines.get(5).startsWith("mean coverage/chance "), lines.get(5));
    assertTrue(
        outcome.err().contains("note: not in seed2.npz, and so not in all pairs: fc2\n"),
        outcome.err());
    Outcome range =
        RealCommand.run(
            command("match", "--epsilon", 0.3, "--spread", "range", "--names", "a,b,c"));
    lines = range.out().lines().toList();
    assertEquals(
        "3 networks, 3 pairs (mean (least–largest) over the pairs): a, b, c", lines.get(1));
    assertTrue(lines.get(3).matches("fc1 .* [01]\\.\\d{3} \\([01]\\.\\d{3}–[01]\\.\\d{3}\\)"));
  }

  @Test
  void filesHoldEveryPair() throws IOException {
    Path out = folder.resolve("out");
    Outcome outcome =
        RealCommand.run(command("match", "--epsilon", 0.3, "--names", "a,b,c", "--out", out));
    assertEquals(0, outcome.exitCode(), outcome.err());
    List<String> csv = Files.readAllLines(out.resolve("similarity.csv"));
    assertTrue(csv.get(0).startsWith("network_x,network_y,layer,epsilon,similarity,"), csv.get(0));
    assertTrue(csv.get(0).endsWith(",x_layer,y_layer,warnings"), csv.get(0));
    assertEquals(
        List.of("a,b,fc1,0.3,", "a,b,fc2,0.3,", "a,c,fc1,0.3,", "b,c,fc1,0.3,"),
        csv.stream().skip(1).map(line -> line.replaceAll("(?<=0\\.3,).*", "")).toList());
    assertTrue(
        Files.readAllLines(out.resolve("matches.csv"))
            .get(0)
            .startsWith("network_x,network_y,layer,epsilon,network,neuron,"));
    // A row for each neuron of each pair.
    assertEquals(1 + 3 * 12 + 8, Files.readAllLines(out.resolve("spectrum.csv")).size());
    String svg = Files.readString(out.resolve("similarity.svg"));
    assertTrue(svg.contains("<title>Maximum matching similarity, mean ± sd of 3 pairs</title>"));
    assertTrue(svg.contains("by layer of a, b and c."), svg.substring(0, 900));
    assertTrue(svg.contains("\nMean ± standard deviation, ε = 0.3: fc1 "), svg.substring(0, 900));
    assertTrue(svg.contains("\nEach pair, ε = 0.3: fc1 "), svg.substring(0, 900));
    assertTrue(svg.contains(" none none."), svg.substring(0, 900));
    assertTrue(ImageIO.read(out.resolve("similarity.png").toFile()).getWidth() > 300);
    assertEquals(3, JSON.readTree(out.resolve("result.json").toFile()).get("pairs").size());
  }

  @Test
  void measuresHaveMeansToo() throws IOException {
    Path out = folder.resolve("out");
    Outcome outcome =
        RealCommand.run(command("measures", "--measures", "linearCka,procrustes", "--out", out));
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertTrue(
        outcome
            .out()
            .lines()
            .anyMatch(l -> l.matches("fc1 +6 +300 +3( +0\\.\\d{3} ± 0\\.\\d{3}){2}")),
        outcome.out());
    List<String> csv = Files.readAllLines(out.resolve("measures.csv"));
    assertEquals(1 + 2 * 4, csv.size());
    assertTrue(csv.get(1).startsWith("seed0.npz,seed1.npz,fc1,linearCka,0."), csv.get(1));
    JsonNode result = JSON.readTree(out.resolve("result.json").toFile());
    JsonNode two = json("measures", files.get(0), files.get(2), "--measures", "linearCka");
    // Both are within rounding of the true one, whatever else was added up with it.
    assertEquals(
        two.at("/layers/0/measures/linearCka").doubleValue(),
        result.at("/pairs/1/layers/0/measures/linearCka").doubleValue(),
        1e-12);
    assertEquals("linearCka", result.at("/summary/0/measure").textValue());
    assertFalse(result.has("centred"));
  }

  @Test
  void spectraHaveMeansToo() throws IOException {
    Path out = folder.resolve("out");
    Outcome outcome = RealCommand.run(command("spectrum", "--out", out));
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertTrue(
        outcome
            .out()
            .lines()
            .anyMatch(line -> line.matches("fc1 +6 +3( +0\\.\\d{3} ± 0\\.\\d{3}){5}")),
        outcome.out());
    JsonNode result = JSON.readTree(out.resolve("result.json").toFile());
    assertEquals(10, result.at("/summary/0/share").intValue());
    assertEquals(2 * 5, result.get("summary").size());
    String svg = Files.readString(out.resolve("spectrum.svg"));
    assertTrue(svg.contains("at every ε</title>"), svg.substring(0, 900));
    assertTrue(
        svg.contains(", by ε of seed0.npz, seed1.npz and seed2.npz."), svg.substring(0, 900));
  }

  @ParameterizedTest
  @ValueSource(strings = {"java", "reference"})
  void theSameFileMayComeTwice(String backend) throws IOException {
    JsonNode all =
        json(
            "match",
            files.get(0),
            files.get(1),
            files.get(0),
            "--epsilon",
            0.3,
            "--backend",
            backend);
    assertEquals("seed0.npz (2)", all.at("/networks/2/name").textValue());
    assertEquals(1, all.at("/pairs/1/layers/0/matches/0/similarity").doubleValue());
    assertEquals(
        all.at("/pairs/0/layers/0/matches/0/similarity"),
        all.at("/pairs/2/layers/0/matches/0/similarity"));
  }

  @Test
  void otherOptionsWorkAsForTwo() throws IOException {
    float[] mask = new float[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
      mask[i] = i % 3 == 0 ? 0 : 1;
    }
    Path keep = folder.resolve("keep.npz");
    TestFiles.npz(keep, "keep", mask, SAMPLES);
    JsonNode all =
        json(command("match", "--epsilon", 0.3, "--mask", keep, "--samples", 150, "--center"));
    JsonNode two =
        json(
            "match",
            files.get(0),
            files.get(2),
            "--epsilon",
            0.3,
            "--mask",
            keep,
            "--samples",
            150,
            "--center");
    assertEquals(100, all.at("/pairs/1/layers/0/masked").intValue());
    assertEquals(150, all.at("/pairs/1/layers/0/samples").intValue());
    assertSame(two.at("/layers/0"), all.at("/pairs/1/layers/0"));
    JsonNode folds = json(command("match", "--epsilon", 0.3, "--folds", 4, "--chance", "shuffle"));
    JsonNode foldsOfTwo =
        json(
            "match",
            files.get(0),
            files.get(2),
            "--epsilon",
            0.3,
            "--folds",
            4,
            "--chance",
            "shuffle");
    assertEquals(
        foldsOfTwo.at("/layers/0/matches/0/heldOut/share"),
        folds.at("/pairs/1/layers/0/matches/0/heldOut/share"));
    assertEquals(foldsOfTwo.at("/layers/0/chance"), folds.at("/pairs/1/layers/0/chance"));
  }

  @Test
  void allPairsOfLayersAreMeans() throws IOException {
    Path out = folder.resolve("out");
    Outcome outcome =
        RealCommand.run(command("match", "--epsilon", 0.3, "--pairs", "all", "--out", out, "-v"));
    assertEquals(0, outcome.exitCode(), outcome.err());
    // 2 × 2 pairs of layers of the first two networks, 2 × 1 with the third: all from one pass.
    assertTrue(outcome.err().startsWith("plan: 8 pairs in 1 pass\n"), outcome.err());
    List<String> lines = outcome.out().lines().toList();
    assertTrue(
        lines.get(1).startsWith("similarity at ε=0.3, mean of all pairs of networks; rows: layers"),
        lines.get(1));
    JsonNode result = JSON.readTree(out.resolve("result.json").toFile());
    double mean = 0;
    for (int pair = 0; pair < 3; pair++) {
      JsonNode first = result.at("/pairs/" + pair + "/layers/0");
      assertEquals("fc1", first.get("name").textValue());
      mean += first.at("/matches/0/similarity").doubleValue() / 3;
    }
    String cell = String.format(Locale.ROOT, "fc1 +%.4f +[01]\\.\\d{4}", mean);
    assertTrue(lines.get(3).matches(cell), lines.get(3) + " is not " + cell);
    String svg = Files.readString(out.resolve("similarity.svg"));
    assertTrue(svg.contains("by layer of the first network (rows)"), svg.substring(0, 500));
  }

  @Test
  void layersInOrderBelongTogether() throws IOException {
    List<Path> renamed = new ArrayList<>();
    for (int network = 0; network < 3; network++) {
      Path file = folder.resolve("other" + network + ".npz");
      try (OutputStream out = Files.newOutputStream(file);
          NpzWriter npz = new NpzWriter(out)) {
        npz.add("a" + network, TestFiles.relu(SAMPLES * 3, network), SAMPLES, 3);
        npz.add("b", TestFiles.relu(SAMPLES * 4, 10 + network), SAMPLES, 4);
      }
      renamed.add(file);
    }
    JsonNode result =
        json(
            "match",
            renamed.get(0),
            renamed.get(1),
            renamed.get(2),
            "--pairs",
            "order",
            "--epsilon",
            0.3);
    assertEquals(2, result.get("summary").size());
    assertEquals("a0 ~ a1 ~ a2", result.at("/summary/0/name").textValue());
    assertEquals(3, result.at("/summary/0/count").intValue());
    assertEquals("b", result.at("/summary/1/name").textValue());
    assertEquals("a1 ~ a2", result.at("/pairs/2/layers/0/name").textValue());
  }

  /** A pair of layers that can't be computed is listed, and the others are computed. */
  @Test
  void aPairThatFailsIsListed() throws IOException {
    float[] values = TestFiles.relu(SAMPLES * 6, 5);
    values[7] = Float.NaN;
    Path bad = TestFiles.npz(folder.resolve("bad.npz"), "fc1", values, SAMPLES, 6);
    Path out = folder.resolve("out");
    Outcome outcome =
        RealCommand.run(
            "match",
            files.get(0),
            files.get(1),
            bad,
            "--pairs",
            "all",
            "--epsilon",
            0.3,
            "--out",
            out);
    assertEquals(3, outcome.exitCode(), outcome.err());
    JsonNode result = JSON.readTree(out.resolve("result.json").toFile());
    assertEquals(4, result.at("/pairs/0/layers").size());
    assertEquals(0, result.at("/pairs/1/layers").size());
    assertEquals(4, result.get("failed").size());
    assertTrue(result.at("/failed/0/reason").textValue().contains(bad.toString()));
    Path json = folder.resolve("same.json");
    Outcome same = RealCommand.run("match", files.get(0), files.get(1), bad, "--json", json);
    assertEquals(3, same.exitCode());
    assertTrue(same.err().contains(bad.toString()), same.err());
    JsonNode byName = JSON.readTree(json.toFile());
    assertEquals(2, byName.at("/pairs/0/layers").size());
    assertEquals(0, byName.at("/pairs/1/layers").size());
    assertEquals(2, byName.get("failed").size());
    assertEquals("fc1", byName.at("/failed/0/yLayer").textValue());
    assertTrue(byName.at("/failed/1/reason").textValue().contains(bad + ", layer 'fc1'"));
  }

  @Test
  void realNetworksKeepTheirNumbers() throws IOException {
    JsonNode all =
        json(
            "match",
            RealNetworks.x(),
            RealNetworks.y(),
            RealNetworks.x(),
            "--epsilon",
            "0.1,0.15,0.2,0.25,0.3,0.4,0.5,0.6",
            "--chance",
            "none");
    RealNetworks.assertMatchesOfTheAuthors(all.at("/pairs/0/layers"), true);
    for (JsonNode layer : all.at("/pairs/1/layers")) {
      int living =
          layer.at("/neurons/x").intValue()
              + layer.at("/neurons/y").intValue()
              - layer.at("/dead/x").size()
              - layer.at("/dead/y").size();
      double share =
          living / (layer.at("/neurons/x").doubleValue() + layer.at("/neurons/y").intValue());
      assertEquals(
          share, layer.at("/matches/0/similarity").doubleValue(), layer.get("name").asText());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--names a,b | --names: expected 3 names separated by commas, one for each network, found 2",
        "--mask a --mask b | --mask: expected one for all networks or one for each, found 2",
        "--spread all | --spread: expected sd or range, found 'all'",
      })
  void badOptionsAreRefused(String options, String reason) {
    Outcome outcome = RealCommand.run(command("match", (Object[]) options.split(" ")));
    assertEquals(2, outcome.exitCode());
    assertTrue(outcome.err().contains(reason), outcome.err());
    assertEquals(1, outcome.err().lines().filter(line -> line.contains("spanmatch: ")).count());
  }

  @Test
  void aPairIsRefusedInTheNameOfItsNetwork() {
    Outcome outcome = RealCommand.run(command("match", "--pair", "fc2=fc2"));
    assertEquals(2, outcome.exitCode());
    assertTrue(
        outcome.err().contains("no layer of " + files.get(2) + " is named 'fc2'; there are fc1"),
        outcome.err());
  }

  /** A layer that the first pairs lack is where it is in its network, in tables and matrices. */
  @Test
  void layersKeepTheirOrder() throws IOException {
    Path file = folder.resolve("without.npz");
    try (OutputStream out = Files.newOutputStream(file);
        NpzWriter npz = new NpzWriter(out)) {
      npz.add("fc2", TestFiles.relu(SAMPLES * 4, 7), SAMPLES, 4);
    }
    List<String> same = new ArrayList<>();
    json("match", file, files.get(0), files.get(1))
        .get("summary")
        .forEach(each -> same.add(each.get("name").asText()));
    assertEquals(List.of("fc1", "fc2"), same.stream().distinct().toList());
    String table =
        RealCommand.run("match", file, files.get(0), files.get(1), "--pairs", "all", "--quiet")
            .out();
    List<String> rows =
        table
            .lines()
            .map(line -> line.split(" ", 2)[0])
            .filter(word -> word.matches("fc."))
            .toList();
    assertEquals(List.of("fc1", "fc2", "fc1", "fc2"), rows, table);
  }

  @Test
  void whatNeedsTwoNetworksSaysSo() throws IOException {
    for (String name : List.of("simple", "distances")) {
      Outcome outcome = RealCommand.run(command(name));
      assertEquals(2, outcome.exitCode());
      assertTrue(
          outcome.err().contains("expected 2 file arguments, found 3"), name + outcome.err());
    }
    Outcome spread = RealCommand.run("match", files.get(0), files.get(1), "--spread", "range");
    assertEquals(2, spread.exitCode());
    assertTrue(spread.err().contains("--spread is for more than two networks"), spread.err());
    Path gram = folder.resolve("two.gram.npz");
    assertEquals(0, RealCommand.run("gram", files.get(0), files.get(1), "--out", gram).exitCode());
    Outcome mixed = RealCommand.run("match", files.get(0), files.get(1), gram);
    assertEquals(2, mixed.exitCode());
    assertTrue(
        mixed.err().contains(gram + " is a Gram file, which can't be paired with another file"),
        mixed.err());
  }

  @Test
  void networksWithoutACommonLayerAreInputErrors() throws IOException {
    Path other = TestFiles.npz(folder.resolve("o.npz"), "conv", TestFiles.relu(300, 5), 100, 3);
    Path another = TestFiles.npz(folder.resolve("p.npz"), "other", TestFiles.relu(300, 5), 100, 3);
    Outcome none = RealCommand.run("match", files.get(0), other, another);
    assertEquals(3, none.exitCode());
    assertTrue(none.err().contains("no layer is in two of the files"), none.err());
    JsonNode some = json("match", files.get(0), other, files.get(1), "--epsilon", 0.3);
    assertEquals(0, some.at("/pairs/0/layers").size());
    assertEquals(2, some.at("/pairs/1/layers").size());
    Path short3 = TestFiles.npz(folder.resolve("s.npz"), "fc1", TestFiles.relu(600, 5), 100, 6);
    Outcome shape = RealCommand.run("match", files.get(0), files.get(1), short3);
    assertEquals(3, shape.exitCode());
    assertTrue(shape.err().contains(short3.toString()), shape.err());
  }
}
