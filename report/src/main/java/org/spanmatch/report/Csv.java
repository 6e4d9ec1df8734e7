package org.spanmatch.report;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.spanmatch.compare.Warning;
import org.spanmatch.kernel.Group;
import org.spanmatch.match.MatchSpectrum.Jump;
import org.spanmatch.report.results.DistancesResult;
import org.spanmatch.report.results.LayerLevels;
import org.spanmatch.report.results.LayerResult;
import org.spanmatch.report.results.MatchResult;
import org.spanmatch.report.results.MatchResult.Coverage;
import org.spanmatch.report.results.MeasuresResult;
import org.spanmatch.report.results.Networks;
import org.spanmatch.report.results.RunResult;
import org.spanmatch.report.results.SimpleResult;
import org.spanmatch.similarity.Jackknife;

/** Writes results as comma-separated values: RFC 4180 quoting, UTF-8, one head line. */
public final class Csv {
  private static final CSVFormat FORMAT =
      CSVFormat.RFC4180.builder().setRecordSeparator('\n').get();

  private static final String X_LAYER = "x_layer";
  private static final String Y_LAYER = "y_layer";
  private static final String WARNINGS = "warnings";

  private Csv() {}

  /**
   * Writes {@code matches.csv}: one line per matched neuron, for each network, ε and layer. With
   * held-out samples it has a column more.
   *
   * @param results one per pair of networks
   */
  static void writeMatches(List<RunResult> results, OutputStream out) throws IOException {
    boolean heldOut = holdsOut(results);
    List<String> heads =
        new ArrayList<>(List.of("layer", "epsilon", "network", "neuron", X_LAYER, Y_LAYER));
    if (heldOut) {
      heads.add("held_out_distance");
    }
    heads.add(WARNINGS);
    try (PairRows csv = new PairRows(results.size() > 1, heads, out)) {
      for (RunResult result : results) {
        for (LayerResult layer : result.layers()) {
          for (MatchResult match : layer.matches()) {
            for (Group group : Group.values()) {
              printMembers(csv, result, layer, match, group, heldOut);
            }
          }
        }
      }
    }
  }

  private static void printMembers(
      PairRows csv,
      RunResult result,
      LayerResult layer,
      MatchResult match,
      Group group,
      boolean heldOut)
      throws IOException {
    List<Integer> neurons = match.members(group);
    for (int i = 0; i < neurons.size(); i++) {
      List<Object> cells =
          new ArrayList<>(
              List.of(
                  layer.name(),
                  match.epsilon(),
                  group.label(),
                  neurons.get(i),
                  layer.names().xLayer(),
                  layer.names().yLayer()));
      if (heldOut) {
        cells.add(match.heldOut() == null ? null : match.heldOut().of(group).get(i));
      }
      cells.add(Warning.codes(layer.warnings()));
      csv.print(result.networks(), cells);
    }
  }

  private static boolean holdsOut(List<RunResult> results) {
    return results.stream().anyMatch(each -> each.split() != null && each.split().holdsOut());
  }

  /**
   * Rows that belong to two networks each, whose names come after those of the layers, or first
   * where there are more than two networks.
   */
  private static final class PairRows implements AutoCloseable {
    private final int place; // of the names
    private final CSVPrinter csv;

    PairRows(boolean namesFirst, List<String> heads, OutputStream out) throws IOException {
      place = namesFirst ? 0 : heads.indexOf(Y_LAYER) + 1;
      csv = printer(out, with(heads, "network_x", "network_y").toArray(String[]::new));
    }

    private <T> List<T> with(List<? extends T> cells, T x, T y) {
      List<T> all = new ArrayList<>(cells);
      all.addAll(place, List.of(x, y));
      return all;
    }

    /** Prints a row of as many cells as there are heads; null for an empty one. */
    void print(Networks networks, List<?> cells) throws IOException {
      csv.printRecord(this.<Object>with(cells, networks.names().x(), networks.names().y()));
    }

    @Override
    public void close() throws IOException {
      csv.close();
    }
  }

