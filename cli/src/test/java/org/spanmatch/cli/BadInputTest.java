package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.cli.RealCommand.Outcome;

/** Everything that can be wrong gets one sentence and its exit code, from the real command. */
class BadInputTest {
  private static final byte[] GOOD =
      TestFiles.npy("'<f4'", "(3, 2)", TestFiles.floats(1, 2, 3, 4, 5, 7));

  @TempDir Path folder;
  private Path good;
  private Path bad;

  @BeforeEach
  void writeGoodFile() throws IOException {
    good = Files.write(folder.resolve("good.npy"), GOOD);
    bad = folder.resolve("bad.npy");
  }

  /** One line that holds all of the parts, nothing on standard output, no trace of Java. */
  private static void assertFails(int exitCode, Outcome outcome, Object... parts) {
    assertAll(
        () -> assertEquals(exitCode, outcome.exitCode(), outcome.err()),
        () -> assertEquals("", outcome.out()),
        () -> assertEquals(1, outcome.err().lines().count(), outcome.err()),
        () -> assertTrue(outcome.err().startsWith("spanmatch: "), outcome.err()),
        () -> assertFalse(outcome.err().contains("unexpected error"), outcome.err()),
        () ->
            Arrays.stream(parts)
                .forEach(
                    part -> assertTrue(outcome.err().contains(part.toString()), outcome.err())));
  }

  private void assertBadFile(Path file, Object... parts) {
    Outcome outcome = RealCommand.run("match", good, file, "--quiet");
    assertFails(3, outcome, parts);
    assertTrue(outcome.err().contains(file.toString()), outcome.err());
  }

  private void assertBadBytes(byte[] content, Object... parts) throws IOException {
    assertBadFile(Files.write(bad, content), parts);
  }

  @Test
  void theGoodFileIsGood() {
    assertEquals(0, RealCommand.run("match", good, good, "--quiet").exitCode());
  }

  @Test
  void missingFile() {
    assertBadFile(folder.resolve("missing.npz"), "no such file");
  }

