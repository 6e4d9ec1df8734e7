package org.spanmatch.cli.bundle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which jars, and what of them, go into a bundle. */
class JarsTest {
  @TempDir Path folder;

  private Path jar(String name, String... entries) throws IOException {
    Path jar = Files.createDirectories(folder.resolve("lib")).resolve(name);
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
      for (String entry : entries) {
        zip.putNextEntry(new ZipEntry(entry));
        zip.write(entry.getBytes(StandardCharsets.UTF_8));
      }
    }
    return jar;
  }

  private List<String> copied(String name) throws IOException {
    try (ZipFile zip = new ZipFile(folder.resolve("copy").resolve(name).toFile())) {
      return zip.stream().map(ZipEntry::getName).toList();
    }
  }

  @Test
  void leavesOutWhatIsNotUsed() throws IOException {
    Path plain = jar("plain.jar", "lib/any.so");
    jar("jcuda-natives-1-windows-x86_64.jar", "lib/JCudaDriver.dll");
    jar(
        "jcuda-natives-1-linux-x86_64.jar",
        "META-INF/MANIFEST.MF",
        "lib/libJCudaDriver-1-linux-x86_64.so",
        "lib/libJNvPTXCompiler-1-linux-x86_64.so");
    jar(
        "jcublas-natives-1-linux-x86_64.jar",
        "lib/libJCublas2-1-linux-x86_64.so",
        "lib/libJCublas-1-linux-x86_64.so");
    jar(
        "commons-math3-1.jar",
        "META-INF/LICENSE.txt",
        "org/apache/commons/math3/stat/A.class",
        "org/apache/commons/math3/geometry/B.class");
    jar(
        "spanmatch-core-1.0.0-tests.jar",
        "org/spanmatch/TestData.class",
        "org/spanmatch/MatchTest.class",
        "org/spanmatch/MatchTest$One.class");
    Path copy = folder.resolve("copy");
    Jars.copyAll(folder.resolve("lib"), copy);
    assertEquals(
        List.of("META-INF/MANIFEST.MF", "lib/libJCudaDriver-1-linux-x86_64.so"),
        copied("jcuda-natives-1-linux-x86_64.jar"));
    assertEquals(
        List.of("lib/libJCublas2-1-linux-x86_64.so"), copied("jcublas-natives-1-linux-x86_64.jar"));
    assertEquals(
        List.of("META-INF/LICENSE.txt", "org/apache/commons/math3/stat/A.class"),
        copied("commons-math3-1.jar"));
    assertEquals(List.of("org/spanmatch/TestData.class"), copied("spanmatch-core-1.0.0-tests.jar"));
    assertArrayEquals(Files.readAllBytes(plain), Files.readAllBytes(copy.resolve("plain.jar")));
    try (Stream<Path> files = Files.list(copy)) {
      assertEquals(5, files.count());
    }
  }
}
