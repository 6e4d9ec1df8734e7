package org.spanmatch.benchmarks;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.spanmatch.tuning.Iterations;
import org.spanmatch.tuning.Measurement;
import org.spanmatch.tuning.Speeds;
import org.spanmatch.tuning.Work;

/** Tables in Markdown, and what several have in their columns. */
final class MarkdownTable {
  /** What stands for a missing value. */
  static final String NONE = "–";

  // With fewer iterations JMH's interval is as wide as the time itself.
  private static final int LEAST_ITERATIONS = 8;

  private MarkdownTable() {}

  /**
   * A column.
   *
   * @param cell the text for a row
   */
  record Column<R>(String title, Function<R, String> cell) {}

  /** Returns a table with a heading; nothing without rows. */
  static <R> String of(String title, List<R> rows, List<Column<R>> columns) {
    if (rows.isEmpty()) {
      return "";
    }
    StringBuilder text = new StringBuilder("\n### ").append(title).append("\n\n");
    row(text, columns.stream().map(Column::title));
    row(text, columns.stream().map(column -> "---"));
    for (R result : rows) {
      row(text, columns.stream().map(column -> column.cell().apply(result)));
    }
    return text.toString();
  }

  private static void row(StringBuilder text, Stream<String> cells) {
    text.append(cells.collect(Collectors.joining(" | ", "| ", " |\n")));
  }

  /** The value of a parameter. */
  static Column<Measurement> text(String title, String parameter) {
    return new Column<>(title, result -> Results.value(result, parameter));
  }

  /** The backend, and unusual parameters. */
  static Column<Measurement> backend() {
    return new Column<>(
        "backend",
        result ->
            Stream.concat(
                    Stream.of("`" + Results.backend(result) + "`"),
                    Results.unusual(result).stream())
                .collect(Collectors.joining(", ")));
  }

  /** The median time, with the lowest and highest. */
  static Column<Measurement> time() {
    return new Column<>("ms", MarkdownTable::timeText);
  }

  /** JMH's interval, where there are enough iterations for it to say something. */
  static Column<Measurement> meanError() {
    return new Column<>(
        "mean ±",
        result -> {
          List<Double> times = result.iterations().times();
          double mean = times.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
          return times.size() < LEAST_ITERATIONS || Double.isNaN(result.meanError())
              ? NONE
              : Math.round(100 * result.meanError() / mean) + " %";
        });
  }

  /** The median time of a phase. */
  static Column<Measurement> phase(String label) {
    return new Column<>(label + ", ms", result -> secondary(result, label, 1));
  }

  /** How often a call's table factorised. */
  static Column<Measurement> factorisations() {
    return new Column<>(
        Speeds.FACTORISATIONS, result -> secondary(result, Speeds.FACTORISATIONS, 1));
  }

  /** How many operations a call's table did, in billions. */
  static Column<Measurement> operations() {
    return new Column<>("operations, 10⁹", result -> secondary(result, Speeds.OPERATIONS, 1e9));
  }

  private static String secondary(Measurement result, String label, double unit) {
    return Optional.ofNullable(result.secondary().get(label))
        .map(value -> digits(value / unit))
        .orElse(NONE);
  }

  static Column<Measurement> gflops() {
    return new Column<>("GFLOP/s", result -> digitsOrNone(Limits.speed(result, Work::flops)));
  }

  static Column<Measurement> gigabytes() {
    return new Column<>("GB/s", result -> digitsOrNone(Limits.speed(result, Work::bytes)));
  }

  /** Returns the median, with the lowest and highest if there are several iterations. */
  static String timeText(Measurement result) {
    Iterations iterations = result.iterations();
    String median = digits(iterations.median());
    return iterations.times().size() == 1
        ? median
        : median + " (" + digits(iterations.lowest()) + " … " + digits(iterations.highest()) + ")";
  }

  /** Returns a number with three significant digits. */
  static String digits(double value) {
    return new BigDecimal(value).round(new MathContext(3)).stripTrailingZeros().toPlainString();
  }

  private static String digitsOrNone(double value) {
    return value > 0 ? digits(value) : NONE;
  }

  /** Returns a target and whether it is met, to stand after a value. */
  static String target(String target, boolean met) {
    return " (target " + target + ": " + verdict(met) + ")";
  }

  /** Returns whether a target is met, in words. */
  static String verdict(boolean met) {
    return met ? "met" : "**missed**";
  }
}
