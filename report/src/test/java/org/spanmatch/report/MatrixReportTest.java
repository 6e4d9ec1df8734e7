package org.spanmatch.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.spanmatch.compare.Warning;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.report.results.LayerResult;
import org.spanmatch.report.results.MatchResult;
import org.spanmatch.report.results.MatchResult.Coverage;
import org.spanmatch.report.results.MeasuresResult;
import org.spanmatch.report.results.MissingPairs;
import org.spanmatch.report.results.Networks;
import org.spanmatch.report.results.PairNames;
import org.spanmatch.report.results.RunResult;
import org.spanmatch.report.text.TerminalStream;
import org.spanmatch.similarity.Measure;

/** How results are shown in which a layer is in several pairs. */
@Tag("once") // on one JDK: nothing here depends on which
final class MatrixReportTest {
  private static final Networks NETWORKS = Networks.ofFiles(List.of("runs/a.npz", "runs/b.npz"));
  private static final ProjectionKernel.Info BACKEND =
      new ProjectionKernel.Info("none", "no device", 1, "made up", "nothing is computed");
  private static final Warning FEW = new Warning(Warning.Code.FEW_SAMPLES, "few samples");

  private static RunResult result(LayerResult... layers) {
    return new RunResult(
        "1",
        BACKEND,
        "runs/a.npz",
        "runs/b.npz",
        NETWORKS,
        false,
        List.of(layers),
        PerGroup.of(List.of(), List.of()),
        List.of(),
        MissingPairs.NONE,
        null,
        "formula",
        null,
        null);
  }

  private static LayerResult pair(String x, String y, double similarity, Warning... warnings) {
    List<MatchResult> matches = new ArrayList<>();
    for (double epsilon : new double[] {0.2, 0.3}) {
      matches.add(
          new MatchResult(
              epsilon,
              List.of(),
              List.of(),
              epsilon * similarity,
              PerGroup.of(List.of(), List.of()),
              PerGroup.of(List.of(), List.of()),
              null,
              null,
              new Coverage(0.75, PerGroup.of(3, 3))));
    }
    return new LayerResult(
        new PairNames(x.equals(y) ? x : x + " ~ " + y, x, y),
        100,
        0,
        PerGroup.of(4, 4),
        PerGroup.of(List.of(), List.of()),
        PerGroup.of(false, false),
        List.of(warnings),
        Precision.STANDARD,
        matches,
        List.of(0.0, 0.125),
        null,
        null,
        null,
        new LayerResult.Seconds(0, 0, 0, 0, 0, 0, 0));
  }

