package org.spanmatch.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.activations.format.ActivationFile;

/** Tests the comparison of two backends' results, and the layers for it. */
class SameMatchesTest {
  @TempDir Path folder;

  @Test
  void theSameMatchesAreTheSame() throws IOException {
    Path first = result("first.json", "[0, 2]", "[]");
    assertEquals(0, SameMatches.of(first, first).differing());
    assertEquals(2, SameMatches.of(first, first).sets());
    assertEquals(1, SameMatches.of(first, result("2.json", "[0, 1]", "[]")).differing());
    assertEquals(1, SameMatches.of(first, result("3.json", "[0, 1]", "[1]")).differing());
    assertEquals(0, SameMatches.of(first, result("4.json", "[0, 1]", "[1, 2]")).differing());
  }

  @Test
  void refusesResultsOfOtherLayers() throws IOException {
    Path first = result("first.json", "[0, 2]", "[]");
    Path none = Files.writeString(folder.resolve("none.json"), "{\"layers\": []}");
    assertThrows(IllegalArgumentException.class, () -> SameMatches.of(first, none));
  }

  @Test
  void writesLayersToCompareOn() throws IOException {
    MixtureFiles.main(new String[] {folder.toString(), "4x100", "8x50"});
    for (String name : new String[] {"x.npz", "y.npz"}) {
      assertEquals(2, ActivationFile.open(folder.resolve(name)).arrays().size());
    }
  }

  private Path result(String name, String x, String borderline) throws IOException {
    return Files.writeString(
        folder.resolve(name),
        """
        {"layers": [{"name": "fc", "matches": [{"epsilon": 0.2, "x": %s, "y": [1],
          "borderline": {"x": %s, "y": []}}]}]}
        """
            .replaceFirst("%s", x)
            .replaceFirst("%s", borderline));
  }
}
