package org.spanmatch.kernel.selection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.spanmatch.kernel.selection.CostProfile.CostModel;
import org.spanmatch.kernel.selection.CostProfile.Machine;
import org.spanmatch.kernel.selection.CostProfile.PhaseCost;

/** Tests profiles in memory and in files, and when they apply. */
class CostProfileTest {
  private static final Machine MACHINE =
      new Machine("Zen = 5: \\é", 2, "Linux on amd64", "OpenJDK 17.0.1");
  private static final CostModel MODEL =
      new CostModel(new PhaseCost(1e-4, 2e-11, 3e-10), new PhaseCost(0.125, 1e-10, 0));
  private static final CostProfile PROFILE =
      new CostProfile(
          LocalDate.of(2026, 11, 20),
          MACHINE,
          2,
          Map.of(
              "java", new CostProfile.Backend("", MODEL),
              "cuda", new CostProfile.Backend("device 0: H100; driver: é=1", MODEL)));

  @TempDir Path folder;

  @Test
  void costsAddUp() {
    double compress = 1e-4 + 2e-11 * 1000 * 25 + 3e-10 * 1000 * 5 * 4;
    double match = 0.125 + 1e-10 * 8 / 3 * (8 + 27);
    assertEquals(compress + match, PROFILE.seconds("java", 2, 3, 1000), 1e-15);
    assertThrows(IllegalArgumentException.class, () -> PROFILE.seconds("other", 2, 3, 1000));
  }

  @Test
  void aFileGivesTheSameProfile() throws IOException {
    Path file = folder.resolve("profile.properties");
    Files.writeString(file, PROFILE.text());
    assertEquals(PROFILE, CostProfile.read(file));
    assertEquals(PROFILE.text(), CostProfile.read(file).text());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "spanmatch.profile=1 | spanmatch.profile=2 | expected spanmatch.profile=1, found 2",
        "spanmatch.profile=1 | other=1 | it has no entry 'spanmatch.profile'",
        "date=2026-11-20 | date=yesterday | expected a date such as 2026-11-20, found yesterday",
        "threads=2 | threads=two | expected a whole number, found threads=two",
        "threads=2 | threads=0 | a profile needs a backend and a thread",
        "java.match.seconds=0.125 | java.match.seconds=x"
            + " | expected a number, found backend.java.match.seconds=x",
        "java.match.seconds=0.125 | java.match.seconds=-1"
            + " | expected seconds of at least 0, found -1.0",
        "java.match.seconds=0.125 | java.match.seconds=NaN"
            + " | expected seconds of at least 0, found NaN",
        "java.match.seconds=0.125 | java.other=1 | it has no entry 'backend.java.match.seconds'",
      })
  void damageIsNamed(String good, String bad, String message) {
    String text = PROFILE.text();
    assertTrue(text.contains(good), text);
    String damaged = text.replace(good, bad);
    assertEquals(
        message,
        assertThrows(IllegalArgumentException.class, () -> ProfileText.parse(damaged))
            .getMessage());
  }

  @Test
  void whatIsNoTextIsNoProfile() throws IOException {
    Path file = folder.resolve("profile.properties");
    Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertEquals(
        "it is not a text",
        assertThrows(IllegalArgumentException.class, () -> CostProfile.read(file)).getMessage());
    Files.writeString(file, "\\u12");
    assertThrows(IllegalArgumentException.class, () -> CostProfile.read(file));
  }

  @Test
  void aProfileIsForItsMachineOnly() {
    Map<String, String> now = Map.of("java", "", "cuda", "device 0: H100; driver: é=1");
    assertEquals(Optional.empty(), PROFILE.mismatch(MACHINE, 2, now));
    assertEquals(Optional.empty(), PROFILE.mismatch(MACHINE, 2, Map.of("java", "")));
    assertEquals(
        Optional.of(
            "it is of another machine: processors '2', here '4'; Java 'OpenJDK 17.0.1', here"
                + " 'OpenJDK 25'"),
        PROFILE.mismatch(
            new Machine(MACHINE.processor(), 4, MACHINE.system(), "OpenJDK 25"), 2, now));
    assertEquals(Optional.of("it is for 2 threads, not 1"), PROFILE.mismatch(MACHINE, 1, now));
    assertEquals(
        Optional.of("new was not measured"), PROFILE.mismatch(MACHINE, 2, Map.of("new", "")));
    assertEquals(
        Optional.of("cuda ran on 'device 0: H100; driver: é=1', now it has 'device 0: H200'"),
        PROFILE.mismatch(MACHINE, 2, Map.of("cuda", "device 0: H200")));
  }

  @Test
  void thisMachineIsTheSameEachTime() {
    assertEquals(Machine.here(), Machine.here());
    assertTrue(Machine.here().processors() >= 1);
  }
}
