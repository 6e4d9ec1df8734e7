package org.spanmatch.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Assumptions;
import org.spanmatch.cli.terminal.Console;

/** Runs the command: in this process, or as a user does, in a separate one. */
public final class RealCommand {
  private static final int TIMEOUT_SECONDS = 300;

  /**
   * The option for Java that leaves out the second compiler. Most processes end before its code has
   * paid for itself, and without it take half the processor's time.
   */
  static final String ONE_COMPILER = "-XX:TieredStopAtLevel=1";

  /** The option for Java with which a process compiles as usual, for loops over vectors. */
  static final String BOTH_COMPILERS = "-XX:TieredStopAtLevel=4";

  // A field, since the log manager holds loggers weakly and their level would be lost.
  private static final Logger LOGGER = Logger.getLogger("org.spanmatch");

  /** What came of a run. */
  public record Outcome(int exitCode, String out, String err) {}

  private RealCommand() {}

  /**
   * Runs {@code spanmatch} with these arguments in this process, which takes a tenth of the time of
   * a separate one.
   */
  public static Outcome run(Object... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream toOut = new PrintStream(out, true, StandardCharsets.UTF_8);
    PrintStream toErr = new PrintStream(err, true, StandardCharsets.UTF_8);
    String[] words = Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
    FutureTask<Integer> command =
        new FutureTask<>(() -> Main.run(words, new Console(toOut, toErr, 0)));
    Thread thread = new Thread(command, "spanmatch " + String.join(" ", words));
    thread.setDaemon(true);
    Level level = LOGGER.getLevel();
    LOGGER.setLevel(Level.WARNING); // as the command does, in a separate process
    int code;
    try {
      thread.start();
      code = command.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError(
          "still running after " + TIMEOUT_SECONDS + " s: " + err.toString(StandardCharsets.UTF_8),
          e);
    } catch (ExecutionException e) {
      throw new AssertionError("no error should leave the command", e.getCause());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    } finally {
      LOGGER.setLevel(level);
    }
    return new Outcome(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** Runs {@code spanmatch} in a separate process with options for Java, and waits for its end. */
  static Outcome runWith(List<String> javaOptions, Object... arguments) {
    return finish(builder(javaOptions, arguments));
  }

  /** Returns what starts {@code spanmatch} in a separate process, with options for Java. */
  static ProcessBuilder builder(List<String> javaOptions, Object... arguments) {
    ProcessBuilder builder = new ProcessBuilder(java(arguments));
    addJavaOptions(builder, javaOptions);
    return builder;
  }

  /** Adds options for Java, which win over those that all processes have. */
  static void addJavaOptions(ProcessBuilder builder, List<String> javaOptions) {
    builder.command().addAll(builder.command().indexOf(ONE_COMPILER) + 1, javaOptions);
  }

  /** The command line that runs {@code spanmatch} with these arguments from class files. */
  static List<String> java(Object... arguments) {
    List<String> command = new ArrayList<>();
    command.add(javaExecutable());
    command.add(ONE_COMPILER);
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
  public static Path root() {
    String root = System.getProperty("spanmatch.root");
    return root == null ? Path.of("").toAbsolutePath().getParent() : Path.of(root);
  }

  /** A file of the shared data beside the project; the test is skipped where there is none. */
  public static Path shared(String name) {
    Path file = root().resolveSibling("shared").resolve("data").resolve(name);
    Assumptions.assumeTrue(Files.exists(file), () -> "skipped: there is no " + file);
    return file;
  }
}