  @Test
  void directoryWithoutArrays() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    Files.writeString(empty.resolve("notes.txt"), "no array");
    assertBadFile(empty, "holds no .npy files");
  }

  @Test
  void archiveWithoutArrays() throws IOException {
    assertBadFile(
        TestFiles.archive(folder.resolve("empty.npz"), "notes.txt", new byte[9]),
        "holds no .npy arrays");
  }

  @Test
  void notAZip() throws IOException {
    assertBadFile(
        Files.writeString(folder.resolve("fake.npz"), "no zip"),
        "not a readable .npz (zip) archive");
  }

  @Test
  void truncatedArchive() throws IOException {
    Path whole = TestFiles.archive(folder.resolve("whole.npz"), "conv.npy", GOOD);
    byte[] bytes = Files.readAllBytes(whole);
    Path cut = folder.resolve("cut.npz");
    Files.write(cut, Arrays.copyOf(bytes, bytes.length - 30));
    assertBadFile(cut, "not a readable .npz (zip) archive");
  }

  @Test
  void twoEntriesOfOneName() throws IOException {
    Path one = TestFiles.archive(folder.resolve("one.npz"), List.of("a.npy", "b.npy"), GOOD);
    byte[] two = Files.readAllBytes(one);
    for (int i = 0; i < two.length - 4; i++) {
      if (new String(two, i, 5, StandardCharsets.US_ASCII).equals("b.npy")) {
        two[i] = 'a';
      }
    }
    assertBadFile(Files.write(one, two), "two entries of the archive have the name 'a.npy'");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void pipesAndDevicesAreNoFiles() throws IOException {
    assertBadFile(Path.of("/dev/null"), "it is a pipe or a device");
    assertFails(2, RealCommand.run("match", good, ""), "the name of a file is empty");
  }

  @Test
  void damagedArchiveEntry() throws IOException {
    float[] values = TestFiles.relu(40_000, 1);
    Path file = TestFiles.npz(folder.resolve("x.npz"), "conv", values, 4_000, 10);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 0x55;
    Path damaged = Files.write(folder.resolve("damaged.npz"), bytes);
    Outcome outcome = RealCommand.run("match", file, damaged, "--quiet");
    assertFails(3, outcome, damaged, "layer 'conv'", "damaged");
  }

  @Test
  void truncatedHeader() throws IOException {
    assertBadBytes(Arrays.copyOf(GOOD, 30), "layer 'bad'", "header is truncated");
  }

  @Test
  void truncatedData() throws IOException {
    assertBadBytes(
        Arrays.copyOf(GOOD, GOOD.length - 4), "layer 'bad'", "needs 24 bytes of data, found 20");
  }

  @Test
  void moreDataThanTheShapeAsksFor() throws IOException {
    assertBadBytes(Arrays.copyOf(GOOD, GOOD.length + 1), "needs 24 bytes of data, found 25");
  }

  @Test
  void wrongMagic() throws IOException {
    assertBadBytes("PNG, perhaps".getBytes(StandardCharsets.US_ASCII), "magic");
    assertBadBytes(new byte[0], "empty");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {"'<c8'; <c8", "'|O'; |O", "'<U5'; <U5", "[('a', '<f4')]; structured", "'<V2'; <V2"})
  void unsupportedDtype(String descr, String named) throws IOException {
    assertBadBytes(
        TestFiles.npy(descr, "(3, 2)", new byte[24]),
        "layer 'bad'",
        "dtype '" + named + "' is not supported",
        "expected float16/32/64");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "(-3, 2); negative shape",
        "(4611686018427387904, 4611686018427387904); overflows",
        "(99999999999999999999, 2); not a list of integers",
        "(0, 2); 0 samples",
        "(6,); expected 2 axes",
        "(1, 1, 1, 1, 3, 2); expected 2 axes",
        "(); expected 2 axes"
      })
  void badShape(String shape, String problem) throws IOException {
    assertBadBytes(
        TestFiles.npy("'<f4'", shape, TestFiles.floats(1, 2, 3, 4, 5, 6)), "layer 'bad'", problem);
  }

  @Test
  void headerWithoutShape() throws IOException {
    assertBadBytes(TestFiles.npy("'<f4'", "unknown", new byte[24]), "no valid 'shape'");
  }

  @Test
  void differentSampleCounts() throws IOException {
    byte[] four = TestFiles.npy("'<f4'", "(4, 2)", TestFiles.floats(1, 2, 3, 4, 5, 6, 7, 8));
    assertBadBytes(four, "has 3 samples", "has 4", good);
  }

  @Test
  void shapesThatCannotBePaired() throws IOException {
    float[] values = TestFiles.relu(48, 2);
    Path tall = TestFiles.npz(folder.resolve("tall.npz"), "conv", values, 2, 2, 6, 2);
    Path wide = TestFiles.npz(folder.resolve("wide.npz"), "conv", values, 2, 2, 2, 6);
    Outcome outcome = RealCommand.run("match", tall, wide, "--quiet");
    assertFails(3, outcome, "layer 'conv'", "[2, 6, 2]", "[2, 2, 6]", "can't be paired");
  }

  @Test
  void notANumber() throws IOException {
    assertBadBytes(
        TestFiles.npy("'<f4'", "(3, 2)", TestFiles.floats(1, 2, 3, Float.NaN, 5, 6)),
        "layer 'bad'",
        "neuron 1 is NaN at sample 1");
  }

  @Test
  void infinity() throws IOException {
    assertBadBytes(
        TestFiles.npy("'<f4'", "(3, 2)", TestFiles.floats(1, 2, 3, 4, Float.NEGATIVE_INFINITY, 6)),
        "layer 'bad'",
        "neuron 0 is infinite at sample 2");
  }

  @Test
  void otherCommandsReportBadDataToo() throws IOException {
    Files.write(bad, TestFiles.npy("'<f4'", "(1, 2)", TestFiles.floats(1, Float.NaN)));
    Outcome layers = RealCommand.run("layers", bad);
    assertEquals(3, layers.exitCode());
    assertTrue(layers.out().contains("bad") && layers.out().contains("unusable"), layers.out());
    assertTrue(layers.err().contains("neuron 1 is NaN at sample 0"), layers.err());
    assertFails(3, RealCommand.run("distances", bad, bad), bad, "neuron 1 is NaN at sample 0");
  }

  @Test
  void noLayerInCommon() throws IOException {
    Path x = TestFiles.npz(folder.resolve("x.npz"), "conv1", TestFiles.relu(6, 1), 3, 2);
    Path y = TestFiles.npz(folder.resolve("y.npz"), "conv2", TestFiles.relu(6, 1), 3, 2);
    assertFails(3, RealCommand.run("match", x, y), "no layer is in both files", "conv1", "conv2");
  }

  @Test
  void aLayerNameCannotBreakTheLine() throws IOException {
    byte[] content = TestFiles.npy("'<c8'", "(3, 2)", new byte[48]);
    Path file = TestFiles.archive(folder.resolve("names.npz"), "a\nb\u001b[31m.npy", content);
    assertFails(3, RealCommand.run("match", file, file), "dtype '<c8'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--epsilon -0.1",
        "--epsilon 1.5",
        "--epsilon NaN",
        "--epsilon 0.1,,0.2",
        "--epsilon many",
        "--epsilon 0.1:0.5",
        "--epsilon 0.5:0.1:0.1",
        "--epsilon 0.1:0.5:0",
        "--epsilon 0:1:0.0001",
        "--epsilon 0:2:1",
        "--epsilon 0:1:1e-999999999",
        "--epsilon 1e-999999999:1:0.5",
        "--threads 0",
        "--threads -1",
        "--threads 1.5",
        "--device -1",
        "--device first",
        "--device 0,1",
        "--device 12345678901",
        "--samples 0",
        "--dead-threshold -1",
        "--dead-threshold 0,5",
        "--dead-threshold NaN",
        "--dead-threshold Infinity",
        "--layout nfc",
        "--layout nhwc",
        "--layers nothing",
        "--layout nf,fn",
        "--backend gpu",
        "--precision extreme",
        "--epsilon 0x1p-1",
        "--epsilon 0.1 --epsilon 0.2",
        "--layers *x*",
        "--exclude nothing",
        "--quiet --verbose",
        "--spectrum --no-spectrum",
        "--unknown",
        "--epsilon"
      })
  void wrongUsage(String options) {
    List<Object> arguments = new ArrayList<>(List.of("match", good, good));
    arguments.addAll(List.of(options.split(" ", -1)));
    String named = options.startsWith("--") ? options.substring(2) : "expected 2 file arguments";
    assertFails(2, RealCommand.run(arguments.toArray()), named.split(" ", 2)[0]);
  }

  @Test
  void unknownCommandAndMissingFiles() {
    assertFails(2, RealCommand.run("mach"), "no command 'mach'", "'spanmatch help match'");
    assertFails(2, RealCommand.run("nothing"), "no command 'nothing', only", "'spanmatch help'");
    assertFails(2, RealCommand.run("match"), "expected 2 file arguments, found 0");
    assertFails(
        2,
        RealCommand.run("gram", good, good, good, "--out", bad),
        "expected 2 file arguments, found 3: only match, spectrum and measures compare more than two"
            + " networks");
    assertFails(
        2,
        RealCommand.run("match", good, good, "--pairs", "all", "--pairs", "all"),
        "--pairs is given twice; give it once");
    assertFails(
        2,
        RealCommand.run("match", good, good, "--layers", "a", "--layers", "b"),
        "--layers is given twice; separate several values by commas");
    assertFails(3, RealCommand.run("match", good), good, "expected 2 file arguments", "found 1");
    assertFails(2, RealCommand.run("gram", good, "--out", bad), "expected 2 file arguments");
    assertFails(2, RealCommand.run("layers"), "expected at least 1");
    assertFails(2, RealCommand.run("spectrum", good, good, "--min-size", "0"), "min-size");
    assertFails(2, RealCommand.run("backends", "cuda"), "expected no arguments");
    assertFails(2, RealCommand.run("help", "nothing"), "no command 'nothing'");
  }

  @Test
  void aMistypedOptionIsNamedWithTheOneThatWasMeant() {
    assertFails(
        2,
        RealCommand.run("match", good, good, "--epslon", "0.1"),
        "there is no option --epslon (did you mean --epsilon?); see 'spanmatch help match'");
    assertFails(
        2,
        RealCommand.run("simple", good, good, "--quite"),
        "there is no option --quite (did you mean --quiet?); see 'spanmatch help simple'");
    assertFails(
        2,
        RealCommand.run("spectrum", good, good, "--zzz=1"),
        "there is no option --zzz; see 'spanmatch help spectrum'");
  }

  /** A comma separates, so that 0,3 is no 0.3; which is meant, only the user knows. */
  @Test
  void aDecimalCommaIsNoDecimalPoint() {
    assertFails(
        2,
        RealCommand.run("match", good, good, "--epsilon", "0,3"),
        "--epsilon: expected a number in [0, 1], found '0,3', which is two, since commas separate"
            + " numbers; write 0.3;");
    assertFails(
        2,
        RealCommand.run("match", good, good, "--epsilon", "0,1"),
        "found '0,1', which is two",
        "write 0.1, or 0.0,1 if two are meant");
    assertFails(
        2,
        RealCommand.run("match", good, good, "--epsilon", "0,15,0,3"),
        "found '15'; commas separate numbers, and decimals take a point");
    assertFails(
        2,
        RealCommand.run("match", good, good, "--dead-threshold", "0,5"),
        "expected one number of at least 0, with a decimal point, found '0,5'");
  }

  @Test
  void forcedBackendIsUnavailable() {
    assertFails(
        4, RealCommand.run("match", good, good, "--backend", "cuda"), "'cuda' is unavailable");
  }

  /** The input would fail later, so that the output was looked at first. */
  @Test
  void outputIsCheckedBeforeTheWork() throws IOException {
    Files.write(bad, TestFiles.npy("'<f4'", "(1, 2)", TestFiles.floats(1, Float.NaN)));
    Path file = Files.writeString(folder.resolve("file"), "not a folder");
    assertFails(
        1, RealCommand.run("match", bad, bad, "--out", file.resolve("out")), file, "output folder");
    assertFails(1, RealCommand.run("match", bad, bad, "--json", folder), folder, "is a folder");
    Path taken = Files.createDirectories(folder.resolve("taken").resolve("spectrum.svg"));
    for (String command : List.of("match", "spectrum")) {
      assertFails(
          1, RealCommand.run(command, bad, bad, "--out", taken.getParent()), taken, "is a folder");
    }
    Path nowhere = folder.resolve("nowhere").resolve("result.json");
    assertFails(
        1, RealCommand.run("match", bad, bad, "--json", nowhere), nowhere, "does not exist");
    assertFails(1, RealCommand.run("demo", "--out", file), file, "output folder");
    assertEquals("not a folder", Files.readString(file));
  }

  @Test
  void failureLeavesNoFileBehind() throws IOException {
    Files.write(bad, TestFiles.npy("'<f4'", "(1, 2)", TestFiles.floats(1, Float.NaN)));
    Path out = folder.resolve("out");
    Path json = folder.resolve("result.json");
    assertFails(3, RealCommand.run("match", bad, bad, "--out", out, "--json", json), "NaN");
    assertFalse(Files.exists(json));
    try (var files = Files.list(out)) {
      assertEquals(0, files.count());
    }
  }

  /** The first layer is computed by the time that the damage in the second is met, and is kept. */
  @ParameterizedTest
  @ValueSource(strings = {"match", "spectrum"})
  void damageInTheMiddleOfAPassLeavesTheOtherLayers(String command) throws IOException {
    byte[] content =
        TestFiles.npy("'<f4'", "(20000, 8)", TestFiles.floats(TestFiles.relu(160_000, 1)));
    Path cut = folder.resolve("cut.npz");
    TestFiles.truncatedArchive(cut, "first.npy", "second.npy", content);
    Path out = folder.resolve("out");
    Path json = folder.resolve("result.json");
    assertEquals(0, RealCommand.run(command, cut, cut, "--layers", "first").exitCode());
    Outcome second =
        RealCommand.run(command, cut, cut, "--layers", "second", "--out", out, "--json", json);
    assertFails(3, second, cut, "layer 'second'");
    assertFalse(Files.exists(json));
    try (var files = Files.list(out)) {
      assertEquals(0, files.count());
    }
    Outcome outcome = RealCommand.run(command, cut, cut, "--out", out, "--json", json, "--quiet");
    assertEquals(3, outcome.exitCode(), outcome.err());
    assertEquals(1, outcome.err().lines().count(), outcome.err());
    assertTrue(outcome.err().contains("1 of 2 pairs of layers could not"), outcome.err());
    assertTrue(outcome.err().contains(cut + ", layer 'second'"), outcome.err());
    String result = Files.readString(json);
    assertTrue(result.matches("(?s).*\"failed\" ?: ?\\[.*\"xLayer\" ?: ?\"second\".*"), result);
  }

  /** A layer that can't fit says so before it is computed, and how to let it fit. */
  @ParameterizedTest
  @ValueSource(strings = {"java", "reference"})
  void theHeapIsTooSmall(String backend) throws IOException {
    Path wide =
        TestFiles.npz(folder.resolve("wide.npz"), "fc", TestFiles.relu(2400 * 600, 1), 2400, 600);
    Outcome outcome =
        RealCommand.runWith(
            List.of("-Xmx24m"), "match", wide, wide, "--backend", backend, "--quiet");
    assertFails(
        1,
        outcome,
        wide + ", layer 'fc': 600 + 600 neurons need about ",
        "but it may have only ",
        "give it more with SPANMATCH_JAVA_OPTS=-Xmx1g");
  }

  /** What is let through has room, though collectors keep a part of the heap for young objects. */
  @ParameterizedTest
  @ValueSource(strings = {"Serial", "Parallel"})
  void aSpectrumIsRefusedAtOnceOrRuns(String collector) throws IOException {
    int neurons = 1000; // so that what the command itself needs is small beside the table
    int samples = 1200;
    List<Path> files = new ArrayList<>();
    for (int seed = 1; seed <= 2; seed++) {
      float[] values = TestFiles.relu(samples * neurons, seed);
      files.add(TestFiles.npz(folder.resolve(seed + ".npz"), "fc", values, samples, neurons));
    }
    int refused = 0;
    int heaps = 0;
    // The two smallest that are let through: in a larger one there is more room.
    for (int heap = 112; heap <= 152 && heaps < refused + 2; heap += 8) {
      Outcome outcome =
          RealCommand.runWith(
              List.of(
                  "-XX:+Use" + collector + "GC", "-Xmx" + heap + "m", RealCommand.BOTH_COMPILERS),
              "match",
              files.get(0),
              files.get(1),
              "--spectrum",
              "--precision=standard",
              "--backend=java",
              "--quiet");
      heaps++;
      if (outcome.exitCode() != 0) {
        refused++;
        assertFails(1, outcome, "1000 + 1000 neurons need about 120 MB of Java heap, but it may");
      }
    }
    assertTrue(refused > 0 && refused < heaps, refused + " of " + heaps + " heaps are too small");
  }

  /** What the estimate leaves out, such as the blocks that are being read, may be too much too. */
  @Test
  void theHeapEndsMeanwhile() throws IOException {
    Path file =
        TestFiles.npz(folder.resolve("long.npz"), "fc", TestFiles.relu(100_000 * 8, 1), 100_000, 8);
    assertFails(
        1,
        RealCommand.runWith(List.of("-Xmx12m"), "match", file, file, "--quiet"),
        "MB is too small; give it more with SPANMATCH_JAVA_OPTS=-Xmx");
  }

  /** In a separate process, since its log stays as it is set. */
  private static Outcome debug(Object... arguments) {
    return RealCommand.runWith(List.of(), arguments);
  }

  @Test
  void debugMayStandBeforeTheCommand() {
    Path missing = folder.resolve("missing");
    Outcome before = debug("--debug", "match", good, missing);
    Outcome after = debug("match", good, missing, "--debug");
    assertEquals(refusal(after), refusal(before));
    assertEquals(3, before.exitCode());
    assertEquals(RealCommand.run("--version").out(), debug("--debug", "--version").out());
    assertEquals(RealCommand.run("--version").out(), RealCommand.run("-v").out());
    assertFails(2, RealCommand.run("--quiet", "match", good, good), "no command '--quiet'");
  }

  /** The sentence and its stack trace, after what was logged, which has the time of day. */
  private static String refusal(Outcome outcome) {
    int begin = outcome.err().indexOf("spanmatch: ");
    assertTrue(begin >= 0, outcome.err());
    return outcome.err().substring(begin);
  }

  @Test
  void debugAddsTheStackTrace() throws IOException {
    Outcome outcome = debug("match", good, folder.resolve("missing"), "--debug");
    assertEquals(3, outcome.exitCode());
    assertTrue(outcome.err().lines().anyMatch(line -> line.startsWith("\tat org.spanmatch")));
  }
}
