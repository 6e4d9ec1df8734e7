package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Interrupting leaves whole files or none. */
class InterruptionTest {
  private static final int RUNS = 12;

  @TempDir Path folder;

  /** Ends the command (SIGTERM) at different times of its work and while it writes. */
  @Test
  void leavesNoHalfWrittenFile() throws IOException, InterruptedException {
    Path file =
        TestFiles.npz(folder.resolve("net.npz"), "layer", TestFiles.relu(4_000 * 32, 1), 4_000, 32);
    int interrupted = 0;
    for (int run = 0; run < RUNS; run++) {
      Path out = Files.createDirectory(folder.resolve("out" + run));
      Process process =
          new ProcessBuilder(RealCommand.java("match", file, file, "--out", out))
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      // The first result appears when the slow part of writing, the figure, begins.
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      int wanted = run % 4; // how many files to wait for
      while (count(out) < wanted && process.isAlive() && System.nanoTime() < deadline) {
        Thread.sleep(2);
      }
      if (wanted == 0) {
        Thread.sleep(200L + 100L * run);
      }
      process.destroy();
      assertTrue(process.waitFor(30, TimeUnit.SECONDS), "still running after SIGTERM");
      interrupted += process.exitValue() == 0 ? 0 : 1;
      assertWhole(out);
    }
    assertNotEquals(0, interrupted, "no run was interrupted");
  }

  private static long count(Path out) throws IOException {
    try (var files = Files.list(out)) {
      return files.count();
    }
  }

  private static void assertWhole(Path out) throws IOException {
    List<Path> files;
    try (var stream = Files.list(out)) {
      files = stream.toList();
    }
    for (Path file : files) {
      String name = file.getFileName().toString();
      switch (name) {
        case "result.json" -> new ObjectMapper().readTree(file.toFile());
        case "similarity.png", "spectrum.png" -> ImageIO.read(file.toFile()).getWidth();
        case "similarity.svg", "spectrum.svg" ->
            assertTrue(Files.readString(file).contains("</svg>"));
        case "report.html" -> assertTrue(Files.readString(file).endsWith("</html>\n"));
        case "similarity.csv" -> assertEquals(1 + 5, Files.readAllLines(file).size());
        case "spectrum.csv" -> assertEquals(1 + 64, Files.readAllLines(file).size());
        case "matches.csv" -> assertEquals(1 + 5 * 64, Files.readAllLines(file).size());
        default -> throw new AssertionError("left behind: " + name);
      }
    }
  }
}
