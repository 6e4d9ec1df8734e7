package org.spanmatch.cli.bundle;

import static java.util.Map.entry;

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
  // commons-io. Most of Batik is for images and fonts, of which SVG here has none. A bundle runs
  // the tests of the CUDA kernel, which need what is shared of the tests of other modules.
  private static final Map<String, Predicate<String>> KEPT =
      Map.ofEntries(
          entry("spanmatch-core-", Jars::isShared),
          entry("spanmatch-kernel-java-", Jars::isShared),
          entry("batik-awt-util-", only("org/apache/batik/", "ext/awt/g2d/.*")),
          entry("batik-svggen-", name -> !name.startsWith("org/apache/batik/svggen/font/")),
          entry(
              "batik-util-",
              only("org/apache/batik/", "util/((CSS|SVG|XML)Constants|Base64[A-Za-z]*)[.]class")),
          entry(
              "commons-io-",
              name ->
                  !name.matches(
                      "org/apache/commons/io/(comparator|file|filefilter|monitor|serialization)/.*")),
          entry("jcuda-natives-", only("lib/", "libJCudaDriver-.*")),
          entry("jcublas-natives-", only("lib/", "libJCublas2-.*")),
          entry("jline-native-", name -> !name.matches("org/jline/nativ/(FreeBSD|Mac|Windows)/.*")),
          entry(
              "commons-codec-",
              name -> !name.matches("org/apache/commons/codec/(digest|language)/.*")),
          entry(
              "commons-lang3-",
              only(
                  "org/apache/commons/lang3/",
                  "((Array|Boolean|Char|Class|JavaVersion|Object|String|System|Validate)"
                      + "[A-Za-z0-9$]*[.]class|(concurrent|exception|function|mutable)/.*)")),
          entry(
              "commons-math3-",
              only(
                  "org/apache/commons/math3/",
                  "(analysis|distribution|exception|random|special|stat|util)/.*")));

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
