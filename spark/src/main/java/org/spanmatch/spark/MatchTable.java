package org.spanmatch.spark;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.spanmatch.compare.Warning;
import org.spanmatch.gram.Gram;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.match.Match;
import org.spanmatch.match.MaximumMatch;
import org.spanmatch.report.text.DisplayName;
import org.spanmatch.report.text.TextTable;

/** The similarity of pairs of layers at some ε, found on the driver. */
final class MatchTable {
  private final double[] epsilons;
  private final boolean isCentred;
  private final TextTable table;
  private final List<String> notes = new ArrayList<>();

  MatchTable(MainOptions options) {
    epsilons = options.epsilons().stream().mapToDouble(Double::doubleValue).toArray();
    isCentred = options.sums().shifted();
    List<String> heads = new ArrayList<>(List.of("layer", "neurons", "dead", "samples"));
    options.epsilons().forEach(epsilon -> heads.add("ε=" + epsilon));
    table = new TextTable(heads);
  }

  /** Adds the row of a pair. */
  void add(Gram gram) {
    String x = gram.layers().get(0).name();
    String y = gram.layers().get(1).name();
    String name = x.equals(y) ? x : x + "=" + y;
    try (ProjectionKernel kernel = Kernels.open(Kernels.AUTO, KernelOptions.defaults());
        ProjectionTable distances = kernel.table(isCentred ? gram.centred() : gram, 0, 1)) {
      for (Warning warning : Warning.of(distances)) {
        notes.add(note(name, warning.message()));
      }
      PerGroup<Integer> neurons = PerGroup.from(distances::neurons);
      PerGroup<Integer> dead = PerGroup.from(group -> dead(gram, group));
      int all = neurons.x() + neurons.y();
      List<String> cells = new ArrayList<>();
      cells.add(name);
      cells.add(neurons.x() + "/" + neurons.y());
      cells.add(dead.x() + "/" + dead.y());
      cells.add(Long.toString(gram.samples()));
      for (Match match : MaximumMatch.find(distances, epsilons)) {
        cells.add(String.format(Locale.ROOT, "%.4f", (double) match.size() / Math.max(1, all)));
        int borderline = match.borderline(Group.X).size() + match.borderline(Group.Y).size();
        if (borderline > 0) {
          notes.add(
              note(
                  name,
                  "ε="
                      + match.epsilon()
                      + ": "
                      + (borderline == 1 ? "one neuron" : borderline + " neurons")
                      + " may match or not, within the error bounds"));
        }
      }
      table.add(cells);
    }
  }

  private static int dead(Gram gram, Group group) {
    return gram.layers().get(group == Group.X ? 0 : 1).moments().dead(gram.deadThreshold()).size();
  }

  private static String note(String layer, String text) {
    return "note: layer '" + DisplayName.printable(layer) + "': " + text;
  }

  /**
   * Prints the table.
   *
   * @param err receives what a reader should know; null for nowhere
   */
  void print(PrintStream out, PrintStream err) {
    table.print(out);
    if (err != null) {
      notes.forEach(err::println);
    }
  }
}
