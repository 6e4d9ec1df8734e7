package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.spanmatch.cli.RealCommand.Outcome;
import org.spanmatch.compare.Warning;

/** Results that mean nothing say so wherever they are shown, and others don't. */
class MeaninglessResultsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CHANCE =
      "note: layer 'few': at ε=0.99 the similarity is no more than networks reach whose samples are"
          + " in different orders: ask at a smaller ε, use more samples, or subtract the mean of each"
          + " neuron";
  private static final String FEW =
      "note: layer 'few': 30 samples are few for the 10 neurons of both networks: unrelated neurons"
          + " come within about 0.82 of their span; use at least 100 samples";

  @TempDir Path folder;
  private Path x;
  private Path y;

  @BeforeEach
  void writeFiles() throws IOException {
    x = noise("x.npz", "few", 30, 10, 1);
    y = noise("y.npz", "few", 30, 10, 2);
  }

  private Path noise(String file, String layer, int samples, int neurons, int seed)
      throws IOException {
    Random random = new Random(seed);
    float[] values = new float[samples * neurons];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return TestFiles.npz(folder.resolve(file), layer, values, samples, neurons);
  }

  private static Outcome good(Object... arguments) {
    Outcome outcome = RealCommand.run(arguments);
    assertEquals(0, outcome.exitCode(), outcome.err());
    return outcome;
  }

  private static List<String> codes(JsonNode result) {
    List<String> codes = new ArrayList<>();
    result
        .at("/layers/0/warnings")
        .forEach(
            warning -> {
              assertFalse(warning.get("message").asText().isBlank());
              codes.add(warning.get("code").asText());
            });
    return codes;
  }

  private static List<String> codes(Path json) throws IOException {
    return codes(JSON.readTree(json.toFile()));
  }

  private static void assertLastColumn(List<String> csv, String head, String value) {
    assertTrue(csv.get(0).endsWith("," + head), csv.get(0));
    assertTrue(csv.size() > 1);
    csv.stream().skip(1).forEach(line -> assertTrue(line.endsWith("," + value), line));
  }

  private static void assertMarked(Path svg, String codes) throws IOException {
    assertTrue(Files.readString(svg).contains("Warnings of few: " + codes + "."), svg.toString());
  }

  /** Quiet or not, the files are the same; only the note is left out. */
  @Test
  void quietLeavesTheWarningsInTheFiles() throws IOException {
    Path out = folder.resolve("out");
    for (String option : new String[] {"--quiet", "--spectrum"}) {
      Outcome outcome = good("match", x, y, "--epsilon", "0.99", "--out", out, option);
      assertEquals(option.equals("--quiet") ? "" : FEW + "\n" + CHANCE + "\n", outcome.err());
      String codes = "few-samples not-above-chance";
      assertEquals(codes, String.join(" ", codes(out.resolve("result.json"))));
      for (String file : List.of("matches.csv", "similarity.csv", "spectrum.csv")) {
        assertLastColumn(Files.readAllLines(out.resolve(file)), "warnings", codes);
      }
      assertMarked(out.resolve("similarity.svg"), codes);
      assertMarked(out.resolve("spectrum.svg"), codes);
    }
  }

  @Test
  void spectraSayIt() throws IOException {
    Path out = folder.resolve("out");
    Outcome outcome = good("spectrum", x, y, "--out", out);
    // The ε of 50 % and 75 % of the neurons; a tenth and a quarter match well below chance.
    String chance = CHANCE.replace("0.99", "0.8464, 0.8555");
    assertEquals(FEW + "\n" + chance + "\n", outcome.err());
    String codes = "few-samples not-above-chance";
    assertEquals(codes, String.join(" ", codes(out.resolve("result.json"))));
    assertLastColumn(Files.readAllLines(out.resolve("spectrum.csv")), "warnings", codes);
    assertMarked(out.resolve("spectrum.svg"), codes);
    assertEquals(FEW + "\n", good("spectrum", x, y, "--chance", "none").err());
    assertEquals("", good("spectrum", x, y, "--quiet").err());
  }

  @Test
  void distancesSayIt() throws IOException {
    Outcome outcome = good("distances", x, y);
    assertEquals(FEW + "\n", outcome.err());
    assertLastColumn(outcome.out().lines().toList(), "warnings", "few-samples");
    Outcome json = good("distances", x, y, "--json", "-", "--quiet");
    assertEquals("", json.err());
    assertEquals(List.of("few-samples"), codes(JSON.readTree(json.out())));
  }

  @Test
  void simpleMatchesSayIt() throws IOException {
    Path out = folder.resolve("out");
    Outcome outcome = good("simple", x, y, "--epsilon", "0.9", "--out", out);
    assertTrue(outcome.err().contains(FEW), outcome.err());
    assertEquals(List.of("few-samples"), codes(out.resolve("result.json")));
    assertLastColumn(Files.readAllLines(out.resolve("simple.csv")), "warnings", "few-samples");
    assertMarked(out.resolve("sizes.svg"), "few-samples");
    assertMarked(out.resolve("members-1.svg"), "few-samples");
  }

  @Test
  void gramFilesSayIt() throws IOException {
    Path gram = folder.resolve("layers.gram.npz");
    good("gram", x, y, "--out", gram);
    assertEquals(FEW + "\n" + CHANCE + "\n", good("match", gram, "--epsilon", "0.99").err());
    JsonNode result = JSON.readTree(good("match", gram, "--json", "-", "--quiet").out());
    assertEquals(List.of("few-samples"), codes(result));
  }

  @Test
  void aLayerWithEnoughSamplesHasNone() throws IOException {
    Path one = noise("one.npz", "enough", 300, 10, 1);
    Path other = noise("other.npz", "enough", 300, 10, 2);
    Path out = folder.resolve("out");
    assertEquals("", good("match", one, other, "--epsilon", "1", "--out", out).err());
    assertEquals(List.of(), codes(out.resolve("result.json")));
    assertLastColumn(Files.readAllLines(out.resolve("similarity.csv")), "warnings", "");
    assertFalse(Files.readString(out.resolve("similarity.svg")).contains("Warnings of"));
  }

  /** A float32 neuron that is a sum of two others: u_data·(1 + ‖c‖₁) with c = (1/√2, 1/√2). */
  @Test
  void storageErrorsStandBesideErrorBounds() throws IOException {
    Path parts =
        TestFiles.npz(folder.resolve("parts.npz"), "a", new float[] {1, 0, 0, 1, 0, 0}, 3, 2);
    Path sum = TestFiles.npz(folder.resolve("sum.npz"), "a", new float[] {1, 1, 0}, 3, 1);
    double expected = 0x1p-24 * (1 + Math.sqrt(2));
    JsonNode distances =
        JSON.readTree(good("distances", parts, sum, "--json", "-").out()).at("/layers/0/distances");
    assertEquals(expected, distances.at("/y/storageError/0").doubleValue(), 1e-6 * expected);
    JsonNode match = JSON.readTree(good("match", parts, sum, "--json", "-").out()).at("/layers/0");
    assertEquals(expected, match.at("/storageErrors/y/0").doubleValue(), 1e-6 * expected);
    assertEquals(2, match.at("/storageErrors/x").size());
  }

  @Test
  void aWallOfZerosSaysWhereTheFirstNeuronsMatch() throws IOException {
    // Both neurons are at an angle whose sine is 0.6.
    Path one = TestFiles.npz(folder.resolve("1.npz"), "a", new float[] {1, 0}, 2, 1);
    Path other = TestFiles.npz(folder.resolve("2.npz"), "a", new float[] {0.8f, 0.6f}, 2, 1);
    String note =
        "note: layer 'a': 0 at every ε asked for; the first neurons match at 0.60: try --epsilon"
            + " 0.65\n";
    assertTrue(good("match", one, other).err().endsWith(note));
    assertFalse(good("match", one, other, "--epsilon", "0.5,0.65").err().contains("every ε"));
    assertFalse(good("match", one, other, "--quiet").err().contains("every ε"));
    assertFalse(good("match", one, other, "--no-spectrum").err().contains("every ε"));
  }

  private static Path shared(String name) {
    Path file =
        RealCommand.root().resolveSibling("shared").resolve("cases/meaningless").resolve(name);
    Assumptions.assumeTrue(Files.exists(file), () -> "skipped: there is no " + file);
    return file;
  }

  @ParameterizedTest
  @CsvSource({
    "unrelated, layer, few-samples not-above-chance",
    "mean, layer, common-mean not-above-chance",
    "padded, h, common-mean padding",
    "unpadded, h, ''",
    "extra, l, ''"
  })
  void usersOwnFilesGetWhatTheyDeserve(String name, String layer, String expected)
      throws IOException {
    Outcome outcome =
        good(
            "match",
            shared(name + "0.npz"),
            shared(name + "1.npz"),
            "--layers",
            layer,
            "--json",
            "-");
    assertEquals(expected, String.join(" ", codes(JSON.readTree(outcome.out()))));
  }

  /** Levels of noise are those by chance, however many samples it has; others are far below. */
  @ParameterizedTest
  @CsvSource({
    "unrelated, layer, few-samples not-above-chance",
    "mean, layer, common-mean not-above-chance",
    "padded, h, common-mean padding",
    "unpadded, h, not-above-chance"
  })
  void theirSpectraGetItToo(String name, String layer, String expected) throws IOException {
    Path one = shared(name + "0.npz");
    Path other = shared(name + "1.npz");
    Outcome outcome = good("spectrum", one, other, "--layers", layer, "--json", "-");
    assertEquals(expected, String.join(" ", codes(JSON.readTree(outcome.out()))));
  }

  /** The last neuron, which is noise, says nothing of the others, which have a partner each. */
  @Test
  void oneNeuronLikeChanceIsNotWarnedOf() throws IOException {
    int samples = 300;
    Random random = new Random(1);
    float[][] files = new float[2][samples * 5];
    for (int i = 0; i < samples * 5; i++) {
      float common = (float) random.nextGaussian();
      for (float[] values : files) {
        float own = (float) random.nextGaussian();
        values[i] = i % 5 == 4 ? own : common + own / 4;
      }
    }
    Path one = TestFiles.npz(folder.resolve("1.npz"), "a", files[0], samples, 5);
    Path other = TestFiles.npz(folder.resolve("2.npz"), "a", files[1], samples, 5);
    assertEquals("", good("spectrum", one, other).err());
    assertEquals("", good("spectrum", one, one).err()); // whose levels are 0
    String asked = good("match", one, other, "--epsilon", "0.9999").err();
    assertTrue(asked.contains("at ε=0.9999 the similarity is no more than"), asked);
  }

  @Test
  void everyCodeIsDocumented() throws IOException {
    Path page = RealCommand.root().resolve("docs").resolve("reading-results.md");
    List<String> documented =
        Files.readAllLines(page).stream()
            .filter(line -> line.startsWith("| `"))
            .map(line -> line.substring(3, line.indexOf('`', 3)))
            .toList();
    for (Warning.Code code : Warning.Code.values()) {
      assertTrue(documented.contains(code.toString()), code.toString());
    }
  }
}
