package org.spanmatch.kernel.cuda.loading;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * The folders in which NVIDIA's libraries may be on this machine, in search order.
 *
 * @param explicit the folders that the user named for spanmatch
 * @param linker the folders that the user named for all programs
 * @param driver the usual folders of the driver
 * @param cublas the usual folders of cuBLAS: the toolkit's, those of Python packages, the system's
 */
record LibraryFolders(
    List<Path> explicit, List<Path> linker, List<Path> driver, List<Path> cublas) {
  /** The system property with the folders to search before all others. */
  static final String PROPERTY = "spanmatch.cuda.libraryPath";

  /**
   * Collects the folders.
   *
   * @param env the environment variables
   * @param properties gives system properties
   * @param root the folder that holds {@code usr}
   */
  static LibraryFolders linux(
      Map<String, String> env, UnaryOperator<String> properties, Path root) {
    return new LibraryFolders(
        Folders.inPath(properties.apply(PROPERTY)),
        Folders.inPath(env.get("LD_LIBRARY_PATH")),
        List.of(
            root.resolve("usr/lib/x86_64-linux-gnu"),
            root.resolve("usr/lib64"),
            root.resolve("usr/lib/wsl/lib"),
            root.resolve("usr/local/nvidia/lib64"),
            root.resolve("usr/local/nvidia/lib"),
            root.resolve("usr/lib/nvidia"),
            root.resolve("usr/lib64/nvidia"),
            root.resolve("usr/lib"),
            root.resolve("run/opengl-driver/lib")),
        linuxCublas(env, properties, root));
  }

  private static List<Path> linuxCublas(
      Map<String, String> env, UnaryOperator<String> properties, Path root) {
    List<Path> toolkits = new ArrayList<>();
    toolkits.addAll(Folders.inPath(env.get("CUDA_HOME")));
    toolkits.addAll(Folders.inPath(env.get("CUDA_PATH")));
    // The link set by the machine's administrator comes before the releases beside it.
    toolkits.add(root.resolve("usr/local/cuda"));
    toolkits.addAll(Folders.newestFirst(root.resolve("usr/local"), "cuda-"));
    List<Path> folders = new ArrayList<>();
    for (Path toolkit : toolkits) {
      folders.add(toolkit.resolve("lib64"));
      folders.add(toolkit.resolve("lib"));
      folders.add(toolkit.resolve("targets/x86_64-linux/lib"));
    }
    folders.addAll(PythonFolders.cublas(env, properties, root));
    for (Path conda : Folders.inPath(env.get("CONDA_PREFIX"))) {
      folders.add(conda.resolve("lib"));
    }
    folders.add(root.resolve("usr/lib/x86_64-linux-gnu"));
    folders.add(root.resolve("usr/lib64"));
    return folders.stream().distinct().toList();
  }

  /**
   * Collects the folders on Windows, where the toolkit's installer sets the variables. Never tested
   * there.
   *
   * @param root the root of the drive that holds Windows
   */
  static LibraryFolders windows(
      Map<String, String> env, UnaryOperator<String> properties, Path root) {
    Map<String, String> anyCase = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    anyCase.putAll(env);
    return new LibraryFolders(
        Folders.inPath(properties.apply(PROPERTY)),
        Folders.inPath(anyCase.get("PATH")),
        List.of(root.resolve("Windows").resolve("System32")),
        Folders.inPath(anyCase.get("CUDA_PATH")).stream()
            .map(path -> path.resolve("bin"))
            .toList());
  }
}
