package org.spanmatch.cli.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** Reports of many networks and of many pairs of layers. */
@Tag("once") // on one JDK: nothing here depends on which
class ReportSizesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @RegisterExtension static final Browser BROWSER = new Browser();

  @TempDir Path folder;

  private List<Path> networks(int count, int neurons, List<String> layers) throws IOException {
    Path[] files = new Path[count];
    for (int i = 0; i < count; i++) {
      files[i] = Reports.network(folder.resolve("seed" + i + ".npz"), i, neurons, layers);
    }
    return Arrays.asList(files);
  }

  private static void assertRow(JsonNode layer, int match, ReportPage.Row row) {
    assertEquals(layer.get("xLayer").textValue(), row.x());
    assertEquals(layer.get("yLayer").textValue(), row.y());
    JsonNode found = layer.get("matches").get(match);
    assertEquals(found.get("similarity").doubleValue(), row.similarity());
    assertEquals(found.get("coverage").doubleValue(), row.coverage());
    assertEquals(layer.get("chance").get(match).doubleValue(), row.chance());
  }

  @Test
  void everyPairOfSeveralNetworksHasItsRows() throws IOException {
    BROWSER.resize(1100, 900);
    List<String> layers = List.of("conv1", "conv2", "fc");
    Path results = Reports.match(folder, networks(4, 12, layers), "--epsilon", "0.2,0.35");
    JsonNode pairs = JSON.readTree(results.resolve("result.json").toFile()).get("pairs");
    assertEquals(6, pairs.size());
    for (int match = 0; match < 2; match++) {
      double epsilon = match == 0 ? 0.2 : 0.35;
      List<ReportPage.Row> rows =
          ReportPage.open(BROWSER, results, "#epsilon=" + epsilon).numbers();
      assertEquals(6 * layers.size(), rows.size());
      int[] seen = new int[6];
      for (ReportPage.Row row : rows) {
        seen[row.comparison()]++;
        JsonNode pair = pairs.get(row.comparison());
        assertRow(pair.get("layers").get(layers.indexOf(row.x())), match, row);
      }
      assertTrue(Arrays.stream(seen).allMatch(count -> count == layers.size()));
    }
  }

  /** The map has a cell for every pair of layers, in which arrow keys move up and down too. */
  @Test
  void everyPairOfLayersHasItsCell() throws IOException {
    BROWSER.resize(1100, 900);
    List<String> layers = List.of("a", "b", "c", "d");
    Path results = Reports.match(folder, networks(2, 12, layers), "--pairs", "all");
    JsonNode found = JSON.readTree(results.resolve("result.json").toFile()).get("layers");
    ReportPage page = ReportPage.open(BROWSER, results, "#epsilon=0.25");
    List<ReportPage.Row> rows = page.numbers();
    assertEquals(16, rows.size());
    for (int i = 0; i < 16; i++) {
      assertRow(found.get(i), 2, rows.get(i));
    }
    assertEquals(16, BROWSER.all("#map .cell").size());
    assertEquals(found.at("/5/xLayer"), found.at("/5/yLayer"), "on the diagonal");
    page.point(page.layer("map", 6));
    assertShown(page, "b", "c");
    page.click(page.layer("map", 6));
    page.key(Keys.ARROW_DOWN);
    assertShown(page, "c", "c");
    page.key(Keys.ARROW_LEFT);
    assertShown(page, "c", "b");
    page.key(Keys.ENTER);
    page.awaitFragment("#epsilon=0.25&layer=9");
  }

  private static void assertShown(ReportPage page, String x, String y) {
    String both = x + " of seed0.npz\n" + y + " of seed1.npz\n";
    assertTrue(page.details().startsWith(x.equals(y) ? x + "\n" : both), page.details());
  }

  /** 50 layers with 50: at most 3 MB; how fast it is depends on the machine and is printed. */
  @Test
  void manyLayersFitIntoASmallFile() throws IOException {
    BROWSER.resize(1100, 900);
    List<String> layers =
        IntStream.range(0, 50).mapToObj(i -> "block" + i / 5 + ".conv" + i % 5).toList();
    Path results = Reports.match(folder, networks(2, 16, layers), "--pairs", "all");
    long bytes = Files.size(results.resolve("report.html"));
    ReportPage page = ReportPage.open(BROWSER, results, "#epsilon=0.3&layer=102");
    double[] redraws = new double[21];
    for (int i = 0; i < redraws.length; i++) {
      page.press(Keys.ARROW_RIGHT);
      redraws[i] = page.milliseconds("redraw");
    }
    Arrays.sort(redraws);
    System.out.printf(
        Locale.ROOT,
        "report of %d layers with %d: %.2f MB, ready after %.0f ms, drawn anew in %.1f ms (median"
            + " of %d, at most %.1f ms)%n",
        layers.size(),
        layers.size(),
        bytes / 1e6,
        page.milliseconds("ready"),
        redraws[redraws.length / 2],
        redraws.length,
        redraws[redraws.length - 1]);
    BROWSER.screenshot("50-layers-light");
    BROWSER.show("screen", "dark");
    BROWSER.screenshot("50-layers-dark");
    BROWSER.show("screen", "light");
    assertTrue(bytes <= 3_000_000, () -> bytes + " bytes");
    assertEquals(List.of(), BROWSER.accessibilityFaults());
    assertEquals(List.of(), page.paleTexts());
    page.type("0.25");
    BROWSER.find("#every").click(); // or the rows of one layer are shown
    JsonNode found = JSON.readTree(results.resolve("result.json").toFile()).get("layers");
    List<ReportPage.Row> rows = page.numbers();
    assertEquals(2500, rows.size());
    for (int i = 0; i < rows.size(); i++) {
      assertRow(found.get(i), 2, rows.get(i));
    }
  }
}
