package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.cli.RealCommand.Outcome;

/** {@code python/spanmatch.py} with PyTorch, and the command that it starts. */
@Tag("once") // on one JDK: PyTorch takes its time, and does not depend on which
class PythonTest {
  private static final Path PYTHON = RealCommand.root().resolve("python");

  // Whether Python has a module; to import PyTorch takes seconds.
  private static final Map<String, Boolean> MODULES = new HashMap<>();

  @TempDir Path folder;

  private Path command;

  /** Writes a command that starts these classes, as the launcher starts those of a build. */
  @BeforeEach
  void writeCommand() throws IOException {
    String words =
        RealCommand.java().stream()
            .map(word -> "'" + word.replace("'", "'\\''") + "'")
            .collect(Collectors.joining(" "));
    command =
        Files.writeString(folder.resolve("spanmatch"), "#!/bin/sh\nexec " + words + " \"$@\"\n");
    assertTrue(command.toFile().setExecutable(true));
  }

  private Outcome python(String... arguments) {
    ProcessBuilder builder = new ProcessBuilder("python3");
    builder.command().addAll(List.of(arguments));
    builder.directory(folder.toFile());
    builder.environment().put("PYTHONPATH", PYTHON.toString());
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    builder.environment().put("SPANMATCH", command.toString());
    // Threads that wait for each other take more time than the small models need.
    builder.environment().put("OMP_NUM_THREADS", "1");
    try {
      return RealCommand.finish(builder);
    } catch (UncheckedIOException e) {
      return new Outcome(127, "", e.getMessage());
    }
  }

  /** Skips a test where Python lacks a module. */
  private void assume(String module) {
    boolean found =
        MODULES.computeIfAbsent(module, name -> python("-c", "import " + name).exitCode() == 0);
    String skipped = "skipped: there is no python3 with " + module + ", so capture is not tried";
    if (!found) {
      System.err.println("PythonTest is " + skipped);
    }
    Assumptions.assumeTrue(found, skipped);
  }

  /** Its own tests; without PyTorch those that need none. */
  @Test
  void ownTests() {
    assume("numpy");
    Outcome outcome = python("-m", "unittest", "test_spanmatch");
    assertEquals(0, outcome.exitCode(), outcome.err());
    Matcher count = Pattern.compile("Ran (\\d+) tests").matcher(outcome.err());
    assertTrue(count.find() && Integer.parseInt(count.group(1)) > 40, outcome.err());
    if (outcome.err().contains("skipped=")) {
      assume("torch");
    }
  }

  private static String page(String name) throws IOException {
    return Files.readString(RealCommand.root().resolve("docs").resolve(name));
  }

  /** With x for numbers that depend on PyTorch's version. */
  private static String withoutDigits(String output) {
    return output.replaceAll("\\b[01]\\.\\d\\d\\b", "x");
  }

  /** The scripts of docs/pytorch.md print what stands below them, but for the similarities. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void recipes(int recipe) throws IOException {
    assume("torch");
    List<MatchResult> recipes =
        Pattern.compile("```python\n(import .*?)```.*?```\n(.*?)```", Pattern.DOTALL)
            .matcher(page("pytorch.md"))
            .results()
            .toList();
    assertEquals(3, recipes.size());
    Outcome outcome = python("-c", recipes.get(recipe).group(1));
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals("", outcome.err());
    assertEquals(
        withoutDigits(recipes.get(recipe).group(2)), withoutDigits(outcome.out()), outcome.out());
  }

  /** The command of docs/reproduce.md, with less training and fewer draws. */
  @ParameterizedTest
  @ValueSource(strings = {"vgg", "plain"})
  void reproduce(String network) throws IOException {
    assume("torch");
    Matcher documented =
        Pattern.compile("```sh\npython3 python/(reproduce.py) (.*)\n```")
            .matcher(page("reproduce.md"));
    assertTrue(documented.find());
    List<String> words = new ArrayList<>(List.of(PYTHON.resolve(documented.group(1)).toString()));
    words.addAll(List.of(documented.group(2).split(" ")));
    words.addAll(List.of("--seeds", "3", "4", "--epochs", "2", "--draws", "1", "--width", "8"));
    words.addAll(List.of("--network", network));
    Outcome outcome = python(words.toArray(String[]::new));
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertTrue(outcome.out().contains(network + ", seed 4: right on "), outcome.out());
    Path results = folder.resolve("reproduce");
    assertTrue(Files.exists(results.resolve("seeds-3-4").resolve("similarity.svg")));
    List<String> rows = Files.readAllLines(results.resolve("similarity.csv"));
    assertEquals("x_seed,y_seed,layer,epsilon,similarity,draws_mean", rows.get(0));
    int convolutional = 4;
    int connected = network.equals("vgg") ? 3 : 1;
    assertEquals(1 + 5 * (convolutional + connected), rows.size());
    for (String row : rows.subList(1, rows.size())) {
      String drawn = row.contains("features") ? "[01]\\.[\\d]+(e-\\d+)?" : "";
      assertTrue(row.matches("3,4,[a-z]+\\.\\d+,0\\.\\d+,[01]\\.\\d+," + drawn), row);
    }
  }
}