  /**
   * Writes {@code similarity.csv}: one line per ε and layer. With held-out samples or confidence
   * intervals it has more columns.
   *
   * @param results one per pair of networks
   */
  static void writeSimilarity(List<RunResult> results, OutputStream out) throws IOException {
    boolean heldOut = holdsOut(results);
    boolean confidence =
        results.stream().anyMatch(each -> each.split() != null && each.split().level() != null);
    List<String> heads =
        new ArrayList<>(
            List.of(
                "layer",
                "epsilon",
                "similarity",
                "matched_x",
                "matched_y",
                "neurons_x",
                "neurons_y",
                "dead_x",
                "dead_y",
                "samples",
                "masked",
                "uncentred_similarity",
                "coverage",
                "covered_x",
                "covered_y",
                "chance",
                "jump_epsilon",
                "jump_from",
                "jump_to",
                X_LAYER,
                Y_LAYER));
    if (heldOut) {
      heads.add("held_out_share");
    }
    if (confidence) {
      heads.addAll(List.of("confidence_low", "confidence_high"));
    }
    heads.add(WARNINGS);
    try (PairRows csv = new PairRows(results.size() > 1, heads, out)) {
      for (RunResult result : results) {
        for (LayerResult layer : result.layers()) {
          for (int i = 0; i < layer.matches().size(); i++) {
            csv.print(result.networks(), similarity(layer, i, heldOut, confidence));
          }
        }
      }
    }
  }

  private static List<Object> similarity(
      LayerResult layer, int i, boolean heldOut, boolean confidence) {
    MatchResult match = layer.matches().get(i);
    Coverage coverage = match.coverage();
    Jump jump = layer.nearestJumps() == null ? null : layer.nearestJumps().get(i);
    List<Object> cells =
        new ArrayList<>(
            Arrays.asList(
                layer.name(),
                match.epsilon(),
                match.similarity(),
                match.x().size(),
                match.y().size(),
                layer.neurons().x(),
                layer.neurons().y(),
                layer.dead().x().size(),
                layer.dead().y().size(),
                layer.samples(),
                layer.masked(),
                layer.uncentred() == null ? null : layer.uncentred().matches().get(i).similarity(),
                coverage.coverage(),
                coverage.covered().x(),
                coverage.covered().y(),
                layer.chance() == null ? null : layer.chance().get(i),
                jump == null ? null : jump.epsilon(),
                jump == null ? null : jump.from(),
                jump == null ? null : jump.to(),
                layer.names().xLayer(),
                layer.names().yLayer()));
    if (heldOut) {
      cells.add(match.heldOut() == null ? null : match.heldOut().share());
    }
    if (confidence) {
      Jackknife.Interval interval = match.confidence();
      cells.add(interval == null ? null : interval.low());
      cells.add(interval == null ? null : interval.high());
    }
    cells.add(Warning.codes(layer.warnings()));
    return cells;
  }

  /**
   * Writes distances: one line per neuron of each network and layer; dead ones have no distance.
   * With held-out samples there is a column more.
   */
  public static void writeDistances(DistancesResult result, OutputStream out) throws IOException {
    boolean heldOut = result.split() != null && result.split().holdsOut();
    List<String> heads =
        new ArrayList<>(
            List.of(
                "layer",
                "network",
                "neuron",
                "distance",
                "error_bound",
                "dead",
                "norm",
                "mean",
                "storage_error",
                "gcv_distance"));
    if (heldOut) {
      heads.add("held_out_distance");
    }
    heads.add(WARNINGS);
    try (CSVPrinter csv = printer(out, heads.toArray(String[]::new))) {
      for (DistancesResult.Layer layer : result.layers()) {
        String warnings = Warning.codes(layer.warnings());
        for (Group group : Group.values()) {
          DistancesResult.Side side = layer.distances().get(group);
          for (int neuron = 0; neuron < side.distance().size(); neuron++) {
            Double distance = side.distance().get(neuron);
            List<Object> cells =
                new ArrayList<>(
                    Arrays.asList(
                        layer.name(),
                        group.label(),
                        neuron,
                        distance,
                        side.errorBound().get(neuron),
                        distance == null,
                        side.norm().get(neuron),
                        side.mean().get(neuron),
                        side.storageError().get(neuron),
                        side.gcvDistance().get(neuron)));
            if (heldOut) {
              cells.add(side.heldOutDistance().get(neuron));
            }
            cells.add(warnings);
            csv.printRecord(cells);
          }
        }
      }
    }
  }

