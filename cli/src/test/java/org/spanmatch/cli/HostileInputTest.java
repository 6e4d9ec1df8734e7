package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.activations.npy.NpzWriter;
import org.spanmatch.cli.RealCommand.Outcome;
import org.w3c.dom.Document;

/** Files made to do harm, given to the real command. */
class HostileInputTest {
  /** What a layer may be called, if whoever made the file means ill. */
  private static final List<String> NAMES =
      List.of(
          "../../escaped",
          "/tmp/spanmatch-escaped",
          "C:\\escaped",
          "a\u0000b",
          "\u001b[31mred\u001b[0m\u001b]0;title\u0007",
          "line\nbreak\r\nagain\u0085\u2028\u2029",
          "tab\tand\bback",
          "\u009b31mC1",
          "abc\u202egnp.exe\u2066\u200f",
          "\"quoted\",'too';`and`$(more)",
          "<script>alert('&amp;')</script>]]>--><!--",
          "=1+cmd|' /C calc'!A0",
          "",
          "   ",
          "..",
          "\ufffe\uffff",
          "\ud83d\ude00 e\u0301 \u5c64",
          "long".repeat(2_500),
          "long".repeat(2_499) + "lang");

  @TempDir Path folder;
  private Path x;
  private Path y;
  private Path work;

  @BeforeEach
  void writeFiles() throws IOException {
    x = network("x.npz", 1);
    y = network("y.npz", 2);
    work = Files.createDirectory(folder.resolve("work"));
  }

  private Path network(String file, int seed) throws IOException {
    Path path = folder.resolve(file);
    try (OutputStream out = Files.newOutputStream(path);
        NpzWriter npz = new NpzWriter(out)) {
      for (String name : NAMES) {
        npz.add(name, TestFiles.relu(60, seed), 20, 3);
      }
      npz.add("only\u001bin " + file, TestFiles.relu(60, seed), 20, 3);
    }
    return path;
  }

  private static Outcome run(int exitCode, Object... arguments) {
    return checked(exitCode, RealCommand.run(arguments));
  }

  private static Outcome checked(int exitCode, Outcome outcome) {
    assertEquals(exitCode, outcome.exitCode(), outcome.err());
    for (String text : List.of(outcome.out(), outcome.err())) {
      text.codePoints()
          .forEach(
              c ->
                  assertTrue(
                      c == '\n' || !(Character.isISOControl(c) || isInvisible(c)),
                      () -> "U+" + Integer.toHexString(c) + " in " + text));
    }
    return outcome;
  }

  private static boolean isInvisible(int c) {
    int type = Character.getType(c);
    return type == Character.FORMAT
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR;
  }

