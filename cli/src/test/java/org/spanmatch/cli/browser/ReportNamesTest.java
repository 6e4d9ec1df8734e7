package org.spanmatch.cli.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** Names that would do harm if a report took them for anything but text. */
@Tag("once") // on one JDK: nothing here depends on which
class ReportNamesTest {
  private static final String SCRIPT = "</script><script>document.title='taken'</script>";
  private static final String IMAGE = "\"><img src=x onerror=document.title='taken'>";

  private static final List<String> LAYERS =
      List.of(
          SCRIPT,
          IMAGE,
          "<!--<script>",
          "it's \"quoted\" & &lt;escaped&gt; `${1}` {data} /*{js}*/",
          "\u05e9\u05db\u05d1\u05d4 \u202erenyal",
          "line\u2028and\u2029paragraph",
          "__proto__",
          "constructor",
          "javascript:document.title='taken'",
          "x".repeat(300),
          "x".repeat(299) + "y",
          "\ud83e\udde0 \uff2e\u00e9");

  @RegisterExtension static final Browser BROWSER = new Browser();

  @TempDir static Path folder;
  private static Path results;

  @BeforeAll
  static void makeReport() throws IOException {
    // Names of files can't contain a slash.
    String file = IMAGE + "\u202e'.npz";
    List<Path> networks =
        List.of(
            Reports.network(Files.createDirectory(folder.resolve("x")).resolve(file), 1, 8, LAYERS),
            Reports.network(folder.resolve("y.npz"), 2, 8, LAYERS));
    results =
        Reports.match(
            folder,
            networks,
            "--names",
            SCRIPT + "," + "\u05d0" + IMAGE,
            "--title",
            SCRIPT + "\u2028");
  }

  @AfterEach
  void showTheUsual() {
    BROWSER.show("screen", "light");
    BROWSER.resize(1100, 900);
  }

  @ParameterizedTest
  @ValueSource(ints = {1100, 360})
  void areShownAsText(int width) throws IOException {
    BROWSER.resize(width, 900);
    ReportPage page = ReportPage.open(BROWSER, results, "#epsilon=0.3&lines=chance,coverage");
    BROWSER.screenshot("names-" + width + "px");
    assertEquals(LAYERS, page.numbers().stream().map(ReportPage.Row::x).toList());
    assertEquals(LAYERS, page.numbers().stream().map(ReportPage.Row::y).toList());
    assertTrue(BROWSER.find("h1").getText().contains(SCRIPT), () -> BROWSER.find("h1").getText());
    for (int i = 0; i < LAYERS.size(); i++) {
      page.click(page.layer("curve", i));
      WebElement heading = BROWSER.find("#details h2");
      assertTrue(heading.isDisplayed() && !heading.getText().isBlank());
    }
    assertEquals(
        LAYERS.stream().map(name -> name.replaceAll("[\u202e\u2028\u2029]", "\ufffd")).toList(),
        BROWSER.all("#numbers tbody tr th:first-child bdi").stream()
            .map(ReportNamesTest::fullText)
            .toList());
    page.type("0.5");
    page.press(Keys.ARROW_RIGHT);
    assertInert();
    assertEquals(0L, BROWSER.run("scrollTo(1000, 0); return scrollX"));
  }

  /** Returns the text, or the tip that has all of it where it is cut short. */
  private static String fullText(WebElement name) {
    String title = name.getDomAttribute("title");
    return title == null ? name.getText() : title;
  }

  /** Nothing but the page's own scripts, no element of a name, and no text that a name turned. */
  private static void assertInert() {
    assertFalse("taken".equals(BROWSER.run("return document.title")));
    // The data, and the scripts whose hashes the page's policy names.
    assertEquals(
        BROWSER.find("meta[http-equiv]").getDomAttribute("content").split("'sha256-").length,
        BROWSER.all("script").size());
    assertEquals(List.of(), BROWSER.all("img, iframe, object, embed, form, [onerror], [onclick]"));
    assertEquals(
        List.of(),
        BROWSER.all("a[href]:not([href^='#'])"),
        "links out of the page are none of ours");
    assertEquals(
        false,
        BROWSER.run("return /[\\u202a-\\u202e\\u2028\\u2029]/.test(document.body.innerText)"));
  }

  @Test
  void areNoTroubleForAccessibility() throws IOException {
    ReportPage page = ReportPage.open(BROWSER, results, "#epsilon=0.3&layer=0&lines=coverage");
    assertEquals(List.of(), BROWSER.accessibilityFaults());
    assertEquals(List.of(), page.paleTexts());
  }
}
