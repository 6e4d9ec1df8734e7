package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.cli.RealCommand.Outcome;

/** What {@code spanmatch bundle} refuses; {@link BundleIT} makes one. */
class BundleCommandTest {
  @Test
  void classFilesAreNotEnough(@TempDir Path folder) {
    Outcome outcome = RealCommand.run("bundle", "--out", folder.resolve("b"));
    assertEquals(1, outcome.exitCode());
    assertEquals(
        "spanmatch: a bundle is made from the build of the repository: start ./spanmatch bundle"
            + " there\n",
        outcome.err());
  }

  @Test
  void takesNoArguments() {
    Outcome outcome = RealCommand.run("bundle", "folder");
    assertEquals(2, outcome.exitCode());
    assertTrue(outcome.err().contains("expected no arguments"), outcome.err());
  }

  @Test
  void helpHasExamples() {
    assertTrue(RealCommand.run("help", "bundle").out().contains("  spanmatch bundle\n"));
  }
}
