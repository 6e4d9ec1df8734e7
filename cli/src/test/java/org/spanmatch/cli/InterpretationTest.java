package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.cli.RealCommand.Outcome;
import org.spanmatch.similarity.Measure;

/** Every table of docs/interpretation.md comes out again, to its last digit. */
@Tag("once") // on one JDK: nothing here depends on which
class InterpretationTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String EPSILON = "0.3";
  private static final String HELD_OUT = "held out";

  // What the commands say of a layer, which two tables show: by its arguments.
  private static final Map<List<Object>, JsonNode> RESULTS = new HashMap<>();

  @TempDir static Path folder;
  private static String page;

  /**
   * A layer of the generated data, and what the commands say of it.
   *
   * @param name what the tables call it
   * @param truth what there is to find
   * @param match the layer in the JSON of {@code match}
   * @param measures the layer in the JSON of {@code measures}
   */
  private record Case(String name, Truth truth, JsonNode match, JsonNode measures) {
    double number(String measure) {
      JsonNode value =
          switch (measure) {
            case "similarity" -> match.at("/matches/0/similarity");
            case "coverage" -> match.at("/matches/0/coverage");
            case "chance" -> match.at("/chance/0");
            case HELD_OUT -> match.at("/matches/0/heldOut/share");
            case "1 − procrustes/2" -> measures.at("/measures/procrustes");
            default -> measures.at("/measures/" + measure);
          };
      assertTrue(value.isNumber(), () -> name + ", " + measure + ": " + value);
      return measure.contains("procrustes") ? 1 - value.doubleValue() / 2 : value.doubleValue();
    }

    String shown(String measure) {
      if (measure.equals(HELD_OUT) && match.at("/matches/0/heldOut/share").isNull()) {
        return "-"; // nothing matches
      }
      return String.format(Locale.ROOT, "%.2f", number(measure) + 0.0).replace("-0.00", "0.00");
    }
  }

  /** What two layers share, and which values of a similarity say so. */
  private enum Truth {
    SAME(0.8, 1),
    HALF(0.3, 0.7),
    NOTHING(-1, 0.3);

    private final double least;
    private final double most;

    Truth(double least, double most) {
      this.least = least;
      this.most = most;
    }

    boolean isToldBy(double value) {
      return value >= least && value <= most + 1e-9;
    }
  }

  @BeforeAll
  static void writeData() throws IOException {
    page = Files.readString(RealCommand.root().resolve("docs").resolve("interpretation.md"));
    Outcome outcome = DocumentationTest.example("CriticsData.java", folder);
    assertEquals(0, outcome.exitCode(), outcome.err());
  }

  /** A table of the page. */
  private static final class Table {
    private final StringBuilder text = new StringBuilder();

    Table(List<String> heads) {
      row(heads);
      row(Collections.nCopies(heads.size(), "---"));
    }

    void row(List<String> cells) {
      text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    void assertShown() {
      assertTrue(page.contains(text), () -> "the page shows another table than this:\n" + text);
    }
  }

  private static JsonNode layer(String command, String files, String layer, Object... options)
      throws IOException {
    List<Object> key = List.of(command, files, layer, List.of(options));
    JsonNode known = RESULTS.get(key);
    if (known == null) {
      known = run(command, files, layer, options);
      RESULTS.put(key, known);
    }
    return known;
  }

  private static JsonNode run(String command, String files, String layer, Object... options)
      throws IOException {
    List<Object> all = new ArrayList<>();
    all.add(command);
    all.add(folder.resolve(files + "-x.npz"));
    all.add(folder.resolve(files + "-y.npz"));
    all.addAll(List.of("--layers", layer));
    all.addAll(List.of(options));
    all.addAll(List.of("--json", "-", "--quiet"));
    Outcome outcome = RealCommand.run(all.toArray());
    assertEquals(0, outcome.exitCode(), outcome.err());
    return JSON.readTree(outcome.out()).at("/layers/0");
  }

  private static Case layer(String name, Truth truth, String files, String layer, Object... mask)
      throws IOException {
    List<Object> match = new ArrayList<>(List.of(mask));
    match.addAll(List.of("--epsilon", EPSILON, "--folds", 5));
    return new Case(
        name,
        truth,
        layer("match", files, layer, match.toArray()),
        layer("measures", files, layer, mask));
  }

  private static List<Case> isomorphic() throws IOException {
    return List.of(
        layer("rotated", Truth.SAME, "isomorphic", "rotated"),
        layer("chain", Truth.SAME, "isomorphic", "chain"),
        layer("halves", Truth.HALF, "isomorphic", "halves"),
        layer("squares", Truth.NOTHING, "isomorphic", "squares"));
  }

  private static List<Case> few() throws IOException {
    return List.of(
        layer("noise, 2000", Truth.NOTHING, "few", "noise-2000"),
        layer("related, 2000", Truth.SAME, "few", "related-2000"),
        layer("noise, 80", Truth.NOTHING, "few", "noise-80"),
        layer("related, 80", Truth.SAME, "few", "related-80"));
  }

  private static List<Case> outlier() throws IOException {
    return List.of(
        layer("without", Truth.NOTHING, "outlier", "without"),
        layer("with", Truth.NOTHING, "outlier", "with"));
  }

  private static List<Case> padded() throws IOException {
    return List.of(
        layer("noise, padded", Truth.NOTHING, "padded", "noise"),
        layer("related, padded", Truth.SAME, "padded", "related"),
        layer("noise, masked", Truth.NOTHING, "padded", "noise", "--mask", "mask"),
        layer("related, masked", Truth.SAME, "padded", "related", "--mask", "mask"));
  }

  /** A table of some measures, a row per layer. */
  private static void assertShown(String head, List<Case> cases, String... measures) {
    List<String> heads = new ArrayList<>(List.of(head));
    Arrays.stream(measures).map(InterpretationTest::named).forEach(heads::add);
    Table table = new Table(heads);
    for (Case each : cases) {
      List<String> cells = new ArrayList<>(List.of(each.name()));
      Arrays.stream(measures).map(each::shown).forEach(cells::add);
      table.row(cells);
    }
    table.assertShown();
  }

  /** Names from the JSON are set as code. */
  private static String named(String measure) {
    return measure.matches("[a-z]+[A-Z0-9][A-Za-z0-9]*|svcca|pwcca")
        ? "`" + measure + "`"
        : measure;
  }

  @Test
  void isomorphicLayers() throws IOException {
    assertShown(
        "layer",
        isomorphic(),
        "similarity",
        "coverage",
        "r2X",
        "r2Y",
        "eigenspaceOverlap",
        "meanCca",
        "linearCka",
        "hardMatching");
  }

  @Test
  void fewSamples() throws IOException {
    assertShown(
        "layer, samples",
        few(),
        "similarity",
        "chance",
        HELD_OUT,
        "r2X",
        "meanCca",
        "linearCka",
        "debiasedCka");
  }

  @Test
  void oneOutlier() throws IOException {
    assertShown(
        "outlier",
        outlier(),
        "similarity",
        "chance",
        HELD_OUT,
        "r2X",
        "meanCca",
        "pwcca",
        "linearCka",
        "debiasedCka",
        "eigenspaceOverlap");
  }

  @Test
  void padding() throws IOException {
    assertShown(
        "layer", padded(), "similarity", HELD_OUT, "r2X", "meanCca", "linearCka", "debiasedCka");
  }

  /** What each measure says where the truth is known; what is wrong is bold. */
  @Test
  void whichMeasureIsRight() throws IOException {
    List<Case> cases = new ArrayList<>(isomorphic());
    cases.addAll(few());
    cases.addAll(outlier().subList(1, 2));
    cases.addAll(padded());
    List<String> heads = new ArrayList<>(List.of(""));
    cases.forEach(each -> heads.add(each.name().equals("with") ? "outlier" : each.name()));
    Table table = new Table(heads);
    List<String> measures = new ArrayList<>(List.of("similarity", "coverage"));
    Measure.all().stream()
        .filter(measure -> measure.scale() == Measure.Scale.SIMILARITY)
        .map(Measure::name)
        .forEach(measures::add);
    measures.add("1 − procrustes/2");
    for (String measure : measures) {
      List<String> cells = new ArrayList<>(List.of(named(measure)));
      for (Case each : cases) {
        boolean right = each.truth().isToldBy(each.number(measure));
        cells.add(right ? each.shown(measure) : "**" + each.shown(measure) + "**");
      }
      table.row(cells);
    }
    table.assertShown();
  }

  private static void assertDingTestsShown(Path x, Path y, String... layers) {
    List<Object> arguments = new ArrayList<>(List.of(x, y));
    arguments.addAll(List.of(layers));
    Outcome outcome = DocumentationTest.example("DingTests.java", arguments.toArray());
    assertEquals(0, outcome.exitCode(), outcome.err());
    for (String table : List.of(outcome.out().split("\n\n", -1))) {
      assertTrue(
          page.contains("\n" + table.strip() + "\n"),
          () -> "the page shows another table than this:\n" + table);
    }
  }

  @Test
  void dingOnTheDemo() {
    Path demo = folder.resolve("demo");
    assertEquals(0, RealCommand.run("demo", "--out", demo, "--quiet").exitCode());
    assertDingTestsShown(
        demo.resolve("seed1.npz"),
        demo.resolve("seed2.npz"),
        "hidden1",
        "hidden2",
        "hidden3",
        "hidden4");
  }

  @Test
  void dingOnRealNetworks() {
    assertDingTestsShown(
        RealNetworks.x(),
        RealNetworks.y(),
        "features.10",
        "features.13",
        "features.24",
        "features.27",
        "classifier.1",
        "classifier.3");
  }
}
