package org.spanmatch.cli.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.WebElement;
import org.spanmatch.activations.npy.NpzWriter;
import org.spanmatch.cli.TestFiles;

/** The page of networks of which one layer is dead and another has the same neurons in both. */
@Tag("once") // on one JDK: nothing here depends on which
class DeadLayersPageTest {
  private static final int SAMPLES = 40;

  @RegisterExtension static final Browser BROWSER = new Browser();

  @TempDir static Path folder;

  private static Path network(String name) throws IOException {
    Path file = folder.resolve(name);
    try (OutputStream out = Files.newOutputStream(file);
        NpzWriter npz = new NpzWriter(out)) {
      npz.add("dead", new float[SAMPLES * 3], SAMPLES, 3);
      npz.add("same", TestFiles.relu(SAMPLES * 4, 1), SAMPLES, 4);
    }
    return file;
  }

  @Test
  void deadNeuronsAreNotedAndNotInTheMean() throws IOException {
    Path result = Reports.match(folder, List.of(network("x.npz"), network("y.npz")));
    ReportPage.open(BROWSER, result, "#epsilon=0.005");
    List<WebElement> notes = BROWSER.all("#numbers td.notes");
    assertTrue(notes.get(0).getText().contains("3 + 3 dead"), notes.get(0).getText());
    assertFalse(notes.get(1).getText().contains("dead"), notes.get(1).getText());
    assertEquals(
        "mean similarity 1.0000, without 1 dead layer", BROWSER.find("#summary").getText());
    // All eight neurons begin to match at once, at 0.
    assertTrue(notes.get(1).getText().contains("jumps at 0.0000"), notes.get(1).getText());
    assertFalse(BROWSER.find("#networks").isDisplayed(), "the title has the names");
    assertEquals(
        folder.resolve("x.npz").toString(), BROWSER.find("h1 bdi").getDomAttribute("title"));
  }
}
