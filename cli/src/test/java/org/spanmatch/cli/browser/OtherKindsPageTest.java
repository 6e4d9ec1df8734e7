package org.spanmatch.cli.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.WebElement;
import org.spanmatch.cli.RealCommand;
import org.spanmatch.cli.RealCommand.Outcome;
import org.spanmatch.tuning.LayerTime;
import org.spanmatch.tuning.Measurement;

/** Pages of measures, simple matches and times against the results that they show. */
@Tag("once") // on one JDK: nothing here depends on which
class OtherKindsPageTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> LAYERS = List.of("conv1", "conv2", "fc");

  // The width of A4 across, without its margins, in CSS pixels.
  private static final int ACROSS = 1017;

  @RegisterExtension static final Browser BROWSER = new Browser();

  @TempDir static Path folder;
  private static List<Path> networks;

  @BeforeAll
  static void makeNetworks() throws IOException {
    BROWSER.resize(1100, 900);
    networks =
        List.of(
            Reports.network(folder.resolve("x.npz"), 1, 12, LAYERS),
            Reports.network(folder.resolve("y.npz"), 2, 12, LAYERS));
  }

  private static void run(Object... words) {
    Outcome outcome = RealCommand.run(words);
    assertEquals(0, outcome.exitCode(), outcome.err());
  }

  private static Path result(String command, Object... options) {
    Path out = folder.resolve(command);
    List<Object> words = new ArrayList<>(List.of(command));
    words.addAll(networks);
    words.addAll(List.of(options));
    words.addAll(List.of("--quiet", "--out", out));
    run(words.toArray());
    return out;
  }

  private static JsonNode layers(Path result) throws IOException {
    return JSON.readTree(result.resolve("result.json").toFile()).get("layers");
  }

  private static void open(Path page, String fragment) throws IOException {
    BROWSER.open(page, fragment);
    BROWSER.await("return document.documentElement.dataset.ready !== undefined");
    BROWSER.settle();
    assertEquals(List.of(), BROWSER.accessibilityFaults());
  }

  @Test
  void aMeasureThatIsSwitchedOnHasTheValuesOfTheResult() throws IOException {
    Path measures = result("measures");
    Path page = folder.resolve("all.html");
    run("report", result("match"), measures, "--out", page);
    open(page, "#epsilon=0.3");
    assertEquals(List.of(), BROWSER.all("#curve .series.linearCka"));
    BROWSER.find("#lines input[name=linearCka]").click();
    BROWSER.await("return location.hash.includes('linearCka')");
    List<WebElement> dots = BROWSER.all("#curve .series.linearCka .dot");
    JsonNode layers = layers(measures);
    assertEquals(layers.size(), dots.size());
    // Of dots at the height of their values, those differ as these do.
    double first = Double.parseDouble(dots.get(0).getDomAttribute("cy"));
    double height = scale(layers, dots);
    assertTrue(height > 0, "larger values are higher");
    for (int i = 0; i < layers.size(); i++) {
      double value = layers.get(i).at("/measures/linearCka").doubleValue();
      double moved = value - layers.get(0).at("/measures/linearCka").doubleValue();
      assertEquals(
          first - moved * height, Double.parseDouble(dots.get(i).getDomAttribute("cy")), 0.01);
      for (String name : List.of("linearCka", "svcca", "effectiveRankY")) {
        assertEquals(
            layers.get(i).at("/measures/" + name).doubleValue(),
            Double.parseDouble(
                BROWSER.all("#numbers td." + name).get(i).getDomAttribute("data-value")));
      }
    }
  }

  /** How many pixels there are to 1, from the first and the last dot. */
  private static double scale(JsonNode layers, List<WebElement> dots) {
    int last = dots.size() - 1;
    double values =
        layers.get(last).at("/measures/linearCka").doubleValue()
            - layers.get(0).at("/measures/linearCka").doubleValue();
    return (Double.parseDouble(dots.get(0).getDomAttribute("cy"))
            - Double.parseDouble(dots.get(last).getDomAttribute("cy")))
        / values;
  }

  @Test
  void measuresAloneHaveNoEpsilon() throws IOException {
    open(result("measures").resolve("report.html"), "");
    assertFalse(BROWSER.find("#control").isDisplayed());
    assertTrue(BROWSER.find("#lines input[name=linearCka]").isSelected());
    assertEquals("", BROWSER.fragment());
  }

  @Test
  void aLayerThatIsClickedShowsItsSimpleMatches() throws IOException {
    Path simple = result("simple", "--epsilon", "0.5");
    open(simple.resolve("report.html"), "");
    assertEquals(List.of(), BROWSER.all("#members .match"));
    JsonNode layers = layers(simple);
    for (int i = 0; i < layers.size(); i++) {
      WebElement layer = BROWSER.find("#sizes .layer[data-layer='" + i + "']");
      BROWSER.actions().moveToElement(layer).click().perform();
      BROWSER.settle();
      List<String> shown = new ArrayList<>();
      for (WebElement row : BROWSER.all("#members .match")) {
        shown.add(
            Double.parseDouble(row.getDomAttribute("data-epsilon"))
                + List.of("size", "x", "y").stream()
                    .map(name -> ", " + row.getDomAttribute("data-" + name))
                    .collect(Collectors.joining()));
      }
      List<String> found = new ArrayList<>();
      for (JsonNode match : layers.get(i).get("simple")) {
        found.add(
            match.get("epsilon").doubleValue()
                + ", "
                + match.get("size")
                + ", "
                + ids(match.get("x"))
                + ", "
                + ids(match.get("y")));
      }
      assertFalse(i == 0 && found.isEmpty());
      assertEquals(found, shown);
    }
  }

  /** The slider stands elsewhere when a match is laid beside them. */
  @Test
  void theTitleOfSimpleMatchesHasTheirEpsilon() throws IOException {
    Path page = folder.resolve("beside.html");
    Path simple = folder.resolve("beside");
    run(
        "simple",
        networks.get(0),
        networks.get(1),
        "--epsilon",
        "0.45",
        "--quiet",
        "--out",
        simple);
    run("report", result("match"), simple, "--out", page);
    open(page, "#epsilon=0.2");
    assertEquals("Simple matches at ε = 0.45", BROWSER.find("#simple-title").getText());
    assertTrue(BROWSER.find("#numbers thead").getText().contains("Simple matches at ε = 0.45"));
  }

  @Test
  void aPageOfMeasuresFitsOnPaper() throws IOException {
    Path page = folder.resolve("paper.html");
    run("report", result("match"), result("measures"), "--out", page);
    open(page, "");
    WebElement numbers = BROWSER.find("#numbers-section");
    assertEquals(0L, cutOffAt(ACROSS));
    assertEquals("wide", BROWSER.run("return getComputedStyle(arguments[0]).page", numbers));
    BROWSER.show("screen", "light");
  }

  /** Returns how many pixels of the table are lost on paper of a width; leaves paper shown. */
  private static Object cutOffAt(int width) {
    BROWSER.resize(width, 700);
    BROWSER.show("print", "light");
    Object cutOff =
        BROWSER.run(
            "const box = document.querySelector('#numbers').parentNode;"
                + "return box.scrollWidth - box.clientWidth");
    BROWSER.resize(1100, 900);
    return cutOff;
  }

  private static String ids(JsonNode neurons) {
    return StreamSupport.stream(neurons.spliterator(), false)
        .map(JsonNode::asText)
        .collect(Collectors.joining(" "));
  }

  @Test
  void theTableOfTimesHasThoseOfTheFolder() throws IOException {
    Path bench = RealCommand.root().resolve("benchmarks/results/2026-11-25-layers");
    Path page = folder.resolve("bench.html");
    run("report", bench, "--out", page);
    open(page, "");
    List<LayerTime> times = LayerTime.of(Measurement.read(bench.resolve("jmh.json")));
    assertEquals(times.size(), BROWSER.all("#numbers td.time[data-milliseconds]").size());
    for (LayerTime time : times) {
      WebElement cell =
          BROWSER.find(
              String.format(
                  Locale.ROOT,
                  "#numbers tr[data-neurons='%d'][data-samples='%d'] td[data-backend='%s']",
                  time.point().neurons(),
                  time.point().samples(),
                  time.backend()));
      assertEquals(
          List.of(
              time.milliseconds(),
              time.measurement().iterations().lowest(),
              time.measurement().iterations().highest()),
          List.of("milliseconds", "lowest", "highest").stream()
              .map(name -> Double.valueOf(cell.getDomAttribute("data-" + name)))
              .toList());
    }
    String fastest = "#fastest td[data-neurons='64'][data-samples='2500']";
    assertEquals("java", BROWSER.find(fastest).getDomAttribute("data-backend"));
    assertEquals(0L, cutOffAt(ACROSS));
    BROWSER.show("screen", "light");
    BROWSER.find("#backends input[name=java]").click();
    assertEquals("openblas", BROWSER.find(fastest).getDomAttribute("data-backend"));
    BROWSER.show("print", "light");
    assertFalse(BROWSER.find("#backends input[name=openblas]").isDisplayed());
    assertFalse(BROWSER.find("#backends").getText().contains("java"));
    assertEquals("none", BROWSER.find("#along").getCssValue("appearance"));
    BROWSER.show("screen", "light");
  }
}
