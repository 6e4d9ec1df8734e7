package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.cli.RealCommand.Outcome;

/** The script {@code spanmatch}, which starts the packaged program. */
@DisabledOnOs(OS.WINDOWS)
class LauncherIT {
  private static final Path SCRIPT = RealCommand.root().resolve("spanmatch");

  @TempDir Path folder;

  /** A run whose sources changed since Maven began would build; that is not what is tested here. */
  @BeforeAll
  static void isBuilt() {
    assertTrue(Files.exists(RealCommand.root().resolve("cli/target/spanmatch.stamp")));
  }

  private Outcome launch(Path script, Object... arguments) {
    return launch("", script, arguments);
  }

  private Outcome launch(String javaOptions, Path script, Object... arguments) {
    List<String> command = new ArrayList<>(List.of(script.toString()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("SPANMATCH_JAVA_OPTS", javaOptions);
    return RealCommand.finish(builder);
  }

  @Test
  void printsTheVersion() {
    Outcome outcome = launch(SCRIPT, "--version");
    assertEquals("", outcome.err());
    assertEquals("spanmatch 1.0.0\n", outcome.out());
    assertEquals(0, outcome.exitCode());
  }

  @Test
  void worksThroughSymbolicLinksFromAnyFolder() throws IOException {
    Path bin = Files.createDirectory(folder.resolve("my bin"));
    Path link = Files.createSymbolicLink(bin.resolve("first link"), SCRIPT);
    Path relative = Files.createSymbolicLink(bin.resolve("second"), Path.of("first link"));
    assertEquals(0, launch(link, "--version").exitCode());
    assertEquals("spanmatch 1.0.0\n", launch(relative, "--version").out());
  }

  @Test
  void passesArgumentsAndExitCodesOn() throws IOException {
    Path file =
        TestFiles.npz(folder.resolve("my net.npz"), "layer 1", TestFiles.relu(300, 1), 100, 3);
    Outcome outcome =
        launch(SCRIPT, "match", file.getFileName(), file, "--layers", "layer 1", "--out", "a b");
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertTrue(outcome.out().contains("-bit vectors"), outcome.out());
    assertEquals("", outcome.err()); // nor does Java warn of its vector module
    assertTrue(Files.exists(folder.resolve("a b").resolve("similarity.svg")));
    assertEquals(2, launch(SCRIPT, "match", "", "*", "").exitCode());
    assertEquals(3, launch(SCRIPT, "match", "no such", file).exitCode());
    assertEquals(4, launch(SCRIPT, "match", file, file, "--backend", "cuda").exitCode());
  }

  /** The cure that the error names is one. */
  @Test
  void takesJavaOptionsFromTheEnvironment() throws IOException {
    Path file = TestFiles.npz(folder.resolve("w.npz"), "fc", TestFiles.relu(16_000, 1), 16, 1000);
    Outcome small = launch("-Xmx24m", SCRIPT, "match", file, file);
    assertEquals(1, small.exitCode());
    Matcher cure = Pattern.compile("SPANMATCH_JAVA_OPTS=(-Xmx[0-9]+g)\n").matcher(small.err());
    assertTrue(cure.find(), small.err());
    assertEquals(0, launch(cure.group(1), SCRIPT, "match", file, file, "--no-spectrum").exitCode());
  }

  /** Each command that opens a kernel, or it would be several times slower than it can be. */
  @ParameterizedTest
  @ValueSource(
      strings = {"match", "simple", "spectrum", "distances", "measures", "gram", "validate"})
  void computesInVectors(String command) throws IOException {
    Path file = TestFiles.npz(folder.resolve("v.npz"), "fc", TestFiles.relu(300, 1), 100, 3);
    List<Object> arguments =
        new ArrayList<>(List.of(command, file, file, "--backend" + plural(command), "java"));
    if (command.equals("gram")) {
      arguments.addAll(List.of("--out", folder.resolve("v.gram.npz")));
    }
    arguments.add("--debug");
    Outcome outcome = launch(SCRIPT, arguments.toArray());
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertFalse(outcome.err().contains("plain loops"), outcome.err());
    assertFalse(outcome.err().contains("incubator"), outcome.err()); // Java's warning
    Outcome plain = launch("-XX:TieredStopAtLevel=1", SCRIPT, arguments.toArray());
    assertTrue(plain.err().contains("plain loops"), plain.err());
  }

  private static String plural(String command) {
    return command.equals("validate") ? "s" : "";
  }

  /** Made by the first command that computes; where it does not fit, Java says nothing. */
  @Test
  void laterStartsTakeClassesFromAnArchive() throws IOException {
    Path file = TestFiles.npz(folder.resolve("s.npz"), "fc", TestFiles.relu(300, 1), 100, 3);
    assertEquals(0, launch(SCRIPT, "match", file, file).exitCode());
    String loaded = launch("-Xlog:class+load", SCRIPT, "--version").out();
    assertTrue(loaded.contains("org.spanmatch.cli.Main source: shared objects file (top)"), loaded);
    for (String options :
        List.of("-XX:+UseSerialGC", "-XX:+UseG1GC", "-XX:-UseCompressedOops", "-Xshare:off")) {
      Outcome outcome = launch(options, SCRIPT, "--version");
      assertEquals("spanmatch 1.0.0\n", outcome.out(), options);
      assertEquals("", outcome.err(), options);
    }
  }

  /** As another build leaves it behind, or a disk that was full. */
  @Test
  void anArchiveOfAnotherKindIsLeftAside() throws IOException {
    Path script = copyOfTheBuild();
    Path file = TestFiles.npz(folder.resolve("s.npz"), "fc", TestFiles.relu(300, 1), 100, 3);
    assertEquals(0, launch(script, "match", file, file).exitCode());
    Path archive = script.resolveSibling("cli/target/start/classes.jsa");
    byte[] good = Files.readAllBytes(archive);
    for (int length : new int[] {0, 1000, good.length / 2}) {
      Files.delete(archive); // Java makes it read-only
      Files.write(archive, Arrays.copyOf(good, length));
      Outcome outcome = launch(RealCommand.ONE_COMPILER, script, "match", file, file, "--quiet");
      assertEquals(0, outcome.exitCode(), outcome.err());
      assertEquals("", outcome.err());
      assertTrue(outcome.out().startsWith("layer "), outcome.out());
    }
  }

  /**
   * The script beside what was built, with an archive that no other test takes its classes from.
   */
  private Path copyOfTheBuild() throws IOException {
    Path built = RealCommand.root().resolve("cli");
    Path copy = Files.createDirectories(folder.resolve("copy/cli"));
    String stamp = "target/spanmatch.stamp";
    String jar = Files.readString(built.resolve(stamp)).strip();
    Files.createDirectories(copy.resolve(jar).getParent());
    for (Path name : List.of(Path.of(jar), Path.of(jar).resolveSibling("lib"))) {
      Files.createSymbolicLink(copy.resolve(name), built.resolve(name));
    }
    Files.copy(built.resolve(stamp), copy.resolve(stamp));
    return Files.copy(SCRIPT, copy.resolveSibling("spanmatch"));
  }

  @Test
  void usesVectorsWithDebugBeforeTheCommand() {
    assertTrue(launch(SCRIPT, "--debug", "backends").out().contains("-bit vectors"));
  }
}
