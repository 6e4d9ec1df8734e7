package org.spanmatch.report;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.spanmatch.report.figures.Figure;
import org.spanmatch.report.figures.MeasuresFigure;
import org.spanmatch.report.page.ReportPage;
import org.spanmatch.report.results.MeasuresResult;
import org.spanmatch.report.results.Networks;
import org.spanmatch.report.text.DisplayName;
import org.spanmatch.report.text.TextTable;
import org.spanmatch.similarity.Measure;

/** Prints and writes the result of {@code spanmatch measures}. */
public final class MeasuresReport {
  /** The usual title of a figure. */
  static final String TITLE = "Measures of similarity";

  private static final String CSV = "measures.csv";
  private static final String SVG = "measures.svg";
  private static final String PNG = "measures.png";

  // From here on, decimals would only make the column wide.
  private static final double LARGE = 10_000;

  /** The files that {@link #write} writes. */
  public static final List<String> FILES =
      List.of(ResultFiles.RESULT, CSV, SVG, PNG, ReportPage.FILE);

  private MeasuresReport() {}

  /** Whether some layer is in several pairs, so that a matrix shows them better than a table. */
  public static boolean isMatrix(MeasuresResult result) {
    return PairMaps.areNeeded(result.layers(), MeasuresResult.Layer::names);
  }

  /** Prints one measure as a matrix of layers. */
  public static void printMatrix(MeasuresResult result, Measure measure, PrintStream out) {
    printMatrix(result.networks(), List.of(result), measure, out);
  }

  /**
   * Prints one measure as a matrix of layers.
   *
   * @param results one per pair of networks
   */
  static void printMatrix(
      Networks networks, List<MeasuresResult> results, Measure measure, PrintStream out) {
    maps(networks, results)
        .print(measure.title(), pooled -> number(pooled.spread(value(measure)).mean()), out);
  }

  private static PairMaps<MeasuresResult.Layer> maps(
      Networks networks, List<MeasuresResult> results) {
    return PairMaps.of(
        networks,
        results.stream().map(MeasuresResult::layers).toList(),
        MeasuresResult.Layer::names,
        MeasuresResult.Layer::warnings);
  }

  /** Returns what finds a measure of a layer, or null. */
  static Function<MeasuresResult.Layer, Double> value(Measure measure) {
    return layer -> layer.measures().get(measure.name());
  }

  /** Prints the table: one row per layer, one column per measure. */
  public static void printTable(MeasuresResult result, List<Measure> measures, PrintStream out) {
    List<String> heads = new ArrayList<>(List.of("layer", "neurons", "samples"));
    measures.forEach(measure -> heads.add(measure.title()));
    TextTable table = new TextTable(heads);
    for (MeasuresResult.Layer layer : result.layers()) {
      List<String> cells = new ArrayList<>();
      cells.add(layer.name());
      cells.add(layer.neurons().x() + "/" + layer.neurons().y());
      cells.add(Long.toString(layer.samples()));
      measures.forEach(measure -> cells.add(number(layer.measures().get(measure.name()))));
      table.add(cells);
    }
    table.print(out);
  }

  private static String number(Double value) {
    if (value == null) {
      return "-";
    }
    String text = String.format(Locale.ROOT, Math.abs(value) < LARGE ? "%.4f" : "%.4e", value);
    return text.equals("-0.0000") ? "0.0000" : text;
  }

  /** Returns a number with fewer digits, for a cell that holds two. */
  static String shortNumber(double value) {
    String text = String.format(Locale.ROOT, Math.abs(value) < LARGE ? "%.3f" : "%.3e", value);
    return text.equals("-0.000") ? "0.000" : text;
  }

  /** Prints notes that a reader of the table should know. */
  public static void printNotes(MeasuresResult result, PrintStream err) {
    if (isMatrix(result)) {
      ManyNotes notes = new ManyNotes();
      for (MeasuresResult.Layer layer : result.layers()) {
        addNotes("layer '" + DisplayName.printable(layer.name()) + "'", layer, notes);
      }
      notes.print(err);
      return;
    }
    for (MeasuresResult.Layer layer : result.layers()) {
      WarningNotes.print(layer.name(), layer.warnings(), err);
      layer
          .note()
          .ifPresent(
              note ->
                  err.println(
                      "note: layer '" + DisplayName.printable(layer.name()) + "': " + note));
    }
  }

