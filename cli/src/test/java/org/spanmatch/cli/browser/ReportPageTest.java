package org.spanmatch.cli.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** What a reader does with the report of two networks, against the result that it shows. */
@Tag("once") // on one JDK: nothing here depends on which
class ReportPageTest {
  @RegisterExtension static final Browser BROWSER = new Browser();

  @TempDir static Path folder;
  private static Path results;
  private static JsonNode layers;

  @BeforeAll
  static void makeReport() throws IOException {
    BROWSER.resize(1100, 900);
    results = Reports.ofTwo(folder);
    layers = new ObjectMapper().readTree(results.resolve("result.json").toFile()).get("layers");
  }

  private static ReportPage open(String fragment) {
    return ReportPage.open(BROWSER, results, fragment);
  }

  /** Compares all rows with the result: its matches, and its levels where it has no match at ε. */
  private static void assertNumbers(ReportPage page, double epsilon) throws IOException {
    assertEquals(epsilon, page.epsilon());
    List<ReportPage.Row> rows = page.numbers();
    assertEquals(layers.size(), rows.size());
    for (int i = 0; i < rows.size(); i++) {
      JsonNode layer = layers.get(i);
      ReportPage.Row row = rows.get(i);
      String where = layer.get("name") + ", ε=" + epsilon;
      assertEquals(layer.get("xLayer").textValue(), row.x());
      assertEquals(layer.get("yLayer").textValue(), row.y());
      double all = layer.at("/neurons/x").intValue() + layer.at("/neurons/y").intValue();
      double living = all - layer.at("/dead/x").size() - layer.at("/dead/y").size();
      assertEquals(within(layer, "levels", epsilon) / all, row.similarity(), where);
      assertEquals(within(layer, "fullDistances", epsilon) / living, row.coverage(), where);
      assertEquals(within(layer, "chanceLevels", epsilon) / all, row.chance(), where);
      for (int m = 0; m < layer.get("matches").size(); m++) {
        JsonNode match = layer.get("matches").get(m);
        if (match.get("epsilon").doubleValue() == epsilon) {
          assertEquals(match.get("similarity").doubleValue(), row.similarity(), where);
          assertEquals(match.get("coverage").doubleValue(), row.coverage(), where);
          assertEquals(layer.get("chance").get(m).doubleValue(), row.chance(), where);
        }
      }
    }
  }

  private static double within(JsonNode layer, String field, double epsilon) {
    return neuronsWithin(layer, field, "x", epsilon).size()
        + neuronsWithin(layer, field, "y", epsilon).size();
  }

  private static List<Integer> neuronsWithin(
      JsonNode layer, String field, String group, double epsilon) {
    JsonNode values = layer.get(field).get(group);
    return IntStream.range(0, values.size())
        .filter(i -> values.get(i).isNumber() && values.get(i).doubleValue() <= epsilon)
        .boxed()
        .toList();
  }

  /** The default ε of the command, between them, and the ends. */
  @ParameterizedTest
  @ValueSource(strings = {"0.15", "0.2", "0.25", "0.3", "0.5", "0.1234", "0.6", "0", "1"})
  void numbersAreThoseOfTheResult(String epsilon) throws IOException {
    ReportPage page = open("#epsilon=0.4");
    page.type(epsilon);
    assertNumbers(page, Double.parseDouble(epsilon));
    page.awaitFragment("#epsilon=" + epsilon);
  }

  /** A neuron matches at its level and not one unit in the last place below. */
  @Test
  void anExactEpsilonIsTakenAsItIs() throws IOException {
    JsonNode layer = layers.get(layers.size() - 1);
    double level =
        StreamSupport.stream(layer.at("/levels/x").spliterator(), false)
            .filter(JsonNode::isNumber)
            .mapToDouble(JsonNode::doubleValue)
            .filter(value -> value > 0.1)
            .min()
            .orElseThrow();
    ReportPage page = open("");
    page.type(Double.toString(level));
    assertNumbers(page, level);
    page.type(Double.toString(Math.nextDown(level)));
    assertNumbers(page, Math.nextDown(level));
  }

