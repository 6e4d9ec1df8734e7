package org.spanmatch.cli.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What libraries want from the system, as this JVM's own show it. */
class ElfTest {
  private static final Path LIBRARIES = Path.of(System.getProperty("java.home"), "lib");

  @Test
  @EnabledOnOs(
      value = OS.LINUX,
      architectures = {"amd64", "aarch64"})
  void tellsLibrariesAndTheVersionOfGlibc() throws IOException {
    Elf java = Elf.of(LIBRARIES.resolve("libjava.so")).orElseThrow();
    assertTrue(java.needed().contains("libjvm.so"), java.toString());
    assertTrue(java.needed().stream().anyMatch(name -> name.startsWith("libc.")), java.toString());
    assertTrue(java.glibc().orElse("2.0").startsWith("2."), java.toString());
    Elf together =
        Elf.together(
            List.of(LIBRARIES.resolve("libjava.so"), LIBRARIES.resolve("server/libjvm.so")));
    assertFalse(together.needed().contains("libjvm.so"));
  }

  @Test
  void otherFilesAreNone(@TempDir Path folder) throws IOException {
    assertEquals(Optional.empty(), Elf.of(Files.writeString(folder.resolve("a.so"), "no library")));
  }
}
