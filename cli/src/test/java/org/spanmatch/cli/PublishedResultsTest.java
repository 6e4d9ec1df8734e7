package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.spanmatch.cli.output.BenchReport;
import org.spanmatch.kernel.selection.CostProfile;
import org.spanmatch.report.figures.Figure;
import org.spanmatch.tuning.CostModels;
import org.spanmatch.tuning.GridPoint;
import org.spanmatch.tuning.LayerTime;
import org.spanmatch.tuning.TimeTable;
import org.w3c.dom.Document;

/** What is published was made from what was measured, and the automatic choice suits it. */
@Tag("once") // on one JDK: nothing here depends on which
class PublishedResultsTest {
  private static final Path RESULTS = RealCommand.root().resolve("benchmarks").resolve("results");

  // What the costs that were measured may be off by, at any size, before a choice costs too much.
  private static final double MOST_LOSS = 1.3;
  private static final double LEAST_RIGHT = 0.9;

  /** The folders that 'spanmatch bench' wrote. */
  private static List<Path> folders() throws IOException {
    try (Stream<Path> folders = Files.list(RESULTS)) {
      List<Path> found =
          folders
              .filter(folder -> Files.exists(folder.resolve(BenchReport.SETUP)))
              .sorted()
              .toList();
      assertFalse(found.isEmpty(), "nothing is published");
      return found;
    }
  }

