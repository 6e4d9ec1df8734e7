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
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A folder that holds all that the command needs: a Java run-time environment, the jars, and the
 * launcher script; and all that its checks on a GPU need, if they are wanted.
 */
public final class Bundle {
  private static final double MIB = 1 << 20;

  private final Build build;
  private final Jdk jdk;
  private final boolean checks;
  private final Consumer<String> progress;

  /**
   * What is to be made.
   *
   * @param build where the jars come from
   * @param jdk where the run-time environment comes from
   * @param checks whether the checks on a GPU are part of it
   * @param progress called with the next step before each one that takes long
   */
  public Bundle(Build build, Jdk jdk, boolean checks, Consumer<String> progress) {
    this.build = build;
    this.jdk = jdk;
    this.checks = checks;
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
      progress.accept("linking a Java run-time environment from " + jdk + ", about 20 s ...");
      List<String> notes = new ArrayList<>(RuntimeImage.link(jdk, path.resolve("runtime")));
      progress.accept("copying jars ...");
      copyCommand(path);
      if (checks) {
        copyChecks(checkJars, path);
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
    Files.copy(build.root().resolve("LICENSE"), path.resolve("LICENSE"));
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
    programs.add(path.resolve("runtime").resolve("bin").resolve("java"));
    Elf wants = Elf.together(programs);
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%.1f MiB: Java run-time environment %.1f, command %.1f, checks %.1f",
            BundleFolder.bytes(path) / MIB,
            BundleFolder.bytes(path.resolve("runtime")) / MIB,
            BundleFolder.bytes(path.resolve("app")) / MIB,
            checks ? BundleFolder.bytes(path.resolve("check")) / MIB : 0));
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
