package org.spanmatch.kernel.cuda.loading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import jcuda.jcublas.JCublas2;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The names of the library that stands in for cuBLAS 12; its calls are made elsewhere. */
class CublasForwarderTest {
  private static final Path SOURCES = NativeTools.MODULE.resolve("src/main/native");

  @TempDir private Path folder;

  @Test
  void namesAreThoseThatJCudaRefersTo() throws IOException {
    NativeTools.assumeCommands("nm");
    Path library = folder.resolve("JCublas2.so");
    try (InputStream in =
        JCublas2.class.getResourceAsStream("/lib/libJCublas2-12.6.0-linux-x86_64.so")) {
      Files.copy(in, library);
    }
    Set<String> referred = NativeTools.symbols(library, "--undefined-only");
    referred.removeIf(name -> !name.startsWith("cublas"));
    assertEquals(names(), referred);
  }

  @Test
  void namesAreSorted() throws IOException {
    List<String> lines = Files.readAllLines(SOURCES.resolve("cublas-names.txt"));
    assertEquals(List.copyOf(new TreeSet<>(lines)), lines);
  }

  @Test
  void committedLibraryHasTheNames() throws IOException {
    NativeTools.assumeCommands("nm");
    check(
        NativeTools.MODULE.resolve(
            "src/main/resources/org/spanmatch/kernel/cuda/linux-x86_64/libcublas.so.12"));
  }

  @Test
  void rebuiltLibraryHasTheNames() throws IOException {
    NativeTools.assumeCommands("sh", "gcc", "nm");
    Path library = folder.resolve("libcublas.so.12");
    NativeTools.run(
        List.of(
            "sh", NativeTools.MODULE.resolve("build-forwarder.sh").toString(), library.toString()));
    check(library);
  }

  private static void check(Path library) throws IOException {
    assertEquals(
        names().stream().map(name -> name.replace("@", "@@")).collect(Collectors.toSet()),
        NativeTools.symbols(library, "--defined-only"));
    // Of the oldest version that glibc has, so that the library loads on every system.
    assertEquals(
        Set.of("dlopen@GLIBC_2.2.5", "dlsym@GLIBC_2.2.5"),
        NativeTools.symbols(library, "--undefined-only"));
    assertTrue(Files.size(library) < 100_000, "it is tens of kilobytes");
  }

  /** The committed names, each with the version that JCuda asks for. */
  private static Set<String> names() throws IOException {
    return Files.readAllLines(SOURCES.resolve("cublas-names.txt")).stream()
        .map(name -> name + "@libcublas.so.12")
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
