package org.spanmatch.report;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.spanmatch.compare.Warning;
import org.spanmatch.report.figures.MembersFigure;
import org.spanmatch.report.figures.SizesFigure;
import org.spanmatch.report.page.ReportPage;
import org.spanmatch.report.results.Networks;
import org.spanmatch.report.results.SimpleResult;
import org.spanmatch.report.text.DisplayName;
import org.spanmatch.report.text.TextTable;

/** Prints and writes simple matches. */
public final class SimpleReport {
  private static final String CSV = "simple.csv";
  private static final String SVG = "sizes.svg";
  private static final String PNG = "sizes.png";

  // Limits of what is printed per layer; the JSON has everything.
  private static final int SIZES_SHOWN = 12;
  private static final int MATCHES_SHOWN = 5;
  private static final int NEURONS_SHOWN = 12;

  /** The files that {@link #write} always writes. */
  public static final List<String> FILES =
      List.of(ResultFiles.RESULT, CSV, SVG, PNG, ReportPage.FILE);

  private SimpleReport() {}

  /** Prints a table with one row per layer, and then the sizes and small matches of each layer. */
  public static void print(SimpleResult result, PrintStream out) {
    TextTable table =
        new TextTable(
            List.of("layer", "neurons", "dead", "samples", "matched", "simple", "complete"));
    for (SimpleResult.Layer layer : result.layers()) {
      table.add(
          List.of(
              layer.name(),
              layer.neurons().x() + "/" + layer.neurons().y(),
              layer.dead().x().size() + "/" + layer.dead().y().size(),
              Long.toString(layer.samples()),
              layer.maximum().x().size() + "/" + layer.maximum().y().size(),
              Integer.toString(layer.matches().size()),
              layer.complete() ? "yes" : "no"));
    }
    table.print(out);
    result.layers().forEach(layer -> printMatches(layer, out));
  }

  private static void printMatches(SimpleResult.Layer layer, PrintStream out) {
    List<SimpleResult.Simple> matches = layer.matches();
    if (!matches.isEmpty()) {
      out.println();
      out.println("layer '" + DisplayName.printable(layer.name()) + "', sizes: " + sizes(matches));
      for (SimpleResult.Simple match :
          matches.subList(0, Math.min(MATCHES_SHOWN, matches.size()))) {
        out.printf(
            Locale.ROOT,
            "  x %s, y %s: ε %.4f%n",
            list(match.x()),
            list(match.y()),
            match.epsilon());
      }
      if (matches.size() > MATCHES_SHOWN) {
        out.println("  and " + (matches.size() - MATCHES_SHOWN) + " that are no smaller");
      }
    }
    for (SimpleResult.Without without : layer.without()) {
      out.println(
          "layer '"
              + DisplayName.printable(layer.name())
              + "', "
              + without.neuron()
              + ": no minimal match ("
              + without.reason()
              + ")");
    }
  }

  /** Returns the numbers of matches by size, such as "30 of 2 neurons, 4 of 5". */
  private static String sizes(List<SimpleResult.Simple> matches) {
    Map<Integer, Long> sizes =
        matches.stream()
            .collect(
                Collectors.groupingBy(
                    SimpleResult.Simple::size, TreeMap::new, Collectors.counting()));
    List<String> texts = new ArrayList<>();
    sizes.forEach((size, count) -> texts.add(count + " of " + size));
    String shown = texts.stream().limit(SIZES_SHOWN).collect(Collectors.joining(", "));
    return shown.replaceFirst("(?<= of \\d{1,9})(?!\\d)", " neurons")
        + (texts.size() > SIZES_SHOWN ? ", … " + texts.get(texts.size() - 1) : "");
  }

  private static String list(List<Integer> neurons) {
    String shown =
        neurons.stream().limit(NEURONS_SHOWN).map(String::valueOf).collect(Collectors.joining(" "));
    int more = neurons.size() - NEURONS_SHOWN;
    return more > 0 ? shown + " and " + more + " more" : shown;
  }

  /** Prints notes that a reader of the table should know. */
  public static void printNotes(SimpleResult result, PrintStream err) {
    WarningNotes.printCentred(result.centred(), err);
    for (SimpleResult.Layer layer : result.layers()) {
      WarningNotes.print(layer.name(), layer.warnings(), err);
      int borderline = layer.borderline().x().size() + layer.borderline().y().size();
      String name = "note: layer '" + DisplayName.printable(layer.name()) + "': ";
      if (borderline > 0) {
        err.println(
            name
                + "decisions on "
                + (borderline == 1 ? "one neuron" : borderline + " neurons")
                + " were within their error bounds, and more may follow from them; the JSON lists"
                + " them");
      }
      MatchReport.noteUndecidable(name, layer.maximum(), err);
      if (!layer.complete()) {
        err.println(name + "the search was ended before it was complete");
      }
    }
    if (!result.notReached().isEmpty()) {
      err.println("note: not reached: " + DisplayName.list(result.notReached()));
    }
  }

  /** Writes the whole result as JSON, CSV, figures and a page. */
  public static void write(SimpleResult result, ResultFiles files) {
    files.writeResult(result);
    files.write(CSV, out -> Csv.writeSimple(result, out));
    if (result.layers().isEmpty()) {
      return;
    }
    Networks networks = Networks.ofFiles(List.of(result.x(), result.y()));
    files.write(ReportPage.FILE, ReportPage.of(result)::write);
    SizesFigure sizes =
        new SizesFigure(
            "Sizes of simple matches" + (result.centred() ? ", centred" : ""),
            networks.label(),
            result.layers().stream()
                .map(
                    layer ->
                        new SizesFigure.Curve(
                            layer.name(),
                            layer.matches().stream().map(SimpleResult.Simple::size).toList(),
                            Warning.codes(layer.warnings())))
                .toList());
    files.write(SVG, sizes::writeSvg);
    files.write(PNG, sizes::writePng);
    for (int i = 0; i < result.layers().size(); i++) {
      SimpleResult.Layer layer = result.layers().get(i);
      String file = "members-" + (i + 1);
      MembersFigure.of(layer, networks.names())
          .ifPresent(
              figure -> {
                files.write(file + ".svg", figure::writeSvg);
                files.write(file + ".png", figure::writePng);
              });
    }
  }
}
