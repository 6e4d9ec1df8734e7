package org.spanmatch.cli.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** That the browser of these tests notices what no report may do. */
@Tag("once") // on one JDK: nothing here depends on which
class BrowserTest {
  private static final String GOOD =
      "<!doctype html><html lang='en'><meta charset='utf-8'><title>t</title><main><h1>h</h1></main>";

  @RegisterExtension static final Browser BROWSER = new Browser();

  @TempDir Path folder;

  @Test
  void faultsOfPagesAreNoticed() throws IOException {
    Path good = Files.writeString(folder.resolve("good.html"), GOOD);
    Path bad =
        Files.writeString(
            folder.resolve("bad.html"),
            GOOD
                + "<p style='color: #aaa; background: #fff'>pale</p><img src='missing.png'>"
                + "<script>console.debug('said'); fetch('http://127.0.0.1:9/').catch(() => 0)"
                + "</script>");
    BROWSER.open(good, "#a=1");
    BROWSER.settle();
    assertEquals("#a=1", BROWSER.fragment());
    assertEquals(List.of(), BROWSER.console());
    assertEquals(List.of(), BROWSER.requests());
    assertEquals(List.of(), BROWSER.accessibilityFaults());
    BROWSER.open(bad, "");
    BROWSER.settle();
    assertEquals(
        List.of(folder.resolve("missing.png").toUri().toString(), "http://127.0.0.1:9/"),
        BROWSER.requests());
    String console = BROWSER.console().toString();
    assertTrue(console.contains("said") && console.contains("missing.png"), console);
    String faults = BROWSER.accessibilityFaults().toString();
    assertTrue(faults.contains("color-contrast") && faults.contains("image-alt"), faults);
  }
}
