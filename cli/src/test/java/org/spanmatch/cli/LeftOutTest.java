package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.cli.RealCommand.Outcome;

/** What files hold beside layers is noted and left out, and never stops a command by itself. */
class LeftOutTest {
  private static final byte[] LAYER =
      TestFiles.npy("'<f4'", "(40, 3)", TestFiles.floats(TestFiles.relu(120, 1)));

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("a.npy", LAYER);
    entries.put("b", LAYER);
    entries.put("labels.npy", TestFiles.npy("'<i8'", "(40,)", new byte[320]));
    entries.put("mask.npy", TestFiles.npy("'<i8'", "(40, 2)", new byte[640]));
    entries.put("__MACOSX/._a.npy", new byte[] {0, 5, 0x16, 7});
    file = folder.resolve("x.npz");
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    }
  }

  @Test
  void isNotedOnceForBothFiles() {
    Outcome outcome = RealCommand.run("match", file, file);
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals(
        """
        note: left out: __MACOSX/._a: it does not start with numpy's magic bytes '\\x93NUMPY', so it \
        is not a .npy array
        note: left out: labels: expected 2 axes [N, F], 3 axes [N, T, F], 4 axes [N, C, H, W] or 5 axes \
        [N, C, D, H, W], found 1
        note: left out: mask: <i8 beside other types is taken for labels, ids or a mask (its full \
        name in --layers takes it)
        """,
        outcome.err());
    // Two layers, in the table of similarities and in that of coverage.
    assertEquals(4, outcome.out().lines().filter(line -> line.matches("[ab] .*")).count());
    assertEquals("", RealCommand.run("match", file, file, "--quiet").err());
  }

  /** As of two state dicts of PyTorch, which are taken for activations. */
  @Test
  void weightsInThePlaceOfActivationsAreNoted() throws IOException {
    float[] values = TestFiles.relu(120, 1);
    Path weights = TestFiles.npz(folder.resolve("w.npz"), "fc.weight", values, 40, 3);
    String note = "note: all layers have names of weights, such as 'fc.weight': ";
    assertTrue(RealCommand.run("match", weights, weights).err().contains(note));
    assertTrue(RealCommand.run("match", weights, weights, weights).err().contains(note));
    assertFalse(RealCommand.run("match", weights, weights, "--quiet").err().contains(note));
  }

  /** As programs see it: once for each file, and not silenced by --quiet. */
  @ParameterizedTest
  @ValueSource(strings = {"match", "spectrum", "distances", "simple", "measures"})
  void isInTheJson(String command) throws IOException {
    Path alone = folder.resolve("y.npz");
    Files.write(alone, Files.readAllBytes(file));
    Outcome outcome = RealCommand.run(command, file, alone, "--json", "-", "--quiet");
    assertEquals(0, outcome.exitCode(), outcome.err());
    JsonNode leftOut = new ObjectMapper().readTree(outcome.out()).get("leftOut");
    assertEquals(6, leftOut.size());
    for (int i = 0; i < 2; i++) {
      Path of = i == 0 ? file : alone;
      assertEquals("__MACOSX/._a", leftOut.at("/" + 3 * i + "/name").textValue());
      assertTrue(leftOut.at("/" + 3 * i + "/reason").textValue().contains("magic bytes"));
      JsonNode labels = leftOut.get(3 * i + 1);
      assertEquals(of.toString(), labels.get("file").textValue());
      assertEquals("labels", labels.get("name").textValue());
      assertTrue(labels.get("reason").textValue().startsWith("expected 2 axes"));
    }
  }

  @Test
  void isListedByLayers() {
    Outcome outcome = RealCommand.run("layers", file, "--quiet");
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals("", outcome.err());
    for (String line :
        new String[] {
          "(?s).*labels +40 +<i8 +C +left out.*",
          "(?s).*mask +40×2 +<i8 +C +left out.*",
          "(?s).*__MACOSX/._a +- +- +- +left out.*",
          "(?s).*\nleft out: labels: expected 2 axes.*",
        }) {
      assertTrue(outcome.out().matches(line), outcome.out());
    }
  }

  @Test
  void itsVeryNameAsksForIt() {
    Outcome mask = RealCommand.run("match", file, file, "--layers", "mask", "--quiet");
    assertEquals(0, mask.exitCode(), mask.err());
    assertTrue(mask.out().contains("mask "), mask.out());
    for (String[] named :
        new String[][] {{"__MACOSX/._a", "magic bytes"}, {"labels", "expected 2 axes"}}) {
      Outcome outcome = RealCommand.run("match", file, file, "--layers", named[0]);
      assertEquals(3, outcome.exitCode(), outcome.err());
      assertTrue(outcome.err().contains("layer '" + named[0] + "'"), outcome.err());
      assertTrue(outcome.err().contains(named[1]), outcome.err());
    }
    Outcome pattern = RealCommand.run("match", file, file, "--layers", "m*");
    assertEquals(3, pattern.exitCode(), pattern.err());
    assertTrue(pattern.err().contains("layer 'mask': <i8 beside other types"), pattern.err());
  }

  @Test
  void excludeLeavesOutMore() {
    Outcome outcome =
        RealCommand.run("distances", file, file, "--exclude", "b,m*", "--exclude", "*._a,labels");
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals("", outcome.err());
    assertTrue(outcome.out().contains("\na,"), outcome.out());
    assertFalse(outcome.out().contains("\nb,"), outcome.out());
  }

  @Test
  void excludeWorksOnGramFiles() {
    Path gram = folder.resolve("x.gram.npz");
    Outcome all = RealCommand.run("gram", file, file, "--pairs", "all", "--out", gram);
    assertEquals(0, all.exitCode(), all.err());
    assertTrue(all.err().contains("note: left out: labels: expected 2 axes"), all.err());
    Outcome outcome = RealCommand.run("distances", gram, "--exclude", "b");
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertTrue(outcome.out().contains("\na,"), outcome.out());
    assertFalse(outcome.out().contains("\nb,"), outcome.out());
  }

  @Test
  void aFileWithoutLayersSaysWhy() throws IOException {
    Path labels =
        TestFiles.archive(
            folder.resolve("labels.npz"),
            "labels.npy",
            TestFiles.npy("'<i8'", "(40,)", new byte[320]));
    for (String command : new String[] {"match", "layers"}) {
      Outcome outcome =
          command.equals("match")
              ? RealCommand.run(command, labels, labels)
              : RealCommand.run(command, labels);
      assertEquals(3, outcome.exitCode(), outcome.err());
      assertTrue(outcome.err().contains(labels + ", layer 'labels': expected 2"), outcome.err());
    }
  }

  /** As many samples by accident: 10 examples of 2 × 2 positions, and 40 examples. */
  @Test
  void aLayerOfAnotherKindOfSamplesIsRefused() throws IOException {
    Path conv = TestFiles.npz(folder.resolve("conv.npz"), "a", TestFiles.relu(120, 2), 10, 3, 2, 2);
    for (String command : new String[] {"match", "distances"}) {
      Outcome outcome = RealCommand.run(command, conv, file, "--quiet", "--layers", "a");
      assertEquals(3, outcome.exitCode(), outcome.err());
      assertTrue(outcome.err().contains(conv + ", layer 'a' counts its samples as [10, 2, 2]"));
      assertTrue(outcome.err().contains("as [40], so they can't be paired: their examples"));
    }
    Outcome gram =
        RealCommand.run(
            "gram", conv, file, "--pairs", "all", "--out", folder.resolve("x.gram.npz"));
    assertEquals(3, gram.exitCode(), gram.err());
    assertTrue(gram.err().contains("has the same samples"), gram.err());
  }
}
