package org.spanmatch.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.tuning.Measurement;

/** Measures a script that stands for the launcher. */
@Tag("once") // on one JDK: nothing here depends on which
class ColdBenchmarkTest {
  @TempDir Path folder;

  @BeforeEach
  void needsNumpy() {
    Optional<String> missing = NumpyPeer.missing();
    assumeTrue(missing.isEmpty(), missing.orElse(""));
  }

  /**
   * A launcher that lets numpy compute, and writes its similarities, with a factor, as JSON if
   * asked to: {@code match --no-spectrum X Y [--json FILE]}.
   */
  private Path launcher(String factor) throws IOException {
    Path script = Path.of("peers", "numpy_match.py").toAbsolutePath();
    Path launcher =
        Files.writeString(
            folder.resolve("launcher"),
            """
            #!/usr/bin/env python3
            import json, subprocess, sys
            command = [sys.executable, "%s", *sys.argv[3:5]]
            lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            found = [{"similarity": float(line.split()[1]) * %s} for line in lines.splitlines()]
            if len(sys.argv) > 5:
                json.dump({"layers": [{"matches": found}]}, open(sys.argv[6], "w"))
            """
                .formatted(script, factor));
    assertTrue(launcher.toFile().setExecutable(true));
    return launcher;
  }

  private Path measure(Path launcher) throws IOException, InterruptedException {
    Path out = folder.resolve("cold.json");
    ColdBenchmark.main(new String[] {launcher.toString(), out.toString(), "2", "4x100"});
    return out;
  }

  @Test
  void measuresBothInTurn() throws IOException, InterruptedException {
    List<Measurement> results = Measurement.read(measure(launcher("1")));
    assertEquals(2, results.size());
    for (Measurement result : results) {
      assertEquals(ColdBenchmark.NAME, result.benchmark());
      assertEquals(2, result.iterations().times().size());
      assertTrue(result.iterations().lowest() > 0, result.toString());
      assertEquals("4", result.parameters().get("neurons"));
    }
    assertEquals(
        List.of("spanmatch", "numpy"),
        results.stream().map(result -> result.parameters().get("backend")).toList());
    if (Files.exists(Path.of("/proc/self/stat"))) {
      for (Measurement result : results) {
        // Python alone takes longer to start.
        assertTrue(result.secondary().get(ColdBenchmark.CPU) >= 10, result.toString());
      }
    }
  }

  @Test
  void otherSimilaritiesFail() throws IOException {
    Path wrong = launcher("1.1");
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> measure(wrong));
    assertTrue(e.getMessage().startsWith("spanmatch has a similarity of "), e.getMessage());
  }

  @Test
  void aCommandThatFailsIsNoTime() throws IOException {
    Path broken = Files.writeString(folder.resolve("broken"), "#!/bin/sh\nexit 3\n");
    assertTrue(broken.toFile().setExecutable(true));
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> measure(broken));
    assertTrue(e.getMessage().endsWith(" ended with 3"), e.getMessage());
  }

  @Test
  void theTableHasTheRatio() {
    Results results = new Results(List.of(cold("spanmatch", 300), cold("numpy", 200)));
    assertTrue(
        ResultsTable.of(results).contains("| 512 | 10000 | `spanmatch` | 300 | – | 1.5 |\n"),
        ResultsTable.of(results));
  }

  private static Measurement cold(String backend, double time) {
    return Samples.of(
        ColdBenchmark.NAME,
        Map.of("backend", backend, "neurons", "512", "samples", "10000"),
        1,
        time,
        Map.of());
  }
}
