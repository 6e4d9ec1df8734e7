package org.spanmatch.cli.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * Copies jars into a bundle, without what no machine uses that it is for.
 *
 * <p>Classes of libraries are all kept: those that nothing reaches are 3 MB, and which they are
 * changes with every version.
 */
final class Jars {
  // Entries to keep, by the beginning of the jar's name. JCuda loads those two libraries alone; a
  // PTX compiler of 24 MB is among the rest. Bundles are for Linux. A bundle runs the tests of the
  // CUDA kernel, which need what is shared of the tests of other modules.
  private static final Map<String, Predicate<String>> KEPT =
      Map.of(
          "spanmatch-core-",
          Jars::isShared,
          "spanmatch-kernel-java-",
          Jars::isShared,
          "jcuda-natives-",
          isLibrary("libJCudaDriver-.*"),
          "jcublas-natives-",
          isLibrary("libJCublas2-.*"));

  private Jars() {}

  /** Whether an entry is more than a test. */
  private static boolean isShared(String name) {
    return !name.matches(".*Test([$][^/]*)?[.]class");
  }

  /** Whether an entry is a library of that name, or none at all. */
  private static Predicate<String> isLibrary(String name) {
    return entry -> !entry.startsWith("lib/") || entry.substring("lib/".length()).matches(name);
  }

  /** Copies all jars of a folder, but those with libraries for Windows, to a new folder. */
  static void copyAll(Path folder, Path target) throws IOException {
    Files.createDirectory(target);
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> jars =
          files
              .filter(file -> file.toString().endsWith(".jar"))
              .filter(file -> !file.getFileName().toString().contains("-windows-"))
              .sorted()
              .toList();
      for (Path jar : jars) {
        copy(jar, target.resolve(jar.getFileName()));
      }
    }
  }

  /** Copies a jar. */
  static void copy(Path jar, Path target) throws IOException {
    String name = jar.getFileName().toString();
    Predicate<String> kept =
        KEPT.entrySet().stream()
            .filter(entry -> name.startsWith(entry.getKey()))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse(null);
    if (kept == null) {
      Files.copy(jar, target);
      return;
    }
    try (InputStream file = Files.newInputStream(jar);
        ZipInputStream in = new ZipInputStream(file);
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(target))) {
      out.setLevel(Deflater.BEST_COMPRESSION);
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (!entry.isDirectory() && kept.test(entry.getName())) {
          ZipEntry copy = new ZipEntry(entry.getName());
          copy.setTime(entry.getTime());
          out.putNextEntry(copy);
          in.transferTo(out);
        }
      }
    }
  }
}
