package org.spanmatch.cli.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The list of what no bundle needs, held against the JDKs that are here. */
class UnusedPartsTest {
  /** What JDK 17 does not have yet, or not in every build. */
  private static final Set<String> NEWER =
      Set.of(
          "/java.base/lib/libsimdsort.so",
          "java.desktop/java/awt/doc-files",
          "java.xml/jdk/xml/internal/jdkcatalog");

  private static List<Jdk> jdks() throws IOException {
    List<Path> homes = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"))));
    Path others = Path.of("/usr/lib/jvm");
    if (Files.isDirectory(others)) {
      try (Stream<Path> folders = Files.list(others)) {
        folders.forEach(homes::add);
      }
    }
    return homes.stream().flatMap(home -> Jdk.at(home).stream()).toList();
  }

  /** A part that no JDK has is spelt wrong, or has moved and is now in every bundle. */
  @Test
  void everyPartIsInSomeJdk() throws IOException {
    List<Jdk> jdks = jdks();
    assertTrue(!jdks.isEmpty(), "the JDK of the tests makes no run-time image");
    Set<String> missing = null;
    for (Jdk jdk : jdks) {
      Set<String> here = UnusedParts.missing(jdk);
      if (missing == null) {
        missing = new TreeSet<>(here);
      }
      missing.retainAll(here);
    }
    if (jdks.stream().allMatch(jdk -> jdk.feature() == 17)) {
      missing.removeAll(NEWER);
    }
    assertEquals(Set.of(), missing);
  }

  @Test
  void jdk17LacksNothingElse() throws IOException {
    for (Jdk jdk : jdks()) {
      if (jdk.feature() == 17) {
        Set<String> missing = UnusedParts.missing(jdk);
        assertTrue(NEWER.containsAll(missing), jdk + " lacks " + missing);
      }
    }
  }
}
