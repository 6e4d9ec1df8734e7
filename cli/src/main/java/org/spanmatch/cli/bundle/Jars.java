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

/** Copies jars into a bundle, without the largest parts that nothing there uses. */
final class Jars {
  // Entries to keep, by the beginning of the jar's name. JCuda loads those two libraries alone; a
  // PTX compiler of 24 MB is among the rest. Bundles are for Linux. Figures use one package of that
  // part of Batik, and JMH of commons-math3 what its intervals need. A bundle runs the tests of the
  // CUDA kernel, which need what is shared of the tests of other modules. The rest is
  // whole: which classes of a library nothing reaches changes with every version.
  private static final Map<String, Predicate<String>> KEPT =
      Map.of(
          "spanmatch-core-",
          Jars::isShared,
          "spanmatch-kernel-java-",
          Jars::isShared,
          "batik-awt-util-",
          only("org/apache/batik/", "ext/awt/g2d/.*"),
          "commons-math3-",
          only(
              "org/apache/commons/math3/",
              "(analysis|distribution|exception|random|special|stat|util)/.*"),
          "jcuda-natives-",
          only("lib/", "libJCudaDriver-.*"),
          "jcublas-natives-",
          only("lib/", "libJCublas2-.*"));

  private Jars() {}

  /** Whether an entry is more than a test. */
  private static boolean isShared(String name) {
    return !name.matches(".*Test([$][^/]*)?[.]class");
  }

  /** Of the entries in a folder those whose path below it matches, and all others. */
  private static Predicate<String> only(String folder, String kept) {
    return name -> !name.startsWith(folder) || name.substring(folder.length()).matches(kept);
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
