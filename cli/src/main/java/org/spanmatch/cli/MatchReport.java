package org.spanmatch.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.spanmatch.cli.report.Both;
import org.spanmatch.cli.report.Csv;
import org.spanmatch.cli.report.DisplayName;
import org.spanmatch.cli.report.Json;
import org.spanmatch.cli.report.LayerResult;
import org.spanmatch.cli.report.MatchResult;
import org.spanmatch.cli.report.RunResult;
import org.spanmatch.cli.report.SimilarityFigure;
import org.spanmatch.cli.report.TextTable;

/** Shows and stores the result of a match. */
final class MatchReport {
  private static final String RESULT = "result.json";
  private static final String MATCHES = "matches.csv";
  private static final String SIMILARITY = "similarity.csv";
  private static final String SVG = "similarity.svg";
  private static final String PNG = "similarity.png";

  private MatchReport() {}

  /** Prints the table: a row for each layer, a column for each ε. */
  static void printTable(RunResult result, PrintStream out) {
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
      for (MatchResult match : layer.matches()) {
        cells.add(String.format(Locale.ROOT, "%.4f", match.similarity()));
      }
      table.add(cells);
    }
    table.print(out);
  }

  /** Prints what a reader of the table should know. */
  static void printNotes(RunResult result, PrintStream err) {
    for (LayerResult layer : result.layers()) {
      noteFilledSpace(layer, err);
      for (MatchResult match : layer.matches()) {
        int borderline = match.borderline().x().size() + match.borderline().y().size();
        if (borderline > 0) {
          err.println(
              "note: layer '"
                  + DisplayName.printable(layer.name())
                  + "', ε="
                  + number(match.epsilon())
                  + ": "
                  + borderline
                  + " decisions were within their error bounds; the JSON lists them");
        }
      }
    }
  }

  private static void noteFilledSpace(LayerResult layer, PrintStream err) {
    Both<Boolean> fills = layer.fillsSpace();
    if (fills.x() || fills.y()) {
      String networks = fills.x() && fills.y() ? "both networks" : fills.x() ? "x" : "y";
      err.println(
          "note: layer '"
              + DisplayName.printable(layer.name())
              + "': "
              + layer.samples()
              + " samples are no more than the neurons of "
              + networks
              + ", whose span fills the space; distances to it are trivially 0: use more samples");
    }
  }

  /**
   * Makes the folder that {@link #write} writes to, and checks that it can.
   *
   * @throws OutputException if not
   */
  static void checkFolder(Path folder) {
    OutputFile.checkFolder(folder);
    for (String file : List.of(RESULT, MATCHES, SIMILARITY, SVG, PNG)) {
      OutputFile.check(folder.resolve(file));
    }
    try {
      SimilarityFigure.requireFonts();
    } catch (IOException e) {
      throw new OutputException(
          folder
              + ": the figure can't be drawn: "
              + e.getMessage()
              + "; install fonts, for example Debian/Ubuntu 'apt install fontconfig"
              + " fonts-dejavu-core', or leave the figure out by using --json",
          e);
    }
  }

  /** Writes {@code result.json}, {@code matches.csv}, {@code similarity.csv} and the figure. */
  static void write(RunResult result, Path folder) {
    OutputFile.write(folder.resolve(RESULT), out -> Json.write(result, out));
    OutputFile.write(folder.resolve(MATCHES), out -> Csv.writeMatches(result, out));
    OutputFile.write(folder.resolve(SIMILARITY), out -> Csv.writeSimilarity(result, out));
    SimilarityFigure figure = figure(result);
    OutputFile.write(folder.resolve(SVG), figure::writeSvg);
    OutputFile.write(folder.resolve(PNG), figure::writePng);
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
                  .toList()));
    }
    return new SimilarityFigure(
        "Maximum matching similarity",
        result.layers().stream().map(LayerResult::name).toList(),
        lines);
  }

  /** A number without a superfluous fraction. */
  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
