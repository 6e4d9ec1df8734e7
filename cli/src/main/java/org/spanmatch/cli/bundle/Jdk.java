package org.spanmatch.cli.bundle;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * A JDK that can make a run-time image.
 *
 * @param home its folder
 * @param version such as 25.0.3
 */
public record Jdk(Path home, Runtime.Version version) {
  private static final int OLDEST = 17;

  /**
   * The JDK of a folder, as its {@code release} file describes it; empty if there is none that can
   * make a run-time image.
   */
  public static Optional<Jdk> at(Path home) {
    try (Reader reader = Files.newBufferedReader(home.resolve("release"))) {
      Properties release = new Properties();
      release.load(reader);
      String version = release.getProperty("JAVA_VERSION", "").replace("\"", "");
      Jdk jdk = new Jdk(home.toRealPath(), Runtime.Version.parse(version));
      return jdk.feature() >= OLDEST && jdk.links() ? Optional.of(jdk) : Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * The newest of the running JDK, those that JAVA_HOME and JDK…_HOME name, and those in the folder
   * where Linux distributions keep them; of equal ones the first.
   */
  public static Optional<Jdk> newest(Path running, Map<String, String> env, Path jvms) {
    return candidates(running, env, jvms).stream()
        .map(Jdk::at)
        .flatMap(Optional::stream)
        .reduce((best, other) -> other.version.compareTo(best.version) > 0 ? other : best);
  }

  private static List<Path> candidates(Path running, Map<String, String> env, Path jvms) {
    List<Path> homes = new ArrayList<>(List.of(running));
    env.entrySet().stream()
        .filter(entry -> entry.getKey().matches("JAVA_HOME|JDK[0-9_]*_HOME"))
        .sorted(Map.Entry.comparingByKey())
        .map(Map.Entry::getValue)
        .filter(home -> !home.isEmpty())
        .map(Path::of)
        .forEach(homes::add);
    try (Stream<Path> entries = Files.list(jvms)) {
      entries.sorted(Comparator.naturalOrder()).forEach(homes::add);
    } catch (IOException e) {
      // There is no such folder on other systems.
    }
    return homes;
  }

  /** 17 or 25, for example. */
  int feature() {
    return version.feature();
  }

  /** One of its programs. */
  Path program(String name) {
    return home.resolve("bin").resolve(name);
  }

  /** Whether it has jlink, and something to link: packaged modules, or itself. */
  private boolean links() {
    if (!Files.isExecutable(program("jlink"))) {
      return false;
    }
    if (Files.isDirectory(home.resolve("jmods"))) {
      return true;
    }
    try {
      return Tool.run(program("jlink"), List.of("--help"))
          .output()
          .contains("Linking from run-time image enabled");
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public String toString() {
    return "JDK " + version + " (" + home + ")";
  }
}
