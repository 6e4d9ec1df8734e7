package org.spanmatch.kernel.cuda.loading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Searches made-up folder trees. */
@DisabledOnOs(OS.WINDOWS)
class LibrarySearchTest {
  private static final String PROPERTY = "spanmatch.cuda.libraryPath";

  private final Map<String, String> env = new HashMap<>();
  private final Map<String, String> properties = new HashMap<>();

  @TempDir private Path root;

  @BeforeEach
  void setHome() {
    properties.put("user.home", root + "/home/u");
  }

  @Test
  void driverOfTheUserGoesBeforeThatOfTheSystem() throws Exception {
    Path system = file("usr/lib/x86_64-linux-gnu/libcuda.so.1");
    assertEquals(system, search().driver());
    Path linker = file("linker/libcuda.so.1");
    env.put("LD_LIBRARY_PATH", ":" + root + "/absent:" + root + "/linker:");
    assertEquals(linker, search().driver());
    Path explicit = file("explicit/libcuda.so.1");
    properties.put(PROPERTY, root + "/explicit");
    assertEquals(explicit, search().driver());
  }

  @Test
  void driverOfWindowsSubsystemAndOfContainersIsFound() throws Exception {
    Path container = file("usr/local/nvidia/lib64/libcuda.so.1");
    assertEquals(container, search().driver());
    Path subsystem = file("usr/lib/wsl/lib/libcuda.so.1");
    assertEquals(subsystem, search().driver());
  }

  @Test
  void emptyFilesAndDanglingLinksAreNoLibraries() throws Exception {
    Files.writeString(file("usr/lib/x86_64-linux-gnu/libcuda.so.1"), "");
    Files.createDirectories(root.resolve("usr/lib64"));
    Files.createSymbolicLink(root.resolve("usr/lib64/libcuda.so.1"), root.resolve("gone"));
    Path real = file("usr/lib/nvidia/libcuda.so.1");
    assertEquals(real, search().driver());
  }

  /** A file that is there must not be reported as not found. */
  @Test
  void uselessFilesAreReportedIfThereIsNoOther() throws Exception {
    Path driver = file("usr/lib64/libcuda.so.1");
    Files.writeString(driver, "");
    CudaUnavailableException e =
        assertThrows(CudaUnavailableException.class, () -> search().driver());
    assertEquals("no NVIDIA driver: " + driver + " is empty (0 bytes)", e.problem().reason());
    assertTrue(e.problem().cure().contains("--gpus all"), e.problem().cure());
    Files.delete(driver);
    Files.createSymbolicLink(driver, root.resolve("gone"));
    e = assertThrows(CudaUnavailableException.class, () -> search().driver());
    assertEquals(
        "no NVIDIA driver: " + driver + " is a link to a file that does not exist",
        e.problem().reason());

    Path cublas = root.resolve("usr/lib64/libcublas.so.12");
    Files.createDirectory(cublas);
    e = assertThrows(CudaUnavailableException.class, () -> search().cublas());
    assertEquals("no cuBLAS: " + cublas + " is no file", e.problem().reason());

    properties.put(PROPERTY, root + "/usr/lib64");
    assertTrue(
        refusal()
            .endsWith(
                "libcublas.so.13: " + driver + " is a link to a file that does" + " not exist"),
        refusal());
  }

  @Test
  void absentDriverIsReportedWithTheFoldersThatAreThere() throws Exception {
    file("usr/lib64/libc.so.6");
    CudaUnavailableException e =
        assertThrows(CudaUnavailableException.class, () -> search().driver());
    assertEquals(
        "no NVIDIA driver: libcuda.so.1 was not found; looked in " + root + "/usr/lib64",
        e.problem().reason());
    assertEquals("install the NVIDIA driver", e.problem().cure());
  }

  @Test
  void cublasIsFoundInOrder() throws Exception {
    env.put("CUDA_HOME", root + "/opt/toolkit");
    env.put("CUDA_PATH", root + "/opt/other");
    env.put("VIRTUAL_ENV", root + "/venv");
    env.put("CONDA_PREFIX", root + "/conda");
    env.put("PATH", root + "/empty:" + root + "/python/bin");
    Path command = file("python/bin/python3");
    assertTrue(command.toFile().setExecutable(true));
    // From the last choice to the first: each one goes before all that were there.
    for (String place :
        List.of(
            "usr/lib64",
            "usr/lib/x86_64-linux-gnu",
            "conda/lib",
            "usr/lib/python3/dist-packages/nvidia/cublas/lib",
            "usr/local/lib/python3.9/dist-packages/nvidia/cublas/lib",
            "usr/local/lib/python3.12/dist-packages/nvidia/cublas/lib",
            "home/u/.local/lib/python3.12/site-packages/nvidia/cublas/lib",
            "python/lib/python3.12/site-packages/nvidia/cublas/lib",
            "conda/lib/python3.12/site-packages/nvidia/cublas/lib",
            "venv/lib/python3.12/site-packages/nvidia/cu13/lib",
            "venv/lib/python3.12/site-packages/nvidia/cublas/lib",
            "usr/local/cuda-12.9/lib64",
            "usr/local/cuda-12.10/lib64",
            "usr/local/cuda/targets/x86_64-linux/lib",
            "usr/local/cuda/lib64",
            "opt/other/lib",
            "opt/toolkit/targets/x86_64-linux/lib",
            "opt/toolkit/lib",
            "opt/toolkit/lib64")) {
      Path library = file(place + "/libcublas.so.12");
      assertEquals(library, search().cublas().library());
    }
  }

