package org.spanmatch.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.spanmatch.benchmarks.MarkdownTable.Column;
import org.spanmatch.tuning.Iterations;
import org.spanmatch.tuning.Measurement;
import org.spanmatch.tuning.Speeds;

/**
 * What the project aims at, beside what was measured. Each is a ratio within one run, or a count,
 * with a first target and a later one.
 *
 * @param results of one run
 */
record Targets(Results results) {
  /** One aim: at most, or at least if the later target is above the first one, these values. */
  private record Target(String what, Optional<Double> found, double first, double later) {
    boolean isLeast() {
      return later > first;
    }

    String measured() {
      return found.map(MarkdownTable::digits).orElse("not measured");
    }

    String verdict(double target) {
      return (isLeast() ? "≥ " : "≤ ")
          + MarkdownTable.digits(target)
          + found
              .map(value -> isLeast() ? value >= target : value <= target)
              .map(met -> ": " + MarkdownTable.verdict(met))
              .orElse("");
    }
  }

  /** Returns the table of all targets; nothing if none was measured. */
  String table() {
    List<Target> targets = new ArrayList<>(onProcessors());
    boolean processors = targets.stream().anyMatch(target -> target.found().isPresent());
    List<Target> onGpus = onGpus();
    boolean gpus = onGpus.stream().anyMatch(target -> target.found().isPresent());
    if (gpus) {
      targets.addAll(onGpus);
    }
    return MarkdownTable.of(
        "Targets",
        processors || gpus ? targets : List.<Target>of(),
        List.of(
            new Column<>("what", Target::what),
            new Column<>("measured", Target::measured),
            new Column<>("first target", target -> target.verdict(target.first())),
            new Column<>("later target", target -> target.verdict(target.later()))));
  }

  private List<Target> onProcessors() {
    Predicate<Measurement> java = backend(Results.JAVA);
    return List.of(
        new Target(
            "restarts per span, 4096 + 4096 neurons",
            levels(java.and(neurons(4096)), Targets::restarts),
            3,
            0),
        new Target(
            "spectrum / compress, 1 thread, 2048 + 2048 neurons, 20,000 samples",
            levels(
                java.and(neurons(2048)).and(samples(20_000)).and(threads(1)), PhaseTables::ratio),
            0.35,
            0.3),
        new Target(
            "spectrum / compress, 16 threads, 4096 + 4096 neurons, 50,000 samples",
            levels(
                java.and(neurons(4096)).and(samples(50_000)).and(threads(16)), PhaseTables::ratio),
            0.5,
            0.15),
        new Target(
            "compressing, speed per core with 16 threads / with 1",
            perCore(java, result -> PhaseTables.phase(result, Speeds.COMPRESS)),
            0.7,
            0.9),
        new Target(
            "spectrum, speed per core with 16 threads / with 1",
            perCore(java, PhaseTables::spectrum),
            0.7,
            0.9),
        new Target("whole process / numpy's, 512 + 512 × 10,000", cold(512, 10_000), 1.2, 0.9),
        new Target("whole process / numpy's, 1024 + 1024 × 20,000", cold(1024, 20_000), 0.7, 0.5));
  }

  private List<Target> onGpus() {
    Predicate<Measurement> cuda = backend(Results.CUDA);
    Optional<Double> dgemm =
        results
            .first(result -> result.benchmark().equals("DeviceBenchmark.dgemm"))
            .map(Measurement::milliseconds);
    return List.of(
        new Target(
            "cuda: spectrum of 4096 + 4096 neurons / dgemm of 8192 × 8192",
            dgemm.flatMap(
                product ->
                    levels(cuda.and(neurons(4096)), PhaseTables::spectrum)
                        .map(time -> time / product)),
            10,
            4),
        new Target("cuda: compressing, of the limit, 1024 + 1024", ofTheLimit(1024), 0.4, 0.6),
        new Target("cuda: compressing, of the limit, 4096 + 4096", ofTheLimit(4096), 0.5, 0.8),
        new Target("cuda: PyTorch's time up to all distances / ours, 256", pytorch(256), 1.2, 2),
        new Target("cuda: PyTorch's time up to all distances / ours, 4096", pytorch(4096), 1.5, 2));
  }

  private Optional<Double> levels(
      Predicate<Measurement> which, ToDoubleFunction<Measurement> value) {
    return results
        .first(which.and(result -> result.benchmark().equals("PhasesBenchmark.levels")))
        .map(value::applyAsDouble)
        .filter(Double::isFinite);
  }

  /** All factorisations but the first of each span. */
  private static double restarts(Measurement levels) {
    return (levels.secondary().getOrDefault(Speeds.FACTORISATIONS, Double.NaN) - 2) / 2;
  }

  private Optional<Double> perCore(
      Predicate<Measurement> which, ToDoubleFunction<Measurement> time) {
    return results
        .first(
            which
                .and(threads(16))
                .and(result -> result.benchmark().equals("PhasesBenchmark.levels"))
                .and(result -> results.with(result, "threads", 1).isPresent()))
        .flatMap(result -> new PhaseTables(results).speedPerCore(result, time));
  }

  private Optional<Double> cold(int neurons, int samples) {
    return results
        .first(
            backend(ColdBenchmark.SPANMATCH)
                .and(neurons(neurons))
                .and(samples(samples))
                .and(result -> result.benchmark().equals(ColdBenchmark.NAME)))
        .flatMap(
            ours ->
                results
                    .with(ours, "backend", ColdBenchmark.NUMPY)
                    .map(numpy -> ours.milliseconds() / numpy.milliseconds()));
  }

  private Optional<Double> ofTheLimit(int neurons) {
    return results
        .first(
            backend(Results.CUDA)
                .and(neurons(neurons))
                .and(result -> result.benchmark().equals("PhasesBenchmark.distances")))
        .map(result -> new Limits(results).share(compressing(result)).most())
        .filter(share -> share > 0);
  }

  /** The first phase of a whole call, as a measurement. */
  private static Measurement compressing(Measurement call) {
    double time = PhaseTables.phase(call, Speeds.COMPRESS);
    return new Measurement(
        "CompressionBenchmark.compress",
        call.parameters(),
        call.threads(),
        new Iterations(List.of(time)),
        Double.NaN,
        Map.of());
  }

  private Optional<Double> pytorch(int neurons) {
    return results
        .first(
            backend(Results.CUDA)
                .and(neurons(neurons))
                .and(result -> result.benchmark().equals("PhasesBenchmark.distances")))
        .flatMap(
            ours ->
                results
                    .with(ours, "backend", "pytorch")
                    .map(other -> other.milliseconds() / ours.milliseconds()));
  }

  private static Predicate<Measurement> backend(String name) {
    return result -> Results.backend(result).equals(name);
  }

  private static Predicate<Measurement> neurons(int number) {
    return parameter("neurons", number);
  }

  private static Predicate<Measurement> samples(int number) {
    return parameter("samples", number);
  }

  private static Predicate<Measurement> threads(int number) {
    return parameter("threads", number);
  }

  private static Predicate<Measurement> parameter(String name, int number) {
    return result -> Integer.toString(number).equals(result.parameters().get(name));
  }
}
