package org.spanmatch.cli.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * How reports look: in light and in the dark, on a telephone and on paper; screenshots are kept.
 */
@Tag("once") // on one JDK: nothing here depends on which
class ReportLooksTest {
  private static final List<String> LAYERS = List.of("conv1", "conv2", "conv3", "conv4", "fc1");

  /** What is compared, and a fragment that shows as much of it as there is. */
  private enum Report {
    TWO_NETWORKS("#epsilon=0.5&layer=7&lines=chance,coverage"),
    THREE_NETWORKS("#epsilon=0.3&layer=2&lines=chance,coverage"),
    ALL_PAIRS("#epsilon=0.3&layer=8&lines=chance,coverage");

    private final String fragment;

    Report(String fragment) {
      this.fragment = fragment;
    }

    private String picture(String look) {
      return name().toLowerCase(Locale.ROOT).replace('_', '-') + "-" + look;
    }
  }

  @RegisterExtension static final Browser BROWSER = new Browser();

  @TempDir static Path folder;
  private static final Map<Report, Path> RESULTS = new EnumMap<>(Report.class);

  @BeforeAll
  static void makeReports() throws IOException {
    Path x = Reports.network(folder.resolve("seed0.npz"), 1, 20, LAYERS);
    Path y = Reports.network(folder.resolve("seed1.npz"), 2, 20, LAYERS);
    Path z = Reports.network(folder.resolve("seed2.npz"), 3, 20, LAYERS);
    RESULTS.put(Report.TWO_NETWORKS, Reports.ofTwo(newFolder("two")));
    RESULTS.put(Report.THREE_NETWORKS, Reports.match(newFolder("three"), List.of(x, y, z)));
    RESULTS.put(Report.ALL_PAIRS, Reports.match(newFolder("all"), List.of(x, y), "--pairs", "all"));
  }

  private static Path newFolder(String name) throws IOException {
    return Files.createDirectory(folder.resolve(name));
  }

  @AfterEach
  void showTheUsual() {
    BROWSER.show("screen", "light");
    BROWSER.resize(1100, 900);
  }

  private static ReportPage open(Report report) {
    return ReportPage.open(BROWSER, RESULTS.get(report), report.fragment);
  }

  private static String colour(String property) {
    return BROWSER.find("body").getCssValue(property);
  }

  /**
   * Contrast, labels and the rest that axe-core knows of; axe-core passes texts of figures over.
   */
  private static void assertLegible(ReportPage page) throws IOException {
    assertEquals(List.of(), BROWSER.accessibilityFaults());
    assertEquals(List.of(), page.paleTexts());
    assertNoSidewaysScrolling();
  }

  private static void assertNoSidewaysScrolling() {
    assertEquals(0L, BROWSER.run("scrollTo(1000, 0); return scrollX"));
  }

  @ParameterizedTest
  @EnumSource
  void inLightAndInTheDark(Report report) throws IOException {
    BROWSER.resize(1100, 900);
    ReportPage page = open(report);
    BROWSER.screenshot(report.picture("light"));
    String lightPaper = colour("background-color");
    String lightInk = colour("color");
    assertLegible(page);
    BROWSER.show("screen", "dark");
    BROWSER.screenshot(report.picture("dark"));
    assertNotEquals(lightPaper, colour("background-color"));
    assertNotEquals(lightInk, colour("color"));
    assertLegible(page);
  }

  /** 360 pixels are the width of a small telephone. */
  @ParameterizedTest
  @EnumSource
  void onATelephone(Report report) throws IOException {
    BROWSER.resize(360, 740);
    ReportPage page = open(report);
    BROWSER.screenshot(report.picture("360px"));
    assertLegible(page);
    // A window that becomes narrow is the same as one that was.
    BROWSER.resize(1100, 900);
    BROWSER.resize(360, 740);
    assertNoSidewaysScrolling();
  }

  /**
   * On paper nothing can be moved: ε is stated, and colours are light also where the screen is
   * dark.
   */
  @ParameterizedTest
  @EnumSource
  void onPaper(Report report) throws IOException {
    ReportPage page = open(report);
    String lightPaper = colour("background-color");
    BROWSER.show("screen", "dark");
    BROWSER.show("print", "dark");
    BROWSER.screenshot(report.picture("print"));
    assertEquals(lightPaper, colour("background-color"));
    assertFalse(BROWSER.find("#epsilon").isDisplayed());
    assertEquals(List.of(), page.paleTexts());
    BROWSER.show("", "dark"); // printing chooses the medium itself
    try (PDDocument document = Loader.loadPDF(BROWSER.print(report.picture("paper")))) {
      assertEquals(210, document.getPage(0).getMediaBox().getWidth() / 72 * 25.4, 1);
      assertEquals(297, document.getPage(0).getMediaBox().getHeight() / 72 * 25.4, 1);
      String text = new PDFTextStripper().getText(document);
      assertTrue(text.contains("ε = " + page.epsilon()), text);
      for (ReportPage.Row row : page.numbers()) {
        assertTrue(text.contains(row.x()) && text.contains(row.y()), row + "\n" + text);
      }
    }
  }
}
