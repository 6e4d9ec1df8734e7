package org.spanmatch.cli.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A folder that holds all that the command needs: a Java run-time environment, the jars, and the
 * launcher script; and all that its checks on a GPU need, if they are wanted.
 */
public final class Bundle {
  private static final double MIB = 1 << 20;

  // From this Java on an archive may lie elsewhere than where it was made, with the jars.
  private static final int MOVABLE_ARCHIVES = 19;

  private static final String JAVA = "runtime/bin/java";

  private final Build build;
  private final Jdk jdk;
  private final boolean checks;
  private final boolean small;
  private final Consumer<String> progress;

  /**
   * What is to be made.
   *
   * @param build where the jars come from
   * @param jdk where the run-time environment comes from
   * @param checks whether the checks on a GPU are part of it
   * @param small whether it is made without an archive of classes
   * @param progress called with the next step before each one that takes long
   */
  public Bundle(Build build, Jdk jdk, boolean checks, boolean small, Consumer<String> progress) {
    this.build = build;
    this.jdk = jdk;
    this.checks = checks;
    this.small = small;
    this.progress = progress;
  }

  /**
   * Writes the bundle to a folder.
   *
   * @param target a folder that is empty, missing, or an earlier bundle
   * @return what there is to say about it, a line each
   * @throws BundleException if it can't be made
   * @throws IOException if files can't be written
   */
  public List<String> make(Path target) throws IOException {
    List<Path> checkJars = checks ? build.checkJars() : List.of();
    try (BundleFolder folder = new BundleFolder(target)) {
      Path path = folder.path();
      progress.accept("linking a Java run-time environment from " + jdk + ", about 10 s ...");
      List<String> notes = new ArrayList<>(RuntimeImage.link(jdk, path.resolve("runtime")));
      progress.accept("copying jars ...");
      copyCommand(path);
      if (checks) {
        copyChecks(checkJars, path);
      }
      if (!small) {
        progress.accept("archiving classes, about 5 s ...");
        archiveClasses(path).ifPresent(notes::add);
      }
      List<String> lines = describe(path, notes);
      writeReadme(path, lines);
      folder.finish();
      return lines;
    }
  }

  private void copyCommand(Path path) throws IOException {
    Path app = Files.createDirectory(path.resolve("app"));
    Jars.copyAll(build.jar().resolveSibling("lib"), app.resolve("lib"));
    Files.copy(build.jar(), app.resolve(build.jar().getFileName()));
    copyScript(build.root().resolve("spanmatch"), path);
    for (String text : List.of("LICENSE", "NOTICE")) {
      Files.copy(build.root().resolve(text), path.resolve(text));
    }
    copyLicences(path);
    Files.writeString(path.resolve(BundleFolder.MARK), "version=" + build.version() + "\n");
  }

  /** Copies the licences of those libraries whose jars have none. */
  private void copyLicences(Path path) throws IOException {
    Path folder = Files.createDirectory(path.resolve("licenses"));
    try (Stream<Path> texts = Files.list(build.root().resolve("cli").resolve("licenses"))) {
      for (Path text : texts.toList()) {
        Files.copy(text, folder.resolve(text.getFileName()));
      }
    }
  }

  /**
   * Archives the classes of the JDK where Java looks for them, and on top of these those of the
   * command, as its launcher does before a command that computes. An archive that lay elsewhere
   * would be looked for there, also from a bundle that was moved.
   */
  private Optional<String> archiveClasses(Path path) throws IOException {
    if (jdk.feature() < MOVABLE_ARCHIVES) {
      return Optional.of(
          "the first start archives classes: Java "
              + jdk.feature()
              + " takes none from an archive that was moved");
    }
    // From an empty list of classes: the next archive has all that are needed.
    Tool.run(path.resolve(JAVA), List.of("-Xshare:dump", "-XX:SharedClassListFile=/dev/null"));
    Tool.run(path.resolve("spanmatch"), List.of("match"));
    return archives(path).count() == 2
        ? Optional.empty()
        : Optional.of("has no archive of classes, since Java could make none here");
  }

  /** The archives of classes that there are. */
  private static Stream<Path> archives(Path path) {
    return Stream.of("runtime/lib/server/classes.jsa", "app/start/classes.jsa")
        .map(path::resolve)
        .filter(Files::exists);
  }

  private void copyChecks(List<Path> jars, Path path) throws IOException {
    Path check = Files.createDirectory(path.resolve("check"));
    for (Path jar : jars) {
      Jars.copy(jar, check.resolve(jar.getFileName()));
    }
    Path peers = build.root().resolve("benchmarks").resolve("peers").resolve("gpu_peers.py");
    Files.copy(peers, check.resolve(peers.getFileName()));
    copyScript(build.root().resolve("kernel-cuda").resolve("gpu-check.sh"), path);
  }

  private static void copyScript(Path script, Path folder) throws IOException {
    Path copy = Files.copy(script, folder.resolve(script.getFileName()));
    Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private List<String> describe(Path path, List<String> notes) throws IOException {
    List<Path> programs = new ArrayList<>(RuntimeImage.libraries(path.resolve("runtime")));
    programs.add(path.resolve(JAVA));
    Elf wants = Elf.together(programs);
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%.1f MiB: Java run-time environment %.1f, command %.1f, checks %.1f; of which archives of"
                + " classes %.1f",
            BundleFolder.bytes(path) / MIB,
            BundleFolder.bytes(path.resolve("runtime")) / MIB,
            BundleFolder.bytes(path.resolve("app")) / MIB,
            checks ? BundleFolder.bytes(path.resolve("check")) / MIB : 0,
            archives(path).mapToLong(archive -> archive.toFile().length()).sum() / MIB));
    lines.add(
        "Java: "
            + jdk.version()
            + " for "
            + System.getProperty("os.name")
            + " on "
            + System.getProperty("os.arch"));
    wants.glibc().ifPresent(version -> lines.add("needs glibc " + version + " or newer"));
    if (!wants.needed().isEmpty()) {
      lines.add(
          "needs of the system, partly for figures alone: " + String.join(", ", wants.needed()));
    }
    lines.addAll(notes);
    return lines;
  }

  private static void writeReadme(Path path, List<String> lines) throws IOException {
    try (InputStream text = Bundle.class.getResourceAsStream("README.txt")) {
      String list = "  " + String.join("\n  ", lines) + "\n";
      Files.write(path.resolve("README.txt"), text.readAllBytes());
      Files.writeString(path.resolve("README.txt"), list, StandardOpenOption.APPEND);
    }
  }
}
