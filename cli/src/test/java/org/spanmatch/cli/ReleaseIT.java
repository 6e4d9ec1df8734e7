package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.cli.RealCommand.Outcome;

/** The archives that people unpack and run. */
@EnabledOnOs(OS.LINUX)
class ReleaseIT {
  private static final String NAME = "spanmatch-1.0.0";
  private static final Path TARGET = RealCommand.root().resolve("cli").resolve("target");

  @TempDir static Path parent;
  private static Path folder;
  private static Path release;

  @BeforeAll
  static void unpack() throws IOException {
    folder = Files.createDirectory(parent.resolve("my programs"));
    String archive = TARGET.resolve(NAME + ".tar.gz").toString();
    Outcome outcome =
        RealCommand.finish(new ProcessBuilder("tar", "-xzf", archive).directory(folder.toFile()));
    assertEquals(0, outcome.exitCode(), outcome.err());
    release = folder.resolve(NAME);
  }

  /** With a PATH that has neither Maven nor, but for what is named, Java. */
  private static Outcome start(String javaHome, String... arguments) throws IOException {
    Path tools = folder.resolve("bin");
    if (Files.notExists(tools)) {
      Files.createDirectory(tools);
      for (String tool :
          List.of(
              "sh",
              "dirname",
              "find",
              "grep",
              "head",
              "mkdir",
              "mv",
              "readlink",
              "rm",
              "sed",
              "tr",
              "wc")) {
        Path program = Path.of("/usr/bin", tool);
        Files.createSymbolicLink(
            tools.resolve(tool), Files.exists(program) ? program : Path.of("/bin", tool));
      }
    }
    ProcessBuilder builder = new ProcessBuilder(release.resolve("spanmatch").toString());
    builder.command().addAll(List.of(arguments));
    builder.directory(folder.toFile()).environment().clear();
    builder.environment().put("PATH", tools.toString());
    if (javaHome != null) {
      builder.environment().put("JAVA_HOME", javaHome);
    }
    return RealCommand.finish(builder);
  }

  @Test
  void runsWithJavaAlone() throws IOException {
    TestFiles.npz(folder.resolve("x.npz"), "fc", TestFiles.relu(3000, 1), 300, 10);
    String java = System.getProperty("java.home");
    Outcome outcome = start(java, "match", "x.npz", "x.npz", "--out", "result");
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertTrue(outcome.out().contains("-bit vectors"), outcome.out());
    assertTrue(Files.size(folder.resolve("result").resolve("similarity.png")) > 0);
    // The first command has archived its classes.
    assertTrue(Files.size(release.resolve("app/start/classes.jsa")) > 1_000_000);
    Outcome bundle = start(java, "bundle");
    assertEquals(1, bundle.exitCode());
    assertTrue(bundle.err().contains("start ./spanmatch bundle there"), bundle.err());
  }

  @Test
  void saysWhichJavaItNeeds() throws IOException {
    Outcome outcome = start(null, "--version");
    assertEquals(1, outcome.exitCode());
    assertTrue(outcome.err().startsWith("spanmatch: Java 17 or newer is needed (found: none)"));
  }

  @Test
  void hasCompletionsAndTheManualPageOfItsCommands() throws IOException {
    // Its version stands in the page of a jar alone.
    String page = Files.readString(release.resolve("man/man1/spanmatch.1"));
    assertTrue(page.startsWith(".TH SPANMATCH 1 \"\" \"spanmatch 1.0.0\""), page.substring(0, 80));
    String body = RealCommand.run("help", "--man").out();
    assertEquals(body.substring(body.indexOf('\n')), page.substring(page.indexOf('\n')));
    assertCompletion("bash", "spanmatch.bash");
    assertCompletion("zsh", "_spanmatch");
    assertCompletion("fish", "spanmatch.fish");
  }

  private static void assertCompletion(String shell, String name) throws IOException {
    assertEquals(
        RealCommand.run("completion", shell).out(),
        Files.readString(release.resolve("completions").resolve(name)));
  }

  @Test
  void bothArchivesHoldTheSame() throws IOException {
    Path parentFolder = release.getParent();
    try (ZipFile zip = new ZipFile(TARGET.resolve(NAME + ".zip").toFile());
        Stream<Path> unpacked = Files.walk(release)) {
      List<String> files =
          unpacked
              .filter(Files::isRegularFile)
              .map(file -> parentFolder.relativize(file).toString())
              .filter(file -> !file.contains("/app/start/"))
              .sorted()
              .toList();
      List<? extends ZipEntry> entries =
          zip.stream().filter(entry -> !entry.isDirectory()).toList();
      assertEquals(files, entries.stream().map(ZipEntry::getName).sorted().toList());
      for (ZipEntry entry : entries) {
        assertEquals(Files.size(parentFolder.resolve(entry.getName())), entry.getSize());
      }
      for (String name : List.of("LICENSE", "NOTICE", "README.txt", "licenses/third-party.md")) {
        assertTrue(files.contains(NAME + "/" + name), name + " is missing in " + files);
      }
      assertFalse(files.stream().anyMatch(file -> file.contains("-tests")), files.toString());
    }
  }
}
