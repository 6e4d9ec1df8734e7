package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** All that names the version names the same, and all modules are fit to be published. */
@Tag("once") // on one JDK: nothing here depends on which
class ReleaseTest {
  private static final Path ROOT = RealCommand.root();

  private static String read(String file) throws IOException {
    return Files.readString(ROOT.resolve(file));
  }

  private static List<String> found(String pattern, String text) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map((MatchResult result) -> result.group(1))
        .toList();
  }

  private static String version() throws IOException {
    return found("\n {2}<version>(.*)</version>", read("pom.xml")).get(0);
  }

  private static List<String> modules() throws IOException {
    return found("<module>(.*)</module>", read("pom.xml"));
  }

  /** A released one has the day, on which its archives were made. */
  @Test
  void theChangelogBeginsWithThisVersion() throws IOException {
    String heading = found("\n## (.*)\n", read("CHANGELOG.md")).get(0);
    String day = found("outputTimestamp>(.{10})", read("pom.xml")).get(0);
    assertTrue(
        List.of(version() + " – unreleased", version() + " – " + day).contains(heading), heading);
  }

  @Test
  void everyModuleIsOfThisVersionAndNamesItself() throws IOException {
    for (String module : modules()) {
      String pom = read(module + "/pom.xml");
      assertEquals(version(), found("\n {4}<version>(.*)</version>", pom).get(0), module);
      assertEquals(
          List.of("org.spanmatch." + module.replace('-', '.')),
          found("<module.name>(.*)</module.name>", pom),
          module);
    }
  }

  @Test
  void whatUsersPasteIsThisVersion() throws IOException {
    for (String file : List.of("README.md", "docs/library.md", "docs/examples/pom.xml")) {
      List<String> snippet =
          found(
              "<dependency>\\s*(<groupId>org[.]spanmatch</groupId>\\s*<artifactId>.*</artifactId>"
                  + "\\s*<version>.*</version>)\\s*</dependency>",
              read(file));
      assertEquals(1, snippet.size(), file);
      assertEquals(List.of(version()), found("<version>(.*)</version>", snippet.get(0)), file);
      String artifact = found("<artifactId>spanmatch-(.*)</artifactId>", snippet.get(0)).get(0);
      assertTrue(modules().contains(artifact), file);
    }
  }

  /** No two modules have a package in common, or Java would refuse them as modules. */
  @Test
  void everyPackageIsInOneModule() throws IOException {
    List<Path> packages =
        modules().stream()
            .map(module -> ROOT.resolve(module).resolve("src/main/java"))
            .flatMap(
                sources -> {
                  try (Stream<Path> files = Files.walk(sources)) {
                    return files
                        .filter(file -> file.toString().endsWith(".java"))
                        .map(file -> sources.relativize(file.getParent()))
                        .distinct()
                        .toList()
                        .stream();
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                })
            .sorted()
            .toList();
    assertEquals(packages.stream().distinct().toList(), packages);
    assertTrue(packages.size() > 20, packages.toString());
  }
}