  private static String printed(int columns, Consumer<PrintStream> printing) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out =
        columns == 0
            ? new PrintStream(bytes, true, StandardCharsets.UTF_8)
            : new TerminalStream(bytes, columns);
    printing.accept(out);
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static Map<String, String> written(Consumer<ResultFiles> writing) {
    Map<String, String> files = new HashMap<>();
    writing.accept(
        (file, content) -> {
          ByteArrayOutputStream bytes = new ByteArrayOutputStream();
          try {
            content.writeTo(bytes);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          files.put(file, bytes.toString(StandardCharsets.UTF_8));
        });
    return files;
  }

  @Test
  void onlyLayersInSeveralPairsNeedOne() {
    assertFalse(MatchReport.isMatrix(result(pair("a", "a", 1), pair("b", "b", 1))));
    assertFalse(MatchReport.isMatrix(result(pair("a", "c", 1), pair("b", "d", 1))));
    assertTrue(MatchReport.isMatrix(result(pair("a", "a", 1), pair("a", "b", 1))));
    assertTrue(MatchReport.isMatrix(result(pair("a", "a", 1), pair("b", "a", 1))));
  }

  @Test
  void theMatrixIsOfOneEpsilon() {
    RunResult result = result(pair("in", "c", 1), pair("in", "d", 0.5), pair("out", "d", 0.25));
    assertEquals(
        """
        similarity at ε=0.3; rows: layers of a.npz, columns: layers of b.npz
        layer       c       d
        in     0.3000  0.1500
        out         -  0.0750

        coverage/chance at ε=0.3; rows: layers of a.npz, columns: layers of b.npz
        layer          c          d
        in     0.75/0.13  0.75/0.13
        out            -  0.75/0.13
        """,
        printed(0, out -> MatchReport.printMatrix(result, 0.3, out)));
    assertTrue(
        printed(0, out -> MatchReport.printMatrix(result, 0.2, out))
            .startsWith("similarity at ε=0.2; "));
  }

  /** Where a terminal sets no width, lines stay below 100 characters. */
  @Test
  void manyColumnsGoBelowEachOther() {
    List<LayerResult> pairs = new ArrayList<>();
    for (int x = 0; x < 12; x++) {
      for (int y = 0; y < 60; y++) {
        pairs.add(pair("encoder.layer." + x, "module.features.block" + y + ".conv", 0.5));
      }
    }
    RunResult result = result(pairs.toArray(LayerResult[]::new));
    for (int columns : new int[] {0, 80, 132}) {
      String printed = printed(columns, out -> MatchReport.printMatrix(result, 0.3, out));
      int most = columns == 0 ? 100 : Math.min(columns, 100);
      assertTrue(printed.lines().allMatch(line -> line.length() <= most), printed);
      for (int y = 0; y < 60; y++) {
        assertTrue(printed.contains("ock" + y + ".c"), "column " + y + ":\n" + printed);
      }
    }
  }

  @Test
  void eachKindOfNoteHasOneLine() {
    RunResult result =
        result(
            pair("a", "a", 1, FEW),
            pair("a", "b", 1),
            pair("b", "a", 1, FEW),
            pair("b", "b", 1, FEW));
    assertEquals(
        "note: layer 'a' and 2 others: few samples\n",
        printed(0, err -> MatchReport.printNotes(result, err)));
  }

  @Test
  void filesHoldAllPairs() {
    RunResult result =
        result(pair("in", "c", 1), pair("in", "d", 0.5), pair("out", "d", 0.25, FEW));
    Map<String, String> files = written(to -> MatchReport.write(result, to));
    assertEquals(
        List.of(
            "ε = 0.2, in: c 0.200, d 0.100.",
            "ε = 0.2, out: c none, d 0.050.",
            "ε = 0.3, in: c 0.300, d 0.150.",
            "ε = 0.3, out: c none, d 0.075.",
            "Warnings of out, d: few-samples."),
        files
            .get("similarity.svg")
            .transform(svg -> svg.substring(0, svg.indexOf("</desc>")))
            .lines()
            .filter(line -> line.matches("(ε =|Warn).*"))
            .toList());
    assertEquals(1 + 2 * 3, files.get("similarity.csv").lines().count());
    assertTrue(files.get("similarity.csv").contains(",in,d,a.npz,b.npz,"));
  }

  @Test
  void measuresHaveAMapEach() {
    List<Measure> measures = Measure.all();
    List<MeasuresResult.Layer> layers =
        List.of(measured("in", "c", 0.5), measured("in", "d", null));
    MeasuresResult result =
        new MeasuresResult(
            "1",
            BACKEND,
            "a",
            "b",
            Networks.ofFiles(List.of("a", "b")).titled("Mine"),
            layers,
            PerGroup.of(List.of(), List.of()),
            List.of(),
            MissingPairs.NONE,
            null);
    assertTrue(MeasuresReport.isMatrix(result));
    assertEquals(
        measures.get(0).title()
            + """
            ; rows: layers of a, columns: layers of b
            layer       c  d
            in     0.5000  -
            """,
        printed(0, out -> MeasuresReport.printMatrix(result, measures.get(0), out)));
    String svg = written(to -> MeasuresReport.write(result, measures, to)).get("measures.svg");
    assertTrue(svg.contains("<title>Mine</title>"));
    for (Measure measure : measures) {
      boolean ofPairs = measure.scale() != Measure.Scale.SIZE;
      assertEquals(
          ofPairs, svg.contains(measure.title() + ", in: c 0.500, d none."), measure.name());
    }
  }

  private static MeasuresResult.Layer measured(String x, String y, Double value) {
    Map<String, Double> values = new HashMap<>();
    Measure.all().forEach(measure -> values.put(measure.name(), value));
    return new MeasuresResult.Layer(
        new PairNames(x + " ~ " + y, x, y),
        100,
        0,
        PerGroup.of(4, 4),
        PerGroup.of(List.of(), List.of()),
        List.of(),
        Precision.STANDARD,
        values,
        Optional.empty());
  }

  @Test
  void columnsKeepTheirOrder() {
    RunResult result =
        result(
            IntStream.range(0, 4)
                .mapToObj(i -> pair("x" + i / 2, "y" + (1 - i % 2), 1))
                .toArray(LayerResult[]::new));
    assertTrue(
        printed(0, out -> MatchReport.printMatrix(result, 0.3, out))
            .lines()
            .anyMatch(line -> line.matches("layer +y1 +y0")));
  }
}
