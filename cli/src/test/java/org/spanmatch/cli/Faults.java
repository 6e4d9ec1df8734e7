package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.cli.RealCommand.Outcome;

/**
 * What the tests of faults share. They start the script {@code spanmatch}, as users do but with one
 * compiler, in a separate folder below {@code target}, and count what came out in a file there.
 */
final class Faults {
  /** How many times as many runs as usual; the figures in docs/reliability.md have more. */
  private static final int FACTOR = Integer.getInteger("spanmatch.faults", 1);

  /** When to give up where no run meets what it is to meet. */
  private static final int MOST_RUNS = 20;

  /** The variable with options for Java: that for one compiler, unless a test sets others. */
  static final String JAVA_OPTIONS = "SPANMATCH_JAVA_OPTS";

  private static final Path SCRIPT = RealCommand.root().resolve("spanmatch");

  static {
    // The first command that computes has Java archive its classes, and takes seconds longer. One
    // with options for Java doesn't.
    ProcessBuilder first = command("match");
    first.environment().remove(JAVA_OPTIONS);
    RealCommand.finish(first);
  }

  private final String name;
  private final Path folder;
  private final Map<String, Integer> outcomes = new TreeMap<>();
  private final Map<String, Double> times = new TreeMap<>();
  private int folders;

  /** Starts with an empty folder of this name. */
  Faults(Class<?> test) throws IOException {
    name = test.getSimpleName();
    folder = RealCommand.root().resolve("cli/target/faults").resolve(name);
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
    Files.createDirectories(folder);
  }

  /** So many runs, or a multiple of it. */
  static int runs(int usual) {
    return usual * FACTOR;
  }

  /**
   * Whether there is to be another run: up to the usual number of them, or a multiple, and on while
   * none has met what it is to meet, as on a busy machine.
   *
   * @param run how many there were
   * @param usual how many there are by default
   * @param met how many of them have met it
   */
  static boolean another(int run, int usual, int met) {
    return run < runs(usual) || (met == 0 && run < MOST_RUNS);
  }

  /** Whether there is time for all cases. */
  static boolean all() {
    return FACTOR > 1;
  }

  /** Where files go that all runs share. */
  Path folder() {
    return folder;
  }

  /** An empty folder for one run. */
  Path newFolder() throws IOException {
    return Files.createDirectory(folder.resolve("run" + folders++));
  }

  /** What starts the command. */
  static ProcessBuilder command(Object... arguments) {
    List<String> words = new ArrayList<>(List.of(SCRIPT.toString()));
    Arrays.stream(arguments).map(Object::toString).forEach(words::add);
    return withJava(new ProcessBuilder(words));
  }

  /**
   * What starts a shell script, in which {@code $0} is the command.
   *
   * @param arguments are {@code $1} and so on
   */
  static ProcessBuilder shell(String script, Object... arguments) {
    List<String> words = new ArrayList<>(List.of("sh", "-c", script, SCRIPT.toString()));
    Arrays.stream(arguments).map(Object::toString).forEach(words::add);
    return withJava(new ProcessBuilder(words));
  }

  private static ProcessBuilder withJava(ProcessBuilder builder) {
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put(JAVA_OPTIONS, RealCommand.ONE_COMPILER);
    return builder;
  }

  /** Whether a shell script may mount file systems of its own, which needs no privileges. */
  static boolean canMount() {
    try {
      Process process =
          new ProcessBuilder("unshare", "-rm", "sh", "-c", "mount -t tmpfs -o size=4k none /mnt")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The same script where it may mount. */
  static ProcessBuilder mounting(String script, Object... arguments) {
    ProcessBuilder builder = shell(script, arguments);
    builder.command().addAll(0, List.of("unshare", "-rm"));
    return builder;
  }

  /** What the command itself wrote to the error stream, without what Java says of its modules. */
  static List<String> messages(Outcome outcome) {
    return outcome.err().lines().filter(line -> !line.startsWith("WARNING: Using inc")).toList();
  }

  /** One sentence with these parts, and the exit code. */
  static void assertFails(int exitCode, Outcome outcome, Object... parts) {
    List<String> messages = messages(outcome);
    assertAll(
        () -> assertEquals(exitCode, outcome.exitCode(), outcome.err()),
        () -> assertEquals(1, messages.size(), outcome.err()),
        () -> assertTrue(outcome.err().contains("spanmatch: "), outcome.err()),
        () -> assertFalse(outcome.err().contains("unexpected error"), outcome.err()),
        () -> assertFalse(outcome.err().contains("Exception"), outcome.err()),
        () ->
            Arrays.stream(parts)
                .forEach(
                    part -> assertTrue(outcome.err().contains(part.toString()), outcome.err())));
  }

  /** The files below a folder. */
  static List<Path> files(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  /** No file is half a file, and none bears a temporary name. */
  static void assertWhole(Path folder) throws IOException {
    for (Path file : files(folder)) {
      String name = file.getFileName().toString();
      assertFalse(name.contains(".part"), () -> "left behind: " + file);
      switch (name.substring(name.lastIndexOf('.') + 1)) {
        case "json" -> assertTrue(new ObjectMapper().readTree(file.toFile()).isObject());
        case "png" -> assertTrue(ImageIO.read(file.toFile()).getWidth() > 0);
        case "svg", "xml" -> parseXml(file);
        case "html" -> assertTrue(Files.readString(file).endsWith("</html>\n"));
        case "csv" -> assertWholeCsv(file);
        case "npz" -> readAll(file);
        default -> throw new AssertionError("left behind: " + file);
      }
    }
  }

  private static void parseXml(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
      factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
      XMLStreamReader reader = factory.createXMLStreamReader(in);
      while (reader.hasNext()) {
        reader.next();
      }
    } catch (XMLStreamException e) {
      throw new AssertionError(file + " is no whole XML", e);
    }
  }

  private static void assertWholeCsv(Path file) throws IOException {
    String text = Files.readString(file);
    assertTrue(text.endsWith("\n"), () -> file + " ends in the middle of a line");
    assertEquals(
        1, text.lines().mapToInt(line -> line.split(",", -1).length).distinct().count(), text);
  }

  private static void readAll(Path file) {
    for (StoredArray array : ActivationFile.open(file).arrays()) {
      try (BlockReader reader = array.layer(List.of()).open()) {
        while (reader.next() != null) {
          // An archive checks its own sum at the end.
        }
      }
    }
  }

  /** Counts something that came out. */
  synchronized void count(String outcome) {
    outcomes.merge(outcome, 1, Integer::sum);
  }

  /** Notes how long something took; only the longest time is told. */
  synchronized void longest(String what, double seconds) {
    times.merge(what, seconds, Math::max);
  }

  /** Writes the counts and times. */
  void report() throws IOException {
    StringBuilder text = new StringBuilder();
    outcomes.forEach(
        (outcome, count) -> text.append(count).append(" × ").append(outcome).append("\n"));
    times.forEach(
        (what, seconds) -> text.append(String.format(Locale.ROOT, "%s: %.2f s%n", what, seconds)));
    Files.writeString(folder.resolveSibling(name + ".txt"), text);
  }
}