  @ParameterizedTest
  @ValueSource(strings = {"7", "-1", "5", "half"})
  void whatIsNoEpsilonIsMarkedAndChangesNothing(String epsilon) throws IOException {
    ReportPage page = open("#epsilon=0.4");
    page.type(epsilon);
    assertEquals("true", BROWSER.find("#exact").getDomAttribute("aria-invalid"));
    assertEquals("ε is a number from 0 to 1.", BROWSER.find("#fault").getText());
    assertEquals("0.4", page.slider());
    page.type("0,25");
    assertEquals("false", BROWSER.find("#exact").getDomAttribute("aria-invalid"));
    assertEquals("", BROWSER.find("#fault").getText());
    assertNumbers(page, 0.25);
  }

  @Test
  void arrowKeysMoveTheSlider() throws IOException {
    ReportPage page = open("#epsilon=0.3");
    page.press(Keys.ARROW_RIGHT, Keys.ARROW_UP, Keys.ARROW_RIGHT);
    assertNumbers(page, 0.315);
    page.press(Keys.ARROW_LEFT);
    assertNumbers(page, 0.31);
    page.awaitFragment("#epsilon=0.31");
    page.press(Keys.PAGE_UP);
    double far = page.epsilon();
    assertTrue(far > 0.35, () -> "ε=" + far);
    assertNumbers(page, far);
    page.press(Keys.END);
    assertNumbers(page, 1);
    page.press(Keys.HOME);
    assertNumbers(page, 0);
  }

  @Test
  void theMouseMovesTheSlider() throws IOException {
    ReportPage page = open("#epsilon=0.3");
    page.drag(0.25);
    double moved = page.epsilon();
    assertEquals(0.55, moved, 0.02); // some pixels, since the thumb is grabbed beside its middle
    assertNumbers(page, moved);
    assertEquals(Double.toString(moved), page.slider());
    page.awaitFragment("#epsilon=" + moved);
  }

  @Test
  void theAddressHoldsWhatIsShown() throws IOException {
    ReportPage page = open("#epsilon=0.3");
    page.type("0.45");
    BROWSER.find("#lines input[name=chance]").click();
    BROWSER.find("#lines input[name=coverage]").click();
    page.click(page.layer("curve", 3));
    String fragment = "#epsilon=0.45&layer=3&lines=coverage";
    page.awaitFragment(fragment);
    List<String> lines = lines();
    assertTrue(lines.contains("coverage") && !lines.contains("chance"), lines.toString());
    String details = page.details();

    ReportPage again = open(fragment);
    assertNumbers(again, 0.45);
    assertEquals("0.45", again.slider());
    assertEquals(lines, lines());
    assertEquals(details, again.details());
    assertEquals(fragment, BROWSER.fragment());

    // By hand, or by a link in another document.
    BROWSER.run("location.hash = '#epsilon=0.2&lines=chance'");
    BROWSER.settle();
    assertNumbers(again, 0.2);
    assertEquals(List.of("chance", "similarity"), lines());
  }

  /** Its target is the address's fragment too. */
  @Test
  void theLinkToTheNumbersLeavesTheLayerShown() throws IOException {
    ReportPage page = open("#epsilon=0.45&layer=3&lines=coverage");
    String details = page.details();
    BROWSER.run("document.querySelector('a.skip').focus()");
    page.key(Keys.ENTER);
    BROWSER.await("return document.activeElement.id === 'numbers-section'");
    BROWSER.settle();
    assertEquals(details, page.details());
    assertNumbers(page, 0.45);
  }