  /** All files below the test's folder, but for those in one folder below it. */
  private Set<Path> filesOutside(Path out) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return new LinkedHashSet<>(files.filter(file -> !file.startsWith(out)).toList());
    }
  }

  private static List<CSVRecord> records(Path file) throws IOException {
    CSVFormat format = CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();
    try (Reader reader = Files.newBufferedReader(file);
        CSVParser parser = CSVParser.parse(reader, format)) {
      return parser.getRecords();
    }
  }

  private static List<String> column(Path file, String name) throws IOException {
    return records(file).stream().map(record -> record.get(name)).distinct().toList();
  }

  private static Document xml(Path file) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    Document document = factory.newDocumentBuilder().parse(file.toFile());
    for (String element : List.of("script", "foreignObject", "image", "a")) {
      assertEquals(0, document.getElementsByTagName(element).getLength(), element);
    }
    return document;
  }

  private static List<String> jsonNames(Path file) throws IOException {
    List<String> names = new ArrayList<>();
    for (JsonNode layer : new ObjectMapper().readTree(file.toFile()).get("layers")) {
      names.add(layer.get("name").asText());
    }
    return names;
  }

  private void check(String command, List<String> csvFiles) throws Exception {
    Path out = work.resolve("out");
    Set<Path> before = filesOutside(out);
    // In a separate process, whose working folder is among those that are looked at.
    ProcessBuilder builder =
        RealCommand.builder(List.of(), command, x, y, "--epsilon", "0.5", "--out", out);
    Outcome outcome = checked(0, RealCommand.finish(builder.directory(work.toFile())));
    assertTrue(outcome.out().contains("<script>"), outcome.out());
    assertTrue(outcome.err().contains("only\ufffdin x.npz"), outcome.err());
    assertEquals(before, filesOutside(out));
    assertEquals(NAMES, jsonNames(out.resolve("result.json")));
    for (String csv : csvFiles) {
      assertEquals(NAMES, column(out.resolve(csv), "layer"), csv);
    }
    int pictures = 0;
    try (Stream<Path> files = Files.list(out)) {
      for (Path file : files.toList()) {
        assertTrue(file.getFileName().toString().matches("[a-z]+(-\\d+)?\\.\\w+"), file.toString());
        if (file.toString().endsWith(".svg")) {
          assertEquals("svg", xml(file).getDocumentElement().getTagName());
          pictures++;
        }
      }
    }
    assertTrue(pictures > 0);
  }

  @Test
  void namesInMatch() throws Exception {
    check("match", List.of("similarity.csv", "spectrum.csv"));
  }

  @Test
  void namesInSimple() throws Exception {
    check("simple", List.of());
    Set<String> names = new LinkedHashSet<>(NAMES);
    assertTrue(names.containsAll(column(work.resolve("out").resolve("simple.csv"), "layer")));
  }

  @Test
  void namesInSpectrum() throws Exception {
    Path out = work.resolve("out");
    run(0, "spectrum", x, y, "--out", out);
    assertEquals(NAMES, column(out.resolve("spectrum.csv"), "layer"));
    assertEquals(NAMES, jsonNames(out.resolve("result.json")));
    xml(out.resolve("spectrum.svg"));
  }

  /** CSV and JSON on standard output are data for programs, and hold the names as they are. */
  @Test
  void namesInDistances() throws Exception {
    Path json = work.resolve("distances.json");
    run(0, "distances", x, y, "--json", json);
    assertEquals(NAMES, jsonNames(json));
    Outcome outcome = RealCommand.run("distances", x, y);
    Path csv = Files.writeString(work.resolve("distances.csv"), outcome.out());
    assertEquals(NAMES, column(csv, "layer"));
  }

  @Test
  void namesInLayers() throws IOException {
    Outcome outcome = run(0, "layers", x, y);
    assertEquals(
        2L * (NAMES.size() + 1), outcome.out().lines().filter(l -> l.contains("20×3")).count());
    assertTrue(outcome.out().lines().allMatch(line -> line.length() < 200));
  }

  @Test
  void namesInValidate() throws Exception {
    Path junit = work.resolve("junit.xml");
    Path json = work.resolve("result.json");
    run(0, "validate", x, y, "--backends", "java", "--junit", junit, "--json", json);
    Document document = xml(junit);
    assertTrue(document.getElementsByTagName("testcase").getLength() >= NAMES.size());
    assertTrue(Files.readString(junit).contains("&lt;script"));
    assertFalse(new ObjectMapper().readTree(json.toFile()).isMissingNode());
  }

  /** The dtype is text from the file too. */
  @Test
  void controlCharactersInADtype() throws IOException {
    Path file =
        Files.write(
            folder.resolve("dtype.npy"),
            TestFiles.npy("'\u001b[31m\u009b<f4'", "(3, 2)", new byte[24]));
    Outcome outcome = run(3, "layers", file);
    assertTrue(outcome.out().contains("\ufffd[31m"), outcome.out());
    run(3, "match", file, file);
  }

  @Test
  void stackTracesAreShownSafelyToo() throws IOException {
    Path file =
        TestFiles.archive(
            folder.resolve("names.npz"),
            "a\u001b[31m.npy",
            TestFiles.npy("'<c8'", "(3, 2)", new byte[48]));
    ProcessBuilder builder = RealCommand.builder(List.of(), "match", file, file, "--debug");
    Outcome outcome = RealCommand.finish(builder);
    assertTrue(outcome.err().contains("\tat org.spanmatch"), outcome.err());
    assertFalse(outcome.err().contains("\u001b"), outcome.err());
  }

  /** 256 MB of zeros in 256 KB, which are read in blocks, in a heap of 64 MB. */
  @Test
  void aZipBombIsStreamed() throws IOException {
    Path bomb = bomb(1 << 26, 1 << 26);
    assertTrue(Files.size(bomb) < 1 << 19);
    Outcome outcome = RealCommand.runWith(List.of("-Xmx64m"), "layers", bomb, "--quiet");
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertTrue(outcome.out().contains("8388608"), outcome.out());
  }

  /** Of an entry that holds more than it says, no more is unpacked than it says. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void whatAnEntryHidesIsNotUnpacked() throws IOException {
    Path bomb = bomb(800, 1 << 25);
    List<String> command =
        new ArrayList<>(List.of("bash", "-c", "ulimit -f 1024; exec \"$@\"", "-"));
    command.addAll(RealCommand.java("layers", bomb, "--layout", "fn", "--quiet"));
    Outcome outcome = RealCommand.finish(new ProcessBuilder(command));
    assertEquals(3, outcome.exitCode(), outcome.err());
    assertTrue(
        outcome.err().contains("the entry does not have the size it should have"), outcome.err());
  }

  /** An archive of one float32 array of zeros, which may hold more than it states. */
  private Path bomb(int stated, int values) throws IOException {
    Path file = folder.resolve("bomb.npz");
    byte[] header = TestFiles.npy("'<f4'", "(" + stated / 8 + ", 8)", new byte[0]);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
        ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("conv.npy"));
      zip.write(header);
      byte[] zeros = new byte[1 << 20];
      for (long left = 4L * values; left > 0; left -= zeros.length) {
        zip.write(zeros, 0, (int) Math.min(left, zeros.length));
      }
    }
    if (stated < values) {
      byte[] bytes = Files.readAllBytes(file);
      int directory = bytes.length - 22 - 46 - "conv.npy".length();
      assertEquals("PK", new String(bytes, directory, 2, StandardCharsets.US_ASCII));
      int size = header.length + 4 * stated;
      for (int i = 0; i < 4; i++) {
        bytes[directory + 24 + i] = (byte) (size >>> (8 * i));
      }
      Files.write(file, bytes);
    }
    return file;
  }
}
