package org.spanmatch.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.report.figures.SimilarityFigure;
import org.spanmatch.report.results.LayerResult;
import org.spanmatch.report.results.MatchResult;
import org.spanmatch.report.results.MissingPairs;
import org.spanmatch.report.results.Networks;
import org.spanmatch.report.results.PairNames;
import org.spanmatch.report.results.RunResult;
import org.spanmatch.report.results.ValidationResult;
import org.spanmatch.report.text.DisplayName;
import org.spanmatch.report.text.TextTable;
import org.w3c.dom.Document;
import org.xml.sax.SAXException;

/**
 * A target for a coverage-guided fuzzer. The bytes are names of layers, separated by bytes that no
 * UTF-8 text has; with any names, files must be parseable and the terminal safe.
 */
public final class ReportFuzzing {
  private static final PerGroup<List<Integer>> NONE = PerGroup.of(List.of(), List.of());
  private static final int MOST = 5;
  private static final int LENGTH = 60;
  private static final int DRAWN = 64;

  private ReportFuzzing() {}

  /** Tests one input. */
  public static void fuzzerTestOneInput(byte[] data) {
    List<String> names = new ArrayList<>(new HashSet<>(names(data)));
    try {
      checkShown(names);
      checkTable(names);
      checkCsvAndJson(names);
      checkXml(names);
      // Drawing takes a hundred times as long as the rest.
      if (Arrays.hashCode(data) % DRAWN == 0) {
        checkFigure(names);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> names(byte[] data) {
    List<String> names = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < data.length && names.size() < MOST - 1; i++) {
      if (data[i] == (byte) 0xff) {
        names.add(new String(data, from, i - from, StandardCharsets.UTF_8));
        from = i + 1;
      }
    }
    names.add(new String(data, from, data.length - from, StandardCharsets.UTF_8));
    return names;
  }

  private static void checkShown(List<String> names) {
    List<String> shown = DisplayName.all(names, LENGTH);
    assertEquals(names.size(), new HashSet<>(shown).size(), "they can be told apart");
    assertTrue(shown.stream().allMatch(name -> name.codePointCount(0, name.length()) <= LENGTH));
  }

  private static void checkTable(List<String> names) {
    TextTable table = new TextTable(List.of("layer", "again"));
    names.forEach(name -> table.add(List.of(name, name)));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    table.print(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    String text = bytes.toString(StandardCharsets.UTF_8);
    assertEquals(names.size() + 1, text.lines().count());
    assertTrue(text.chars().allMatch(c -> c == '\n' || !Character.isISOControl(c)));
  }

  private static void checkCsvAndJson(List<String> names) throws IOException {
    List<LayerResult> layers = new ArrayList<>();
    for (String name : names) {
      layers.add(
          new LayerResult(
              new PairNames(name, name, name),
              10,
              0,
              PerGroup.of(1, 1),
              NONE,
              PerGroup.of(false, false),
              List.of(),
              Precision.STANDARD,
              List.of(
                  new MatchResult(
                      0.5,
                      List.of(),
                      List.of(),
                      0,
                      NONE,
                      NONE,
                      null,
                      null,
                      new MatchResult.Coverage(null, PerGroup.of(0, 0)))),
              null,
              null,
              null,
              null,
              new LayerResult.Seconds(0, 0, 0, 0, 0, 0, 0)));
    }
    RunResult result =
        new RunResult(
            "1",
            null,
            "x",
            "y",
            Networks.ofFiles(List.of("x", "y")),
            false,
            layers,
            PerGroup.of(names, names),
            List.of(),
            MissingPairs.NONE,
            null,
            "none",
            null,
            null);
    ByteArrayOutputStream csv = new ByteArrayOutputStream();
    Csv.writeSimilarity(List.of(result), csv);
    CSVFormat format = CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();
    try (CSVParser parser = CSVParser.parse(csv.toString(StandardCharsets.UTF_8), format)) {
      assertEquals(names, parser.getRecords().stream().map(record -> record.get("layer")).toList());
    }
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    Json.write(result, json);
    List<String> read = new ArrayList<>();
    new ObjectMapper()
        .readTree(json.toByteArray())
        .get("layers")
        .forEach(layer -> read.add(layer.get("name").asText()));
    assertEquals(names, read);
  }

  private static void checkXml(List<String> names) throws IOException {
    List<ValidationResult.Result> results = new ArrayList<>();
    for (String name : names) {
      results.add(
          new ValidationResult.Result(
              name, "check", "bound violated", true, name, 0, null, null, name, null));
    }
    ByteArrayOutputStream junit = new ByteArrayOutputStream();
    JunitXml.write(
        new ValidationResult(
            "1",
            "17",
            "here",
            "quick",
            1,
            1,
            false,
            "no",
            List.of(
                new ValidationResult.Backend(
                    "java", "CPU", 1, "float64", names, 0, List.of(), results)),
            List.of()),
        junit);
    assertEquals(
        names.size(), parse(junit.toByteArray()).getElementsByTagName("testcase").getLength());
  }

  private static void checkFigure(List<String> names) throws IOException {
    ByteArrayOutputStream svg = new ByteArrayOutputStream();
    Double[] similarity = new Double[names.size()];
    Arrays.fill(similarity, 0.5);
    new SimilarityFigure(
            names.get(0), names, List.of(new SimilarityFigure.Line(0.5, Arrays.asList(similarity))))
        .writeSvg(svg);
    assertEquals("svg", parse(svg.toByteArray()).getDocumentElement().getTagName());
  }

  private static Document parse(byte[] xml) throws IOException {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(new ByteArrayInputStream(xml));
    } catch (SAXException | ParserConfigurationException e) {
      throw new AssertionError(e);
    }
  }
}
