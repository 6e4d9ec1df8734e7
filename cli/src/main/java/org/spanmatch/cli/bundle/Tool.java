package org.spanmatch.cli.bundle;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Runs other programs. */
final class Tool {
  /**
   * The exit code and output of a program.
   *
   * @param output what it wrote, errors included
   */
  record Outcome(int exitCode, String output) {}

  // What users have Java do is for the command that they start.
  private static final List<String> JAVA_OPTIONS =
      List.of("SPANMATCH_JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

  // The exit codes of what SIGINT or SIGTERM ends.
  private static final Set<Integer> SIGNALS = Set.of(130, 143);
  private static final long SIGNAL_MILLIS = 2000;

  private static boolean stopped;

  private Tool() {}

  /** A program on the PATH. */
  static Optional<Path> find(String name) {
    return Arrays.stream(Objects.requireNonNullElse(System.getenv("PATH"), "").split(":"))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder).resolve(name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Ends all programs that are running, waits until they have ended, and lets no more begin. */
  static void stopAll() {
    synchronized (Tool.class) {
      stopped = true;
    }
    for (ProcessHandle program : ProcessHandle.current().children().toList()) {
      program.destroyForcibly();
      program.onExit().join();
    }
  }

  private static synchronized Process start(List<String> command) throws IOException {
    if (stopped) {
      throw new InterruptedIOException("interrupted before " + command.get(0) + " ran");
    }
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeAll(JAVA_OPTIONS);
    return builder.start();
  }

  /** Runs a program to its end. */
  static Outcome run(Path program, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(arguments);
    Process process = start(command);
    try {
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int exitCode = process.waitFor();
      if (SIGNALS.contains(exitCode)) {
        // One that was sent to the group of processes ends this one too, if it is given the time.
        Thread.sleep(SIGNAL_MILLIS);
      }
      return new Outcome(exitCode, output);
    } catch (InterruptedException e) {
      throw new InterruptedIOException("interrupted while " + program + " ran");
    } finally {
      process.destroy();
    }
  }
}
