package org.spanmatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Runs programs that not every machine has, such as python3 with a library. */
public final class OtherProgram {
  private OtherProgram() {}

  /**
   * Runs a program that must succeed; if it or a library of Python is absent, the test is skipped
   * with a message.
   *
   * @param folder where it runs
   * @param consequence what the message says is not tested then
   * @return what it printed
   */
  public static String run(Path folder, String consequence, String... command)
      throws InterruptedException, IOException {
    Process process;
    try {
      process =
          new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw skipped(e.getMessage(), consequence);
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(5, TimeUnit.MINUTES));
    if (output.contains("ModuleNotFoundError") || output.contains("Missing optional dependency")) {
      throw skipped(output.strip().lines().reduce("", (first, last) -> last), consequence);
    }
    assertEquals(0, process.exitValue(), output);
    return output;
  }

  private static RuntimeException skipped(String why, String consequence) {
    String message = "SKIPPED: " + why + ", so " + consequence;
    System.err.println(message);
    Assumptions.abort(message);
    return new IllegalStateException(message);
  }
}
