package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.cli.RealCommand.Outcome;

/** {@code spanmatch report}, and the page that other commands write. */
class ReportCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BEGIN = "<script type=\"application/json\" id=\"data\">";

  @TempDir Path folder;
  private Path x;
  private Path y;
  private Path z;
  private Path page;

  @BeforeEach
  void write() throws IOException {
    x = TestFiles.npz(folder.resolve("x.npz"), "fc", TestFiles.relu(900, 1), 100, 9);
    y = TestFiles.npz(folder.resolve("y.npz"), "fc", TestFiles.relu(900, 2), 100, 9);
    z = TestFiles.npz(folder.resolve("z.npz"), "fc", TestFiles.relu(900, 3), 100, 9);
    page = folder.resolve("page.html");
  }

  private Path results(String name, Object... arguments) {
    Path out = folder.resolve(name);
    Object[] all = Stream.concat(Stream.of(arguments), Stream.of("--out", out)).toArray();
    Outcome outcome = RealCommand.run(all);
    assertEquals(0, outcome.exitCode(), outcome.err());
    return out;
  }

  private Outcome report(Object... arguments) {
    return RealCommand.run(
        Stream.concat(Stream.of("report", "--out", page), Stream.of(arguments)).toArray());
  }

  private JsonNode data(Object... arguments) throws IOException {
    Outcome outcome = report(arguments);
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals("report in " + page + "\n", outcome.out());
    assertEquals("", outcome.err());
    String text = Files.readString(page);
    int begin = text.indexOf(BEGIN) + BEGIN.length();
    return JSON.readTree(text.substring(begin, text.indexOf("</script>", begin)));
  }

  private static void assertFails(int code, Outcome outcome, Object... parts) {
    assertEquals(code, outcome.exitCode(), outcome.err());
    assertEquals(1, outcome.err().lines().count(), outcome.err());
    for (Object part : parts) {
      assertTrue(outcome.err().contains(part.toString()), outcome.err());
    }
  }

  /** Whatever made it: the page is made of what the JSON has, in memory as from the file. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "match x y",
        "match x y --no-spectrum --chance none",
        "match x y --center --folds 2 --confidence --epsilon 0,0.5",
        "match x y --names a,b --title T",
        "match x y z",
        "match x y z --no-spectrum",
        "spectrum x y",
        "spectrum x y z",
        "spectrum x y --pairs all --chance shuffle"
      })
  void aFolderGivesThePageThatIsInIt(String command) throws IOException {
    Object[] words =
        Stream.of(command.split(" "))
            .map(word -> word.matches("[xyz]") ? folder.resolve(word + ".npz") : word)
            .toArray();
    Path out = results("out", words);
    byte[] expected = Files.readAllBytes(out.resolve("report.html"));
    for (Path from : List.of(out, out.resolve("result.json"))) {
      data(from);
      assertArrayEquals(expected, Files.readAllBytes(page));
    }
  }

  @Test
  void severalResultsMakeOnePage() throws IOException {
    Path first = results("first", "match", x, y);
    Path second = results("second", "match", x, z);
    Path levels = results("levels", "spectrum", x, y);
    JsonNode data = data(first, second, levels);
    assertEquals("[\"match\",\"spectrum\"]", data.get("kinds").toString());
    assertEquals(3, data.get("networks").size());
    assertEquals(2, data.get("comparisons").size());
    JsonNode result = JSON.readTree(second.resolve("result.json").toFile());
    for (int i = 0; i < 5; i++) {
      assertEquals(
          result.at("/layers/0/matches/" + i + "/similarity"),
          data.at("/comparisons/1/layers/0/matches/" + i + "/similarity"));
    }
  }

  @Test
  void namesAndTitleAreThoseGiven() throws IOException {
    Path out = results("out", "match", x, y, "--names", "a,b", "--title", "Of the result");
    JsonNode usual = data(out);
    assertEquals("Of the result", usual.get("title").textValue());
    assertEquals("a", usual.at("/networks/0/name").textValue());
    JsonNode data = data(out, "--names", "<1>,2", "--title", "A & B");
    assertEquals("A & B", data.get("title").textValue());
    assertEquals("<1>", data.at("/networks/0/name").textValue());
    assertTrue(Files.readString(page).contains("<title>A &amp; B</title>"));
    Files.delete(page);
    assertFails(2, report(out, "--names", "a"), "--names: expected 2 names", "found 1");
    assertFails(2, report(out, "--names", "a,a"), "a different name for each");
    assertFalse(Files.exists(page));
  }

  @Test
  void anEarlierPageIsReplaced() throws IOException {
    Path out = results("out", "match", x, y);
    Files.writeString(page, "of an earlier run");
    data(out);
    Files.writeString(page, "of an earlier run");
    Files.writeString(out.resolve("result.json"), "{");
    assertFails(3, report(out), out.resolve("result.json"));
    assertEquals("of an earlier run", Files.readString(page));
  }

  @Test
  void wrongUseIsNamed() throws IOException {
    Path out = results("out", "match", x, y);
    Path result = out.resolve("result.json");
    byte[] before = Files.readAllBytes(result);
    assertFails(2, RealCommand.run("report", out), "--out is missing");
    assertFails(2, RealCommand.run("report", "--out", page), "at least one result, or its folder");
    assertFails(
        2,
        RealCommand.run("report", out, "--out", "-"),
        "--out: expected the name of a file, since a page is one, found '-'");
    for (String blank : List.of("", " ")) {
      assertFails(2, report(out, "--title", blank), "--title: expected a title, found '" + blank);
      assertFails(2, RealCommand.run("match", x, y, "--title", blank), "--title: expected a title");
    }
    assertFails(
        3,
        report(out, out),
        result + ": expected other networks, or the result of another command, than in " + result,
        "found match of " + x + " and " + y + " again; leave one");
    for (Path from : List.of(out, result)) {
      assertFails(
          2, RealCommand.run("report", from, "--out", result), "apart from the results", result);
    }
    assertArrayEquals(before, Files.readAllBytes(result));
    Path nowhere = folder.resolve("nowhere").resolve("page.html");
    assertFails(1, RealCommand.run("report", out, "--out", nowhere), nowhere, "does not exist");
    assertFails(1, RealCommand.run("report", out, "--out", folder), folder, "is a folder");
  }

  @Test
  void whatIsNoResultForAPageIsNamed() throws IOException {
    Path distances = folder.resolve("distances.json");
    Path valid = folder.resolve("validate.json");
    assertEquals(0, RealCommand.run("distances", x, y, "--json", distances).exitCode());
    assertEquals(
        0,
        RealCommand.run("validate", x, y, "--backends", "java", "--json", valid, "--samples", "50")
            .exitCode());
    for (Path file : List.of(distances, valid, x)) {
      assertFails(3, report(file), file + ": expected a result");
    }
    assertFails(
        3,
        report(folder),
        folder
            + ": expected a folder with result.json, as --out of match, spectrum, simple or"
            + " measures writes it, or with machine.json and jmh.json of bench");
    Path missing = folder.resolve("missing");
    assertFails(3, report(missing), missing + ": there is no such file");
    Path newer = folder.resolve("newer.json");
    Files.writeString(newer, "{\"spanmatch\": \"3.0.0\", \"layers\": []}");
    assertFails(3, report(newer), newer + ": spanmatch 3.0.0 wrote this result");
    Path first = results("first", "match", x, y);
    Path other = TestFiles.npz(folder.resolve("o.npz"), "conv", TestFiles.relu(900, 1), 100, 9);
    Path second = results("second", "match", other, other);
    assertFails(
        3,
        report(first, second),
        second.resolve("result.json") + ": expected the layers of " + first.resolve("result.json"),
        "such as 'fc', found 'conv'");
    assertFalse(Files.exists(page));
  }

  @Test
  void aFolderOfBenchGoesAloneAndIsCheckedBeforeItIsShown() throws IOException {
    Path bench = RealCommand.root().resolve("benchmarks/results/2026-11-25-layers");
    Path damaged = Files.createDirectory(folder.resolve("damaged"));
    Outcome two = RealCommand.run("report", bench, bench, "--out", page);
    assertEquals(2, two.exitCode(), two.err());
    Files.copy(bench.resolve("machine.json"), damaged.resolve("machine.json"));
    Files.writeString(
        damaged.resolve("jmh.json"),
        Files.readString(bench.resolve("jmh.json"))
            .replace("\"neurons\" : \"64\"", "\"neurons\" : \"-4\""));
    Outcome wrong = RealCommand.run("report", damaged, "--out", page);
    assertEquals(3, wrong.exitCode(), wrong.err());
    assertTrue(wrong.err().contains("jmh.json: expected a whole number from 1 to"), wrong.err());
    Files.writeString(
        damaged.resolve("jmh.json"),
        Files.readString(bench.resolve("jmh.json"))
            .replaceAll("(\"rawData\" : \\[\\s*\\[\\s*)[0-9.E-]+", "$10"));
    Outcome zero = RealCommand.run("report", damaged, "--out", page);
    assertEquals(3, zero.exitCode(), zero.err());
    assertTrue(zero.err().contains("jmh.json: expected a time above 0 for "), zero.err());
    Outcome onto = RealCommand.run("report", damaged, "--out", damaged.resolve("jmh.json"));
    assertEquals(2, onto.exitCode(), onto.err());
    assertTrue(onto.err().contains("expected a file apart from the results"), onto.err());
    Files.writeString(damaged.resolve("machine.json"), "{}");
    Outcome empty = RealCommand.run("report", damaged, "--out", page);
    assertEquals(3, empty.exitCode(), empty.err());
    assertTrue(
        empty.err().contains("machine.json: expected the field 'spanmatch', found nothing"),
        empty.err());
    assertFalse(Files.exists(page));
  }

  /** 50 layers with 50, of 64 neurons, whose result has 46 MB. */
  @Test
  void manyPairsOfLayersTakeASmallHeapAndAPageOfThreeMegabytes() throws IOException {
    Path result = folder.resolve("large.json");
    JsonNode small = JSON.readTree(results("out", "match", x, y).resolve("result.json").toFile());
    try (Writer out = Files.newBufferedWriter(result)) {
      String head = small.toString();
      int at = head.indexOf("\"layers\":[") + "\"layers\":[".length();
      out.write(head.substring(0, at));
      for (int i = 0; i < 2500; i++) {
        out.write(i == 0 ? "" : ",");
        out.write(layer("block" + i / 50 + ".conv", "block" + i % 50 + ".conv", i));
      }
      out.write("]" + head.substring(head.indexOf(",\"skipped\":")));
    }
    assertTrue(Files.size(result) > 30_000_000);
    Outcome outcome = RealCommand.runWith(List.of("-Xmx48m"), "report", result, "--out", page);
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertTrue(Files.size(page) <= 3_000_000, () -> page.toFile().length() + " bytes");
  }

  private static String layer(String x, String y, int seed) {
    StringBuilder numbers = new StringBuilder();
    for (float value : TestFiles.relu(64, seed)) {
      numbers.append(numbers.isEmpty() ? "" : ",").append(1 / (1.0 + Math.abs(value)) / 3 + 0.5);
    }
    String list = "{\"x\":[" + numbers + "],\"y\":[" + numbers + "]}";
    String none = "{\"x\":[],\"y\":[]}";
    StringBuilder matches = new StringBuilder();
    for (String epsilon : List.of("0.15", "0.2", "0.25", "0.3", "0.5")) {
      matches
          .append(matches.isEmpty() ? "" : ",")
          .append("{\"epsilon\":" + epsilon + ",\"x\":[],\"y\":[],\"similarity\":0.0,")
          .append("\"borderline\":" + none + ",\"undecidable\":" + none + ",\"coverage\":0.0}");
    }
    return "{\"name\":\"n\",\"xLayer\":\""
        + x
        + "\",\"yLayer\":\""
        + y
        + "\",\"samples\":1000,\"masked\":0,\"neurons\":{\"x\":64,\"y\":64},\"dead\":"
        + none
        + ",\"warnings\":[{\"code\":\"few-samples\",\"message\":\"few samples\"}],\"matches\":["
        + matches
        + "],\"chance\":[0,0,0,0,0],\"levels\":"
        + list
        + ",\"levelErrors\":"
        + list
        + ",\"storageErrors\":"
        + list
        + ",\"fullDistances\":"
        + list
        + ",\"chanceLevels\":"
        + list
        + "}";
  }
}
