package org.spanmatch.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Runs the command as a user does: in a process of its own. */
final class RealCommand {
  private static final int TIMEOUT_SECONDS = 300;

  /** What came of a run. */
  record Outcome(int exitCode, String out, String err) {}

  private RealCommand() {}

  /** Runs {@code spanmatch} with these arguments and waits for its end. */
  static Outcome run(Object... arguments) {
    return finish(new ProcessBuilder(java(arguments)));
  }

  /** The same with options for Java. */
  static Outcome runWith(List<String> javaOptions, Object... arguments) {
    return finish(builder(javaOptions, arguments));
  }

  /** What starts it with options for Java. */
  static ProcessBuilder builder(List<String> javaOptions, Object... arguments) {
    List<String> command = java(arguments);
    command.addAll(1, javaOptions);
    return new ProcessBuilder(command);
  }

  /** The command line that runs {@code spanmatch} with these arguments from class files. */
  static List<String> java(Object... arguments) {
    List<String> command = new ArrayList<>();
    command.add(javaExecutable());
    // The coverage agent of this process measures the other one too.
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("-javaagent:"))
        .forEach(command::add);
    command.add("-Djava.awt.headless=true");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("org.spanmatch.cli.Main");
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    return command;
  }

  /** The Java that runs the tests. */
  static String javaExecutable() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** Runs any process and waits for its end; one that does not come fails the test. */
  static Outcome finish(ProcessBuilder builder) {
    try {
      Path out = Files.createTempFile("spanmatch-test", ".out");
      Path err = Files.createTempFile("spanmatch-test", ".err");
      try {
        Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        process.getOutputStream().close();
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly();
          throw new AssertionError(
              "still running after " + TIMEOUT_SECONDS + " s: " + Files.readString(err));
        }
        return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
      } finally {
        Files.delete(out);
        Files.delete(err);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The top folder of the project. */
  static Path root() {
    String root = System.getProperty("spanmatch.root");
    return root == null ? Path.of("").toAbsolutePath().getParent() : Path.of(root);
  }

  /** A file of the shared data beside the project; the test is skipped where there is none. */
  static Path shared(String name) {
    Path file = root().resolveSibling("shared").resolve("data").resolve(name);
    Assumptions.assumeTrue(Files.exists(file), () -> "skipped: there is no " + file);
    return file;
  }
}
