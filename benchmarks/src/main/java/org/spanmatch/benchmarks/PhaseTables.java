package org.spanmatch.benchmarks;

import static org.spanmatch.benchmarks.MarkdownTable.NONE;
import static org.spanmatch.benchmarks.MarkdownTable.digits;
import static org.spanmatch.benchmarks.MarkdownTable.text;

import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.spanmatch.benchmarks.MarkdownTable.Column;
import org.spanmatch.tuning.Measurement;
import org.spanmatch.tuning.Speeds;
import org.spanmatch.tuning.Work;

/**
 * The tables of {@link PhasesBenchmark}: what each phase takes, and how it gets faster with more
 * threads.
 *
 * @param results of one run
 */
record PhaseTables(Results results) {
  private static final String LEVELS = "PhasesBenchmark.levels";

  String tables() {
    return phases() + scaling() + measures();
  }

  /** Beside what a layer takes up to its distances, from {@link PhasesBenchmark}. */
  private String measures() {
    return MarkdownTable.of(
        "Measures of similarity of n + n neurons from their Gram matrix",
        results.find("MeasuresBenchmark.", "neurons", "samples", "threads"),
        List.of(
            text("n", "neurons"),
            text("samples", "samples"),
            text("threads", "threads"),
            MarkdownTable.backend(),
            new Column<>("what", result -> result.benchmark().replaceFirst("^.*\\.", "")),
            MarkdownTable.time(),
            MarkdownTable.meanError(),
            new Column<>("/ compressing and all distances", this::perDistances),
            new Column<>("/ table of the Gram matrix", this::perTable)));
  }

  private String perTable(Measurement measures) {
    return results
        .beside(measures, "MeasuresBenchmark.table")
        .map(table -> digits(measures.milliseconds() / table.milliseconds()))
        .orElse(NONE);
  }

  private String perDistances(Measurement measures) {
    double most =
        switch (measures.benchmark()) {
          case "MeasuresBenchmark.all" -> 1;
          case "MeasuresBenchmark.cheap" -> 0.05;
          default -> Double.NaN;
        };
    return results
        .beside(measures, "PhasesBenchmark.distances")
        .map(distances -> measures.milliseconds() / distances.milliseconds())
        .map(
            ratio ->
                digits(ratio)
                    + (Double.isNaN(most) || Results.number(measures, "neurons") != 1024
                        ? ""
                        : MarkdownTable.target("≤ " + digits(most), ratio <= most)))
        .orElse(NONE);
  }

  private String phases() {
    List<Measurement> found = results.find("PhasesBenchmark.", "neurons", "samples", "threads");
    return MarkdownTable.of(
        "The phases of a layer of n + n neurons, from arrays in memory",
        found,
        List.of(
            text("n", "neurons"),
            text("samples", "samples"),
            text("threads", "threads"),
            MarkdownTable.backend(),
            new Column<>("up to", result -> result.benchmark().replaceFirst("^.*\\.", "")),
            MarkdownTable.time(),
            MarkdownTable.meanError(),
            MarkdownTable.phase(Speeds.COMPRESS),
            MarkdownTable.phase(Speeds.FACTORISE),
            MarkdownTable.phase(Speeds.ANSWER),
            MarkdownTable.factorisations(),
            MarkdownTable.operations(),
            MarkdownTable.gflops(),
            MarkdownTable.gigabytes()));
  }

  /** By threads, where a size was measured with one thread and others. */
  private String scaling() {
    List<Measurement> found =
        results.find(LEVELS, "neurons", "samples", "threads").stream()
            .filter(result -> oneThread(result).isPresent())
            .filter(result -> isMeasuredWithSeveral(result))
            .toList();
    return MarkdownTable.of(
        "Speed per core with more threads, relative to one thread",
        found,
        List.of(
            text("n", "neurons"),
            text("samples", "samples"),
            text("threads", "threads"),
            MarkdownTable.backend(),
            new Column<>("multiply-adds, GFLOP/s", result -> peak(result, this::gflops)),
            new Column<>("per core", result -> peak(result, this::multiplyAddsPerCore)),
            MarkdownTable.phase(Speeds.COMPRESS),
            perCore(Speeds.COMPRESS),
            MarkdownTable.phase(Speeds.FACTORISE),
            perCore(Speeds.FACTORISE),
            MarkdownTable.phase(Speeds.ANSWER),
            perCore(Speeds.ANSWER),
            new Column<>(
                "(factorise + answer) / compress",
                result -> ratio(result) > 0 ? digits(ratio(result)) : NONE)));
  }

  private boolean isMeasuredWithSeveral(Measurement result) {
    return results.measurements().stream()
        .anyMatch(
            other ->
                !other.parameters().equals(result.parameters())
                    && results
                        .with(other, "threads", Results.value(result, "threads"))
                        .filter(result::equals)
                        .isPresent());
  }

  private Optional<Measurement> oneThread(Measurement result) {
    return results.with(result, "threads", 1);
  }

  private Column<Measurement> perCore(String phase) {
    return new Column<>(
        "per core",
        result ->
            speedPerCore(result, measurement -> phase(measurement, phase))
                .map(MarkdownTable::digits)
                .orElse(NONE));
  }

  /** The time of a phase in milliseconds; NaN if it was not measured. */
  static double phase(Measurement result, String label) {
    return result.secondary().getOrDefault(label, Double.NaN);
  }

  /** The time that follows on compressing, divided by that of compressing. */
  static double ratio(Measurement levels) {
    return spectrum(levels) / phase(levels, Speeds.COMPRESS);
  }

  /** The time from a compressed layer to its match levels, in milliseconds. */
  static double spectrum(Measurement levels) {
    return phase(levels, Speeds.FACTORISE) + phase(levels, Speeds.ANSWER);
  }

  /** Returns the speed per thread divided by that of one thread alone; empty without the latter. */
  Optional<Double> speedPerCore(Measurement result, ToDoubleFunction<Measurement> time) {
    return oneThread(result)
        .map(
            one ->
                time.applyAsDouble(one)
                    / time.applyAsDouble(result)
                    / Results.number(result, "threads"));
  }

  private String peak(Measurement of, ToDoubleFunction<Measurement> value) {
    return multiplyAdds(Results.number(of, "threads"))
        .map(value::applyAsDouble)
        .filter(Double::isFinite)
        .map(MarkdownTable::digits)
        .orElse(NONE);
  }

  private Optional<Measurement> multiplyAdds(long threads) {
    return results.first(
        result ->
            result.benchmark().startsWith("LimitsBenchmark.multiplyAdd")
                && result.threads() == threads);
  }

  private double gflops(Measurement limit) {
    return Limits.speed(limit, Work::flops);
  }

  // Each thread does all the operations of a call.
  private double multiplyAddsPerCore(Measurement limit) {
    return multiplyAdds(1).map(one -> one.milliseconds() / limit.milliseconds()).orElse(Double.NaN);
  }
}