  /** Returns the names of the lines that are drawn, whose boxes are ticked. */
  private static List<String> lines() {
    List<String> drawn = new ArrayList<>();
    for (WebElement box : BROWSER.all("#lines input")) {
      String name = box.getDomAttribute("name");
      assertEquals(box.isSelected(), !BROWSER.all("#curve .series." + name).isEmpty(), name);
      if (box.isSelected()) {
        drawn.add(name);
      }
    }
    return drawn.stream().sorted().toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "#epsilon=NaN&layer=99&lines=<b>",
        "#epsilon=-1&layer=x",
        "#%",
        "#numbers-section"
      })
  void anAddressThatMeansNothingShowsTheUsual(String fragment) throws IOException {
    double usual = open("").epsilon();
    assertNumbers(open(fragment), usual);
  }

  @Test
  void theCurveFollowsTheSlider() {
    ReportPage page = open("#epsilon=0.3");
    String before = curve();
    page.press(Keys.ARROW_RIGHT);
    assertNotEquals(before, curve());
    page.press(Keys.ARROW_LEFT);
    assertEquals(before, curve());
  }

  private static String curve() {
    return BROWSER.find("#curve .series.similarity .mean").getDomAttribute("d");
  }

  @Test
  void pointingAtALayerShowsIt() {
    ReportPage page = open("#epsilon=0.5");
    JsonNode layer = layers.get(1);
    assertFalse(page.details().contains(layer.get("name").textValue()), page.details());
    page.point(page.layer("curve", 1));
    assertShown(page, layer);
    BROWSER.actions().moveToElement(BROWSER.find("h1")).perform();
    BROWSER.settle();
    assertFalse(page.details().contains(layer.get("name").textValue()), page.details());
  }

  private static void assertShown(ReportPage page, JsonNode layer) {
    String details = page.details();
    assertTrue(details.contains(layer.get("name").textValue()), details);
    assertTrue(details.contains(grouped(layer.get("samples").intValue())), details);
    assertTrue(details.contains(grouped(layer.at("/neurons/x").intValue())), details);
  }

  private static String grouped(int count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** The figure is one stop of the tab key; in it the arrow keys move. */
  @Test
  void theKeyboardReachesEveryLayer() {
    ReportPage page = open("#epsilon=0.5");
    WebElement last = BROWSER.all("#lines input").get(BROWSER.all("#lines input").size() - 1);
    BROWSER.run("arguments[0].focus()", last);
    page.key(Keys.TAB);
    for (int i = 0; i < layers.size(); i++) {
      assertShown(page, layers.get(i));
      page.key(Keys.ARROW_RIGHT);
    }
    page.key(Keys.HOME);
    assertShown(page, layers.get(0));
    page.key(Keys.ENTER);
    assertMembers(page, layers.get(0), 0.5);
    page.key(Keys.ESCAPE);
    page.key(Keys.TAB);
    assertFalse(
        page.details().contains(layers.get(0).get("name").textValue()), () -> page.details());
  }

  @Test
  void clickingALayerShowsWhichNeuronsMatch() {
    ReportPage page = open("#epsilon=0.5");
    int last = layers.size() - 1;
    page.click(page.layer("curve", last));
    assertMembers(page, layers.get(last), 0.5);
    page.type("0.43");
    assertMembers(page, layers.get(last), 0.43);
  }

  /** Compares the lists of neurons, such as 0–3, 7, with the levels. */
  private static void assertMembers(ReportPage page, JsonNode layer, double epsilon) {
    assertShown(page, layer);
    List<WebElement> lists = BROWSER.all("#details .ids");
    assertEquals(2, lists.size(), page.details());
    for (int side = 0; side < 2; side++) {
      List<Integer> ids = new ArrayList<>();
      String text = lists.get(side).getText();
      for (String range : text.equals("none") ? new String[0] : text.split(", ", -1)) {
        String[] ends = range.split("–", -1);
        IntStream.rangeClosed(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]))
            .forEach(ids::add);
      }
      assertEquals(neuronsWithin(layer, "levels", side == 0 ? "x" : "y", epsilon), ids);
    }
  }

  @Test
  void thePageSaysHowLongItTook() {
    ReportPage page = open("#epsilon=0.3");
    page.press(Keys.ARROW_RIGHT);
    assertTrue(page.milliseconds("ready") > 0);
    assertTrue(page.milliseconds("redraw") > 0);
    System.out.printf(
        Locale.ROOT,
        "report of %d layers: ready after %.0f ms, drawn anew in %.1f ms%n",
        layers.size(),
        page.milliseconds("ready"),
        page.milliseconds("redraw"));
  }
}