  private static String text(byte[] svg, String tag) throws Exception {
    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(svg));
    return document.getElementsByTagName(tag).item(0).getTextContent();
  }

  // Where letters are as wide elsewhere, lines are, but the description has all numbers.
  private static void assertSameFigure(Figure expected, Path file) throws Exception {
    ByteArrayOutputStream svg = new ByteArrayOutputStream();
    expected.writeSvg(svg);
    for (String tag : List.of("title", "desc")) {
      assertEquals(
          text(svg.toByteArray(), tag), text(Files.readAllBytes(file), tag), file.toString());
    }
  }

  @Test
  void tablesAndFiguresAreThoseOfTheMeasurements() throws Exception {
    for (Path folder : folders()) {
      BenchReport report = BenchReport.read(folder);
      assertEquals(report.markdown(), Files.readString(folder.resolve(BenchReport.MARKDOWN)));
      assertSameFigure(report.byNeurons(), folder.resolve("time-neurons.svg"));
      assertSameFigure(report.bySamples(), folder.resolve("time-samples.svg"));
      assertSameFigure(report.shares().orElseThrow(), folder.resolve("share.svg"));
    }
  }

  /** What {@code benchmarks/publish.sh} puts there. */
  @Test
  void theDocumentationShowsOneOfThem() throws IOException {
    Path page = RealCommand.root().resolve("docs").resolve("benchmarking.md");
    Matcher section =
        Pattern.compile(
                "<!-- What follows is made by benchmarks/publish.sh from (\\S+) -->\n(.*?)"
                    + "<!-- That was made by benchmarks/publish.sh. -->\n",
                Pattern.DOTALL)
            .matcher(Files.readString(page));
    assertTrue(section.find(), "docs/benchmarking.md lacks the marks");
    String folder = section.group(1);
    String table =
        Files.readString(RealCommand.root().resolve(folder).resolve(BenchReport.MARKDOWN));
    assertEquals(
        table
            + "\n![Time against neurons](../"
            + folder
            + "/time-neurons.svg)\n\n![Time against samples](../"
            + folder
            + "/time-samples.svg)\n",
        section.group(2));
  }

  /** What {@code benchmarks/publish.sh} makes of a run of all suites. */
  @Test
  void theResultsPageListsEachMissedTarget() throws IOException {
    Matcher section =
        Pattern.compile(
                "<!-- What follows is made by benchmarks/publish.sh from (\\S+) -->\n(.*?)"
                    + "<!-- That was made by benchmarks/publish.sh. -->\n",
                Pattern.DOTALL)
            .matcher(Files.readString(RESULTS.resolve("README.md")));
    assertTrue(section.find(), "benchmarks/results/README.md lacks the marks");
    Path folder = RealCommand.root().resolve(section.group(1));
    List<String> tables = Files.readAllLines(folder.resolve("tables.md"));
    List<String> missed = cellsWith("(missed|[*]{2}missed[*]{2})", tables);
    List<String> listed = section.group(2).lines().filter(line -> line.startsWith("- ")).toList();
    assertEquals(missed.size(), listed.size());
    for (int i = 0; i < missed.size(); i++) {
      assertTrue(
          listed.get(i).endsWith(" " + missed.get(i).replace("*", "")),
          listed.get(i) + " is not: " + missed.get(i));
    }
    // All targets stand there too, met or not.
    section
        .group(2)
        .lines()
        .filter(line -> line.startsWith("| "))
        .forEach(line -> assertTrue(tables.contains(line), line));
  }

  private static List<String> cellsWith(String pattern, List<String> lines) {
    return lines.stream()
        .flatMap(line -> Stream.of(line.split("\\s*[|]\\s*", -1)))
        .filter(cell -> Pattern.compile(pattern).matcher(cell).find())
        .toList();
  }

  private static String digits(double value) {
    return new BigDecimal(value).round(new MathContext(3)).stripTrailingZeros().toPlainString();
  }

  /** Three iterations say so little that the page shows all that they came to. */
  @Test
  void theTimesOfTheGpuAreThoseOfItsIterations() throws IOException {
    String page = Files.readString(RESULTS.resolve("README.md"));
    JsonNode results =
        new ObjectMapper().readTree(RESULTS.resolve("2026-11-28-h100/jmh.json").toFile());
    int shown = 0;
    for (JsonNode result : results) {
      String benchmark = result.get("benchmark").textValue();
      if (benchmark.matches(".*[.](compress|spectrum|gram)")) {
        JsonNode metric = result.get("primaryMetric");
        List<Double> iterations = new ArrayList<>();
        metric.at("/rawData/0").forEach(time -> iterations.add(time.doubleValue()));
        assertEquals(3, iterations.size());
        String cells =
            digits(metric.get("score").doubleValue())
                + " ± "
                + digits(metric.get("scoreError").doubleValue())
                + " | "
                + digits(Collections.min(iterations))
                + " … "
                + digits(Collections.max(iterations));
        assertTrue(page.contains("| " + cells + " |"), benchmark + ": " + cells);
        shown++;
      }
    }
    assertEquals(2 * 6 + 3, shown);
  }

  /**
   * As if any two of the backends and peers that were measured were all that can run: they are far
   * closer to each other than processor and GPU.
   */
  @Test
  void theChoiceByCostsIsTheMeasuredBest() throws IOException {
    int right = 0;
    int all = 0;
    for (Path folder : folders()) {
      BenchReport report = BenchReport.read(folder);
      CostProfile profile = profile(report);
      List<String> backends = List.copyOf(profile.backends().keySet());
      for (int i = 0; i < backends.size(); i++) {
        for (int j = i + 1; j < backends.size(); j++) {
          TimeTable two = only(report.table(), backends.get(i), backends.get(j));
          for (GridPoint point : two.points()) {
            if (two.ranking(point).size() == 2) {
              all++;
              right += isRight(profile, two, point) ? 1 : 0;
            }
          }
        }
      }
    }
    System.out.println("the choice by costs is right in " + right + " of " + all + " cases");
    assertTrue(all >= 10, all + " cases");
    assertTrue(right >= LEAST_RIGHT * all, right + " of " + all);
  }

  private static boolean isRight(CostProfile profile, TimeTable two, GridPoint point) {
    List<LayerTime> ranking = two.ranking(point);
    LayerTime best = ranking.get(0);
    LayerTime other = ranking.get(1);
    if (expected(profile, best) <= expected(profile, other)) {
      return true;
    }
    double loss = other.milliseconds() / best.milliseconds();
    assertTrue(
        loss <= MOST_LOSS, point + ": " + other.backend() + " was chosen, " + loss + " × as slow");
    return false;
  }

  private static double expected(CostProfile profile, LayerTime time) {
    GridPoint point = time.point();
    return profile.seconds(time.backend(), point.neurons(), point.neurons(), point.samples());
  }

  private static TimeTable only(TimeTable table, String first, String second) {
    return new TimeTable(
        table.times().stream()
            .filter(time -> time.backend().equals(first) || time.backend().equals(second))
            .toList());
  }

  private static CostProfile profile(BenchReport report) {
    Map<String, CostProfile.Backend> backends = new LinkedHashMap<>();
    CostModels.of(report.table().times())
        .forEach((name, model) -> backends.put(name, new CostProfile.Backend("", model)));
    return new CostProfile(
        LocalDate.parse(report.setup().date()),
        report.setup().machine(),
        report.setup().threads(),
        backends);
  }
}
