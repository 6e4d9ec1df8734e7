package org.spanmatch.report;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.spanmatch.compare.Warning;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.match.MatchSpectrum.Jump;
import org.spanmatch.report.figures.Figure;
import org.spanmatch.report.figures.SimilarityFigure;
import org.spanmatch.report.page.ReportPage;
import org.spanmatch.report.results.LayerResult;
import org.spanmatch.report.results.MatchResult;
import org.spanmatch.report.results.RunResult;
import org.spanmatch.report.text.DisplayName;
import org.spanmatch.report.text.TextTable;
import org.spanmatch.similarity.Jackknife.Interval;

/** Prints and writes the result of {@code spanmatch match}. */
public final class MatchReport {
  private static final String MATCHES = "matches.csv";
  private static final String SIMILARITY = "similarity.csv";
  private static final String SVG = "similarity.svg";
  private static final String PNG = "similarity.png";

  /** The head of a row below that of a layer: the same layer with its means. */
  public static final String UNCENTRED = "  with means";

  /** What stands for a number that can't be had. */
  static final String NONE = "-";

  /** A jump no farther than this from ε is near. */
  private static final double NEAR = 0.005;

  private MatchReport() {}

  /** Whether some layer is in several pairs, so that a matrix shows them better than a table. */
  public static boolean isMatrix(RunResult result) {
    return PairMaps.areNeeded(result.layers(), LayerResult::names);
  }

  /** Prints similarity, coverage and chance at one ε as matrices of layers. */
  public static void printMatrix(RunResult result, double epsilon, PrintStream out) {
    maps(result).print(epsilon, out);
  }

  private static MatchMaps maps(RunResult result) {
    return MatchMaps.of(result.networks(), List.of(result));
  }

  /** Prints the table: one row per layer, one column per ε. */
  public static void printTable(RunResult result, PrintStream out) {
    List<String> heads = new ArrayList<>(List.of("layer", "neurons", "dead", "samples"));
    for (MatchResult match : result.layers().get(0).matches()) {
      heads.add("ε=" + number(match.epsilon()));
    }
    TextTable table = new TextTable(heads);
    for (LayerResult layer : result.layers()) {
      List<String> cells = new ArrayList<>();
      cells.add(layer.name());
      cells.add(layer.neurons().x() + "/" + layer.neurons().y());
      cells.add(layer.dead().x().size() + "/" + layer.dead().y().size());
      cells.add(Long.toString(layer.samples()));
      addSimilarities(layer.matches(), cells);
      table.add(cells);
      if (layer.uncentred() != null) {
        List<String> uncentred = new ArrayList<>(List.of(UNCENTRED, "", "", ""));
        addSimilarities(layer.uncentred().matches(), uncentred);
        table.add(uncentred);
      }
      if (result.split() != null) {
        addDetails(layer, table);
      }
    }
    table.print(out);
  }

  private static void addSimilarities(List<MatchResult> matches, List<String> cells) {
    for (MatchResult match : matches) {
      cells.add(share(match.similarity()));
    }
  }

  /** Adds rows below a layer with what parts of the samples say of it. */
  private static void addDetails(LayerResult layer, TextTable table) {
    List<MatchResult> matches = layer.matches();
    if (matches.stream().anyMatch(match -> match.heldOut() != null)) {
      addDetail("held out", matches, MatchReport::heldOut, table);
    }
    if (matches.stream().anyMatch(match -> match.confidence() != null)) {
      addDetail("95 % from", matches, match -> share(match.confidence(), Interval::low), table);
      addDetail("95 % to", matches, match -> share(match.confidence(), Interval::high), table);
    }
  }

  private static void addDetail(
      String name, List<MatchResult> matches, Function<MatchResult, String> cell, TextTable table) {
    List<String> cells = new ArrayList<>(List.of(name, "", "", ""));
    matches.forEach(match -> cells.add(cell.apply(match)));
    table.addDetail(cells);
  }

  private static String heldOut(MatchResult match) {
    return match.heldOut() == null || match.heldOut().share() == null
        ? NONE
        : share(match.heldOut().share());
  }

  private static String share(Interval interval, ToDoubleFunction<Interval> end) {
    return interval == null ? NONE : share(end.applyAsDouble(interval));
  }

  private static String share(double share) {
    return String.format(Locale.ROOT, "%.4f", share);
  }

  /**
   * Prints what stands beside the similarities, in a second table: coverage and, if it was asked
   * for, the similarity by chance.
   */
  public static void printBeside(RunResult result, PrintStream out) {
    boolean chance = result.layers().stream().anyMatch(layer -> layer.chance() != null);
    List<String> heads = new ArrayList<>(List.of(chance ? "coverage/chance" : "coverage"));
    for (MatchResult match : result.layers().get(0).matches()) {
      heads.add("ε=" + number(match.epsilon()));
    }
    TextTable table = new TextTable(heads);
    for (LayerResult layer : result.layers()) {
      List<String> cells = new ArrayList<>(List.of(layer.name()));
      for (int i = 0; i < layer.matches().size(); i++) {
        String covered = shortly(layer.matches().get(i).coverage().coverage());
        cells.add(
            layer.chance() == null ? covered : covered + "/" + shortly(layer.chance().get(i)));
      }
      table.add(cells);
    }
    table.print(out);
  }

  private static String shortly(Double share) {
    return share == null ? NONE : String.format(Locale.ROOT, "%.2f", share);
  }

