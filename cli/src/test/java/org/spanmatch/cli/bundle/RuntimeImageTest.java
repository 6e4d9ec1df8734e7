package org.spanmatch.cli.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** What is said when jlink fails. */
class RuntimeImageTest {
  @Test
  void showsTheLineThatTells() {
    assertEquals(
        "Error: no space", RuntimeImage.error("WARNING: x\nError: no space\nUsage: jlink\n"));
    assertEquals("last", RuntimeImage.error("first\nlast\n\n"));
    assertEquals("it says nothing", RuntimeImage.error("\n"));
    assertEquals(
        "Error: " + "x".repeat(293) + " …", RuntimeImage.error("Error: " + "x".repeat(999)));
  }
}
