package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.npy.NpzWriter;
import org.spanmatch.cli.RealCommand.Outcome;

/** The commands on small files that the tests write. */
class MatchCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SAMPLES = 200;

  @TempDir Path folder;
  private Path x;
  private Path y;

  /**
   * Layer "a, first": neuron 0 of X is dead, neurons 1 and 2 are twice and minus half of neurons 1
   * and 0 of Y, all others are unrelated. Layer conv is the same in both; each file has a layer
   * that the other lacks.
   */
  @BeforeEach
  void writeFiles() throws IOException {
    float[] own = TestFiles.relu(SAMPLES * 4, 1);
    float[] other = TestFiles.relu(SAMPLES * 3, 2);
    for (int i = 0; i < SAMPLES; i++) {
      own[4 * i] = 0;
      own[4 * i + 1] = 2 * other[3 * i + 1];
      own[4 * i + 2] = -0.5f * other[3 * i];
    }
    float[] conv = TestFiles.relu(20 * 3 * 4 * 5, 3);
    x = folder.resolve("net x.npz");
    y = folder.resolve("net y.npz");
    try (OutputStream out = Files.newOutputStream(x);
        NpzWriter npz = new NpzWriter(out)) {
      npz.add("a, first", own, SAMPLES, 4);
      npz.add("only x", own, SAMPLES, 4);
      npz.add("conv", conv, 20, 3, 4, 5);
    }
    try (OutputStream out = Files.newOutputStream(y);
        NpzWriter npz = new NpzWriter(out)) {
      npz.add("conv", conv, 20, 3, 4, 5);
      npz.add("a, first", other, SAMPLES, 3);
      npz.add("only y", own, SAMPLES, 4);
    }
  }

  private static JsonNode json(Object... arguments) throws IOException {
    Outcome outcome = RealCommand.run(arguments);
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals("", outcome.err());
    return JSON.readTree(outcome.out());
  }

  private static Set<String> keys(JsonNode node) {
    Set<String> keys = new TreeSet<>();
    node.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  private static List<Integer> numbers(JsonNode array) {
    List<Integer> numbers = new ArrayList<>();
    array.forEach(node -> numbers.add(node.intValue()));
    return numbers;
  }

  @Test
  void jsonHasThePromisedShape() throws IOException {
    JsonNode result = json("match", x, y, "--epsilon", "0.3,0", "--json", "-", "--quiet");
    assertTrue(keys(result).containsAll(Set.of("spanmatch", "backend", "x", "y", "layers")));
    assertTrue(keys(result.get("backend")).containsAll(Set.of("name", "reason")));
    assertEquals(x.toString(), result.get("x").textValue());
    assertEquals(y.toString(), result.get("y").textValue());
    assertEquals("only x", result.at("/skipped/x/0").textValue());
    assertEquals("only y", result.at("/skipped/y/0").textValue());

    assertEquals(2, result.get("layers").size());
    JsonNode layer = result.at("/layers/0");
    assertTrue(
        keys(layer)
            .containsAll(Set.of("name", "samples", "neurons", "dead", "matches", "seconds")));
    assertEquals(
        Set.of("read", "compress", "chance", "spectrum", "match"), keys(layer.get("seconds")));
    assertEquals("a, first", layer.get("name").textValue());
    assertEquals(SAMPLES, layer.get("samples").intValue());
    assertEquals(4, layer.at("/neurons/x").intValue());
    assertEquals(3, layer.at("/neurons/y").intValue());
    assertEquals(List.of(0), numbers(layer.at("/dead/x")));
    assertEquals(List.of(), numbers(layer.at("/dead/y")));

    assertEquals(2, layer.get("matches").size());
    for (JsonNode match : layer.get("matches")) {
      assertEquals(
          Set.of(
              "epsilon",
              "x",
              "y",
              "similarity",
              "borderline",
              "undecidable",
              "coverage",
              "covered"),
          keys(match));
      assertEquals(4.0 / 6, match.get("coverage").doubleValue());
      assertEquals(2, match.at("/covered/x").intValue());
      assertEquals(2, match.at("/covered/y").intValue());
      assertEquals(List.of(1, 2), numbers(match.get("x")));
      assertEquals(List.of(0, 1), numbers(match.get("y")));
      assertEquals(4.0 / 7, match.get("similarity").doubleValue());
      assertEquals(Set.of("x", "y"), keys(match.get("borderline")));
      assertEquals(Set.of("x", "y"), keys(match.get("undecidable")));
    }
    assertEquals(0.3, layer.at("/matches/0/epsilon").doubleValue());
    assertEquals(0, layer.at("/matches/1/epsilon").doubleValue());

    JsonNode conv = result.at("/layers/1");
    assertEquals(400, conv.get("samples").intValue());
    assertEquals(1, conv.at("/matches/1/similarity").doubleValue());
  }

  @Test
  void theTableHasOneRowALayer() {
    Outcome outcome = RealCommand.run("match", x, y, "--epsilon", "0.25,0.5,1");
    assertEquals(0, outcome.exitCode());
    List<String> lines = outcome.out().lines().toList();
    assertEquals(
        List.of("layer", "neurons", "dead", "samples", "ε=0.25", "ε=0.5", "ε=1"),
        List.of(lines.get(0).split(" +", -1)));
    assertTrue(lines.get(1).matches("a, first +4/3 +1/0 +200 +0\\.5714 .*"), lines.get(1));
    assertTrue(lines.get(2).matches("conv +3/3 +0/0 +400 +1\\.0000 .*"), lines.get(2));
    assertEquals("", lines.get(3));
    assertEquals(
        List.of("coverage/chance", "ε=0.25", "ε=0.5", "ε=1"),
        List.of(lines.get(4).split(" +", -1)));
    assertTrue(
        lines.get(5).matches("a, first +0\\.67/0\\.00 +0\\.67/0\\.00 +1\\.00/0\\.86"),
        lines.get(5));
    assertTrue(lines.get(6).startsWith("conv  "), lines.get(6));
    assertTrue(lines.get(7).startsWith("backend: java ("), lines.get(7));
    assertTrue(
        lines.get(8).matches("2 layers in [0-9.]+ s, peak (memory|heap) [0-9]+ MB"), lines.get(8));
    assertEquals(
        "note: skipped, only in " + x + ": only x\nnote: skipped, only in " + y + ": only y\n",
        outcome.err());
  }

  @Test
  void theOutputFolderHoldsAllResults() throws IOException {
    Path out = folder.resolve("results").resolve("new");
    Path json = out.resolveSibling("own.json");
    Outcome outcome =
        RealCommand.run("match", x, y, "--epsilon", "0.3", "--out", out, "--json", json);
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals(
        Set.of(
            "result.json",
            "matches.csv",
            "similarity.csv",
            "similarity.svg",
            "similarity.png",
            "spectrum.csv",
            "spectrum.svg",
            "spectrum.png",
            "report.html"),
        names(out));
    assertEquals(Files.readString(out.resolve("result.json")), Files.readString(json));
    assertEquals(
        List.of(
            "layer,epsilon,network,neuron,x_layer,y_layer,network_x,network_y,warnings",
            "\"a, first\",0.3,x,1,\"a, first\",\"a, first\",net x.npz,net y.npz,",
            "\"a, first\",0.3,x,2,\"a, first\",\"a, first\",net x.npz,net y.npz,",
            "\"a, first\",0.3,y,0,\"a, first\",\"a, first\",net x.npz,net y.npz,",
            "\"a, first\",0.3,y,1,\"a, first\",\"a, first\",net x.npz,net y.npz,"),
        Files.readAllLines(out.resolve("matches.csv")).subList(0, 5));
    assertEquals(
        List.of(
            "layer,epsilon,similarity,matched_x,matched_y,neurons_x,neurons_y,dead_x,dead_y,samples,"
                + "masked,uncentred_similarity,coverage,covered_x,covered_y,chance,jump_epsilon,"
                + "jump_from,jump_to,x_layer,y_layer,network_x,network_y,warnings",
            "\"a, first\",0.3,0.5714285714285714,2,2,4,3,1,0,200,0,,0.6666666666666666,2,2,0.0,"
                + jump(json, 0)
                + ",\"a, first\",\"a, first\",net x.npz,net y.npz,",
            "conv,0.3,1.0,3,3,3,3,0,0,400,0,,1.0,3,3,0.0,"
                + jump(json, 1)
                + ",conv,conv,net x.npz,net y.npz,"),
        Files.readAllLines(out.resolve("similarity.csv")));
    assertTrue(Files.readString(out.resolve("similarity.svg")).contains("a, first"));
    assertTrue(ImageIO.read(out.resolve("similarity.png").toFile()).getWidth() > 300);
    List<String> levels = Files.readAllLines(out.resolve("spectrum.csv"));
    assertEquals(
        "layer,network,neuron,level,level_error,storage_error,distance,chance_level,x_layer,y_layer,"
            + "network_x,network_y,warnings",
        levels.get(0));
    assertEquals(
        "\"a, first\",x,0,,,,,,\"a, first\",\"a, first\",net x.npz,net y.npz,",
        levels.get(1)); // dead
    JsonNode layer = JSON.readTree(json.toFile()).at("/layers/0");
    assertEquals(
        "\"a, first\",x,3,"
            + layer.at("/levels/x/3")
            + ","
            + layer.at("/levelErrors/x/3")
            + ","
            + layer.at("/storageErrors/x/3")
            + ","
            + layer.at("/fullDistances/x/3")
            + ","
            + layer.at("/chanceLevels/x/3")
            + ",\"a, first\",\"a, first\",net x.npz,net y.npz,",
        levels.get(4));
    assertEquals(1 + 4 + 3 + 3 + 3, levels.size());
    assertTrue(Files.readString(out.resolve("spectrum.svg")).contains("a, first"));
    assertTrue(ImageIO.read(out.resolve("spectrum.png").toFile()).getWidth() > 300);
  }

  /** The columns of a layer's nearest jump. */
  private static String jump(Path json, int layer) throws IOException {
    JsonNode jump = JSON.readTree(json.toFile()).at("/layers/" + layer + "/nearestJumps/0");
    assertEquals(Set.of("epsilon", "from", "to"), keys(jump));
    return jump.get("epsilon") + "," + jump.get("from") + "," + jump.get("to");
  }

  @Test
  void withoutASpectrumItsFilesAreLeftOut() throws IOException {
    Path out = folder.resolve("plain");
    assertEquals(0, RealCommand.run("match", x, y, "--no-spectrum", "--out", out).exitCode());
    assertEquals(
        Set.of(
            "result.json",
            "matches.csv",
            "similarity.csv",
            "similarity.svg",
            "similarity.png",
            "report.html"),
        names(out));
  }

  @Test
  void theSpectrumHasAFolderToo() throws IOException {
    Path out = folder.resolve("levels");
    Outcome outcome = RealCommand.run("spectrum", x, y, "--out", out, "--quiet", "--json", "-");
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals(
        Set.of("result.json", "spectrum.csv", "spectrum.svg", "spectrum.png", "report.html"),
        names(out));
    assertEquals(outcome.out(), Files.readString(out.resolve("result.json")));
  }

  private static Set<String> names(Path out) throws IOException {
    try (var files = Files.list(out)) {
      return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void jsonGoesThroughLinksAndToDevices() throws IOException {
    Path target = Files.writeString(folder.resolve("target.json"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("link.json"), target);
    assertEquals(0, RealCommand.run("match", x, y, "--json", link).exitCode());
    assertTrue(Files.isSymbolicLink(link));
    assertEquals("a, first", JSON.readTree(target.toFile()).at("/layers/0/name").textValue());
    Path nothing = Files.createSymbolicLink(folder.resolve("new.json"), Path.of("later.json"));
    assertEquals(0, RealCommand.run("match", x, y, "--json", nothing).exitCode());
    assertTrue(Files.exists(folder.resolve("later.json")));
    assertEquals(0, RealCommand.run("match", x, y, "--json", "/dev/null").exitCode());
    assertFalse(Files.isRegularFile(Path.of("/dev/null")));
  }

  /** Exact matches are beyond a Gram matrix; the default precision sees to it. */
  @Test
  void precisionRisesWhereItMust() throws IOException {
    JsonNode exact = json("match", x, y, "--epsilon", "0", "--json", "-", "--quiet");
    assertEquals("high", exact.at("/layers/0/precision").textValue());
    JsonNode usual = json("match", x, y, "--epsilon", "0.5", "--json", "-", "--quiet");
    assertEquals("standard", usual.at("/layers/0/precision").textValue());
    JsonNode high =
        json("match", x, y, "--epsilon", "0.5", "--precision", "high", "--json", "-", "--quiet");
    assertEquals("high", high.at("/layers/0/precision").textValue());
    assertEquals(usual.at("/layers/0/matches"), high.at("/layers/0/matches"));
  }

  /** Every backend finds the same. */
  @Test
  void backendsAgree() throws IOException {
    JsonNode java = json("match", x, y, "--backend", "java", "--json", "-", "--quiet");
    JsonNode reference = json("match", x, y, "--backend", "reference", "--json", "-", "--quiet");
    assertEquals("java", java.at("/backend/name").textValue());
    assertEquals("reference", reference.at("/backend/name").textValue());
    for (int layer = 0; layer < 2; layer++) {
      String matches = "/layers/" + layer + "/matches";
      assertEquals(reference.at(matches), java.at(matches));
    }
  }

  /** Vectors of every width, and of one number only, which is too narrow for the tile. */
  @ParameterizedTest
  @ValueSource(ints = {8, 16, 32, 64})
  void theWidthOfVectorsDoesNotMatter(int bytes) throws IOException {
    Outcome outcome =
        RealCommand.runWith(
            List.of("-XX:MaxVectorSize=" + bytes, "--add-modules", "jdk.incubator.vector"),
            "match",
            x,
            y,
            "--precision",
            "standard",
            "--json",
            "-",
            "--quiet");
    assertEquals(0, outcome.exitCode(), outcome.err());
    JsonNode found = JSON.readTree(outcome.out());
    JsonNode reference = json("match", x, y, "--backend", "reference", "--json", "-", "--quiet");
    for (int layer = 0; layer < 2; layer++) {
      for (String part : List.of("dead", "matches/0/x", "matches/0/y", "matches/4/similarity")) {
        String pointer = "/layers/" + layer + "/" + part;
        assertEquals(reference.at(pointer), found.at(pointer), pointer);
      }
    }
  }

  /** One core, more threads than cores: the same numbers to the last bit. */
  @Test
  void theNumberOfThreadsDoesNotMatter() throws IOException {
    JsonNode one = threads(List.of("-XX:ActiveProcessorCount=1"));
    JsonNode manyOnOne = threads(List.of("-XX:ActiveProcessorCount=1"), "--threads", "100000");
    JsonNode many = threads(List.of("-XX:ActiveProcessorCount=3"), "--threads", "100000");
    assertEquals(1, one.at("/backend/threads").intValue());
    assertEquals(4, manyOnOne.at("/backend/threads").intValue());
    assertEquals(12, many.at("/backend/threads").intValue());
    assertEquals(2, one.get("layers").size());
    assertEquals(one.get("layers"), manyOnOne.get("layers"));
    assertEquals(one.get("layers"), many.get("layers"));
  }

  private JsonNode threads(List<String> javaOptions, String... arguments) throws IOException {
    List<Object> all = new ArrayList<>(List.of("match", x, y, "--json", "-", "--quiet"));
    all.addAll(List.of(arguments));
    Outcome outcome =
        javaOptions.isEmpty()
            ? RealCommand.run(all.toArray())
            : RealCommand.runWith(javaOptions, all.toArray());
    assertEquals(0, outcome.exitCode(), outcome.err());
    JsonNode result = JSON.readTree(outcome.out());
    result.get("layers").forEach(layer -> ((ObjectNode) layer).remove("seconds"));
    return result;
  }

  @Test
  void backendsWithoutDevicesTakeAny() throws IOException {
    JsonNode expected = threads(List.of(), "--threads", "1");
    assertEquals(expected, threads(List.of(), "--threads", "1", "--device", "3"));
    assertEquals(expected, threads(List.of(), "--threads", "1", "--device", "all"));
  }

  @Test
  void layersAreSelectedByNameAndPattern() throws IOException {
    JsonNode named = json("match", x, y, "--layers", "conv", "--json", "-");
    assertEquals(1, named.get("layers").size());
    assertEquals("conv", named.at("/layers/0/name").textValue());
    JsonNode pattern = json("match", x, y, "--layers", "a?*,c*", "--json", "-");
    assertEquals(2, pattern.get("layers").size());
  }

  @Test
  void samplesCanBeLimited() throws IOException {
    JsonNode result = json("match", x, y, "--samples", "50", "--quiet", "--json", "-");
    assertEquals(50, result.at("/layers/0/samples").intValue());
    assertEquals(50, result.at("/layers/1/samples").intValue());
    assertEquals(1, result.at("/layers/1/matches/0/similarity").doubleValue());
  }

  @Test
  void layoutsCanBeGiven() throws IOException {
    float[] rows = TestFiles.relu(12, 4);
    Path file = TestFiles.npz(folder.resolve("fn.npz"), "layer", rows, 3, 4);
    JsonNode usual = json("match", file, file, "--json", "-", "--quiet");
    assertEquals(3, usual.at("/layers/0/samples").intValue());
    JsonNode turned = json("match", file, file, "--layout", "fn", "--json", "-", "--quiet");
    assertEquals(4, turned.at("/layers/0/samples").intValue());
    assertEquals(3, turned.at("/layers/0/neurons/x").intValue());
    JsonNode conv =
        json("match", x, y, "--layers", "conv", "--layout", "nhwc,fn", "--json", "-", "--quiet");
    assertEquals(20 * 3 * 4, conv.at("/layers/0/samples").intValue());
    assertEquals(5, conv.at("/layers/0/neurons/x").intValue());
  }

  @Test
  void loneArraysArePairedWhateverTheirNames() throws IOException {
    byte[] values = TestFiles.floats(TestFiles.relu(40, 5));
    Path a = Files.write(folder.resolve("a.npy"), TestFiles.npy("'<f4'", "(20, 2)", values));
    Path b = Files.write(folder.resolve("b.npy"), TestFiles.npy("'<f4'", "(20, 2)", values));
    JsonNode result = json("match", a, b, "--json", "-");
    assertEquals("a ~ b", result.at("/layers/0/name").textValue());
    assertEquals("a", result.at("/layers/0/xLayer").textValue());
    assertEquals("b", result.at("/layers/0/yLayer").textValue());
    assertEquals(1, result.at("/layers/0/matches/0/similarity").doubleValue());
  }

  @Test
  void aFolderIsReadLikeAnArchive() throws IOException {
    Path arrays = Files.createDirectory(folder.resolve("arrays"));
    byte[] values = TestFiles.floats(TestFiles.relu(40, 6));
    for (String name : List.of("conv10", "conv2")) {
      Files.write(arrays.resolve(name + ".npy"), TestFiles.npy("'<f4'", "(20, 2)", values));
    }
    JsonNode result = json("match", arrays, arrays, "--json", "-");
    assertEquals("conv2", result.at("/layers/0/name").textValue());
    assertEquals("conv10", result.at("/layers/1/name").textValue());
  }

  @Test
  void tooFewSamplesAreNoted() throws IOException {
    Path file = TestFiles.npz(folder.resolve("few.npz"), "layer", TestFiles.relu(12, 7), 3, 4);
    Outcome outcome = RealCommand.run("match", file, file);
    assertEquals(0, outcome.exitCode());
    assertTrue(
        outcome.err().contains("3 samples are no more than the neurons of both networks"),
        outcome.err());
  }

  /** The neuron of X needs the difference of two neurons of Y that rounding has nearly made one. */
  @Test
  void undecidableNeuronsAreNamedAndNoted() throws IOException {
    float near = 0x1p-19f;
    Path a = TestFiles.npz(folder.resolve("a.npz"), "layer", new float[] {0, 1, 0}, 3, 1);
    Path b =
        TestFiles.npz(folder.resolve("b.npz"), "layer", new float[] {1, 1, 0, near, 0, 0}, 3, 2);
    for (String backend : List.of("java", "reference")) {
      JsonNode matches =
          json("match", a, b, "--epsilon", "0,0.5", "--backend", backend, "--json", "-", "--quiet")
              .at("/layers/0/matches");
      assertEquals(List.of(0), numbers(matches.at("/0/undecidable/x")));
      assertEquals(List.of(), numbers(matches.at("/0/undecidable/y")));
      assertEquals(List.of(), numbers(matches.at("/1/undecidable/x")));
      assertEquals(0, matches.at("/0/similarity").doubleValue());
    }
    for (String command : List.of("match", "simple")) {
      String err = RealCommand.run(command, a, b, "--epsilon", "0").err();
      assertTrue(err.contains("one neuron is undecidable"), err);
    }
  }

  /**
   * Two neurons at a distance of 0.6, and no others: which one is removed first does not matter.
   */
  @Test
  void borderlineNeuronsAreNoted() throws IOException {
    Path a = TestFiles.npz(folder.resolve("a.npz"), "layer", new float[] {4, 3}, 2, 1);
    Path b = TestFiles.npz(folder.resolve("b.npz"), "layer", new float[] {1, 0}, 2, 1);
    for (String spectrum : List.of("--spectrum", "--no-spectrum")) {
      String err = RealCommand.run("match", a, b, "--epsilon", "0.6", spectrum).err();
      assertTrue(err.contains("ε=0.6: 2 neurons may match or not"), err);
    }
  }

  @Test
  void distancesAreCsvOrJson() throws IOException {
    Outcome csv = RealCommand.run("distances", x, y, "--layers", "a*");
    assertEquals(0, csv.exitCode(), csv.err());
    List<String> lines = csv.out().lines().toList();
    assertEquals(
        "layer,network,neuron,distance,error_bound,dead,norm,mean,storage_error,gcv_distance,warnings",
        lines.get(0));
    assertEquals("\"a, first\",x,0,,,true,0.0,0.0,,,", lines.get(1));
    assertEquals(1 + 4 + 3, lines.size());

    JsonNode result = json("distances", x, y, "--layers", "a*", "--json", "-");
    JsonNode distances = result.at("/layers/0/distances");
    assertTrue(distances.at("/x/distance/0").isNull());
    double inside = distances.at("/x/distance/1").doubleValue();
    assertTrue(inside <= distances.at("/x/errorBound/1").doubleValue(), "distance " + inside);
    assertTrue(distances.at("/x/distance/3").doubleValue() > 0.5);
    assertEquals(3, distances.at("/y/distance").size());
    assertEquals(
        distances.at("/x/distance/3").asText(), lines.get(4).split(",", -1)[4], "CSV against JSON");
  }

  @Test
  void distancesComeWithNormsAndMeans() throws IOException {
    List<String> lines =
        RealCommand.run("distances", x, y, "--layers", "a*").out().lines().toList();
    JsonNode distances =
        json("distances", x, y, "--layers", "a*", "--json", "-").at("/layers/0/distances");
    float[] other = TestFiles.relu(SAMPLES * 3, 2);
    for (int neuron = 0; neuron < 3; neuron++) {
      double squares = 0;
      double sum = 0; // of values that aren't negative
      for (int i = 0; i < SAMPLES; i++) {
        double value = other[3 * i + neuron];
        squares += value * value;
        sum += value;
      }
      // PerGroup sums round as often as there are samples, in the program and here.
      double error = 2 * SAMPLES * 0x1p-53;
      double norm = distances.at("/y/norm/" + neuron).doubleValue();
      double mean = distances.at("/y/mean/" + neuron).doubleValue();
      assertEquals(Math.sqrt(squares), norm, error * norm);
      assertEquals(sum / SAMPLES, mean, error * mean);
      String[] fields = lines.get(5 + neuron).split(",", -1);
      assertEquals(norm, Double.parseDouble(fields[7]), "CSV against JSON");
      assertEquals(mean, Double.parseDouble(fields[8]), "CSV against JSON");
    }
    // Neuron 2 of X is minus half of neuron 0 of Y, which rounds nothing; neuron 0 is dead.
    double half = distances.at("/y/mean/0").doubleValue() / -2;
    assertEquals(half, distances.at("/x/mean/2").doubleValue());
    assertEquals(0, distances.at("/x/norm/0").doubleValue());
    assertEquals(0, distances.at("/x/mean/0").doubleValue());
    assertTrue(distances.at("/x/mean/0").isNumber());
  }

  @Test
  void normsAndMeansBeyondTheDoublesAreNull() throws IOException {
    ByteBuffer values = ByteBuffer.allocate(4 * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    values.putDouble(Double.MAX_VALUE).putDouble(1);
    values.putDouble(Double.MAX_VALUE).putDouble(-2);
    Path file = folder.resolve("huge.npy");
    Files.write(file, TestFiles.npy("'<f8'", "(2, 2)", values.array()));
    Outcome outcome = RealCommand.run("distances", file, file, "--json", "-");
    assertEquals(0, outcome.exitCode(), outcome.err());
    JsonNode side = JSON.readTree(outcome.out()).at("/layers/0/distances/x");
    assertTrue(side.at("/norm/0").isNull());
    assertTrue(side.at("/mean/0").isNull());
    assertEquals(-0.5, side.at("/mean/1").doubleValue());
  }

  @Test
  void theSpectrumHasALevelForEveryNeuron() throws IOException {
    JsonNode result = json("spectrum", x, y, "--json", "-", "--quiet");
    JsonNode layer = result.at("/layers/0");
    assertEquals(
        Set.of(
            "name",
            "xLayer",
            "yLayer",
            "samples",
            "masked",
            "neurons",
            "dead",
            "warnings",
            "precision",
            "levels",
            "levelErrors",
            "storageErrors",
            "fullDistances",
            "chanceLevels"),
        keys(layer));
    assertTrue(layer.at("/levels/x/0").isNull());
    assertTrue(layer.at("/levelErrors/x/0").isNull());
    // Neurons 1 and 2 of X, 0 and 1 of Y are twins; the others are far from everything.
    for (String twin : List.of("/x/1", "/x/2", "/y/0", "/y/1")) {
      double level = layer.at("/levels" + twin).doubleValue();
      assertTrue(level <= layer.at("/levelErrors" + twin).doubleValue(), twin + ": " + level);
    }
    assertTrue(layer.at("/levels/x/3").doubleValue() > 0.5);
    assertTrue(layer.at("/levels/y/2").doubleValue() > 0.5);

    Outcome table = RealCommand.run("spectrum", x, y, "--layers", "a*", "--min-size", "2");
    assertEquals(0, table.exitCode(), table.err());
    List<String> lines = table.out().lines().toList();
    assertTrue(lines.get(0).endsWith("10 %    25 %    50 %    75 %  100 %     2+2"), lines.get(0));
    assertTrue(
        lines
            .get(1)
            .matches("a, first +4/3 +1/0 +200 +0\\.0000 +0\\.0000 +0\\.0000 .* - +0\\.0000"),
        lines.get(1));
  }

  /** The java backend finds levels unasked, the reference backend only when asked. */
  @ParameterizedTest
  @ValueSource(strings = {"java", "reference"})
  void matchGivesTheLevelsOfTheSpectrum(String backend) throws IOException {
    List<Object> match = List.of("match", x, y, "--backend", backend, "--json", "-", "--quiet");
    JsonNode usual = json(match.toArray());
    JsonNode with = json(with(match, "--spectrum"));
    JsonNode without = json(with(match, "--no-spectrum"));
    JsonNode spectrum = json("spectrum", x, y, "--backend", backend, "--json", "-", "--quiet");
    assertEquals(2, with.get("layers").size());
    for (int layer = 0; layer < 2; layer++) {
      String at = "/layers/" + layer;
      for (String field : List.of("/levels", "/levelErrors")) {
        assertFalse(spectrum.at(at + field).isMissingNode());
        assertEquals(spectrum.at(at + field), with.at(at + field));
        assertTrue(without.at(at + field).isMissingNode());
        assertEquals(backend.equals("java"), usual.at(at).has(field.substring(1)));
      }
      assertTrue(with.at(at + "/seconds/spectrum").doubleValue() > 0);
      assertEquals(0, without.at(at + "/seconds/spectrum").doubleValue());
      assertEquals(without.at(at + "/matches"), with.at(at + "/matches"));
    }
  }

  private static Object[] with(List<Object> arguments, Object more) {
    List<Object> all = new ArrayList<>(arguments);
    all.add(more);
    return all.toArray();
  }

  /** A layer that is computed again gets its levels from the same computation as its matches. */
  @Test
  void levelsAreAsPreciseAsTheMatches() throws IOException {
    JsonNode exact =
        json("match", x, y, "--epsilon", "0,0.5", "--spectrum", "--json", "-", "--quiet");
    JsonNode high = json("match", x, y, "--precision", "high", "--json", "-", "--quiet");
    assertEquals("high", exact.at("/layers/0/precision").textValue());
    assertEquals(high.at("/layers/0/levels"), exact.at("/layers/0/levels"));
    assertEquals(high.at("/layers/0/levelErrors"), exact.at("/layers/0/levelErrors"));
    assertEquals(4, exact.at("/layers/0/levels/x").size());
  }

  @Test
  void layersTellsWhatIsInTheFiles() {
    Outcome outcome = RealCommand.run("layers", x, y);
    assertEquals(0, outcome.exitCode(), outcome.err());
    List<String> lines = outcome.out().lines().toList();
    assertEquals(x + ":", lines.get(0));
    assertTrue(lines.get(2).matches("a, first +200×4 +<f4 +C +nf +4 +200 +1"), lines.get(2));
    assertTrue(lines.get(4).matches("conv +20×3×4×5 +<f4 +C +nchw +3 +400 +0"), lines.get(4));
    assertEquals(y + ":", lines.get(5));
  }

  @Test
  void backendsAreListed() {
    Outcome outcome = RealCommand.run("backends");
    assertEquals(0, outcome.exitCode());
    assertTrue(outcome.out().contains("java: available"));
    assertTrue(outcome.out().contains("reference: available"));
    // Unless this machine has a GPU.
    assertEquals(
        !outcome.out().contains("cuda: available"), outcome.out().contains("cuda: unavailable: "));
    assertEquals(!outcome.out().contains("cuda: available"), outcome.out().contains("cure: "));
  }

  @Test
  void helpNamesEveryCommandAndOption() {
    for (String argument : List.of("help", "--help", "-h")) {
      Outcome outcome = RealCommand.run(argument);
      assertEquals(0, outcome.exitCode());
      for (String command :
          List.of(
              "match",
              "simple",
              "spectrum",
              "distances",
              "validate",
              "layers",
              "backends",
              "demo")) {
        assertTrue(outcome.out().contains("spanmatch " + command), outcome.out());
      }
    }
    assertEquals(RealCommand.run("help").out(), RealCommand.run().out());
    Outcome match = RealCommand.run("help", "match");
    assertEquals(match.out(), RealCommand.run("match", "--help").out());
    for (String option :
        List.of(
            "precision",
            "layers",
            "epsilon",
            "spectrum",
            "no-spectrum",
            "backend",
            "layout",
            "samples",
            "dead-threshold",
            "threads",
            "device",
            "out",
            "json",
            "verbose",
            "quiet",
            "debug",
            "help")) {
      assertTrue(match.out().contains("--" + option), option);
    }
    assertFalse(match.out().contains("%s"));
    assertTrue(match.out().contains("Examples:"));
  }

  /** What a layer needs is said before it is computed, where the time went afterwards. */
  @ParameterizedTest
  @ValueSource(strings = {"match", "simple", "spectrum", "distances", "measures"})
  void verboseTellsMemoryAndTime(String command) {
    Outcome outcome = RealCommand.run(command, x, y, "--layers", "conv", "--verbose");
    assertEquals(0, outcome.exitCode());
    List<String> lines = outcome.err().lines().toList();
    assertTrue(
        lines
            .get(0)
            .matches(
                "layer 'conv': 3 \\+ 3 neurons, 400 samples: about [1-9][0-9]* MB of Java heap"
                    + " of [1-9][0-9,]* MB \\(precision standard\\)"),
        lines.get(0));
    String last = lines.get(lines.size() - 1);
    assertTrue(last.startsWith("layer 'conv': read "), last);
    for (String step : List.of("read", "compress", command)) {
      assertTrue(last.matches(".* " + step + " [0-9]+\\.[0-9]{2} s.*"), last);
    }
    assertTrue(last.matches(".*; [1-9][0-9]* factorisations, [0-9.e+]+ operations"), last);
    assertEquals(RealCommand.run(command, x, y, "--layers", "conv").err(), "");
  }

  /** Exact matches take a second computation, and that is said too. */
  @Test
  void verboseTellsBothComputationsOfALayer() {
    Outcome outcome = RealCommand.run("match", x, y, "--epsilon", "0", "--verbose");
    assertEquals(
        List.of("standard", "high", "standard", "high"),
        outcome
            .err()
            .lines()
            .filter(line -> line.contains("(precision "))
            .map(line -> line.replaceAll(".*precision (.*)\\)", "$1"))
            .toList());
  }

  @Test
  void progressIsDrawnOnATerminalOnly() {
    List<String> command = new ArrayList<>(RealCommand.java("match", x, y));
    command.add(1, "-D" + Main.COLUMNS_PROPERTY + "=100");
    Outcome terminal = RealCommand.finish(new ProcessBuilder(command));
    assertTrue(terminal.err().contains("\r"), terminal.err());
    assertTrue(terminal.err().contains("match"), terminal.err());
    command.add("--quiet");
    assertEquals("", RealCommand.finish(new ProcessBuilder(command)).err());
    command.set(command.size() - 1, "--verbose");
    assertFalse(RealCommand.finish(new ProcessBuilder(command)).err().contains("\r"));
    assertFalse(RealCommand.run("match", x, y).err().contains("\r"));
  }
}
