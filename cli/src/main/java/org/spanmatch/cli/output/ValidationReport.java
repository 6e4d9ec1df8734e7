package org.spanmatch.cli.output;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.spanmatch.report.results.ValidationResult;
import org.spanmatch.report.text.DisplayName;
import org.spanmatch.report.text.TextTable;
import org.spanmatch.validation.CounterExample;
import org.spanmatch.validation.Observation;
import org.spanmatch.validation.Outcome;
import org.spanmatch.validation.Problem;
import org.spanmatch.validation.Report;

/** Collects and prints the findings of a validation. */
public final class ValidationReport {
  private static final int MOST_VALUES = 1000;
  private static final int MOST_SHOWN = 5;

  private ValidationReport() {}

  /**
   * One backend's results.
   *
   * @param repeat the command that repeats a case, by its name
   */
  public static ValidationResult.Backend backend(Report report, UnaryOperator<String> repeat) {
    Map<String, List<Observation>> checks = new LinkedHashMap<>();
    for (Observation one : report.observations()) {
      checks.computeIfAbsent(one.check(), check -> new ArrayList<>()).add(one);
    }
    return new ValidationResult.Backend(
        report.backend().name(),
        report.backend().device(),
        report.backend().threads(),
        report.backend().arithmetic(),
        report.details(),
        report.notRun(),
        checks.entrySet().stream().map(each -> row(each.getKey(), each.getValue())).toList(),
        report.observations().stream().map(one -> result(one, repeat)).toList());
  }

  private static ValidationResult.Row row(String check, List<Observation> all) {
    Map<String, Integer> outcomes = new LinkedHashMap<>();
    for (Outcome outcome : Outcome.values()) {
      outcomes.put(
          outcome.toString(),
          (int) all.stream().filter(one -> one.finding().outcome() == outcome).count());
    }
    double[] ratios =
        all.stream()
            .flatMap(one -> one.finding().ratios().stream())
            .mapToDouble(Double::doubleValue)
            .sorted()
            .toArray();
    return new ValidationResult.Row(check, all.size(), outcomes, largest(ratios), median(ratios));
  }

  private static Double largest(double[] sorted) {
    return sorted.length == 0 ? null : (Double) sorted[sorted.length - 1];
  }

  private static Double median(double[] sorted) {
    return sorted.length == 0 ? null : (Double) sorted[sorted.length / 2];
  }

  private static ValidationResult.Result result(Observation one, UnaryOperator<String> repeat) {
    double[] ratios =
        one.finding().ratios().stream().mapToDouble(Double::doubleValue).sorted().toArray();
    boolean failed = one.finding().outcome().isFailure();
    return new ValidationResult.Result(
        one.example(),
        one.check(),
        one.finding().outcome().toString(),
        failed,
        one.finding().detail(),
        one.seconds(),
        largest(ratios),
        median(ratios),
        failed ? repeat.apply(one.example()) : null,
        one.counterExample().map(ValidationReport::example).orElse(null));
  }

  private static ValidationResult.Example example(CounterExample found) {
    Problem problem = found.problem().problem();
    long values = (long) problem.samples() * (problem.x().size() + problem.y().size());
    boolean shown = values <= MOST_VALUES;
    return new ValidationResult.Example(
        found.problem().size(),
        found.problem().type().name().toLowerCase(Locale.ROOT),
        found.finding().detail(),
        shown ? problem.x() : null,
        shown ? problem.y() : null);
  }

  /** Whether all backends keep their promises, in one sentence. */
  public static String sentence(List<ValidationResult.Backend> backends, int cases) {
    List<String> broken =
        backends.stream()
            .filter(ValidationReport::isBroken)
            .map(ValidationReport::failures)
            .toList();
    if (!broken.isEmpty()) {
      return String.join("; ", broken) + ".";
    }
    long checks = backends.stream().mapToLong(backend -> backend.results().size()).sum();
    long borderline =
        backends.stream()
            .flatMap(backend -> backend.results().stream())
            .filter(one -> one.outcome().equals(Outcome.BORDERLINE.toString()))
            .count();
    Optional<Double> largest =
        backends.stream()
            .flatMap(backend -> backend.summary().stream())
            .map(ValidationResult.Row::largestRatio)
            .filter(ratio -> ratio != null)
            .max(Double::compare);
    String names =
        backends.stream().map(ValidationResult.Backend::name).collect(Collectors.joining(" and "));
    return names
        + (backends.size() == 1 ? " keeps its" : " keep their")
        + " promises in "
        + checks
        + " checks of "
        + cases
        + (cases == 1 ? " case, " : " cases, ")
        + borderline
        + " of them borderline"
        + largest
            .map(ratio -> ", and no error is above " + ratio(ratio) + " of its bound")
            .orElse("")
        + ".";
  }