  @Test
  void pythonThatIsALinkIsFollowed() throws Exception {
    Path command = file("opt/python/bin/python3.12");
    assertTrue(command.toFile().setExecutable(true));
    Files.createDirectories(root.resolve("bin"));
    Files.createSymbolicLink(root.resolve("bin/python3"), command);
    env.put("PATH", root + "/bin");
    Path library = file("opt/python/lib/python3.12/site-packages/nvidia/cu13/lib/libcublas.so.13");
    assertEquals(library.toRealPath(), search().cublas().library().toRealPath());
  }

  @Test
  void release12GoesBefore13AmongTheUsualFolders() throws Exception {
    Path newer = file("usr/local/cuda-13.0/lib64/libcublas.so.13");
    Path light = file("usr/local/cuda-13.0/lib64/libcublasLt.so.13");
    assertEquals(new LibrarySearch.Cublas(newer, Optional.of(light), true), search().cublas());
    Path older = file("usr/lib64/libcublas.so.12");
    assertEquals(new LibrarySearch.Cublas(older, Optional.empty(), false), search().cublas());
  }

  @Test
  void release13IsTakenWhereTheUserPointsToIt() throws Exception {
    file("usr/local/cuda/lib64/libcublas.so.12");
    Path linker = file("linker/libcublas.so.13");
    env.put("LD_LIBRARY_PATH", root + "/linker");
    assertEquals(linker, search().cublas().library());
    Path older = file("older/libcublas.so.12");
    env.put("LD_LIBRARY_PATH", root + "/linker:" + root + "/older");
    assertEquals(older, search().cublas().library());
    Path explicit = file("explicit/libcublas.so.13");
    properties.put(PROPERTY, root + "/explicit");
    assertEquals(explicit, search().cublas().library());
  }

  @Test
  void absentCublasIsReportedWithAFewFolders() throws Exception {
    for (int i = 0; i < 11; i++) {
      Files.createDirectories(root.resolve("linker" + i));
      env.merge("LD_LIBRARY_PATH", root + "/linker" + i, (all, one) -> all + ":" + one);
    }
    CudaUnavailableException e =
        assertThrows(CudaUnavailableException.class, () -> search().cublas());
    String reason = e.problem().reason();
    assertTrue(
        reason.startsWith(
            "no cuBLAS: libcublas.so.12 or libcublas.so.13 was not found; looked in " + root),
        reason);
    assertTrue(reason.endsWith(root + "/linker7 and 3 more folders"), reason);
    assertEquals(
        "install the CUDA toolkit or 'pip install nvidia-cublas-cu12', or name the folder of cuBLAS"
            + " with -Dspanmatch.cuda.libraryPath",
        e.problem().cure());
  }

  @Test
  void explicitFolderThatIsOfNoUseIsRefused() throws Exception {
    search().checkExplicitFolders();
    file("good/libcublas.so.13");
    file("useless/libc.so.6");
    properties.put(PROPERTY, root + "/good");
    search().checkExplicitFolders();
    properties.put(PROPERTY, root + "/good:" + root + "/absent");
    assertEquals("-D" + PROPERTY + " names " + root + "/absent, which is not a folder", refusal());
    properties.put(PROPERTY, root + "/useless:" + root + "/good");
    assertEquals(
        "-D"
            + PROPERTY
            + " names "
            + root
            + "/useless, which has none of libcuda.so.1, libcublas.so.12, libcublas.so.13",
        refusal());
  }

  @Test
  void windowsIsSearchedByItsVariables() throws Exception {
    env.put("Path", root + "/path");
    env.put("CUDA_PATH", root + "/toolkit");
    Path driver = file("Windows/System32/nvcuda.dll");
    Path cublas = file("toolkit/bin/cublas64_12.dll");
    LibrarySearch search =
        new LibrarySearch(LibraryNames.WINDOWS, LibraryFolders.windows(env, properties::get, root));
    assertEquals(driver, search.driver());
    assertEquals(new LibrarySearch.Cublas(cublas, Optional.empty(), false), search.cublas());
    assertEquals(
        Optional.of(LibraryNames.WINDOWS),
        LibraryNames.of(Map.of("os.name", "Windows 11", "os.arch", "amd64")::get));
  }

  private String refusal() {
    return assertThrows(CudaUnavailableException.class, () -> search().checkExplicitFolders())
        .problem()
        .reason();
  }

  private LibrarySearch search() {
    return new LibrarySearch(LibraryNames.LINUX, LibraryFolders.linux(env, properties::get, root));
  }

  private Path file(String name) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, "x");
  }
}
