package org.spanmatch.kernel.cuda.loading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Runs the tools of C programmers, and skips a test where they are not there. */
public final class NativeTools {
  /** The folder of this module. */
  public static final Path MODULE =
      Path.of(System.getProperty("spanmatch.root", ".."), "kernel-cuda");

  private NativeTools() {}

  /** Skips the calling test where one of these commands can't be run. */
  public static void assumeCommands(String... names) {
    assume(
        LibraryNames.of(System::getProperty).filter(LibraryNames.LINUX::equals).isPresent(),
        "SKIPPED: the libraries of this test are for Linux on x86-64");
    for (String name : names) {
      assume(hasCommand(name), "SKIPPED: there is no " + name + " on the PATH");
    }
  }

  /** Whether a command is on the PATH. */
  public static boolean hasCommand(String name) {
    return Folders.inPath(System.getenv("PATH")).stream()
        .anyMatch(folder -> Files.isExecutable(folder.resolve(name)));
  }

  /** Skips the calling test with a message that the build shows. */
  static void assume(boolean condition, String message) {
    if (!condition) {
      System.err.println(message);
      Assumptions.abort(message);
    }
  }

  /** Compiles C code to a shared library whose symbols have the file's name as their version. */
  static Path compile(Path folder, String name, String code) throws IOException {
    Files.createDirectories(folder);
    Path source = Files.writeString(folder.resolve(name + ".c"), code);
    Path map = Files.writeString(folder.resolve(name + ".map"), name + " { global: *; };\n");
    Path library = folder.resolve(name);
    run(
        List.of(
            "gcc",
            "-shared",
            "-fPIC",
            "-Wl,-soname," + name,
            "-Wl,--version-script=" + map,
            "-o",
            library.toString(),
            source.toString()));
    Files.delete(source);
    Files.delete(map);
    return library;
  }

  /** What a library exports, or asks others for, as nm prints it: with versions. */
  static Set<String> symbols(Path library, String kind) throws IOException {
    Set<String> symbols = new TreeSet<>();
    for (String line : run(List.of("nm", "-D", kind, library.toString())).lines().toList()) {
      // A version has a line of its own, of type A.
      if (!line.contains(" A ")) {
        symbols.add(line.substring(line.lastIndexOf(' ') + 1));
      }
    }
    return symbols;
  }

  /** Runs a command to its end and returns what it printed; it must succeed. */
  public static String run(List<String> command) throws IOException {
    return finish(start(command));
  }

  static Process start(List<String> command) throws IOException {
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  static String finish(Process process) throws IOException {
    try (var reader = process.inputReader()) {
      StringBuilder output = new StringBuilder();
      reader.lines().forEach(line -> output.append(line).append('\n'));
      assertTrue(process.waitFor(1, TimeUnit.MINUTES), "it does not end");
      assertEquals(0, process.exitValue(), output.toString());
      return output.toString();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    } finally {
      process.destroyForcibly();
    }
  }
}