  /** Notes of one of many pairs. */
  static void addNotes(String where, MeasuresResult.Layer layer, ManyNotes notes) {
    notes.add(where, layer.warnings());
    layer.note().ifPresent(note -> notes.add("missing", where, note));
  }

  /** Writes the whole result as JSON, CSV, figures and a page. */
  public static void write(MeasuresResult result, List<Measure> measures, ResultFiles files) {
    files.writeResult(result);
    Figure figure =
        isMatrix(result)
            ? mapsFigure(result.networks(), List.of(result), measures)
            : figure(
                result.networks(),
                result.networks().titleOr(TITLE),
                Pooled.byName(List.of(result.layers()), MeasuresResult.Layer::names),
                measures);
    write(List.of(result), figure, ReportPage.of(result), files);
  }

  /**
   * Writes all but the JSON.
   *
   * @param results one per pair of networks
   * @param figure of all of them
   * @param page of all of them
   */
  static void write(
      List<MeasuresResult> results, Figure figure, ReportPage page, ResultFiles files) {
    files.write(CSV, out -> Csv.writeMeasures(results, out));
    files.write(SVG, figure::writeSvg);
    files.write(PNG, figure::writePng);
    files.write(ReportPage.FILE, page::write);
  }

  /** Draws the measures of all pairs of layers, but for sizes, which are not of a pair. */
  static Figure mapsFigure(
      Networks networks, List<MeasuresResult> results, List<Measure> measures) {
    List<Measure> ofPairs =
        measures.stream().filter(measure -> measure.scale() != Measure.Scale.SIZE).toList();
    return maps(networks, results)
        .figure(
            networks.titleOr(TITLE),
            "similarities: 1 is closest" + distances(ofPairs),
            (ofPairs.isEmpty() ? measures : ofPairs)
                .stream()
                    .map(
                        measure ->
                            new PairMaps.Numbers<>(
                                measure.title(),
                                value(measure),
                                measure.scale() == Measure.Scale.SIMILARITY))
                    .toList());
  }

  private static String distances(List<Measure> measures) {
    return measures.stream().anyMatch(measure -> measure.scale() == Measure.Scale.DISTANCE)
        ? "; distances: 0 is closest"
        : "";
  }

  /** Draws the means of measures over pairs of networks, across layers. */
  static MeasuresFigure figure(
      Networks networks,
      String title,
      List<Pooled<MeasuresResult.Layer>> layers,
      List<Measure> measures) {
    Map<Measure.Scale, List<MeasuresFigure.Line>> lines = new EnumMap<>(Measure.Scale.class);
    for (Measure measure : measures) {
      List<Double> values = new ArrayList<>();
      layers.forEach(layer -> values.add(layer.spread(value(measure)).mean()));
      lines
          .computeIfAbsent(measure.scale(), scale -> new ArrayList<>())
          .add(new MeasuresFigure.Line(measure.title(), values));
    }
    return new MeasuresFigure(
        title,
        layers.stream().map(layer -> layer.names().name()).toList(),
        lines.entrySet().stream().map(panel -> panel(panel.getKey(), panel.getValue())).toList(),
        layers.stream().map(layer -> layer.codes(MeasuresResult.Layer::warnings)).toList(),
        networks.label());
  }

  private static MeasuresFigure.Panel panel(Measure.Scale scale, List<MeasuresFigure.Line> lines) {
    return switch (scale) {
      case SIMILARITY -> new MeasuresFigure.Panel("similarity: 1 is closest", true, lines);
      case DISTANCE -> new MeasuresFigure.Panel("distance: 0 is closest", false, lines);
      case SIZE -> new MeasuresFigure.Panel("number of dimensions", false, lines);
    };
  }
}
