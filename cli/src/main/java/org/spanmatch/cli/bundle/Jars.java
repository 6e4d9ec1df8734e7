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

/** Copies jars into a bundle, without those parts of the largest that nothing there uses. */
final class Jars {
  // Entries to keep, by the beginning of the jar's name. JCuda loads those two libraries alone;
  // a PTX compiler of 24 MB is among the rest. Bundles are for Linux. JMH uses commons-math3 for
  // its intervals only, commons-csv no codes of languages, and jhdf little of commons-lang3 and
  // commons-io. Of other tests those of the CUDA kernel, which run in a bundle, need what is
  // shared.
  private static final Map<String, Predicate<String>> KEPT =
      Map.of(
          "spanmatch-core-",
          Jars::isShared,
          "spanmatch-kernel-java-",
          Jars::isShared,
          "commons-io-",
          name ->
              !name.matches(
                  "org/apache/commons/io/(comparator|file|filefilter|monitor|serialization)/.*"),
          "jcuda-natives-",
          name -> !name.startsWith("lib/") || name.startsWith("lib/libJCudaDriver-"),
          "jcublas-natives-",
          name -> !name.startsWith("lib/") || name.startsWith("lib/libJCublas2-"),
          "jline-native-",
          name -> !name.matches("org/jline/nativ/(FreeBSD|Mac|Windows)/.*"),
          "commons-codec-",
          name -> !name.matches("org/apache/commons/codec/(digest|language)/.*"),
          "commons-lang3-",
          name ->
              !name.startsWith("org/apache/commons/lang3/")
                  || name.matches(
                      "org/apache/commons/lang3/"
                          + "((Array|Boolean|Char|Class|JavaVersion|Object|String|System|Validate)"
                          + "[A-Za-z0-9$]*[.]class|(concurrent|exception|function|mutable)/.*)"),
          "commons-math3-",
          name ->
              !name.startsWith("org/apache/commons/math3/")
                  || name.matches(
                      "org/apache/commons/math3/"
                          + "(analysis|distribution|exception|random|special|stat|util)/.*"));

  private Jars() {}

  /** Whether an entry is more than a test. */
  private static boolean isShared(String name) {
    return !name.matches(".*Test([$][^/]*)?[.]class");
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
