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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.npy.NpzWriter;
import org.spanmatch.cli.RealCommand.Outcome;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.LayerPairs;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramFile;
import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.similarity.LayerGrams;
import org.spanmatch.similarity.Measure;

/** {@code spanmatch measures}, as users and programs see it. */
class MeasuresCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SAMPLES = 400;

  // Errors of inner products are some samples · 2⁻⁵³ = 4e-14 of the norms, or 10 times that by the
  // bound; the layers' condition numbers, below 10, multiply that twice, as far as 1e-10.
  private static final double CLOSE = 1e-9;
  private static final List<String> NAMES = Measure.all().stream().map(Measure::name).toList();
  private static final List<String> TITLES = Measure.all().stream().map(Measure::title).toList();

  @TempDir Path folder;
  private Path x;
  private Path y;

  /** Layer "fc" has 5 and 4 neurons that share some, layer "conv" is of 3 channels. */
  @BeforeEach
  void writeFiles() throws IOException {
    x = network("x.npz", 1, 5);
    y = network("y.npz", 2, 4);
  }

  private Path network(String name, int seed, int neurons) throws IOException {
    float[] shared = TestFiles.relu(SAMPLES, 9);
    float[] fc = TestFiles.relu(SAMPLES * neurons, seed);
    for (int i = 0; i < SAMPLES; i++) {
      fc[i * neurons] = shared[i] + 0.1f * fc[i * neurons];
    }
    Path file = folder.resolve(name);
    try (OutputStream out = Files.newOutputStream(file);
        NpzWriter npz = new NpzWriter(out)) {
      npz.add("fc", fc, SAMPLES, neurons);
      npz.add("conv", TestFiles.relu(SAMPLES * 3, seed + 10), SAMPLES / 4, 3, 2, 2);
      npz.add("only " + seed, TestFiles.relu(SAMPLES, seed), SAMPLES, 1);
    }
    return file;
  }

  private static Outcome good(Object... arguments) {
    Outcome outcome = RealCommand.run(arguments);
    assertEquals(0, outcome.exitCode(), outcome.err());
    return outcome;
  }

  private static JsonNode layersOf(List<Path> files, Object... options) throws IOException {
    List<Object> all = new ArrayList<>(files);
    all.addAll(List.of(options));
    return layers(all.toArray());
  }

  private static JsonNode layers(Object... arguments) throws IOException {
    List<Object> all = new ArrayList<>(List.of("measures"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--json", "-", "--quiet"));
    Outcome outcome = good(all.toArray());
    assertEquals("", outcome.err());
    return JSON.readTree(outcome.out()).get("layers");
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** What the library says of the same layers. */
  private Map<String, Map<String, OptionalDouble>> expected(Precision precision) {
    Map<String, Map<String, OptionalDouble>> expected = new TreeMap<>();
    try (ProjectionKernel kernel = Kernels.open(Kernels.AUTO, KernelOptions.defaults())) {
      GramOptions options =
          GramOptions.defaults().withNormProducts().withShifts().withPrecision(precision);
      for (LayerPair pair :
          LayerPairs.of(ActivationFile.open(x), ActivationFile.open(y), name -> true, List.of())
              .pairs()) {
        Gram gram = pair.gram(kernel, options).gram();
        LayerGrams grams = LayerGrams.of(gram, 0, 1, kernel);
        Map<String, OptionalDouble> values = new TreeMap<>();
        try (ProjectionTable table = kernel.table(gram.unshifted(), 0, 1)) {
          for (Measure measure : Measure.all()) {
            OptionalDouble asked = measure.of(table);
            values.put(measure.name(), asked.isPresent() ? asked : measure.of(grams));
          }
        }
        expected.put(pair.name(), values);
      }
    }
    return expected;
  }

  @ParameterizedTest
  @CsvSource({"standard", "high"})
  void valuesAreThoseOfTheLibrary(String precision) throws IOException {
    JsonNode layers = layers(x, y, "--precision", precision);
    Map<String, Map<String, OptionalDouble>> expected =
        expected(precision.equals("high") ? Precision.HIGH : Precision.STANDARD);
    assertEquals(2, layers.size());
    for (JsonNode layer : layers) {
      assertEquals(precision, layer.get("precision").textValue());
      JsonNode measures = layer.get("measures");
      assertEquals(NAMES, names(measures));
      expected
          .get(layer.get("name").textValue())
          .forEach(
              (name, value) ->
                  assertEquals(value, OptionalDouble.of(measures.get(name).doubleValue()), name));
    }
    assertEquals(
        List.of(
            "name",
            "xLayer",
            "yLayer",
            "samples",
            "masked",
            "neurons",
            "dead",
            "warnings",
            "precision",
            "measures"),
        names(layers.get(0)));
    assertEquals(5, layers.at("/0/neurons/x").intValue());
    assertEquals(4, layers.at("/0/neurons/y").intValue());
    assertEquals(SAMPLES, layers.at("/0/samples").intValue());
  }

  @Test
  void aNetworkIsCloseToItself() throws IOException {
    for (JsonNode layer : layers(x, x)) {
      for (Measure measure : Measure.all()) {
        double value = layer.at("/measures/" + measure.name()).doubleValue();
        switch (measure.scale()) {
          case SIMILARITY -> assertEquals(1, value, 1e-9, measure.name());
          case DISTANCE -> assertEquals(0, value, 1e-9, measure.name());
          case SIZE -> assertTrue(value >= 1 && value <= 5, measure.name());
        }
      }
    }
  }

  @Test
  void theTableHasAColumnForEachMeasure() {
    Outcome outcome = good("measures", x, y);
    List<String> lines = outcome.out().lines().toList();
    List<String> heads = List.of(lines.get(0).split(" {2,}"));
    assertEquals(TITLES, heads.subList(3, heads.size()));
    assertTrue(lines.get(1).matches("fc +5/4 +400( +-?[0-9.]+)+"), lines.get(1));
    assertTrue(lines.get(2).matches("conv +3/3 +400( +-?[0-9.]+)+"), lines.get(2));
    assertTrue(lines.get(3).startsWith("backend: "), lines.get(3));
    assertEquals(
        "note: skipped, only in " + x + ": only 1\nnote: skipped, only in " + y + ": only 2\n",
        outcome.err());
    Outcome quiet = good("measures", x, y, "--quiet");
    assertEquals("", quiet.err());
    assertEquals(lines.subList(0, 3), quiet.out().lines().toList());
  }

  @Test
  void someCanBeChosen() throws IOException {
    JsonNode measures = layers(x, y, "--measures", "softMatching, linearCka").at("/0/measures");
    assertEquals(List.of("linearCka", "softMatching"), names(measures));
    assertEquals(
        layers(x, y).at("/0/measures/softMatching").doubleValue(),
        measures.get("softMatching").doubleValue());
    Outcome table = good("measures", x, y, "--measures", "linearCka", "--quiet");
    assertTrue(table.out().startsWith("layer  neurons  samples     CKA\n"), table.out());
  }

  @ParameterizedTest
  @CsvSource({
    "linearCKA, (did you mean linearCka?)",
    "lineerCka, (did you mean linearCka?)",
    "cka, (did you mean linearCka?)",
    "rank, (did you mean effectiveRankX?)",
    "zzzzzz, only linearCka"
  })
  void unknownNamesAreWrongUsage(String typed, String hint) {
    Outcome outcome = RealCommand.run("measures", x, y, "--measures", "linearCka," + typed);
    assertEquals(2, outcome.exitCode());
    assertEquals("", outcome.out());
    assertEquals(1, outcome.err().lines().count());
    assertTrue(
        outcome.err().contains("--measures: there is no measure '" + typed + "'"), outcome.err());
    assertTrue(outcome.err().contains(hint), outcome.err());
  }

  @Test
  void anEmptyNameIsWrongUsage() {
    for (String typed : List.of("", ",", "linearCka,")) {
      Outcome outcome = RealCommand.run("measures", x, y, "--measures", typed);
      assertEquals(2, outcome.exitCode(), typed);
      assertTrue(outcome.err().contains("there is no measure '', only "), outcome.err());
    }
  }

  @Test
  void filesHoldTheSame() throws IOException {
    Path out = folder.resolve("out");
    Outcome outcome = good("measures", x, y, "--out", out);
    assertTrue(outcome.out().endsWith("results and figure in " + out + "\n"), outcome.out());
    JsonNode layers = JSON.readTree(out.resolve("result.json").toFile()).get("layers");
    assertEquals(layers(x, y), layers);
    List<String> csv = Files.readAllLines(out.resolve("measures.csv"));
    assertEquals(
        "layer,measure,value,neurons_x,neurons_y,samples,masked,x_layer,y_layer,network_x,network_y,"
            + "warnings",
        csv.get(0));
    assertEquals(1 + 2 * NAMES.size(), csv.size());
    for (int i = 0; i < NAMES.size(); i++) {
      String name = NAMES.get(i);
      double value = layers.at("/0/measures/" + name).doubleValue();
      assertEquals("fc," + name + "," + value + ",5,4,400,0,fc,fc,x.npz,y.npz,", csv.get(1 + i));
    }
    String svg = Files.readString(out.resolve("measures.svg"));
    for (String name : TITLES) {
      assertTrue(svg.contains(name + ": fc "), name);
    }
    assertTrue(Files.size(out.resolve("measures.png")) > 0);
  }

  @Test
  void warningsAreInTheFiles() throws IOException {
    Path small = TestFiles.npz(folder.resolve("s.npz"), "l", TestFiles.relu(150, 1), 30, 5);
    Path other = TestFiles.npz(folder.resolve("t.npz"), "l", TestFiles.relu(150, 2), 30, 5);
    Path out = folder.resolve("out");
    Outcome outcome = good("measures", small, other, "--out", out);
    assertTrue(outcome.err().startsWith("note: layer 'l': 30 samples are few"), outcome.err());
    assertEquals("", good("measures", small, other, "--out", out, "--quiet").err());
    JsonNode result = JSON.readTree(out.resolve("result.json").toFile());
    assertEquals("few-samples", result.at("/layers/0/warnings/0/code").textValue());
    assertTrue(Files.readAllLines(out.resolve("measures.csv")).get(1).endsWith(",few-samples"));
    assertTrue(
        Files.readString(out.resolve("measures.svg")).contains("Warnings of l: few-samples"));
  }

  /** A layer in which nothing lives has no measure, and that is no error. */
  @Test
  void whatIsUndefinedIsEmpty() throws IOException {
    Path dead = TestFiles.npz(folder.resolve("dead.npz"), "l", new float[60], 20, 3);
    Path alive = TestFiles.npz(folder.resolve("alive.npz"), "l", TestFiles.relu(60, 1), 20, 3);
    Path out = folder.resolve("out");
    for (Path other : List.of(alive, dead)) {
      Outcome outcome =
          good("measures", dead, other, "--measures", "linearCka,debiasedCka", "--out", out);
      assertTrue(outcome.out().lines().toList().get(1).matches("l +3/3 +20 +- +-"), outcome.out());
      JsonNode result = JSON.readTree(out.resolve("result.json").toFile());
      assertTrue(result.at("/layers/0/measures/linearCka").isNull());
      assertEquals(3, result.at("/layers/0/dead/x").size());
      assertTrue(
          Files.readAllLines(out.resolve("measures.csv"))
              .get(1)
              .startsWith("l,linearCka,,3,3,20,"));
    }
  }

  @Test
  void gramFilesGiveTheSame() throws IOException {
    Path gram = folder.resolve("xy.gram.npz");
    good("gram", x, y, "--center", "--out", gram, "--quiet");
    assertEquals(layers(x, y), layers(gram));
  }

  /** Rounded differently, but the same. */
  @Test
  void gramFilesWithoutShiftsGiveTheSame() throws IOException {
    Path gram = folder.resolve("xy.gram.npz");
    good("gram", x, y, "--out", gram, "--quiet");
    JsonNode expected = layers(x, y);
    JsonNode found = layers(gram);
    for (int i = 0; i < expected.size(); i++) {
      assertClose(expected.get(i).get("measures"), found.get(i).get("measures"), NAMES);
      for (String field : List.of("name", "samples", "neurons", "dead", "warnings", "precision")) {
        assertEquals(expected.get(i).get(field), found.get(i).get(field), field);
      }
    }
  }

  private static void assertClose(JsonNode expected, JsonNode found, List<String> names) {
    for (String name : names) {
      assertEquals(expected.get(name).doubleValue(), found.get(name).doubleValue(), CLOSE, name);
    }
  }

  /** A pair without means, and the same with some of 10⁵ standard deviations, without rounding. */
  private List<Path> withAndWithoutMeans() throws IOException {
    List<Path> files = new ArrayList<>();
    for (double mean : new double[] {0, 1e5}) {
      for (int seed = 1; seed <= 2; seed++) {
        Random shared = new Random(7);
        Random random = new Random(seed);
        double[] values = new double[SAMPLES * 5];
        for (int i = 0; i < values.length; i++) {
          double value = shared.nextGaussian() + random.nextGaussian();
          values[i] = Math.rint(value * 0x1p30) * 0x1p-30 + mean * (i % 5 - 1);
        }
        Path file = folder.resolve("mean " + mean + " " + seed + ".npz");
        try (NpzWriter npz = new NpzWriter(Files.newOutputStream(file))) {
          npz.add("l", values, SAMPLES, 5);
        }
        files.add(file);
      }
    }
    return files;
  }

  @ParameterizedTest
  @CsvSource({"auto, standard", "auto, high", "reference, standard"})
  void meansTakeNoDigits(String backend, String precision) throws IOException {
    List<Path> files = withAndWithoutMeans();
    Object[] options = {"--backend", backend, "--precision", precision};
    JsonNode without = layersOf(files.subList(0, 2), options);
    JsonNode with = layersOf(files.subList(2, 4), options);
    List<String> centred = new ArrayList<>(NAMES);
    centred.remove("eigenspaceOverlap");
    assertClose(without.at("/0/measures"), with.at("/0/measures"), centred);
    assertEquals(0, without.at("/0/warnings").size());
    assertEquals("common-mean", with.at("/0/warnings/0/code").textValue());
    assertTrue(with.at("/0/measures/eigenspaceOverlap").isNumber());
    Path gram = folder.resolve("centred.gram.npz");
    good("gram", files.get(2), files.get(3), "--center", "--precision", precision, "--out", gram);
    assertClose(without.at("/0/measures"), layers(gram).at("/0/measures"), centred);
  }

  /** What was added up without shifts lacks the digits, and says so. */
  @Test
  void gramFilesOfLargeMeansSayWhatTheyLack() throws IOException {
    List<Path> files = withAndWithoutMeans();
    Path gram = folder.resolve("stored.gram.npz");
    good("gram", files.get(2), files.get(3), "--out", gram);
    JsonNode measures = layers(gram).at("/0/measures");
    for (String name : NAMES) {
      assertEquals(!name.equals("eigenspaceOverlap"), measures.get(name).isNull(), name);
    }
    List<String> notes = good("measures", gram).err().lines().toList();
    assertTrue(
        notes.stream()
            .anyMatch(
                note ->
                    note.startsWith("note: layer 'l': what is centred can't be had: ")
                        && note.contains("its mean is so large that subtracting it leaves no")
                        && note.contains("add up again with --center")),
        notes::toString);
  }

  @Test
  void aGramFileWithoutNormProductsLacksDebiasedCka() throws IOException {
    Path file = folder.resolve("xy.gram.npz");
    good("gram", x, y, "--out", file, "--quiet", "--layers", "fc");
    GramMatrix gram = (GramMatrix) GramFile.read(file).get(0);
    Map<GramPair, double[]> blocks = new TreeMap<>();
    for (GramPair pair : List.of(new GramPair(0, 0), new GramPair(0, 1), new GramPair(1, 1))) {
      blocks.put(pair, gram.block(pair));
    }
    Gram without =
        new GramMatrix(
            gram.layers(), gram.samples(), gram.deadThreshold(), gram.error(), blocks, Map.of());
    GramFile.write(List.of(without), file);
    JsonNode measures = layers(file).at("/0/measures");
    assertTrue(measures.get("debiasedCka").isNull());
    assertFalse(measures.get("linearCka").isNull());
    assertEquals(
        "note: layer 'fc': debiasedCka can't be had: the Gram file has no norm products;"
            + " 'spanmatch gram' adds them up\n",
        good("measures", file).err());
    assertEquals("", good("measures", file, "--measures", "linearCka").err());
  }

  /**
   * Means of about 5,000 and 500,000 standard deviations, in files added up with and without
   * shifts.
   */
  @Test
  void notesSayWhatLargeMeansTake() throws IOException {
    List<JsonNode> centred = new ArrayList<>();
    for (double mean : new double[] {0, 1e5, 1e7}) {
      Random random = new Random(1);
      double[] values = new double[200 * 3];
      Arrays.setAll(values, i -> mean + random.nextInt(64));
      Path l = folder.resolve("l.npz");
      Path m = folder.resolve("m.npz");
      for (Path file : List.of(l, m)) {
        double[] own = values.clone();
        Random noise = new Random(file.equals(l) ? 2 : 3);
        Arrays.setAll(own, i -> own[i] + noise.nextInt(8));
        try (NpzWriter npz = new NpzWriter(Files.newOutputStream(file))) {
          npz.add("l", own, 200, 3);
        }
      }
      Path gram = folder.resolve("lm.gram.npz");
      good("gram", l, m, "--out", gram);
      String err = good("measures", gram).err();
      assertEquals(mean == 1e5, err.contains("debiasedCka can't be had: the HSIC"), err);
      assertEquals(mean == 1e7, err.contains("what is centred can't be had: "), err);
      assertEquals(mean == 1e7, err.contains("its mean is so large"), err);
      if (mean < 1e7) {
        String note = "debiasedCka can't be had: the HSIC";
        assertEquals(mean == 1e5, good("measures", gram, "--center").err().contains(note));
        JsonNode stored = layers(gram).at("/0/measures/debiasedCka");
        assertEquals(mean == 1e5, stored.isNull());
        assertEquals(stored, layers(gram, "--center").at("/0/measures/debiasedCka"));
      }
      Outcome outcome = good("measures", l, m);
      assertFalse(outcome.err().contains("can't be had"), outcome.err());
      JsonNode debiased = layers(l, m).at("/0/measures/debiasedCka");
      assertEquals(
          debiased.doubleValue(),
          layers(l, m, "--center").at("/0/measures/debiasedCka").doubleValue(),
          1e-12);
      centred.add(debiased);
    }
    assertEquals(centred.get(0).asDouble(), centred.get(1).asDouble(), 1e-12);
    assertEquals(centred.get(0).asDouble(), centred.get(2).asDouble(), 1e-12);
  }

  /** Fourth powers of such activations overflow, so each neuron is scaled by itself. */
  @Test
  void extremeActivationsLackDebiasedCka() throws IOException {
    double[] values = new double[60];
    Arrays.setAll(values, i -> 1e100 * (i % 7 + i % 3));
    Path huge = folder.resolve("huge.npz");
    try (NpzWriter npz = new NpzWriter(Files.newOutputStream(huge))) {
      npz.add("l", values, 20, 3);
    }
    Outcome outcome = good("measures", huge, huge);
    assertTrue(
        outcome
            .err()
            .contains(
                "note: layer 'l': debiasedCka can't be had: activations are so large or so small"
                    + " that they had to be scaled"),
        outcome.err());
    assertEquals(1, layers(huge, huge).at("/0/measures/linearCka").doubleValue(), 1e-12);
  }

  @Test
  void helpListsEveryMeasure() {
    Outcome outcome = good("help", "measures");
    for (Measure measure : Measure.all()) {
      assertTrue(outcome.out().contains("\n  " + measure.name() + " ("), measure.name());
    }
    outcome.out().lines().forEach(line -> assertTrue(line.length() <= 100, line));
  }

  @Test
  void everyMeasureIsDocumented() throws IOException {
    String page = Files.readString(RealCommand.root().resolve("docs").resolve("measures.md"));
    for (String name : NAMES) {
      assertTrue(page.contains("| `" + name + "` |"), name);
    }
  }
}
