package org.spanmatch.cli.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What a bundle is made from. */
class BuildTest {
  @TempDir Path folder;
  private Path jar;

  @BeforeEach
  void makeRepository() throws IOException {
    touch("spanmatch");
    touch("cli/pom.xml");
    jar = touch("cli/target/quick/spanmatch-cli-2.1.jar");
  }

  private Path touch(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "");
    return Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
  }

  private static String message(Executable executable) {
    return assertThrows(BundleException.class, executable).getMessage();
  }

  @Test
  void findsTheRepositoryOfAJar() throws IOException {
    Build build = Build.of(jar);
    assertEquals(folder, build.root());
    assertEquals("2.1", build.version());
  }

  @Test
  void refusesClassFilesAndOtherPlaces() throws IOException {
    String expected =
        "a bundle is made from the build of the repository: start ./spanmatch bundle there";
    assertEquals(expected, message(() -> Build.of(folder.resolve("cli/target"))));
    assertEquals(expected, message(() -> Build.of(Path.of("/nowhere/spanmatch-cli-2.1.jar"))));
  }

  @Test
  void refusesTheBundleOfABundle() throws IOException {
    touch("bundle/bundle.properties");
    Path code = touch("bundle/app/spanmatch-cli-2.1.jar");
    assertEquals(
        folder.resolve("bundle")
            + " is a bundle itself; to have it elsewhere, copy the whole folder",
        message(() -> Build.of(code)));
  }

  @Test
  void findsTheJarsOfTheChecksOrSaysWhatToBuild() throws IOException {
    Build build = Build.of(jar);
    String cure = "; the checks need a full build: mvn -B -ntp package -DskipTests";
    Path core = folder.resolve("core/target/spanmatch-core-2.1-tests.jar");
    assertEquals(core + " is missing" + cure, message(build::checkJars));
    touch("core/src/main/A.java");
    touch("core/target/spanmatch-core-2.1-tests.jar");
    Path java = folder.resolve("kernel-java/target/spanmatch-kernel-java-2.1-tests.jar");
    assertEquals(java + " is missing" + cure, message(build::checkJars));
    touch("kernel-java/src/main/A.java");
    touch("kernel-java/target/spanmatch-kernel-java-2.1-tests.jar");
    Path source = touch("kernel-cuda/src/main/A.java");
    Path cuda = touch("kernel-cuda/target/spanmatch-kernel-cuda-2.1-tests.jar");
    Path benchmarks = folder.resolve("benchmarks/target/spanmatch-benchmarks-2.1.jar");
    assertEquals(benchmarks + " is missing" + cure, message(build::checkJars));
    touch("benchmarks/src/main/A.java");
    touch("benchmarks/target/spanmatch-benchmarks-2.1.jar");
    assertEquals(
        folder.resolve("benchmarks/target/check") + " is missing" + cure,
        message(build::checkJars));
    Path tool = touch("benchmarks/target/check/tool.jar");
    assertEquals(List.of(core, java, cuda, benchmarks, tool), build.checkJars());
    Files.setLastModifiedTime(source, FileTime.fromMillis(2_000_000));
    assertEquals(
        cuda + " is older than " + folder.resolve("kernel-cuda/src") + cure,
        message(build::checkJars));
  }
}
