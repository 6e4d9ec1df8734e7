package org.spanmatch.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.spanmatch.activations.npy.NpzWriter;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramFile;

/** The options of the program, its exit codes, and what it writes. */
class MainTest {
  private static final List<String> SETTINGS =
      List.of("spark.master", "spark.ui.enabled", "spark.driver.host", "spark.task.maxFailures");

  @TempDir Path folder;

  private record Outcome(int exitCode, String out, String err) {}

  @BeforeAll
  static void configure() {
    List<String> values = List.of("local[2]", "false", "localhost", "1");
    for (int i = 0; i < SETTINGS.size(); i++) {
      System.setProperty(SETTINGS.get(i), values.get(i));
    }
  }

  @AfterAll
  static void reset() {
    SETTINGS.forEach(System::clearProperty);
  }

  private static Outcome run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Main.run(
            arguments,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Outcome(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** Two layers of each network, and one of the first alone. */
  private void write(double special) throws IOException {
    for (String network : List.of("x", "y")) {
      Path target = Files.createDirectories(folder.resolve(network));
      for (int shard = 0; shard < 3; shard++) {
        Path file = target.resolve("part-" + shard + ".npz");
        NpzWriter npz = NpzWriter.stored(Files.newOutputStream(file));
        for (String layer : network.equals("x") ? List.of("a", "b", "c") : List.of("a", "b")) {
          double[] values = new double[20 * 4];
          SplittableRandom random = new SplittableRandom(shard + 7L * (network + layer).hashCode());
          Arrays.setAll(values, i -> random.nextDouble());
          values[5] = shard == 1 && layer.equals("b") ? special : values[5];
          npz.add(layer, values, 20, 4);
        }
        npz.finish();
      }
    }
  }

  private String[] files(String command, String... more) {
    List<String> words =
        new ArrayList<>(List.of(command, "--x", folder + "/x", "--y", folder + "/y/*.npz"));
    words.addAll(List.of(more));
    return words.toArray(String[]::new);
  }

  @Test
  void aFileForEachPairOrOneInPlaceOfAnother() throws IOException {
    write(0.5);
    Path out = folder.resolve("out");
    Outcome each = run(files("gram", "--each", "--out", out.toString()));
    assertEquals(0, each.exitCode(), each.err());
    assertTrue(each.err().contains("note: only in the first network: c"), each.err());
    Path both = Files.writeString(folder.resolve("both.gram.npz"), "an older file");
    Outcome one = run(files("match", "--out", both.toString(), "--epsilon", "0.5"));
    assertEquals(0, one.exitCode(), one.err());
    assertTrue(one.out().lines().anyMatch(line -> line.startsWith("a ")), one.out());
    List<Gram> grams = GramFile.read(both);
    assertEquals(List.of(grams.get(0)), GramFile.read(out.resolve("000-a.gram.npz")));
    assertEquals(List.of(grams.get(1)), GramFile.read(out.resolve("001-b.gram.npz")));
    assertEquals(List.of("000-a.gram.npz", "001-b.gram.npz"), names(out));
    assertEquals(List.of("both.gram.npz", "out", "x", "y"), names(folder));
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.endsWith(".crc")) // of Hadoop's local file system
          .sorted()
          .toList();
    }
  }

  @Test
  void aValueThatIsNotFiniteIsNamed() throws IOException {
    write(Double.NaN);
    Path out = folder.resolve("out.gram.npz");
    Outcome outcome = run(files("gram", "--out", out.toString(), "--quiet"));
    assertEquals(3, outcome.exitCode(), outcome.err());
    assertEquals(1, outcome.err().lines().count(), outcome.err());
    assertTrue(
        outcome.err().contains("part-1.npz, layer 'b': neuron 1 is NaN at sample 1"),
        outcome.err());
    assertTrue(Files.notExists(out));
  }

  @Test
  void aFolderThatCanNotBeWrittenIsFoundFirst() throws IOException {
    write(0.5);
    Path file = Files.writeString(folder.resolve("file"), "not a folder");
    Outcome outcome = run(files("gram", "--out", file + "/seeds.gram.npz"));
    assertEquals(1, outcome.exitCode(), outcome.err());
    assertTrue(outcome.err().contains("seeds.gram.npz: it can't be written"), outcome.err());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "grm --x a --y b|expected gram or match, found 'grm'",
        "gram --x a --y b|expected --out, the Gram file to write",
        "gram --x a --out c|expected --y, the files of a network's activations",
        "gram a b --out c|expected options alone, found 'a'",
        "match --x a --y b --each|--each: expected --out, the folder to write into",
        "match --x a --y b --pairs all|--pairs: expected same or order, found 'all'",
        "match --x a --y b --pair c|--pair: expected two names",
        "match --x a --y b --key id --layout fn|--layout is for arrays of several axes",
        "match --x a --y b --backend gpu|--backend: expected",
        "match --x a --y b --task-memory 0|--task-memory: expected a whole number of at least 1",
      })
  void wrongUsageIsExplained(String words, String message) {
    Outcome outcome = run(words.split(" ", -1));
    assertEquals(2, outcome.exitCode(), outcome.err());
    assertEquals(1, outcome.err().lines().count(), outcome.err());
    assertTrue(outcome.err().startsWith("spanmatch: " + message), outcome.err());
  }

  @Test
  void helpHasEveryOption() {
    Outcome outcome = run("--help");
    assertEquals(0, outcome.exitCode());
    for (String option : List.of("--x", "--key", "--task-memory", "--epsilon", "--backend")) {
      assertTrue(outcome.out().contains(option), option);
    }
  }
}