  /** Prints notes that a reader of the table should know. */
  public static void printNotes(RunResult result, PrintStream err) {
    WarningNotes.printCentred(result.centred(), err);
    if (isMatrix(result)) {
      ManyNotes notes = new ManyNotes();
      for (LayerResult layer : result.layers()) {
        addNotes("layer '" + DisplayName.printable(layer.name()) + "'", layer, notes);
      }
      notes.print(err);
      ZerosNote.print(result.layers(), err);
      return;
    }
    for (LayerResult layer : result.layers()) {
      WarningNotes.print(layer.name(), layer.warnings(), err);
      for (int i = 0; i < layer.matches().size(); i++) {
        MatchResult match = layer.matches().get(i);
        String at =
            "note: layer '"
                + DisplayName.printable(layer.name())
                + "', ε="
                + number(match.epsilon())
                + ": ";
        int borderline = match.borderline().x().size() + match.borderline().y().size();
        if (borderline > 0) {
          err.println(
              at
                  + (borderline == 1 ? "one neuron" : borderline + " neurons")
                  + " may match or not, within the error bounds; the JSON lists them");
        }
        noteUndecidable(at, match, err);
        noteJump(at, match, layer.nearestJumps() == null ? null : layer.nearestJumps().get(i), err);
      }
    }
    ZerosNote.print(result.layers(), err);
  }

  /** Notes of one of many pairs, but for jumps, of which each pair has others. */
  static void addNotes(String where, LayerResult layer, ManyNotes notes) {
    notes.add(where, layer.warnings());
    if (layer.matches().stream().anyMatch(match -> size(match.borderline()) > 0)) {
      notes.add(
          "borderline",
          where,
          "some neurons may match or not, within the error bounds; the JSON lists them");
    }
    if (layer.matches().stream().anyMatch(match -> size(match.undecidable()) > 0)) {
      notes.add(
          "undecidable",
          where,
          "some neurons are undecidable, since rounding of the stored activations may move distances"
              + " by more than 0.01; they count as not matched, and the JSON lists them");
    }
  }

  private static int size(PerGroup<List<Integer>> neurons) {
    return neurons.x().size() + neurons.y().size();
  }

  /** Prints a note if the similarity jumps so near to ε that its number there says little. */
  private static void noteJump(String at, MatchResult match, Jump jump, PrintStream err) {
    if (jump != null && Math.abs(jump.epsilon() - match.epsilon()) <= NEAR) {
      err.println(
          at
              + String.format(
                  Locale.ROOT,
                  "the similarity jumps nearby, from %.4f to %.4f at ε=%.4f",
                  jump.from(),
                  jump.to(),
                  jump.epsilon()));
    }
  }

  /**
   * Prints a note if neurons are undecidable at ε = 0.
   *
   * @param at the start of the note, which says where
   */
  static void noteUndecidable(String at, MatchResult match, PrintStream err) {
    int undecidable = match.undecidable().x().size() + match.undecidable().y().size();
    if (undecidable > 0) {
      err.println(
          at
              + (undecidable == 1 ? "one neuron is" : undecidable + " neurons are")
              + " undecidable, since rounding of the stored activations may move distances by more"
              + " than 0.01; "
              + (undecidable == 1 ? "it counts" : "they count")
              + " as not matched, and the JSON lists them");
    }
  }

  /**
   * Returns the names of the files that {@link #write} writes.
   *
   * @param levels whether the result has match levels
   */
  public static List<String> files(boolean levels) {
    List<String> files =
        new ArrayList<>(List.of(ResultFiles.RESULT, MATCHES, SIMILARITY, SVG, PNG));
    if (levels) {
      files.addAll(SpectrumReport.FILES);
    }
    files.add(ReportPage.FILE);
    return files;
  }

  /** Writes the whole result as JSON, CSV, figures and a page. */
  public static void write(RunResult result, ResultFiles files) {
    files.writeResult(result);
    write(List.of(result), isMatrix(result) ? maps(result).figure() : figure(result), files);
    SpectrumReport.write(result.networks(), List.of(result), files);
    files.write(ReportPage.FILE, ReportPage.of(result)::write);
  }

  /**
   * Writes all but the JSON.
   *
   * @param results one per pair of networks
   * @param figure of all of them
   */
  static void write(List<RunResult> results, Figure figure, ResultFiles files) {
    files.write(MATCHES, out -> Csv.writeMatches(results, out));
    files.write(SIMILARITY, out -> Csv.writeSimilarity(results, out));
    files.write(SVG, figure::writeSvg);
    files.write(PNG, figure::writePng);
  }

  private static SimilarityFigure figure(RunResult result) {
    List<SimilarityFigure.Line> lines = new ArrayList<>();
    int count = result.layers().get(0).matches().size();
    for (int i = 0; i < count; i++) {
      int index = i;
      lines.add(
          new SimilarityFigure.Line(
              result.layers().get(0).matches().get(i).epsilon(),
              result.layers().stream()
                  .map(layer -> layer.matches().get(index).similarity())
                  .toList(),
              result.layers().stream()
                  .map(layer -> layer.matches().get(index).confidence())
                  .filter(Objects::nonNull)
                  .toList(),
              result.layers().stream()
                  .filter(layer -> layer.chance() != null)
                  .map(layer -> layer.chance().get(index))
                  .toList()));
    }
    return new SimilarityFigure(
        result.networks().titleOr(title(result.centred())),
        result.layers().stream().map(LayerResult::name).toList(),
        lines,
        result.layers().stream().map(layer -> Warning.codes(layer.warnings())).toList(),
        result.networks().label());
  }

  /** The usual title of a figure. */
  static String title(boolean centred) {
    return "Maximum matching similarity" + (centred ? ", centred" : "");
  }

  /** Returns a number without a superfluous fraction. */
  static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
