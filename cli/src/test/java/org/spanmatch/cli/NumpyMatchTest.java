package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.cli.RealCommand.Outcome;

/**
 * The script of a numpy user, which the command's speed is compared with, finds the same matches.
 */
@Tag("once") // on one JDK: numpy does not depend on which
class NumpyMatchTest {
  private static final int SAMPLES = 400;
  private static final int NEURONS = 24;

  @TempDir Path folder;

  private static Outcome python(Object... arguments) {
    String[] command = new String[arguments.length + 1];
    command[0] = "python3";
    for (int i = 0; i < arguments.length; i++) {
      command[i + 1] = arguments[i].toString();
    }
    try {
      return RealCommand.finish(new ProcessBuilder(command));
    } catch (UncheckedIOException e) {
      return new Outcome(127, "", e.getMessage());
    }
  }

  /** Writes a layer, of which the neurons come close to those of the other network by and by. */
  private Path layer(String name, long seed) throws IOException {
    float[] common = TestFiles.relu(SAMPLES * NEURONS, 1);
    float[] own = TestFiles.relu(SAMPLES * NEURONS, seed);
    for (int i = 0; i < common.length; i++) {
      common[i] += own[i] * (i % NEURONS) / NEURONS;
    }
    String shape = "(" + SAMPLES + ", " + NEURONS + ")";
    byte[] file = TestFiles.npy("'<f4'", shape, TestFiles.floats(common));
    return Files.write(folder.resolve(name), file);
  }

  @Test
  void findsTheSameMatches() throws IOException {
    Outcome numpy = python("-c", "import numpy");
    if (numpy.exitCode() != 0) {
      System.err.println("NumpyMatchTest is skipped: there is no python3 with numpy here");
    }
    Assumptions.assumeTrue(numpy.exitCode() == 0, "skipped: there is no python3 with numpy");
    Path x = layer("x.npy", 2);
    Path y = layer("y.npy", 3);

    Path script = RealCommand.root().resolve("benchmarks/peers/numpy_match.py");
    Outcome theirs = python(script, x, y);
    assertEquals(0, theirs.exitCode(), theirs.err());
    Map<Double, Double> expected = new LinkedHashMap<>();
    theirs
        .out()
        .lines()
        .map(line -> line.split(" "))
        .forEach(words -> expected.put(Double.valueOf(words[0]), Double.valueOf(words[1])));

    Outcome ours = RealCommand.run("match", "--no-spectrum", "--json", "-", x, y);
    assertEquals(0, ours.exitCode(), ours.err());
    Map<Double, Double> found = new LinkedHashMap<>();
    for (JsonNode match : new ObjectMapper().readTree(ours.out()).at("/layers/0/matches")) {
      found.put(match.get("epsilon").doubleValue(), match.get("similarity").doubleValue());
    }
    assertEquals(expected, found);
    assertTrue(new HashSet<>(found.values()).size() >= 3, "not the same at each ε: " + found);
  }
}
