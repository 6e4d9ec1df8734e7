package org.spanmatch.cli.bundle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the build of this repository left, from which bundles are made.
 *
 * @param root the top folder of the repository
 * @param jar the command's jar, beside which its libraries lie in {@code lib}
 */
public record Build(Path root, Path jar) {
  private static final String PREFIX = "spanmatch-cli-";

  // Each by the module whose sources it is made of.
  private record Part(String module, String jar) {}

  /**
   * The build that a program was started from.
   *
   * @param code the jar, or folder of class files, that the program runs from
   * @throws BundleException if it is not the jar of a repository
   */
  public static Build of(Path code) throws BundleException {
    for (Path folder = code.getParent(); folder != null; folder = folder.getParent()) {
      if (BundleFolder.isBundle(folder)) {
        throw new BundleException(
            folder + " is a bundle itself; to have it elsewhere, copy the whole folder");
      }
      if (Files.isRegularFile(folder.resolve("spanmatch"))
          && Files.isRegularFile(folder.resolve("cli").resolve("pom.xml"))) {
        if (!Files.isRegularFile(code)) {
          break;
        }
        return new Build(folder, code);
      }
    }
    throw new BundleException(
        "a bundle is made from the build of the repository: start ./spanmatch bundle there");
  }

  /** Such as 1.0.0. */
  String version() {
    String name = jar.getFileName().toString();
    return name.substring(PREFIX.length(), name.length() - ".jar".length());
  }

  /**
   * The jars of the checks on a GPU: tests, benchmarks, and what runs them.
   *
   * @throws BundleException if they were not built, or not since their sources changed
   */
  List<Path> checkJars() throws IOException {
    List<Path> jars = new ArrayList<>();
    for (Part part :
        List.of(
            new Part("core", "spanmatch-core-" + version() + "-tests.jar"),
            new Part("kernel-java", "spanmatch-kernel-java-" + version() + "-tests.jar"),
            new Part("kernel-cuda", "spanmatch-kernel-cuda-" + version() + "-tests.jar"),
            // Without the libraries that it compares with.
            new Part("benchmarks", "spanmatch-benchmarks-" + version() + ".jar"))) {
      Path built = root.resolve(part.module()).resolve("target").resolve(part.jar());
      Path sources = root.resolve(part.module()).resolve("src");
      if (!Files.exists(built)) {
        throw notBuilt(built + " is missing");
      }
      if (isNewer(sources, Files.getLastModifiedTime(built))) {
        throw notBuilt(built + " is older than " + sources);
      }
      jars.add(built);
    }
    Path tools = root.resolve("benchmarks").resolve("target").resolve("check");
    if (!Files.isDirectory(tools)) {
      throw notBuilt(tools + " is missing");
    }
    try (Stream<Path> files = Files.list(tools)) {
      files.filter(file -> file.toString().endsWith(".jar")).sorted().forEach(jars::add);
    }
    return jars;
  }

  private static boolean isNewer(Path folder, FileTime time) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(f -> Files.isRegularFile(f)).toList()) {
        if (Files.getLastModifiedTime(file).compareTo(time) > 0) {
          return true;
        }
      }
      return false;
    }
  }

  private static BundleException notBuilt(String problem) {
    return new BundleException(
        problem + "; the checks need a full build: mvn -B -ntp package -DskipTests");
  }
}