  /**
   * Writes {@code measures.csv}: one line per layer and measure; an undefined one has no value.
   *
   * @param results one per pair of networks
   */
  static void writeMeasures(List<MeasuresResult> results, OutputStream out) throws IOException {
    List<String> heads =
        List.of(
            "layer",
            "measure",
            "value",
            "neurons_x",
            "neurons_y",
            "samples",
            "masked",
            X_LAYER,
            Y_LAYER,
            WARNINGS);
    try (PairRows csv = new PairRows(results.size() > 1, heads, out)) {
      for (MeasuresResult result : results) {
        for (MeasuresResult.Layer layer : result.layers()) {
          for (Map.Entry<String, Double> measure : layer.measures().entrySet()) {
            csv.print(
                result.networks(),
                Arrays.asList(
                    layer.name(),
                    measure.getKey(),
                    measure.getValue(),
                    layer.neurons().x(),
                    layer.neurons().y(),
                    layer.samples(),
                    layer.masked(),
                    layer.names().xLayer(),
                    layer.names().yLayer(),
                    Warning.codes(layer.warnings())));
          }
        }
      }
    }
  }

  /** Writes {@code simple.csv}: one line per neuron of each simple match and layer. */
  public static void writeSimple(SimpleResult result, OutputStream out) throws IOException {
    try (CSVPrinter csv =
        printer(
            out, "layer", "match", "size", "epsilon", "network", "neuron", "minimal", "warnings")) {
      for (SimpleResult.Layer layer : result.layers()) {
        String warnings = Warning.codes(layer.warnings());
        for (int i = 0; i < layer.matches().size(); i++) {
          SimpleResult.Simple match = layer.matches().get(i);
          for (int neuron : match.x()) {
            boolean minimal = match.minimalFor().x().contains(neuron);
            csv.printRecord(
                layer.name(), i, match.size(), match.epsilon(), "x", neuron, minimal, warnings);
          }
          for (int neuron : match.y()) {
            boolean minimal = match.minimalFor().y().contains(neuron);
            csv.printRecord(
                layer.name(), i, match.size(), match.epsilon(), "y", neuron, minimal, warnings);
          }
        }
      }
    }
  }

  /**
   * Writes {@code spectrum.csv}: one line per neuron of each network and layer; dead ones have no
   * level.
   *
   * @param pairs one per pair of networks
   */
  static void writeSpectrum(List<SpectrumReport.Levels> pairs, OutputStream out)
      throws IOException {
    List<String> heads =
        List.of(
            "layer",
            "network",
            "neuron",
            "level",
            "level_error",
            "storage_error",
            "distance",
            "chance_level",
            X_LAYER,
            Y_LAYER,
            WARNINGS);
    try (PairRows csv = new PairRows(pairs.size() > 1, heads, out)) {
      for (SpectrumReport.Levels pair : pairs) {
        for (LayerLevels layer : pair.layers()) {
          printLevels(csv, pair.networks(), layer, Group.X);
          printLevels(csv, pair.networks(), layer, Group.Y);
        }
      }
    }
  }

  /**
   * Writes any table, one line per row.
   *
   * @param rows the rows, with as many cells as heads; null for an empty cell
   */
  public static void writeRows(List<String> heads, List<? extends List<?>> rows, OutputStream out)
      throws IOException {
    try (CSVPrinter csv = printer(out, heads.toArray(String[]::new))) {
      for (List<?> row : rows) {
        csv.printRecord(row);
      }
    }
  }

  private static void printLevels(PairRows csv, Networks networks, LayerLevels layer, Group group)
      throws IOException {
    List<Double> levels = layer.levels().get(group);
    for (int neuron = 0; neuron < levels.size(); neuron++) {
      csv.print(
          networks,
          Arrays.asList(
              layer.names().name(),
              group.label(),
              neuron,
              levels.get(neuron),
              layer.levelErrors().get(group).get(neuron),
              layer.storageErrors().get(group).get(neuron),
              layer.fullDistances().get(group).get(neuron),
              layer.chanceLevels() == null ? null : layer.chanceLevels().get(group).get(neuron),
              layer.names().xLayer(),
              layer.names().yLayer(),
              Warning.codes(layer.warnings())));
    }
  }

  // Closing the printer must not close standard output.
  private static CSVPrinter printer(OutputStream out, String... heads) throws IOException {
    Writer writer =
        new OutputStreamWriter(out, StandardCharsets.UTF_8) {
          @Override
          public void close() throws IOException {
            flush();
          }
        };
    CSVPrinter printer = new CSVPrinter(writer, FORMAT);
    printer.printRecord(Stream.of(heads));
    return printer;
  }
}
