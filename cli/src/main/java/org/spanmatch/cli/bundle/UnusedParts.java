package org.spanmatch.cli.bundle;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The large parts of the JDK's modules that neither the command nor its checks touch: windows on a
 * screen, printing, sound, pictures other than PNG, schemas and stylesheets of XML, TLS, and
 * translations.
 *
 * <p>No module can be left out for them, since drawing figures without a screen is in the same one.
 * They are a tenth of the bundle.
 */
final class UnusedParts {
  private static final Map<String, List<String>> FOLDERS =
      Map.of(
          "java.base",
          List.of("sun/security/ssl", "sun/security/tools"),
          "java.desktop",
          List.of(
              "com/sun/imageio/plugins/bmp",
              "com/sun/imageio/plugins/gif",
              "com/sun/imageio/plugins/jpeg",
              "com/sun/imageio/plugins/tiff",
              "com/sun/java/swing",
              "com/sun/media/sound",
              "com/sun/swing",
              "java/awt/dnd",
              "java/awt/doc-files",
              "javax/imageio/plugins",
              "javax/print",
              "javax/sound",
              "javax/swing",
              "sun/awt/X11",
              "sun/awt/dnd",
              "sun/awt/im",
              "sun/java2d/opengl",
              "sun/java2d/x11",
              "sun/java2d/xr",
              "sun/print",
              "sun/swing"),
          "java.xml",
          List.of(
              "com/sun/org/apache/bcel",
              "com/sun/org/apache/xalan",
              "com/sun/org/apache/xerces/internal/impl/dv/xs",
              "com/sun/org/apache/xerces/internal/impl/xpath",
              "com/sun/org/apache/xerces/internal/impl/xs",
              "com/sun/org/apache/xerces/internal/jaxp/validation",
              "com/sun/org/apache/xml/internal/dtm",
              "com/sun/org/apache/xpath",
              "jdk/xml/internal/jdkcatalog"));

  /**
   * What is touched of these packages: the makers of readers and writers of pictures, all of which
   * Java asks for one that writes PNG, and a type that XChart names.
   */
  private static final Map<String, String> TOUCHED =
      Map.of(
          "com/sun/imageio/plugins/bmp", "[^/]+Spi[.]class",
          "com/sun/imageio/plugins/gif", "[^/]+Spi[.]class",
          "com/sun/imageio/plugins/jpeg", "(JPEG|[^/]+Spi)[.]class",
          "com/sun/imageio/plugins/tiff", "[^/]+Spi[.]class",
          "javax/swing", "Icon[.]class");

  /**
   * Files that only screen, printing, preferences, sound, JPEG, colour profiles, vectors of sines
   * and the like, faster sorting, filters of pictures, connections to the internet, and making
   * other images need.
   */
  static final List<String> FILES =
      List.of(
          "/java.base/lib/classlist",
          "/java.base/lib/jexec",
          "/java.base/lib/jrt-fs.jar",
          "/java.base/lib/libjsig.so",
          "/java.base/lib/libsimdsort.so",
          "/java.base/lib/security/cacerts",
          "/java.base/lib/security/public_suffix_list.dat",
          "/java.desktop/lib/libawt_xawt.so",
          "/java.desktop/lib/libjavajpeg.so",
          "/java.desktop/lib/libjawt.so",
          "/java.desktop/lib/libjsound.so",
          "/java.desktop/lib/liblcms.so",
          "/java.desktop/lib/libmlib_image.so",
          "/java.desktop/lib/libsplashscreen.so",
          "/java.desktop/lib/psfont.properties.ja",
          "/java.desktop/lib/psfontj2d.properties",
          "/java.prefs/lib/libprefs.so",
          "/jdk.incubator.vector/lib/libjsvml.so");

  /** A colour profile of photographs, larger than all others. */
  private static final String PROFILE = "/java.desktop/sun/java2d/cmm/profiles/PYCC.pf";

  /** The JDK's messages in other languages than English, in which the command writes. */
  private static final String TRANSLATIONS =
      "regex:/[^/]+/.*_(cs|ca|de|es|fr|it|ja|ko|pt_BR|sk|sv|tr|zh_CN|zh_HK|zh_TW)[.](class|properties)";

  private UnusedParts() {}

  /**
   * Patterns for jlink, one for each package, one for translations and one for a profile. It wants
   * no package to vanish, so each leaves one file.
   */
  static List<String> patterns(Jdk jdk) throws IOException {
    List<String> patterns = new ArrayList<>(List.of(TRANSLATIONS, PROFILE));
    try (FileSystem image = image(jdk)) {
      for (Map.Entry<String, List<String>> module : new TreeMap<>(FOLDERS).entrySet()) {
        for (String folder : module.getValue()) {
          Path path = image.getPath("modules", module.getKey(), folder);
          if (Files.isDirectory(path)) {
            patterns.addAll(below(module.getKey(), path));
          }
        }
      }
    }
    return patterns;
  }

  /** Those of all parts that a JDK does not have, which shows what a newer one has renamed. */
  static Set<String> missing(Jdk jdk) throws IOException {
    Set<String> missing = new TreeSet<>();
    try (FileSystem image = image(jdk)) {
      Path modules = image.getPath("modules");
      FOLDERS.forEach(
          (module, folders) ->
              folders.stream()
                  .map(folder -> module + "/" + folder)
                  .filter(folder -> !Files.isDirectory(modules.resolve(folder)))
                  .forEach(missing::add));
      if (!Files.isRegularFile(modules.resolve(PROFILE.substring(1)))) {
        missing.add(PROFILE);
      }
    }
    // Below the name of its module is where a file lies in the JDK.
    FILES.stream()
        .filter(file -> !Files.exists(jdk.home().resolve(file.substring(file.indexOf('/', 1) + 1))))
        .forEach(missing::add);
    return missing;
  }

  private static FileSystem image(Jdk jdk) throws IOException {
    return FileSystems.newFileSystem(
        URI.create("jrt:/"), Map.of("java.home", jdk.home().toString()));
  }

  private static List<String> below(String module, Path top) throws IOException {
    List<String> patterns = new ArrayList<>();
    try (Stream<Path> paths = Files.walk(top)) {
      for (Path folder : paths.filter(Files::isDirectory).sorted().toList()) {
        Path name = folder.subpath(2, folder.getNameCount());
        Optional<String> kept = Optional.ofNullable(TOUCHED.get(name.toString()));
        if (kept.isEmpty()) {
          kept = oneFile(folder).map(Pattern::quote);
        }
        String others = kept.map(files -> "(?!(" + files + ")$)").orElse("");
        patterns.add("regex:/" + module + "/" + name + "/" + others + "[^/]+");
      }
    }
    return patterns;
  }

  /** A file to keep of a package. */
  private static Optional<String> oneFile(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> Files.isRegularFile(file))
          .map(file -> file.getFileName().toString())
          .min(Comparator.comparing(String::length).thenComparing(Comparator.naturalOrder()));
    }
  }
}
