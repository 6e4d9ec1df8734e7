package org.spanmatch.cli.output;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.report.text.TextTable;
import org.spanmatch.tuning.Change;

/** Shows what became slower or faster since an earlier run. */
public final class ChangeReport {
  private ChangeReport() {}

  /**
   * Prints a line for each benchmark, also for those of the machine's limits, which explain others
   * but never count, and then how many are undecided.
   *
   * @throws ActivationsException if no layer was measured in both runs
   * @throws RegressionException if one is slower
   */
  public static void print(List<Change> changes, PrintStream out) {
    List<Change> layers = changes.stream().filter(change -> !change.isLimit()).toList();
    if (layers.isEmpty()) {
      throw new ActivationsException("--compare: nothing was measured in both runs");
    }
    Set<String> differing = differing(changes);
    TextTable table =
        new TextTable(
            List.of("benchmark", "parameters", "before, ms", "now, ms", "now / before", ""));
    for (Change change : changes) {
      table.add(
          List.of(
              change.benchmark(),
              change.text(differing),
              String.format(Locale.ROOT, "%.4g", change.before()),
              String.format(Locale.ROOT, "%.4g", change.now()),
              String.format(Locale.ROOT, "%.3f ± %.3f", change.ratio(), change.error()),
              verdict(change)));
    }
    out.println();
    table.print(out);
    long undecided = layers.stream().filter(Change::isUndecided).count();
    if (undecided > 0) {
      out.printf(
          Locale.ROOT,
          "%d of %d benchmarks are undecided: their intervals are wider than ± %.0f %%; let nothing"
              + " else run, or measure longer with --full%n",
          undecided,
          layers.size(),
          100 * Change.TOLERANCE);
    }
    List<Change> regressions = layers.stream().filter(Change::isRegression).toList();
    if (!regressions.isEmpty()) {
      throw new RegressionException(
          String.format(
              Locale.ROOT,
              "%d of %d benchmarks are slower than before, %s by %.2f ×",
              regressions.size(),
              layers.size(),
              regressions.get(0).name(),
              regressions.get(0).ratio()));
    }
  }

  private static String verdict(Change change) {
    String verdict =
        change.isRegression()
            ? "slower"
            : change.isImprovement() ? "faster" : change.isUndecided() ? "undecided" : "same";
    return change.isLimit() ? verdict + " (machine)" : verdict;
  }

  /** The parameters that distinguish the benchmarks of one method. */
  private static Set<String> differing(List<Change> changes) {
    Set<String> differing = new TreeSet<>();
    for (Change first : changes) {
      for (Change second : changes) {
        if (first.benchmark().equals(second.benchmark())) {
          first.parameters().keySet().stream()
              .filter(key -> !first.parameters().get(key).equals(second.parameters().get(key)))
              .forEach(differing::add);
        }
      }
    }
    return differing;
  }
}
