package org.spanmatch.cli.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Which JDK a bundle is made from. */
@DisabledOnOs(OS.WINDOWS)
class JdkTest {
  private static final String LINKS_ITSELF = "echo '      Linking from run-time image enabled'";

  @TempDir Path folder;

  private Path jdk(String name, String version, String jlink) throws IOException {
    Path home = folder.resolve(name);
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    Path program = home.resolve("bin").resolve("jlink");
    Files.writeString(program, "#!/bin/sh\n" + jlink + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return home;
  }

  private Path withPackagedModules(String name, String version) throws IOException {
    Path home = jdk(name, version, "exit 1");
    Files.createDirectory(home.resolve("jmods"));
    return home;
  }

  private Optional<Path> newest(Path running, Map<String, String> env) {
    return Jdk.newest(running, env, folder.resolve("jvm")).map(Jdk::home);
  }

  @Test
  void takesTheNewestOfAllPlaces() throws IOException {
    Path running = withPackagedModules("running", "17.0.2");
    assertEquals(Optional.of(running.toRealPath()), newest(running, Map.of()));
    Path named = withPackagedModules("named", "21.0.1");
    assertEquals(
        Optional.of(named.toRealPath()), newest(running, Map.of("JDK21_HOME", named.toString())));
    Path installed = jdk("jvm/other", "25", LINKS_ITSELF);
    assertEquals(
        Optional.of(installed.toRealPath()),
        newest(running, Map.of("JAVA_HOME", named.toString(), "JDK9", "no variable of a home")));
  }

  @Test
  void ofTwoEqualOnesTakesTheFirst() throws IOException {
    Path running = withPackagedModules("running", "21.0.1");
    withPackagedModules("jvm/same", "21.0.1");
    assertEquals(Optional.of(running.toRealPath()), newest(running, Map.of()));
  }

  @Test
  void leavesOutWhatCannotLink() throws IOException {
    Path old = withPackagedModules("jvm/old", "11.0.2");
    Path neither = jdk("jvm/without-modules", "25", "echo no");
    Path runtime = withPackagedModules("jvm/runtime", "25");
    Files.delete(runtime.resolve("bin").resolve("jlink"));
    Path strange = withPackagedModules("jvm/strange", "new");
    assertEquals(Optional.empty(), newest(folder.resolve("none"), Map.of("JAVA_HOME", "")));
    for (Path home : new Path[] {old, neither, runtime, strange}) {
      assertEquals(Optional.empty(), Jdk.at(home));
    }
  }
}
