package org.spanmatch.cli;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.cli.RealCommand.Outcome;
import org.spanmatch.cli.output.BenchReport;
import org.spanmatch.tuning.Effort;

/** {@code spanmatch bench} at tiny sizes, whose times mean nothing. */
@Tag("once") // on one JDK: nothing here depends on which
class BenchCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The options for Java of a quick run. */
  // Elsewhere another may run; where none does, JMH would still wait for its lock.
  static final List<String> QUICK =
      List.of("-Djmh.ignoreLock=true", "-D" + Effort.ITERATION_PROPERTY + "=5");

  @TempDir Path folder;

  private ProcessBuilder builder(Object... arguments) {
    List<Object> all = new ArrayList<>(List.of("bench"));
    all.addAll(List.of(arguments));
    ProcessBuilder builder = RealCommand.builder(QUICK, all.toArray());
    builder.environment().put("XDG_CONFIG_HOME", folder.resolve("config").toString());
    return builder;
  }

  private Outcome bench(Object... arguments) {
    return RealCommand.finish(builder(arguments));
  }

  /** Only a benchmark that is running is reported as one. */
  @Test
  void aLockThatCantBeOpenedIsNoOtherBenchmark() throws IOException {
    Path lock = folder.resolve("jmh.lock");
    List<String> temporary = List.of("-Djava.io.tmpdir=" + folder);
    Object[] bench = {"bench", "--neurons", "4", "--samples", "50", "--backends", "java"};
    try (FileChannel channel = FileChannel.open(lock, CREATE, WRITE);
        FileLock held = channel.lock()) {
      assertTrue(held.isValid());
      Outcome busy = RealCommand.runWith(temporary, bench);
      assertEquals(1, busy.exitCode());
      assertTrue(busy.err().contains("another benchmark with JMH is running"), busy.err());
    }
    Files.delete(lock);
    // Cannot be opened for writing, as another user's file can't, but by no one, root included.
    Files.createDirectory(lock);
    Outcome refused = RealCommand.runWith(temporary, bench);
    assertEquals(1, refused.exitCode());
    assertTrue(refused.err().contains(lock + " ("), refused.err());
    assertTrue(refused.err().contains("-Djava.io.tmpdir=DIR"), refused.err());
    assertFalse(refused.err().contains("is running on this machine"), refused.err());
  }

  /** The JVMs that measure have the garbage collector that the user chose, and no other. */
  @Test
  void theUsersGarbageCollectorIsTaken() {
    Object[] bench = {"--neurons", "4", "--samples", "50", "--backends", "java"};
    ProcessBuilder builder = builder(bench);
    builder.environment().put("JAVA_TOOL_OPTIONS", "-XX:+UseSerialGC");
    Outcome outcome = RealCommand.finish(builder);
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertTrue(outcome.out().contains("4 "), outcome.out());
  }

  private Outcome match(Object... arguments) {
    ProcessBuilder builder = RealCommand.builder(List.of(), arguments);
    builder.environment().put("XDG_CONFIG_HOME", folder.resolve("config").toString());
    return RealCommand.finish(builder);
  }

  private static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }
  }

  /** From measuring to a profile that the automatic choice goes by. */
  @Test
  void measuresSavesComparesAndIsUsed() throws IOException {
    Path out = folder.resolve("out");
    Outcome outcome =
        bench(
            "--neurons",
            "4,8",
            "--samples",
            "50,100",
            "--backends",
            "java,reference",
            "--out",
            out,
            "--save-profile");
    assertEquals(0, outcome.exitCode(), outcome.err());
    // Java warns of what JMH does, where the launcher does not tell it not to.
    assertTrue(
        outcome
            .err()
            .lines()
            .allMatch(
                line -> line.startsWith("note: the machine was") || line.startsWith("WARNING: ")),
        outcome.err());
    assertTrue(outcome.out().contains(" is the fastest at "), outcome.out());
    assertEquals(Set.copyOf(BenchReport.files()), names(out));

    JsonNode jmh = JSON.readTree(out.resolve("jmh.json").toFile());
    assertEquals(2 + 8, jmh.size(), "two limits; two backends at four sizes");
    JsonNode machine = JSON.readTree(out.resolve("machine.json").toFile());
    assertEquals("quick", machine.get("effort").textValue());
    assertEquals(0, machine.get("leftOut").size());
    assertTrue(machine.at("/before/load").isNumber() && machine.at("/after/load").isNumber());
    assertTrue(machine.at("/after/processorMegahertz").isArray(), machine.toString());
    List<String> csv = Files.readAllLines(out.resolve("bench.csv"));
    assertEquals(1 + 8, csv.size());
    assertEquals(
        "backend,neurons,samples,threads,ms,ms_error,compress_ms,match_ms,gflops,share_of_limit,"
            + "ms_lowest,ms_highest,factorise_ms,factorisations,operations",
        csv.get(0));
    for (String line : csv.subList(1, csv.size())) {
      String[] cells = line.split(",", -1);
      double time = Double.parseDouble(cells[4]);
      double phases = Double.parseDouble(cells[6]) + Double.parseDouble(cells[7]);
      assertTrue(phases > 0 && phases <= 1.5 * time, line);
      assertTrue(Double.parseDouble(cells[9]) > 0, line);
      assertTrue(Double.parseDouble(cells[10]) <= time, line);
      assertTrue(Double.parseDouble(cells[11]) >= time, line);
      if (line.startsWith("java,")) {
        assertTrue(Double.parseDouble(cells[12]) > 0, line);
        assertTrue(Double.parseDouble(cells[13]) >= 2, line);
        assertTrue(Double.parseDouble(cells[14]) > 0, line);
      }
    }

    Path file = TestFiles.npz(folder.resolve("net.npz"), "layer", TestFiles.relu(400, 1), 100, 4);
    Outcome matched = match("match", file, file, "--json", "-");
    assertEquals(0, matched.exitCode(), matched.err());
    String reason = JSON.readTree(matched.out()).at("/backend/reason").textValue();
    assertTrue(
        reason.matches("java: \\d+\\.\\d\\d ms expected; profile of \\d{4}-\\d\\d-\\d\\d"), reason);

    compares(jmh);
    foreignProfileIsNotUsed(file);
    damagedProfileIsNotUsed(file);
    aProfileInTheHomeFolderOfTheShellIsFound();
    redraws(out);
  }

  /** Against results that pretend to have been a thousand times as fast. */
  private void compares(JsonNode jmh) throws IOException {
    for (JsonNode result : jmh) {
      ObjectNode metric = (ObjectNode) result.get("primaryMetric");
      metric.put("score", metric.get("score").doubleValue() / 1000);
      ArrayNode iterations = (ArrayNode) metric.at("/rawData/0");
      for (int i = 0; i < iterations.size(); i++) {
        iterations.set(i, iterations.get(i).doubleValue() / 1000);
      }
    }
    Path old = folder.resolve("old.json");
    JSON.writeValue(old.toFile(), jmh);
    Outcome slower =
        bench("--neurons", "8", "--samples", "50", "--backends", "java", "--compare", old);
    Matcher change =
        Pattern.compile("LayerBenchmark.match.* ([0-9.]+) ± ([0-9.]+) ").matcher(slower.out());
    boolean beyond = false;
    while (change.find()) {
      double ratio = Double.parseDouble(change.group(1));
      assertTrue(ratio > 10, slower.out());
      beyond |= ratio - Double.parseDouble(change.group(2)) > 1.1;
    }
    // On a machine with very much else to do the intervals may be as wide as the times.
    assertEquals(beyond ? 5 : 0, slower.exitCode(), slower.err() + slower.out());
    assertEquals(beyond, slower.err().contains(" slower than before, "), slower.err());
    assertTrue(beyond || slower.out().contains("undecided"), slower.out());
    assertTrue(slower.out().contains("now / before"), slower.out());
  }

  private Path profile() {
    return folder.resolve("config/spanmatch/profile.properties");
  }

  private void foreignProfileIsNotUsed(Path file) throws IOException {
    String text = Files.readString(profile());
    Files.writeString(
        profile(), text.replaceAll("machine.processors=.*", "machine.processors=999"));
    Outcome outcome = match("match", file, file, "--json", "-");
    assertEquals(0, outcome.exitCode(), outcome.err());
    String reason = JSON.readTree(outcome.out()).at("/backend/reason").textValue();
    String why = " not used, it is of another machine: processors '999', here '";
    assertTrue(reason.contains(why), reason);
    Outcome backends = match("backends");
    assertTrue(backends.out().contains(why), backends.out());
  }

  private void damagedProfileIsNotUsed(Path file) throws IOException {
    Files.writeString(profile(), "nothing=1\n");
    Outcome outcome = match("match", file, file);
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals(
        "note: "
            + profile()
            + ": the profile is not used: it has no entry 'spanmatch.profile'; 'spanmatch bench"
            + " --save-profile' makes a new one\n",
        outcome.err());
    assertEquals("", match("match", file, file, "--quiet").err());
  }

  /** By the variable, not by the user's entry in the system; it is the damaged one. */
  private void aProfileInTheHomeFolderOfTheShellIsFound() throws IOException {
    Path file = Path.of(".config", "spanmatch", "profile.properties");
    Files.createDirectories(folder.resolve(file).getParent());
    Files.copy(profile(), folder.resolve(file));
    ProcessBuilder builder = RealCommand.builder(List.of(), "backends");
    builder.environment().remove("XDG_CONFIG_HOME");
    builder.environment().put("HOME", folder.toString());
    String found = RealCommand.finish(builder).out();
    assertTrue(found.contains(folder.resolve(file) + ": the profile is not used: "), found);
  }

  private void redraws(Path out) throws IOException {
    String table = Files.readString(out.resolve("bench.md"));
    Files.delete(out.resolve("bench.md"));
    Files.delete(out.resolve("time-neurons.svg"));
    Outcome outcome = bench("--report", out);
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals(table, Files.readString(out.resolve("bench.md")));
    assertEquals(Set.copyOf(BenchReport.files()), names(out));
  }

  /** Where the locale lacks a letter of the folders, Java can't name them. */
  @ParameterizedTest
  @ValueSource(strings = {"HOME", "XDG_CONFIG_HOME"})
  @DisabledOnOs(OS.WINDOWS)
  void aFolderThatTheLocaleCantNameHasNoProfile(String variable) {
    ProcessBuilder builder = RealCommand.builder(List.of(), "backends");
    String script = "export LC_ALL=C " + variable + "=$(printf '/l\\303\\266') && exec \"$@\"";
    builder.command().addAll(0, List.of("sh", "-c", script, "sh"));
    Outcome outcome = RealCommand.finish(builder);
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals("", outcome.err());
  }

  /** What is not on the class path of the command, and what the launcher adds to it. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void peersAreMeasuredOnceTheyAreBuilt() throws IOException {
    String cure =
        "the peers are in benchmarks/target/benchmarks.jar, which is missing or older than its"
            + " sources; 'mvn -q package -pl benchmarks -am -DskipTests' in the repository builds"
            + " it, for ./spanmatch there";
    Outcome absent = bench("--peers");
    assertEquals(4, absent.exitCode(), absent.err());
    assertEquals("spanmatch: --peers: " + cure + "\n", absent.err());
    Outcome unknown = bench("--backends", "ejml");
    assertEquals(2, unknown.exitCode(), unknown.err());
    assertTrue(unknown.err().contains(", found 'ejml'; " + cure), unknown.err());

    Path jar = RealCommand.root().resolve("benchmarks/target/benchmarks.jar");
    assumeTrue(Files.exists(jar), "skipped without " + jar + ": build the benchmarks first");
    Path out = folder.resolve("out");
    ProcessBuilder builder =
        builder(
            "--neurons",
            "4",
            "--samples",
            "50",
            "--backends",
            "java",
            "--peers",
            "--quiet",
            "--out",
            out);
    int classPath = builder.command().indexOf("-cp") + 1;
    builder
        .command()
        .set(classPath, builder.command().get(classPath) + File.pathSeparator + jar.toString());
    builder.command().addAll(1, List.of("--add-modules", "jdk.incubator.vector"));
    Outcome outcome = RealCommand.finish(builder);
    assertEquals(0, outcome.exitCode(), outcome.err());
    List<String> measured =
        Files.readAllLines(out.resolve("bench.csv")).stream()
            .skip(1)
            .map(line -> line.substring(0, line.indexOf(',')))
            .toList();
    assertTrue(measured.containsAll(List.of("java", "ejml", "ojalgo", "netlib")), "" + measured);
  }

  // A process that the JDK starts is a copy of its parent at first, and then its helper. The JDK
  // itself cuts a command line off at 4,096 bytes, which a class path alone may fill.
  private static boolean measures(ProcessHandle process) {
    Path whole = Path.of("/proc", Long.toString(process.pid()), "cmdline");
    String line;
    try {
      line =
          Files.exists(whole)
              ? Files.readString(whole, StandardCharsets.ISO_8859_1)
              : process.info().commandLine().orElse("");
    } catch (IOException e) {
      return false; // it has ended
    }
    return line.contains("ForkedMain");
  }

  /** The JVM that measures is killed; what was measured before is kept. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aKilledForkFailsAlone() throws IOException, InterruptedException {
    Path out = folder.resolve("out");
    Process process =
        builder("--neurons", "4", "--samples", "50", "--backends", "java", "--out", out)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(folder.resolve("err").toFile())
            .start();
    boolean killed = false;
    while (process.isAlive()) {
      // The second limit: the first one's result is there.
      if (!killed && Files.exists(out.resolve("jmh.json"))) {
        killed =
            process
                .children()
                .filter(BenchCommandTest::measures)
                .map(ProcessHandle::destroyForcibly)
                .reduce(false, (a, b) -> b);
      }
      Thread.sleep(20);
    }
    assertTrue(killed);
    String err = Files.readString(folder.resolve("err"));
    assertEquals(1, process.exitValue(), err);
    String failure = "LimitsBenchmark.readAllThreads: its JVM was killed by signal 9";
    assertTrue(err.endsWith("spanmatch: 1 measurements failed, the first: " + failure + "\n"), err);
    assertEquals(2, JSON.readTree(out.resolve("jmh.json").toFile()).size());
    assertTrue(Files.exists(out.resolve("bench.md")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2 | --quick --full | --quick and --full contradict each other; give one of them at most",
        "2 | --neurons 0 | --neurons: expected a whole number of at least 1 and at most 32768,"
            + " found '0'",
        "2 | --samples 10,x | --samples: expected a whole number of at least 1, found 'x'",
        "2 | --backends java,jav | --backends: expected all, ",
        "2 | other | expected no arguments, found 'other'",
        "1 | --neurons 32768 --samples 2000000000 | 32,768 + 32,768 neurons, 2,000,000,000 samples:"
            + " needs about ",
        "3 | --compare absent.json | absent.json: expected JMH's results, found no file",
        "3 | --report absent | absent/machine.json: there is no such file",
        "1 | --out /dev/null/x | /dev/null/x: the output folder can't be written: ",
      })
  @DisabledOnOs(OS.WINDOWS)
  void badInputIsNamed(int code, String arguments, String message) {
    List<Object> words = new ArrayList<>(List.of("bench"));
    words.addAll(List.of(arguments.split(" ")));
    assertNamed(code, message, RealCommand.run(words.toArray()));
  }

  private static void assertNamed(int code, String message, Outcome outcome) {
    assertEquals(code, outcome.exitCode(), outcome.err());
    assertTrue(outcome.err().startsWith("spanmatch: " + message), outcome.err());
    assertEquals(1, outcome.err().lines().count());
  }

  @Test
  void anUnavailableBackendIsNamed() {
    ProcessBuilder builder = builder("--backends", "cuda");
    RealCommand.addJavaOptions(builder, StandIn.options(folder.resolve("absent")));
    assertNamed(4, "backend 'cuda' is unavailable: ", RealCommand.finish(builder));
  }

  @Test
  void foreignResultsAreNamed() throws IOException {
    Path file = folder.resolve("old.json");
    Files.writeString(file, "{\"a\": 1}");
    Outcome outcome = RealCommand.run("bench", "--compare", file);
    assertEquals(3, outcome.exitCode());
    assertEquals(
        "spanmatch: " + file + ": expected a list of JMH's results, found an object\n",
        outcome.err());
  }

  /** Before anything is measured, which takes minutes. */
  @Test
  void anEarlierRunOfOtherSizesIsRefused() throws IOException {
    Path file = folder.resolve("old.json");
    Files.writeString(
        file,
        """
        [{"benchmark": "org.spanmatch.tuning.LimitsBenchmark.readAllThreads", "threads": 2,
          "primaryMetric": {"score": 5, "scoreError": 1, "scoreUnit": "ms/op"}},
         {"benchmark": "org.spanmatch.tuning.LayerBenchmark.match", "threads": 1,
          "params": {"backend": "java", "neurons": "64", "samples": "2500", "threads": "2"},
          "primaryMetric": {"score": 5, "scoreError": 1, "scoreUnit": "ms/op"}}]
        """);
    Outcome outcome =
        RealCommand.run(
            "bench", "--neurons", "8", "--samples", "100", "--backends", "java", "--compare", file);
    assertEquals(3, outcome.exitCode(), outcome.err());
    assertEquals(
        "spanmatch: "
            + file
            + ": expected times of a layer that is measured here, found backend=java neurons=64"
            + " samples=2500 threads=2; give the same --backends, --neurons, --samples and"
            + " --threads\n",
        outcome.err());
  }

  @Test
  void theStandInForCudaIsRefused() throws IOException {
    StandIn.assumeBuilt();
    ProcessBuilder builder =
        StandIn.builder(
            Map.of(), "bench", "--neurons", "4", "--samples", "50", "--backends", "cuda");
    RealCommand.addJavaOptions(builder, QUICK);
    Outcome outcome = RealCommand.finish(builder);
    assertEquals(1, outcome.exitCode());
    assertTrue(outcome.err().contains("CPU stand-in, not a GPU: refused"), outcome.err());
    assertFalse(outcome.err().contains("\tat "), outcome.err());
  }
}
