package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.cli.RealCommand.Outcome;

/** The launcher on machines and in environments that are not like the usual ones. */
@EnabledOnOs(OS.LINUX)
class EnvironmentIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SPANMATCH_OPTIONS = Faults.JAVA_OPTIONS;

  // "слой" and a number, for printf: this JVM itself may not know how to encode it.
  private static final String NAME = "\\321\\201\\320\\273\\320\\276\\320\\271";
  private static final Pattern FOREIGN_DIGIT = Pattern.compile("[\\p{Nd}&&[^0-9]]");

  @TempDir Path folder;

  private Outcome run(Map<String, String> environment, ProcessBuilder builder) {
    builder.directory(folder.toFile());
    List.of(SPANMATCH_OPTIONS, "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")
        .forEach(builder.environment()::remove);
    builder.environment().putAll(environment);
    return RealCommand.finish(builder);
  }

  private Outcome run(String javaOptions, Object... arguments) {
    return run(Map.of(SPANMATCH_OPTIONS, javaOptions), Faults.command(arguments));
  }

  private Path layer() throws IOException {
    Path file = folder.resolve("net.npz");
    return TestFiles.npz(file, "fc", TestFiles.relu(64 * 500, 1), 500, 64);
  }

  // Options for Java.

  @ParameterizedTest
  @ValueSource(
      strings = {SPANMATCH_OPTIONS, "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"})
  void theUsersGarbageCollectorIsTaken(String variable) {
    String options = "-Xlog:gc -XX:+UseSerialGC";
    Outcome outcome = run(Map.of(variable, options), Faults.command("--version"));
    assertEquals(0, outcome.exitCode(), outcome.out() + outcome.err());
    assertTrue(outcome.out().contains("Using Serial"), outcome.out());
    assertTrue(outcome.out().endsWith("spanmatch 1.0.0\n"), outcome.out());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-XX:+UseParallelGC",
        "-XX:-UseSerialGC",
        "-XX:+UseGCOverheadLimit",
        "-XX:+UseMaximumCompactionOnSystemGC"
      })
  void otherwiseItIsTheParallelOne(String options) {
    Outcome outcome = run(options + " -Xlog:gc", "--version");
    assertEquals(0, outcome.exitCode(), outcome.out() + outcome.err());
    assertTrue(outcome.out().contains("Using Parallel"), outcome.out());
  }

  @Test
  void optionsAreShellWordsInWhichNothingIsExpanded() throws IOException {
    Path options = Files.createDirectory(folder.resolve("my \"options\""));
    Path file = Files.writeString(options.resolve("it's"), "-XX:+UseSerialGC\n-Xlog:gc\n");
    String quoted = "\"@" + file.toString().replace("\"", "\\\"") + "\"";
    String escaped = "@" + file.toString().replaceAll("([ \"'])", "\\\\$1");
    String single = "'@" + file.toString().replace("'", "'\\''") + "'";
    for (String word : List.of(quoted, escaped, single)) {
      Outcome outcome = run("-Da=* -Db=$(touch${IFS}made) " + word + " -Dc=''", "--version");
      assertEquals(0, outcome.exitCode(), word + outcome.out() + outcome.err());
      assertTrue(outcome.out().contains("Using Serial"), outcome.out());
    }
    assertFalse(Files.exists(folder.resolve("made")));
    Faults.assertFails(1, run("-Xmx1g '-Da=b", "--version"), "SPANMATCH_JAVA_OPTS", "quotes");
  }

  @Test
  void whatJavaRefusesIsShown() throws IOException {
    Outcome outcome =
        run(Map.of("JAVA_TOOL_OPTIONS", "-XX:+NoSuchOption"), Faults.command("--version"));
    Faults.assertFails(1, outcome, "does not start: Unrecognized VM option 'NoSuchOption'");
    assertFalse(outcome.err().contains("is needed"), outcome.err());

    // A PATH whose Java is none, and which has all else that the launcher calls.
    Path tools = Files.createDirectory(folder.resolve("tools"));
    for (String tool :
        List.of("sh", "cat", "dirname", "find", "grep", "head", "locale", "sed", "tr")) {
      Path program = Path.of("/usr/bin", tool);
      Files.createSymbolicLink(
          tools.resolve(tool), Files.exists(program) ? program : Path.of("/bin", tool));
    }
    Path java = Files.writeString(tools.resolve("java"), "#!/bin/sh\necho I am none\nexit 1\n");
    assertTrue(java.toFile().setExecutable(true));
    Map<String, String> withoutJava = Map.of("JAVA_HOME", "/nowhere", "PATH", tools.toString());
    outcome = run(withoutJava, Faults.command("--version"));
    Faults.assertFails(1, outcome, "Java 17 or newer is needed", "which prints: I am none");
    // One that works on PATH is taken all the same.
    Path home = Files.createDirectories(folder.resolve("home/bin")).getParent();
    Files.createSymbolicLink(home.resolve("bin/java"), java);
    String path = Path.of(System.getProperty("java.home"), "bin") + ":" + tools;
    Map<String, String> withJava = Map.of("JAVA_HOME", home.toString(), "PATH", path);
    assertEquals(0, run(withJava, Faults.command("--version")).exitCode());
  }

  /** Java's default heap does not fit, but the user's does. */
  @Test
  void littleAddressSpaceIsEnoughForASmallHeap() {
    String limited = "ulimit -v 3000000 && exec \"$0\" --version";
    Outcome small = run(Map.of(SPANMATCH_OPTIONS, "-Xmx512m"), Faults.shell(limited));
    assertEquals("spanmatch 1.0.0\n", small.out(), small.err());
    assertEquals(0, small.exitCode());
    String tooLarge = "-Xmx100g";
    Outcome large = run(Map.of("JAVA_TOOL_OPTIONS", tooLarge), Faults.shell(limited));
    Faults.assertFails(1, large, "Could not reserve", "SPANMATCH_JAVA_OPTS=-Xmx512m");
  }

  /** With fewer than Java needs the launcher says so; from there on commands run. */
  @Test
  void fewOpenFilesAreRefusedOrEnough() {
    for (int files : new int[] {20, 34, 39}) {
      String limited = "ulimit -n " + files + " && exec \"$0\" --version";
      Outcome few = run(Map.of(), Faults.shell(limited));
      Faults.assertFails(1, few, "only " + files + " files may be open", "'ulimit -n 256'");
    }
    Outcome enough = run(Map.of(), Faults.shell("ulimit -n 40 && exec \"$0\" --version"));
    assertEquals("spanmatch 1.0.0\n", enough.out(), enough.err());
    assertEquals(0, enough.exitCode());
  }

  // Names and numbers.

  /** In a locale without UTF-8 and in one that is not installed. */
  @ParameterizedTest
  @ValueSource(strings = {"C", "POSIX", "xx_XX.UTF-8", "xx_XX", ""})
  void namesAreRightInEveryLocale(String locale) throws IOException {
    Files.createDirectory(folder.resolve("net"));
    byte[] data = TestFiles.npy("'<f4'", "(2, 3)", TestFiles.floats(1, 2, 3, 4, 5, 6));
    Files.write(folder.resolve("a.npy"), data);
    String script =
        "name=$(printf '"
            + NAME
            + "') && mv a.npy net/$name.npy && mv net $name && \"$0\" layers $name &&"
            + " \"$0\" distances $name $name --backend reference --json $name.json --quiet &&"
            + " mv $name.json result.json";
    Outcome outcome = run(Map.of("LC_ALL", locale, "LANG", locale), Faults.shell(script));
    assertEquals(0, outcome.exitCode(), outcome.out() + outcome.err());
    assertTrue(outcome.out().contains("\u0441\u043b\u043e\u0439 "), outcome.out());
    JsonNode result = JSON.readTree(folder.resolve("result.json").toFile());
    assertEquals("\u0441\u043b\u043e\u0439", result.at("/layers/0/name").asText());
  }

  /** Digits are ASCII, and decimal points are points. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "-Duser.language=ar -Duser.country=EG",
        "-Duser.language=de -Duser.country=DE",
        "-Duser.language=th -Duser.country=TH -Duser.variant=TH"
      })
  void numbersAreTheSameInEveryLocale(String options) throws IOException {
    Path file = layer();
    for (List<Object> command :
        List.<List<Object>>of(
            List.of("match", file, file, "--verbose", "--out", "out", "--json", "out.json"),
            List.of("simple", file, file, "--layers", "fc", "--epsilon", "0.3"),
            List.of("validate", file, file, "--backends", "java", "--junit", "out.xml"),
            List.of("backends"),
            List.of("help", "match"))) {
      Outcome outcome = run(RealCommand.ONE_COMPILER + " " + options, command.toArray());
      assertEquals(0, outcome.exitCode(), outcome.err());
      String text = outcome.out() + outcome.err();
      assertFalse(FOREIGN_DIGIT.matcher(text).find(), text);
      assertFalse(Pattern.compile("\\d,\\d\\d s").matcher(text).find(), text);
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path result :
          files.filter(one -> one.toString().matches(".*\\.(json|csv|svg|xml)")).toList()) {
        String text = Files.readString(result);
        assertFalse(FOREIGN_DIGIT.matcher(text).find(), () -> result + ": " + text);
      }
    }
  }

  // The processor.

  /** Fused multiply-adds without the instruction take minutes; here plain loops compute instead. */
  @Test
  void withoutFusedMultiplyAddPlainLoopsCompute() throws IOException {
    Path file = layer();
    Object[] match = {"match", file, file, "--epsilon", "0.3", "--json"};
    Outcome plain = run("-XX:-UseFMA", Stream.concat(Stream.of(match), Stream.of("a")).toArray());
    assertEquals(0, plain.exitCode(), plain.err());
    assertTrue(plain.out().contains("java (CPU, plain loops"), plain.out());
    assertTrue(plain.out().contains("UseFMA"), plain.out());
    Outcome usual = run("", Stream.concat(Stream.of(match), Stream.of("b")).toArray());
    assertEquals(0, usual.exitCode(), usual.err());
    assertEquals(
        JSON.readTree(folder.resolve("b").toFile()).at("/layers/0/matches"),
        JSON.readTree(folder.resolve("a").toFile()).at("/layers/0/matches"));
    Outcome backends = run("-XX:-UseFMA", "backends");
    assertTrue(backends.out().contains("no fused multiply-add"), backends.out());
    // The arbiter too has another way to 106 bits, and finds all bounds kept.
    Outcome validated =
        run(
            RealCommand.ONE_COMPILER + " -XX:-UseFMA",
            "validate",
            file,
            file,
            "--backends",
            "java,reference");
    assertEquals(0, validated.exitCode(), validated.out() + validated.err());
  }

  // GPUs.

  @Test
  void aRequiredBackendThatIsNotThereIsUnavailable() throws IOException {
    Path file = layer();
    Path empty = Files.createDirectory(folder.resolve("cuda"));
    Files.createFile(empty.resolve("libcuda.so.1"));
    String options = "-Dspanmatch.test.requireBackend=cuda -Dspanmatch.cuda.libraryPath=" + empty;
    for (String command : List.of("match", "simple", "spectrum", "distances", "gram")) {
      Faults.assertFails(
          4,
          command.equals("gram")
              ? run(options, command, file, file, "--out", "g.npz")
              : run(options, command, file, file),
          "requireBackend=cuda, but java was used: cuda is unavailable: ",
          "leave the property out");
    }
    Faults.assertFails(
        4,
        run("-Dspanmatch.test.requireBackend=java", "match", file, file, "--backend", "reference"),
        "but reference was used",
        "ask for java by name");
  }

  @Test
  void anEmptyDriverLibraryIsNotCalledAbsent() throws IOException {
    Path folders = Files.createDirectory(folder.resolve("cuda"));
    Path driver = Files.createFile(folders.resolve("libcuda.so.1"));
    Outcome outcome = run("-Dspanmatch.cuda.libraryPath=" + folders, "backends");
    assertEquals(0, outcome.exitCode());
    assertTrue(outcome.out().contains(driver + " is empty (0 bytes)"), outcome.out());
  }

  // The home folder.

  /** As for a user without a name, whose home Java takes to be "?". */
  @Test
  void nothingIsLeftBehindWhereThereIsNoHome() throws IOException {
    Path file = layer();
    ProcessBuilder builder = Faults.command("match", file, file, "--out", "out");
    builder.environment().remove("HOME");
    String options = RealCommand.ONE_COMPILER + " -Duser.home=?";
    Outcome outcome = run(Map.of(SPANMATCH_OPTIONS, options), builder);
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertTrue(Files.exists(folder.resolve("out/similarity.svg")));
    assertFalse(Files.exists(folder.resolve("?")));
  }
}
