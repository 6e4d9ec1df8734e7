package org.spanmatch.report.page;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests that the page's libraries are those of npm, and that they may stand in a page. */
class PageLibrariesTest {
  private static final String LICENCES = "licences.txt";

  /** A line of the file with the versions. */
  private record Taken(String packageName, String version, String file, String sum) {
    static Taken of(String line) {
      String[] words = line.split(" ", -1);
      return new Taken(words[0], words[1], words[2], words[3]);
    }

    boolean isLicence() {
      return file.equals("LICENSE");
    }
  }

  @Test
  void librariesHaveTheirChecksums() {
    assertAll(
        taken()
            .filter(taken -> !taken.isLicence())
            .map(
                taken ->
                    () -> {
                      String name = taken.file().substring(taken.file().lastIndexOf('/') + 1);
                      assertEquals(taken.sum(), sum(read(name)), name);
                    }));
  }

  @Test
  void licencesOfAllPartsAreThereUnchanged() {
    Map<String, String> texts = new LinkedHashMap<>();
    for (String part : read(LICENCES).split("(?m)^== ", -1)) {
      if (!part.isEmpty()) {
        int end = part.indexOf('\n');
        texts.put(part.substring(0, end), sum(part.substring(end + 1)));
      }
    }
    Map<String, String> expected = new LinkedHashMap<>();
    taken()
        .filter(Taken::isLicence)
        .forEach(taken -> expected.put(taken.packageName() + " " + taken.version(), taken.sum()));
    assertEquals(expected, texts);
  }

  @Test
  void nothingInAScriptEndsItEarly() {
    for (String name :
        List.of(
            "d3.min.js",
            "plot.umd.min.js",
            "elements.js",
            "model.js",
            "charts.js",
            "simple.js",
            "page.js",
            "bench.js")) {
      String script = read(name).toLowerCase(Locale.ROOT);
      assertFalse(script.contains("</script"), name);
      // After this and "<script", "</script>" no longer ends the script.
      assertFalse(script.contains("<!--"), name);
    }
    assertFalse(read("page.css").contains("</style"));
    assertFalse(read(LICENCES).matches("(?s).*(--!?>|<!--).*"), "they stand in a comment");
  }

  private static Stream<Taken> taken() {
    return read("versions").lines().filter(line -> !line.startsWith("#")).map(Taken::of);
  }

  private static String read(String name) {
    try (InputStream in = PageLibrariesTest.class.getResourceAsStream(name)) {
      assertNotNull(in, name);
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String sum(String text) {
    try {
      byte[] sum =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(sum);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
