package org.spanmatch.cli.bundle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Creates the Java runtime of a bundle with jlink. */
final class RuntimeImage {
  /**
   * What the command, its libraries and the checks use. Some are only named in strings, so jdeps
   * does not find all: jdk.incubator.vector for the java backend, java.desktop for the figures,
   * java.management for JMH, jdk.management to ask how much memory there is, jdk.unsupported for
   * JMH and jline, jdk.zipfs for JUnit to find tests.
   */
  private static final List<String> MODULES =
      List.of(
          "java.base",
          "java.desktop",
          "java.logging",
          "java.management",
          "jdk.incubator.vector",
          "jdk.management",
          "jdk.unsupported",
          "jdk.zipfs");

  private static final int LONGEST_LINE = 300;
  private static final int NAMED_COMPRESSION = 21;

  private RuntimeImage() {}

  /**
   * Runs jlink.
   *
   * @param folder must not exist yet
   * @return what there is to say about it
   * @throws BundleException if jlink fails
   */
  static List<String> link(Jdk jdk, Path folder) throws IOException {
    List<String> notes = new ArrayList<>();
    Path patterns = folder.resolveSibling("unused.txt");
    Files.write(patterns, UnusedParts.patterns(jdk));
    Tool.Outcome outcome = jlink(jdk, folder, patterns);
    Files.delete(patterns);
    if (outcome.exitCode() != 0) {
      throw new BundleException(
          "jlink of " + jdk + " failed: " + error(outcome.output()) + "; try another with --jdk");
    }
    Optional<Path> strip = Tool.find("strip");
    if (strip.isEmpty() || !strip(strip.get(), folder)) {
      notes.add("its libraries keep their symbols, some MiB, for want of the program strip");
    }
    return notes;
  }

  private static Tool.Outcome jlink(Jdk jdk, Path folder, Path patterns) throws IOException {
    return Tool.run(
        jdk.program("jlink"),
        List.of(
            // It does its work once: the second compiler would double its processor time.
            "-J-XX:TieredStopAtLevel=1",
            "--add-modules",
            String.join(",", MODULES),
            // --strip-debug would need objcopy on some systems; strip() does the libraries.
            "--strip-java-debug-attributes",
            "--no-man-pages",
            "--no-header-files",
            "--compress",
            jdk.feature() >= NAMED_COMPRESSION ? "zip-9" : "2",
            // In one word, or jlink would take the file for more arguments.
            "--exclude-resources=@" + patterns,
            "--exclude-files",
            String.join(",", UnusedParts.FILES),
            "--output",
            folder.toString()));
  }

  /** The line of jlink's output with the error, which need not be the last. */
  static String error(String output) {
    List<String> lines = output.lines().filter(line -> !line.isBlank()).toList();
    String line =
        lines.stream()
            .filter(text -> text.startsWith("Error"))
            .findFirst()
            .orElse(lines.isEmpty() ? "it says nothing" : lines.get(lines.size() - 1));
    line = line.replaceFirst("java\\.[a-z.]+\\.[A-Za-z]+Exception: ", "");
    return line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) + " …" : line;
  }

  private static boolean strip(Path strip, Path folder) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("--strip-unneeded"));
    libraries(folder).forEach(library -> arguments.add(library.toString()));
    return Tool.run(strip, arguments).exitCode() == 0;
  }

  /** The shared libraries below a folder. */
  static List<Path> libraries(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".so")).sorted().toList();
    }
  }
}