  public static boolean isBroken(ValidationResult.Backend backend) {
    return backend.results().stream().anyMatch(ValidationResult.Result::failed);
  }

  private static String failures(ValidationResult.Backend backend) {
    Map<String, Long> kinds =
        backend.results().stream()
            .filter(ValidationResult.Result::failed)
            .collect(
                Collectors.groupingBy(
                    ValidationResult.Result::outcome, LinkedHashMap::new, Collectors.counting()));
    long failed = kinds.values().stream().mapToLong(Long::longValue).sum();
    return backend.name()
        + " does not keep its promises: "
        + failed
        + " of "
        + backend.results().size()
        + " checks failed ("
        + kinds.entrySet().stream()
            .map(kind -> kind.getValue() + " " + kind.getKey())
            .collect(Collectors.joining(", "))
        + ")"
        + (backend.notRun() > 0
            ? " and " + backend.notRun() + " did not run, since it did not come back"
            : "");
  }

  /** Prints tables, failures, and the sentence. */
  public static void print(ValidationResult result, PrintStream out) {
    for (ValidationResult.Backend backend : result.backends()) {
      out.println(
          DisplayName.printable(
              backend.name()
                  + ": "
                  + backend.device()
                  + "; "
                  + backend.arithmetic()
                  + "; threads: "
                  + backend.threads()));
      backend.details().forEach(line -> out.println("  " + DisplayName.printable(line)));
      table(backend).print(out);
      failures(backend, out);
      out.println();
    }
    result.notSupported().forEach(missing -> out.println(DisplayName.printable(text(missing))));
    out.println(
        footer(result.spanmatch(), result.java(), result.system(), result.level(), result.seed()));
    out.println(result.sentence());
  }

  /** Why a backend was left out. */
  static String text(ValidationResult.Missing missing) {
    return missing.name() + ": not supported: " + missing.reason();
  }

  /** What was validated, on what. */
  static String footer(String version, String java, String system, String level, long seed) {
    return "spanmatch "
        + version
        + ", Java "
        + java
        + ", "
        + system
        + "; level "
        + level
        + ", seed "
        + seed;
  }

  /** The operating system and processor architecture. */
  public static String system() {
    return System.getProperty("os.name") + " on " + System.getProperty("os.arch");
  }

  private static TextTable table(ValidationResult.Backend backend) {
    TextTable table =
        new TextTable(
            List.of(
                "check",
                "cases",
                "agree",
                "borderline",
                "not supported",
                "detected failure",
                "bound violated",
                "undetected failure",
                "max error/bound",
                "median"));
    List<Outcome> columns =
        List.of(
            Outcome.AGREES,
            Outcome.BORDERLINE,
            Outcome.NOT_SUPPORTED,
            Outcome.DETECTED_FAILURE,
            Outcome.VIOLATED,
            Outcome.UNDETECTED_FAILURE);
    for (ValidationResult.Row row : backend.summary()) {
      List<String> cells = new ArrayList<>(List.of(row.check(), Integer.toString(row.cases())));
      columns.forEach(outcome -> cells.add(row.outcomes().get(outcome.toString()).toString()));
      cells.addAll(Arrays.asList(ratio(row.largestRatio()), ratio(row.medianRatio())));
      table.add(cells);
    }
    return table;
  }

  private static String ratio(Double ratio) {
    return ratio == null ? "-" : String.format(Locale.ROOT, "%.2g", ratio);
  }

  private static void failures(ValidationResult.Backend backend, PrintStream out) {
    List<ValidationResult.Result> failed =
        backend.results().stream().filter(ValidationResult.Result::failed).toList();
    for (ValidationResult.Result one : failed.subList(0, Math.min(MOST_SHOWN, failed.size()))) {
      out.println(
          DisplayName.printable(
              one.outcome() + ": " + one.check() + ", " + one.name() + ": " + one.detail()));
      if (one.counterExample() != null) {
        out.println(
            DisplayName.printable(
                "  fails with "
                    + one.counterExample().size()
                    + " too: "
                    + one.counterExample().detail()));
      }
      out.println("  repeat: " + DisplayName.printable(one.repeat()));
    }
    if (failed.size() > MOST_SHOWN) {
      out.println("… and " + (failed.size() - MOST_SHOWN) + " more; --json lists them all");
    }
  }
}
