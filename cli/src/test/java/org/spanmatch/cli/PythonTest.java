package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.cli.RealCommand.Outcome;

/** {@code python/spanmatch.py} with PyTorch, and the command that it starts. */
@Tag("once") // on one JDK: PyTorch takes its time, and does not depend on which
class PythonTest {
  private static final Path PYTHON = RealCommand.root().resolve("python");

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
    try {
      return RealCommand.finish(builder);
    } catch (UncheckedIOException e) {
      return new Outcome(127, "", e.getMessage());
    }
  }

  /** Skips a test where Python lacks a module. */
  private void assume(String module) {
    boolean found = python("-c", "import " + module).exitCode() == 0;
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
}
