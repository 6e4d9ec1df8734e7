package org.spanmatch.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests where frequencies come from. */
class ClocksTest {
  @TempDir Path folder;

  private Path cpuinfo() throws IOException {
    return Files.writeString(
        folder.resolve("cpuinfo"),
        "processor\t: 0\ncpu MHz\t\t: 2596.126\n\nprocessor\t: 1\ncpu MHz\t\t: 3100.5\n");
  }

  private void processor(String name, String kilohertz) throws IOException {
    Path scaling = Files.createDirectories(folder.resolve("cpu").resolve(name).resolve("cpufreq"));
    Files.writeString(scaling.resolve("scaling_cur_freq"), kilohertz + "\n");
  }

  @Test
  void theKernelsFrequenciesComeFirst() throws IOException {
    processor("cpu0", "3700000");
    processor("cpu1", "800000");
    processor("cpufreq", "1");
    assertEquals(List.of(3700.0, 800.0), Clocks.processors(folder.resolve("cpu"), cpuinfo()));
  }

  @Test
  void virtualMachinesHaveThoseOfCpuinfo() throws IOException {
    Files.createDirectories(folder.resolve("cpu").resolve("cpu0"));
    assertEquals(List.of(2596.126, 3100.5), Clocks.processors(folder.resolve("cpu"), cpuinfo()));
    assertEquals(List.of(2596.126, 3100.5), Clocks.processors(folder.resolve("none"), cpuinfo()));
    processor("cpu0", "unknown");
    assertEquals(List.of(2596.126, 3100.5), Clocks.processors(folder.resolve("cpu"), cpuinfo()));
  }

  @Test
  void noneAreKnownElsewhere() {
    assertEquals(List.of(), Clocks.processors(folder.resolve("none"), folder.resolve("neither")));
  }
}
