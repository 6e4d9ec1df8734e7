package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.cli.RealCommand.Outcome;

/** The examples in docs/ run as they stand. */
class DocumentationTest {
  @TempDir Path folder;

  private static Outcome example(String name, Object... arguments) {
    Path source = RealCommand.root().resolve("docs").resolve("examples").resolve(name);
    ProcessBuilder builder =
        new ProcessBuilder(
            RealCommand.javaExecutable(),
            "-cp",
            System.getProperty("java.class.path"),
            source.toString());
    for (Object argument : arguments) {
      builder.command().add(argument.toString());
    }
    return RealCommand.finish(builder);
  }

  @Test
  void ownArrays() {
    Outcome outcome = example("OwnArrays.java");
    assertEquals(0, outcome.exitCode(), outcome.err());
    List<String> lines = outcome.out().lines().toList();
    assertEquals(2, lines.size());
    assertTrue(lines.get(0).startsWith("neuron 0: distance 0.000000, error at most "));
    assertTrue(lines.get(1).startsWith("neuron 1: distance 0.707107, error at most "));
  }

  @Test
  void matchLayers() throws IOException {
    Path file = TestFiles.npz(folder.resolve("net.npz"), "layer", TestFiles.relu(300, 1), 100, 3);
    Outcome outcome = example("MatchLayers.java", file, file);
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals(
        List.of(
            "layer, epsilon 0.5: 3 + 3 neurons match, similarity 1.0000",
            "layer, epsilon 0.3: 3 + 3 neurons match, similarity 1.0000"),
        outcome.out().lines().toList());
  }

  @Test
  void theReadmeNamesEveryCommand() throws IOException {
    String readme = Files.readString(RealCommand.root().resolve("README.md"));
    for (String command :
        List.of("match", "simple", "spectrum", "distances", "layers", "backends", "demo", "help")) {
      assertTrue(readme.contains("`spanmatch " + command), command);
    }
    assertTrue(readme.contains("mvn -B -ntp verify"));
  }
}
