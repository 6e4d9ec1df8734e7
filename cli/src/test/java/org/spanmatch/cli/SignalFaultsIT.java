package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** SIGINT and SIGTERM at random times, to the process alone and, as Ctrl-C does, to its group. */
@EnabledOnOs(OS.LINUX)
class SignalFaultsIT {
  // Not how long an end takes, but when to give up waiting for it.
  private static final int PATIENCE_SECONDS = 60;

  private static Faults faults;
  private static Path input;
  private static Path search;

  @BeforeAll
  static void start() throws IOException {
    faults = new Faults(SignalFaultsIT.class);
    input = faults.folder().resolve("net.npz");
    TestFiles.npz(input, "fc", TestFiles.relu(20_000 * 128, 1), 20_000, 128);
    // Of noise alone, so that there is much to search.
    search = faults.folder().resolve("search.npz");
    TestFiles.npz(search, "fc", TestFiles.relu(160 * 128, 2), 160, 128);
  }

  @AfterAll
  static void report() throws IOException {
    faults.report();
  }

  private static List<Object> arguments(String command) {
    return switch (command) {
      case "simple" ->
          List.of(command, search, search, "--exhaustive", "--out", "out", "--json", "copy.json");
      case "validate" ->
          List.of(
              command,
              search,
              search,
              "--backends",
              "java",
              "--json",
              "copy.json",
              "--junit",
              "junit.xml");
      case "demo", "bundle" -> List.of(command, "--out", "out");
      default -> List.of(command, input, input, "--out", "out", "--json", "copy.json");
    };
  }

  /** The times are random within what a whole run takes, of which the first is a guess. */
  @ParameterizedTest
  @CsvSource({
    "match, 3, 2",
    "simple, 4, 3",
    "spectrum, 2, 2",
    "validate, 3, 2",
    "demo, 3, 5",
    "bundle, 2, 9"
  })
  void leavesWholeFilesAndNothingElse(String command, int usual, double seconds) throws Exception {
    Random random = new Random(command.hashCode());
    int interrupted = 0;
    double whole = seconds;
    for (int run = 0; Faults.another(run, usual, interrupted); run++) {
      Run each =
          new Run(
              command,
              random.nextBoolean() ? "INT" : "TERM",
              random.nextBoolean(),
              random.nextDouble() * whole);
      if (each.isInterrupted()) {
        interrupted++;
      } else {
        whole = each.seconds;
      }
    }
    assertNotEquals(0, interrupted, "no run was interrupted");
  }

  /** One run with one signal. */
  private static final class Run {
    private final String command;
    private final Path folder = faults.newFolder();
    private final Path temporary = Files.createDirectory(folder.resolve("tmp"));
    private final Path work = Files.createDirectory(folder.resolve("work"));
    private final int exitCode;
    private final double seconds;
    private final String context;

    Run(String command, String signal, boolean group, double after) throws Exception {
      this.command = command;
      Path log = folder.resolve("log");
      ProcessBuilder builder = Faults.command(arguments(command).toArray());
      builder.command().add(0, "setsid"); // in a group of its own, as in a shell
      Signals.listenToInterrupts(builder);
      builder
          .environment()
          .merge(
              Faults.JAVA_OPTIONS,
              "-Djava.io.tmpdir=" + temporary,
              (one, more) -> one + " " + more);
      builder.environment().put("TMPDIR", temporary.toString());
      builder.redirectErrorStream(true).redirectOutput(log.toFile()).directory(work.toFile());
      long begin = System.nanoTime();
      Process process = builder.start();
      process.waitFor(Math.round(after * 1e9), TimeUnit.NANOSECONDS);
      boolean begun = Files.exists(work.resolve("out"));
      List<ProcessHandle> children = process.descendants().toList();
      long sent = System.nanoTime();
      if (process.isAlive()) {
        Signals.send(signal, (group ? "-" : "") + process.pid());
      }
      boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      process.destroyForcibly();
      double endSeconds = (System.nanoTime() - sent) / 1e9;
      seconds = (System.nanoTime() - begin) / 1e9;
      exitCode = process.exitValue();
      context =
          String.format(
              Locale.ROOT,
              "%s, SIG%s to the %s after %.3f s in %s: exit code %d; %s",
              command,
              signal,
              group ? "group" : "process",
              after,
              folder,
              exitCode,
              Files.readString(log));
      assertTrue(ended, context);
      if (isInterrupted()) {
        assertEquals(signal.equals("INT") ? 130 : 143, exitCode, context);
      }
      checkFiles(begun);
      checkProcesses(children);
      checkMessages(Files.readAllLines(log));
      faults.count(
          command
              + (isInterrupted()
                  ? ": ended by SIG" + signal + " to the " + (group ? "group" : "process")
                  : ": had ended before"));
      if (isInterrupted()) {
        faults.longest(command + ": longest time from the signal to the end", endSeconds);
      }
    }

    boolean isInterrupted() {
      return exitCode != 0;
    }

    private void checkFiles(boolean begun) throws IOException {
      assertEquals(List.of(), Faults.files(temporary), context);
      if (command.equals("bundle")) {
        // A whole one or nothing.
        try (Stream<Path> entries = Files.list(work)) {
          assertEquals(
              isInterrupted() && !Files.exists(work.resolve("out"))
                  ? List.of()
                  : List.of(work.resolve("out")),
              entries.toList(),
              context);
        }
        return;
      }
      Faults.assertWhole(work);
      if (command.equals("simple") && begun) {
        JsonNode result = new ObjectMapper().readTree(work.resolve("copy.json").toFile());
        assertTrue(result.get("complete").isBoolean(), context);
        assertTrue(Files.exists(work.resolve("out/result.json")), context);
        faults.count(
            "simple: the result so far was kept, "
                + (result.at("/layers/0/simple").size() > 0 ? "with" : "still without")
                + " simple matches");
      }
    }

    private void checkProcesses(List<ProcessHandle> children) throws Exception {
      for (ProcessHandle child : children) {
        // The system may take a moment to clear it away.
        child.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      }
    }

    private void checkMessages(List<String> lines) {
      List<String> errors = new ArrayList<>(lines);
      errors.removeIf(line -> !line.startsWith("spanmatch: "));
      errors.removeIf(line -> line.startsWith("spanmatch: linking a Java run-time"));
      errors.removeIf(line -> line.equals("spanmatch: copying jars ..."));
      assertEquals(List.of(), errors, context);
      for (String sign : Arrays.asList("Exception", "\tat ")) {
        assertFalse(String.join("\n", lines).contains(sign), context);
      }
    }
  }
}
