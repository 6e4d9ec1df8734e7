package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.cli.RealCommand.Outcome;

/** On a machine without fonts {@code --out} writes everything but the figures. */
@EnabledOnOs(OS.LINUX)
class MissingFontsTest {
  @TempDir Path folder;

  private Outcome run(Object... arguments) throws IOException {
    Path fonts = folder.resolve("fonts.conf");
    Files.writeString(
        fonts, "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\"><fontconfig/>");
    // Java remembers in the home folder where it has seen fonts.
    Path home = Files.createDirectories(folder.resolve("home"));
    ProcessBuilder builder = RealCommand.builder(List.of("-Duser.home=" + home), arguments);
    builder.environment().put("FONTCONFIG_FILE", fonts.toString());
    return RealCommand.finish(builder);
  }

  private static Set<String> names(Path out) throws IOException {
    try (Stream<Path> files = Files.list(out)) {
      return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }
  }

  private static void assertNoted(Path out, Outcome outcome) {
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertTrue(
        outcome.err().startsWith("note: the figures are missing in " + out + ": "), outcome.err());
    assertTrue(outcome.err().contains("; install fonts, for example "), outcome.err());
    assertEquals(1, outcome.err().lines().count(), outcome.err());
  }

  @Test
  void matchWritesItsDataAndNoFigureOfAnEarlierRun() throws IOException {
    Path file = TestFiles.npz(folder.resolve("net.npz"), "layer", TestFiles.relu(400, 1), 100, 4);
    Path out = Files.createDirectories(folder.resolve("out"));
    Files.writeString(out.resolve("similarity.svg"), "of an earlier run");
    Outcome outcome = run("match", file, file, "--out", out);
    assertNoted(out, outcome);
    assertTrue(outcome.out().contains("\nresults in " + out + "\n"), outcome.out());
    assertEquals(
        Set.of("result.json", "matches.csv", "similarity.csv", "spectrum.csv"), names(out));
  }

  @Test
  void benchWritesItsTable() throws IOException {
    Path published = RealCommand.root().resolve("benchmarks/results/2026-11-25-layers");
    Path out = Files.createDirectories(folder.resolve("out"));
    for (String file : List.of("jmh.json", "machine.json")) {
      Files.copy(published.resolve(file), out.resolve(file));
    }
    assertNoted(out, run("bench", "--report", out));
    assertEquals(Set.of("jmh.json", "machine.json", "bench.md", "bench.csv"), names(out));
  }
}
