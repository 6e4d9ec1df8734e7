package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.cli.RealCommand.Outcome;

/**
 * On a machine without fonts {@code --out} draws with the one that ships with the command, and
 * where that can't be extracted writes everything but the figures.
 */
@EnabledOnOs(OS.LINUX)
class MissingFontsTest {
  private static final Set<String> DATA =
      Set.of("result.json", "matches.csv", "similarity.csv", "spectrum.csv", "report.html");

  @TempDir Path folder;
  private Path temporary;
  private Path out;

  @BeforeEach
  void createFolders() throws IOException {
    temporary = Files.createDirectory(folder.resolve("tmp"));
    out = Files.createDirectory(folder.resolve("out"));
  }

  private Outcome run(Object... arguments) throws IOException {
    Path fonts = folder.resolve("fonts.conf");
    Files.writeString(
        fonts, "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\"><fontconfig/>");
    // Java remembers in the home folder where it has seen fonts.
    Path home = Files.createDirectories(folder.resolve("home"));
    ProcessBuilder builder =
        RealCommand.builder(
            List.of("-Duser.home=" + home, "-Djava.io.tmpdir=" + temporary), arguments);
    builder.environment().put("FONTCONFIG_FILE", fonts.toString());
    return RealCommand.finish(builder);
  }

  private Path data() throws IOException {
    return TestFiles.npz(folder.resolve("net.npz"), "layer", TestFiles.relu(400, 1), 100, 4);
  }

  private void copyBenchmark() throws IOException {
    Path published = RealCommand.root().resolve("benchmarks/results/2026-11-25-layers");
    for (String file : List.of("jmh.json", "machine.json")) {
      Files.copy(published.resolve(file), out.resolve(file));
    }
  }

  private static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }
  }

  private void assertNoted(Outcome outcome) {
    assertEquals(0, outcome.exitCode(), outcome.err());
    String problem =
        "note: the figures are missing in "
            + out
            + ": the machine has no fonts, and the one that ships with spanmatch can't be written"
            + " to the temporary folder "
            + temporary
            + ": ";
    // Newer versions of Java say first that the temporary folder is missing.
    List<String> lines =
        outcome.err().lines().filter(line -> !line.startsWith("WARNING: java.io.tmpdir")).toList();
    assertEquals(1, lines.size(), outcome.err());
    assertTrue(lines.get(0).startsWith(problem), outcome.err());
    assertTrue(lines.get(0).contains("; install fonts, for example "), outcome.err());
  }

  /** Whether something is drawn in the middle of the upper edge, in bold. */
  private static boolean hasTitle(Path png) throws IOException {
    BufferedImage image = ImageIO.read(png.toFile());
    int width = image.getWidth() / 2;
    int[] pixels = image.getRGB(width / 2, 0, width, 64, null, 0, width);
    return Arrays.stream(pixels).anyMatch(rgb -> rgb != -1);
  }

  @Test
  void matchDrawsWithTheFontThatShipsWithIt() throws IOException {
    Path file = data();
    Outcome outcome = run("match", file, file, "--out", out);
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals("", outcome.err());
    assertTrue(outcome.out().contains("\nresults and figures in " + out + "\n"), outcome.out());
    assertTrue(names(out).containsAll(DATA), names(out).toString());
    for (String figure : List.of("similarity", "spectrum")) {
      assertTrue(Files.size(out.resolve(figure + ".svg")) > 0);
      assertTrue(hasTitle(out.resolve(figure + ".png")), figure);
    }
    assertEquals(Set.of(), names(temporary), "the font is deleted at exit");
  }

  @Test
  void benchDrawsWithTheFontThatShipsWithIt() throws IOException {
    copyBenchmark();
    Outcome outcome = run("bench", "--report", out);
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals("", outcome.err());
    assertTrue(names(out).stream().anyMatch(name -> name.endsWith(".png")), names(out).toString());
  }

  @Test
  void matchWithoutAFolderForTheFontWritesItsDataAndNoFigureOfAnEarlierRun() throws IOException {
    Files.delete(temporary);
    Path file = data();
    Files.writeString(out.resolve("similarity.svg"), "of an earlier run");
    Outcome outcome = run("match", file, file, "--out", out);
    assertNoted(outcome);
    assertTrue(outcome.out().contains("\nresults in " + out + "\n"), outcome.out());
    assertTrue(names(out).containsAll(DATA), names(out).toString());
    assertFalse(
        names(out).stream().anyMatch(name -> name.matches(".*[.](svg|png)")),
        names(out).toString());
  }

  @Test
  void benchWithoutAFolderForTheFontWritesItsTable() throws IOException {
    Files.delete(temporary);
    copyBenchmark();
    assertNoted(run("bench", "--report", out));
    assertEquals(
        Set.of("jmh.json", "machine.json", "bench.md", "bench.csv", "report.html"), names(out));
  }
}
