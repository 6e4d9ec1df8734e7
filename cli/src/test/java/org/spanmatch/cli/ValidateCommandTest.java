package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.SchemaFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.spanmatch.cli.RealCommand.Outcome;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/** The real command validates good backends and broken ones. */
@Tag("once") // on one JDK: nothing here depends on which
class ValidateCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SMALL = "6 + 6 neurons*";

  @TempDir Path folder;

  private static String lastLine(String text) {
    List<String> lines = text.lines().toList();
    return lines.get(lines.size() - 1);
  }

  private static Document xml(Path file)
      throws IOException, SAXException, ParserConfigurationException {
    return DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(file.toFile());
  }

  /** A JUnit file, which Jenkins would take too. */
  private static Document junit(Path file)
      throws IOException, SAXException, ParserConfigurationException {
    SchemaFactory.newDefaultInstance()
        .newSchema(ValidateCommandTest.class.getResource("junit-10.xsd"))
        .newValidator()
        .validate(new StreamSource(file.toFile()));
    return xml(file);
  }

  private static int count(Document document, String element) {
    return document.getElementsByTagName(element).getLength();
  }

  @Test
  void goodBackendsKeepTheirPromises() throws Exception {
    Path junit = folder.resolve("junit.xml");
    Path json = folder.resolve("result.json");
    Outcome outcome =
        RealCommand.run(
            "validate", "--backends", "java,reference", "--junit", junit, "--json", json);
    assertEquals(0, outcome.exitCode(), outcome.err() + outcome.out());
    assertTrue(
        lastLine(outcome.out())
            .matches(
                "java and reference keep their promises in [0-9]+ checks of [0-9]+ cases, [0-9]+ of"
                    + " them borderline, and no error is above [0-9.]+ of its bound\\."),
        outcome.out());
    JsonNode result = JSON.readTree(json.toFile());
    assertTrue(result.get("passed").booleanValue());
    assertEquals(lastLine(outcome.out()), result.get("sentence").textValue());
    assertEquals(2, result.get("backends").size());
    JsonNode java = result.at("/backends/0");
    assertEquals("java", java.get("name").textValue());
    assertTrue(java.get("arithmetic").textValue().startsWith("float64, "));
    assertTrue(result.get("cases").intValue() > 60);
    for (JsonNode row : java.get("summary")) {
      assertEquals(0, row.at("/outcomes/bound violated").intValue(), row.toString());
      JsonNode largest = row.get("largestRatio");
      assertTrue(largest.isNull() || largest.doubleValue() <= 1, row.toString());
    }
    Document document = junit(junit);
    assertEquals(2, count(document, "testsuite"));
    assertEquals(
        java.get("results").size() + result.at("/backends/1/results").size(),
        count(document, "testcase"));
    assertEquals(0, count(document, "failure") + count(document, "error"));
    assertTrue(count(document, "system-out") > 0, "borderline results tell why");
  }

  // Broken backends.

  private ProcessBuilder withBroken(String fault, Object... arguments) throws IOException {
    Path services = Files.createDirectories(folder.resolve("service/META-INF/services"));
    Files.writeString(
        services.resolve("org.spanmatch.kernel.KernelProvider"), BrokenProvider.class.getName());
    List<Object> all = new ArrayList<>(List.of("validate"));
    all.addAll(List.of(arguments));
    ProcessBuilder builder =
        RealCommand.builder(List.of("-D" + BrokenProvider.FAULT + "=" + fault), all.toArray());
    int path = builder.command().indexOf("-cp") + 1;
    String others = builder.command().get(path);
    builder.command().set(path, folder.resolve("service") + File.pathSeparator + others);
    return builder;
  }

  @ParameterizedTest
  @CsvSource({
    "off, bound violated, failure",
    "nan, undetected failure, error",
    "throws, detected failure, error",
    "hangs, undetected failure, error"
  })
  void aBrokenBackendFails(String fault, String outcomeClass, String element) throws Exception {
    Path junit = folder.resolve("junit.xml");
    Path json = folder.resolve("result.json");
    Outcome outcome =
        RealCommand.finish(
            withBroken(
                fault,
                "--backends",
                "broken",
                "--case",
                SMALL,
                "--time-limit",
                1,
                "--junit",
                junit,
                "--json",
                json));
    assertEquals(5, outcome.exitCode(), outcome.err());
    String sentence = lastLine(outcome.out());
    assertTrue(sentence.startsWith("broken does not keep its promises: "), sentence);
    assertTrue(sentence.contains(outcomeClass), sentence);
    assertEquals("spanmatch: " + sentence, outcome.err().strip());
    JsonNode first = JSON.readTree(json.toFile()).at("/backends/0/results/0");
    assertEquals(outcomeClass, first.get("outcome").textValue());
    assertEquals(
        "spanmatch validate --backends broken --level quick --seed 1 --case '"
            + first.get("name").textValue()
            + "' --time-limit 1",
        first.get("repeat").textValue());
    assertEquals(fault.equals("hangs"), first.get("counterExample") == null);
    if (!fault.equals("hangs")) {
      assertTrue(
          first.at("/counterExample/size").textValue().endsWith(" neurons, 1 sample"),
          first.toString());
      assertEquals(1, first.at("/counterExample/x").size() + first.at("/counterExample/y").size());
    } else {
      assertTrue(sentence.endsWith("did not run, since it did not come back."), sentence);
    }
    Document document = junit(junit);
    assertTrue(count(document, element) > 0);
    Element failure = (Element) document.getElementsByTagName(element).item(0);
    assertEquals(outcomeClass, failure.getAttribute("type"));
    assertTrue(failure.getTextContent().contains("repeat: spanmatch validate "));
  }

  /** What can't run is told and skipped; asked for by name it is an error. */
  @Test
  void aBackendThatIsAbsent() throws Exception {
    Path junit = folder.resolve("junit.xml");
    Outcome all = RealCommand.finish(withBroken("absent", "--case", SMALL, "--junit", junit));
    assertEquals(0, all.exitCode(), all.err());
    assertTrue(all.out().contains("\nbroken: not supported: no device; plug one in\n"), all.out());
    assertTrue(count(junit(junit), "skipped") > 0);
    Outcome named = RealCommand.finish(withBroken("absent", "--backends", "java,broken"));
    assertFails(4, "backend 'broken' is unavailable: no device; plug one in", named);
  }

  @Test
  void aPinnedBackendCantBeLeftOut() throws Exception {
    ProcessBuilder absent = withBroken("absent", "--case", SMALL);
    absent.command().add(1, "-Dspanmatch.test.requireBackend=broken");
    String reason = "broken is not among what is validated: no device; plug one in";
    assertFails(4, reason, RealCommand.finish(absent));
    List<String> pinned = List.of("-Dspanmatch.test.requireBackend=java");
    Outcome other = RealCommand.runWith(pinned, "validate", "--backends", "reference");
    assertFails(4, "java is not among what is validated", other);
    Outcome both = RealCommand.runWith(pinned, "validate", "--backends", "java", "--case", SMALL);
    assertEquals(0, both.exitCode(), both.err());
  }

  // Breaking points.

  @Test
  void breakingPointsAreFoundAndDrawn() throws Exception {
    Path out = folder.resolve("out");
    Outcome outcome =
        RealCommand.run("validate", "--breaking-points", "--backends", "reference", "--out", out);
    assertEquals(0, outcome.exitCode(), outcome.err());
    List<String> lines = outcome.out().lines().toList();
    assertTrue(lines.get(0).startsWith("bound exceeds 0.001 from"), lines.get(0));
    assertTrue(
        lines
            .get(1)
            .matches("reference, high precision +1e-[0-9]+ +none to 1e±320 +none to 1e6 +[0-9.]+"),
        lines.get(1));
    JsonNode result = JSON.readTree(out.resolve("result.json").toFile());
    assertTrue(result.get("passed").booleanValue());
    assertEquals(3, result.get("curves").size());
    JsonNode dependence = result.at("/curves/0");
    double broken = dependence.get("breakingPoint").doubleValue();
    for (JsonNode point : dependence.get("points")) {
      assertTrue(point.get("error").doubleValue() <= point.get("bound").doubleValue());
      assertTrue(
          point.get("parameter").doubleValue() <= broken
              || point.get("bound").doubleValue() <= result.get("limit").doubleValue());
    }
    assertTrue(xml(out.resolve("breaking-points.svg")).getDocumentElement().hasChildNodes());
    assertTrue(Files.size(out.resolve("breaking-points.png")) > 10_000);
  }

  @ParameterizedTest
  @CsvSource({"off, the distance of ", "throws, the device was lost", "nan, NaN"})
  void anErrorAboveItsBoundIsAFailureThereToo(String fault, String detail) throws Exception {
    Outcome outcome =
        RealCommand.finish(withBroken(fault, "--breaking-points", "--backends", "broken"));
    assertEquals(5, outcome.exitCode(), outcome.err());
    String sentence = lastLine(outcome.out());
    assertTrue(
        sentence.matches(
            "At [0-9]+ of [0-9]+ points a backend does not keep its promises, first broken at"
                + " dependence 1e-1: .*"),
        sentence);
    assertTrue(sentence.contains(detail), sentence);
    assertEquals("spanmatch: " + sentence, outcome.err().strip());
  }

  // Files.

  @Test
  void layersOfFilesAreSampledAndCompared() throws Exception {
    Path x = TestFiles.npz(folder.resolve("x.npz"), "layer", TestFiles.relu(30_000, 1), 1000, 30);
    Path y = TestFiles.npz(folder.resolve("y.npz"), "layer", TestFiles.relu(30_000, 2), 1000, 30);
    Outcome outcome =
        RealCommand.run("validate", x, y, "--backends", "java,reference", "--json", "-");
    assertEquals(0, outcome.exitCode(), outcome.err());
    JsonNode result = JSON.readTree(outcome.out());
    assertEquals(2, result.get("cases").intValue());
    assertEquals(
        "layer (24 + 24 neurons, 200 samples)",
        result.at("/backends/0/results/0/name").textValue());
    JsonNode rows = result.at("/backends/1/summary");
    assertEquals("whole layers as java", rows.get(rows.size() - 1).get("check").textValue());
  }

  /** On a third of the problems: the contract tests of that kernel have as hard ones. */
  @Test
  void aCudaBackendIsValidatedOnTheStandIn() throws Exception {
    StandIn.assumeBuilt();
    Outcome outcome =
        StandIn.run(
            Map.of(), "validate", "--backends", "cuda", "--case", "*float32*", "--json", "-");
    assertEquals(0, outcome.exitCode(), outcome.err());
    JsonNode cuda = JSON.readTree(outcome.out()).at("/backends/0");
    assertEquals("CUDA device 0, CPU stand-in, not a GPU", cuda.get("device").textValue());
    assertTrue(cuda.get("details").toString().contains("driver: for CUDA 12.6"));
    assertTrue(cuda.get("results").size() > 300);
  }

  // What can be wrong.

  private static void assertFails(int exitCode, String text, Outcome outcome) {
    assertEquals(exitCode, outcome.exitCode(), outcome.err());
    assertEquals("", outcome.out());
    assertEquals(1, outcome.err().lines().count(), outcome.err());
    assertTrue(outcome.err().startsWith("spanmatch: "), outcome.err());
    assertTrue(outcome.err().contains(text), outcome.err());
    assertFalse(outcome.err().contains("unexpected error"), outcome.err());
  }

  @Test
  void wrongUsage() {
    assertFails(
        2,
        "--backends: expected all, cuda, java, reference, found 'gpu'",
        RealCommand.run("validate", "--backends", "java,gpu"));
    assertFails(
        2,
        "--level: expected quick, full or exhaustive, found 'slow'",
        RealCommand.run("validate", "--level", "slow"));
    assertFails(
        2,
        "--seed: expected a whole number of at least 0, found 'x'",
        RealCommand.run("validate", "--seed", "x"));
    assertFails(
        2,
        "--time-limit: expected more than no time at all",
        RealCommand.run("validate", "--time-limit", "0"));
    assertFails(
        2, "expected no or 2 file arguments, found 1", RealCommand.run("validate", "a.npz"));
    assertFails(
        2,
        "--layers is for two files, of which there are none",
        RealCommand.run("validate", "--layers", "a"));
    for (String option : List.of("--case", "--junit", "--samples")) {
      assertFails(
          2,
          option + " can't be combined with --breaking-points",
          RealCommand.run("validate", "--breaking-points", option, "1"));
    }
    assertFails(
        2,
        "--breaking-points takes no files: its problems are built in",
        RealCommand.run("validate", "--breaking-points", "a.npz", "b.npz"));
    assertFails(
        2,
        "--out is for --breaking-points, which is not given",
        RealCommand.run("validate", "--out", "a"));
    assertFails(
        2,
        "--case: no case is named 'nothing'; there are '1 + 1 neurons, float64, rows', ",
        RealCommand.run("validate", "--case", "nothing"));
  }

  @Test
  void outputsAndInputsThatCantBeUsed() {
    Path absent = folder.resolve("absent").resolve("result");
    for (String option : List.of("--junit", "--json")) {
      assertFails(
          1,
          absent + ": the file can't be written: its folder does not exist",
          RealCommand.run("validate", option, absent));
    }
    Path file = folder.resolve("no.npz");
    assertFails(3, file.toString(), RealCommand.run("validate", file, file));
  }
}
