package org.spanmatch.kernel.cuda.loading;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Finds a cuBLAS installed by pip, such as PyTorch's, without starting Python. */
final class PythonFolders {
  private PythonFolders() {}

  /**
   * Returns the folders where pip puts cuBLAS, the active environment's first and the system's
   * last.
   */
  static List<Path> cublas(Map<String, String> env, UnaryOperator<String> properties, Path root) {
    List<Path> packages = new ArrayList<>();
    for (Path prefix : prefixes(env, properties, root)) {
      for (Path python : Folders.newestFirst(prefix.resolve("lib"), "python3")) {
        packages.add(python.resolve("site-packages"));
        packages.add(python.resolve("dist-packages"));
      }
    }
    List<Path> folders = new ArrayList<>();
    for (Path each : packages) {
      // Only existing folders: a list of all possible ones would not help the user.
      if (Files.isDirectory(each)) {
        folders.add(each.resolve("nvidia/cublas/lib"));
        folders.add(each.resolve("nvidia/cu13/lib"));
      }
    }
    return folders;
  }

  private static List<Path> prefixes(
      Map<String, String> env, UnaryOperator<String> properties, Path root) {
    List<Path> prefixes = new ArrayList<>();
    prefixes.addAll(Folders.inPath(env.get("VIRTUAL_ENV")));
    prefixes.addAll(Folders.inPath(env.get("CONDA_PREFIX")));
    prefixes.addAll(ofCommand(env));
    for (Path home : Folders.inPath(properties.apply("user.home"))) {
      prefixes.add(home.resolve(".local"));
    }
    prefixes.add(root.resolve("usr/local"));
    prefixes.add(root.resolve("usr"));
    return prefixes;
  }

  /** Returns the prefix of the python3 on the PATH, and that of its link target. */
  private static List<Path> ofCommand(Map<String, String> env) {
    for (Path folder : Folders.inPath(env.get("PATH"))) {
      Path command = folder.resolve("python3");
      if (Files.isExecutable(command) && folder.getParent() != null) {
        List<Path> prefixes = new ArrayList<>(List.of(folder.getParent()));
        try {
          Path target = command.toRealPath().getParent().getParent();
          if (target != null) {
            prefixes.add(target);
          }
        } catch (IOException e) {
          return prefixes; // The file has just been removed.
        }
        return prefixes;
      }
    }
    return List.of();
  }
}
