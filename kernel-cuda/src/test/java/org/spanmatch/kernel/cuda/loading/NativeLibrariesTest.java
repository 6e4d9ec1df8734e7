package org.spanmatch.kernel.cuda.loading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loads small libraries in JVMs of their own: the real ones where a GPU is, none elsewhere. */
class NativeLibrariesTest {
  private static final String DRIVER = "int cuDriverGetVersion(int *v) { *v = 12345; return 0; }\n";
  private static final String CUBLAS =
      "int cublasGetVersion_v2(void *h, int *v) { *v = %d; return h != 0; }\n";

  @TempDir private Path folder;

  @Test
  void cublas12IsCalledDirectly() throws IOException {
    Path libraries = libraries(12);

    List<String> lines = lines(command(libraries));

    String loaded = loaded(libraries, "libcublas.so.12", false);
    assertEquals(
        List.of(loaded, loaded, "restored: true", "driver: 0, 12345", "cublas: 0, 120000"), lines);
    assertEquals(List.of(), left());
  }

  @Test
  void cublas13IsCalledThroughTheForwarder() throws IOException {
    Path libraries = libraries(13);
    List<String> command = command(libraries);
    command.add("call what the library does not have");

    List<String> lines = lines(command);

    String loaded = loaded(libraries, "libcublas.so.13", true);
    assertEquals(
        List.of(
            loaded,
            loaded,
            "restored: true",
            "driver: 0, 12345",
            "cublas: 0, 130000",
            "destroy: 15"),
        lines);
    assertEquals(List.of(), left());
  }

  @Test
  void processesDoNotMeetInTheFolderOfTemporaryFiles() throws IOException {
    Path libraries = libraries(12);
    // Where JCuda by itself would unpack, and take what it finds.
    Path planted = temporary().resolve("libJCudaDriver-12.6.0-linux-x86_64.so");
    Files.writeString(planted, "not a library");
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      processes.add(NativeTools.start(command(libraries)));
    }
    for (Process process : processes) {
      String output = NativeTools.finish(process);
      assertTrue(output.contains("cublas: 0, 120000"), output);
    }
    assertEquals(List.of(planted), left());
  }

  @Test
  void standInIsLoaded() throws IOException {
    NativeTools.assumeCommands();
    Path libraries = NativeTools.MODULE.resolve("target/stand-in");
    NativeTools.assume(
        Files.exists(libraries.resolve("libcuda.so.1")),
        "SKIPPED: the stand-in for the driver has not been built in " + libraries);

    List<String> lines = lines(command(libraries));

    assertEquals(loaded(libraries, "libcublas.so.12", false), lines.get(0));
    assertTrue(lines.get(3).startsWith("driver: 0, "), lines.get(3));
    assertEquals(List.of(), left());
  }

  @Test
  void brokenDriverIsReportedOnceAndForAll() throws IOException {
    NativeTools.assumeCommands();
    for (String name : List.of("libcuda.so.1", "libcublas.so.12")) {
      Files.writeString(folder.resolve(name), "not a library");
    }

    // The JVM has its own to say about such a file.
    List<String> lines =
        lines(command(folder)).stream().filter(line -> line.startsWith("Unavailable")).toList();

    assertTrue(
        lines
            .get(0)
            .startsWith(
                "Unavailable[reason=the NVIDIA driver can't be loaded: "
                    + folder.resolve("libcuda.so.1")),
        lines.get(0));
    assertTrue(lines.get(0).endsWith("cure=install the NVIDIA driver again]"), lines.get(0));
    assertEquals(lines.get(0), lines.get(1));
    assertEquals(List.of(), left());
  }

  @Test
  void brokenCublasIsReported() throws IOException {
    Path libraries = libraries(12);
    Files.writeString(libraries.resolve("libcublas.so.12"), "not a library");

    String output = NativeTools.run(command(libraries));

    assertTrue(output.contains("reason=cuBLAS can't be loaded: " + libraries), output);
    assertTrue(output.contains("another cuBLAS with -Dspanmatch.cuda.libraryPath"), output);
  }

  @Test
  void folderOfTemporaryFilesMustBeThere() throws IOException {
    Path libraries = libraries(12);

    String output = NativeTools.run(LoadingProgram.command(folder.resolve("absent"), libraries));

    assertTrue(output.contains("JCuda's libraries can't be unpacked into " + folder), output);
    assertTrue(output.contains("restored: true"), output);
  }

  @Test
  void fileSystemWithoutExecutablesHasItsOwnCure() {
    // As LibUtils writes it, shortened.
    UnsatisfiedLinkError error =
        new UnsatisfiedLinkError(
            """
            Error while loading native library "JCudaDriver-12.6.0-linux-x86_64"
            Operating system name: Linux
            ---(start of nested stack traces)---
            Stack trace from the attempt to load the library as a file:
            java.lang.UnsatisfiedLinkError: no JCudaDriver in java.library.path: /usr/lib64
            \tat java.base/java.lang.System.loadLibrary(System.java:2059)
            Stack trace from the attempt to load the library as a resource:
            java.lang.UnsatisfiedLinkError: /t/l.so: /t/l.so: failed to map segment from shared object
            \tat java.base/java.lang.System.load(System.java:2019)
            ---(end of nested stack traces)---
            """);
    CudaUnavailableException e = JCudaNatives.refused(error);
    assertEquals(
        "JCuda's libraries can't be loaded: /t/l.so: failed to map segment from shared object; set"
            + " -Djava.io.tmpdir to a folder that may hold executables",
        e.getMessage());
    assertEquals(error, e.getCause());
    assertEquals(0, JCudaNatives.why(new LinkageError("")).length());
  }

  @Test
  void otherPlatformsHaveTheirOwnReason() {
    for (String name : List.of("Linux", "Mac OS X")) {
      Map<String, String> properties = Map.of("os.name", name, "os.arch", "aarch64");
      CudaUnavailableException e =
          assertThrows(
              CudaUnavailableException.class,
              () -> NativeLibraries.search(Map.of(), properties::get));
      assertEquals("JCuda has no libraries for " + name + " on aarch64", e.problem().reason());
    }
  }

  private Path libraries(int release) throws IOException {
    NativeTools.assumeCommands("gcc");
    Path libraries = folder.resolve("libraries");
    NativeTools.compile(libraries, "libcuda.so.1", DRIVER);
    NativeTools.compile(libraries, "libcublasLt.so." + release, "");
    NativeTools.compile(
        libraries, "libcublas.so." + release, CUBLAS.replace("%d", release + "0000"));
    return libraries;
  }

  private List<String> command(Path libraries) throws IOException {
    return LoadingProgram.command(temporary(), libraries);
  }

  private Path temporary() throws IOException {
    return Files.createDirectories(folder.resolve("temporary"));
  }

  private List<Path> left() throws IOException {
    try (Stream<Path> files = Files.walk(temporary())) {
      // JVMs keep their own data there for as long as they run.
      return files.skip(1).filter(file -> !file.toString().contains("hsperfdata")).toList();
    }
  }

  /** What the program printed, without the warnings of JVMs that don't like native libraries. */
  private static List<String> lines(List<String> command) throws IOException {
    return NativeTools.run(command)
        .lines()
        .filter(line -> !line.isBlank())
        .filter(line -> !line.startsWith("WARNING: ") && !line.contains(" VM warning: "))
        .toList();
  }

  private static String loaded(Path libraries, String cublas, boolean forwarded) {
    return new NativeLibraries.Loaded(
            libraries.resolve("libcuda.so.1"), libraries.resolve(cublas), forwarded)
        .toString();
  }
}
