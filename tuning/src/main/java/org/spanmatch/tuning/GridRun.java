package org.spanmatch.tuning;

import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Measures the limits of the machine, and then backends at the sizes of a grid, in ascending order
 * of work.
 */
public final class GridRun {
  private static final String CUDA = "cuda";
  private static final long LIMITS_HEAP = Effort.FOR_TESTS ? 64L << 20 : 2L << 30;
  private static final Map<String, String> ARRAYS =
      Effort.FOR_TESTS ? Map.of("elements", "65536") : Map.of();

  // Assumed operations per second before the first measurement; for progress only.
  private static final double USUAL_SPEED = 2e10;

  /** Observes a run; it may write the measurements so far. */
  public interface Listener {
    /** Called before each measurement; returns whether to continue. */
    boolean next(String what);

    /** Called after each measurement. */
    void measured();
  }

  /**
   * A measurement that was left out.
   *
   * @param what a backend at a size, or a limit
   * @param reason why it was left out
   * @param failed whether it was tried and failed
   */
  public record LeftOut(String what, String reason, boolean failed) {}

  /** One planned measurement. */
  private record Step(
      String what,
      String benchmark,
      Map<String, String> parameters,
      OptionalInt jmhThreads,
      long heapBytes,
      Optional<GridPoint> point) {
    double flops() {
      return point.map(GridPoint::flops).orElse(0.0);
    }
  }

  private final Effort effort;
  private final double memory;
  private final JmhRun jmh;
  private final List<Step> steps = new ArrayList<>();
  private final List<LeftOut> leftOut = new ArrayList<>();

  /**
   * Plans the measurements.
   *
   * @param backends names of backends and peers
   * @param points the sizes
   * @param threads number of computing threads
   * @param memory the bytes that a JVM may use
   */
  public GridRun(
      Effort effort, List<String> backends, List<GridPoint> points, int threads, double memory) {
    this.effort = effort;
    this.memory = memory;
    this.jmh = new JmhRun(effort);
    limit("LimitsBenchmark.multiplyAddAllThreads", Map.of(), OptionalInt.of(threads));
    limit("LimitsBenchmark.readAllThreads", ARRAYS, OptionalInt.of(threads));
    if (backends.contains(CUDA)) {
      limit("DeviceBenchmark.dgemm", Map.of(), OptionalInt.empty());
      limit("DeviceBenchmark.copyToDevice", Map.of(), OptionalInt.empty());
    }
    for (GridPoint point :
        points.stream().sorted(Comparator.comparingDouble(GridPoint::flops)).toList()) {
      for (String backend : backends) {
        Map<String, String> parameters =
            Map.of(
                "backend", backend,
                "neurons", Integer.toString(point.neurons()),
                "samples", Long.toString(point.samples()),
                "threads", Integer.toString(threads));
        steps.add(
            new Step(
                backend + ", " + point,
                LayerTime.BENCHMARK,
                parameters,
                OptionalInt.empty(),
                point.heapBytes(backend),
                Optional.of(point)));
      }
    }
  }

  private void limit(String benchmark, Map<String, String> parameters, OptionalInt threads) {
    steps.add(new Step(benchmark, benchmark, parameters, threads, LIMITS_HEAP, Optional.empty()));
  }

  /** Returns the estimated time of each measurement, in milliseconds, in order. */
  public List<Long> weights() {
    return steps.stream()
        .map(step -> Math.min(effort.longestCall(), step.flops() / USUAL_SPEED))
        .map(seconds -> Math.round(1000 * effort.seconds(seconds)))
        .toList();
  }

  /** Whether an earlier run has a time of one of the layers that are to be measured. */
  public boolean isComparableWith(List<Measurement> before) {
    return before.stream()
        .filter(measurement -> measurement.benchmark().equals(LayerTime.BENCHMARK))
        .map(measurement -> measurement.parameters().entrySet())
        .anyMatch(
            parameters ->
                steps.stream()
                    .filter(step -> step.point().isPresent())
                    .anyMatch(step -> parameters.containsAll(step.parameters().entrySet())));
  }

  /**
   * Runs the measurements, leaving out those that fail or would take too long.
   *
   * @throws BenchmarkException if JMH can't measure at all
   */
  public void run(Listener listener) {
    for (Step step : steps) {
      if (!listener.next(step.what())) {
        leftOut.add(new LeftOut(step.what(), "interrupted", false));
        continue;
      }
      if (step.heapBytes() > memory) {
        leftOut.add(new LeftOut(step.what(), needs((double) step.heapBytes(), memory), false));
        continue;
      }
      OptionalDouble expected = expected(step);
      if (expected.isPresent() && expected.getAsDouble() > effort.longestCall()) {
        leftOut.add(
            new LeftOut(
                step.what(),
                String.format(
                    Locale.ROOT,
                    "left out, for a call would take about %.0f s, more than %.0f s",
                    expected.getAsDouble(),
                    effort.longestCall()),
                false));
        continue;
      }
      jmh.measure(step.benchmark(), step.parameters(), step.jmhThreads(), step.heapBytes())
          .ifPresentOrElse(
              reason -> leftOut.add(new LeftOut(step.what(), reason, true)), listener::measured);
    }
  }

  /** Returns a message that something does not fit in memory. */
  public static String needs(double bytes, double memory) {
    return String.format(
        Locale.ROOT,
        "needs about %.1f GB of memory, and may take %.1f GB here",
        bytes / 1e9,
        memory / 1e9);
  }

  /**
   * Returns the expected seconds of a call, extrapolated by work from earlier measurements of the
   * backend.
   */
  private OptionalDouble expected(Step step) {
    if (step.point().isEmpty()) {
      return OptionalDouble.empty();
    }
    return LayerTime.of(measurements()).stream()
        .filter(time -> time.backend().equals(step.parameters().get("backend")))
        .mapToDouble(time -> time.milliseconds() / 1e3 * step.flops() / time.point().flops())
        .min();
  }

  /** The measurements left out so far. */
  public List<LeftOut> leftOut() {
    return List.copyOf(leftOut);
  }

  /** The measurements so far. */
  public List<Measurement> measurements() {
    return jmh.measurements();
  }

  /** Writes the measurements so far as JMH's JSON, without closing the stream. */
  public void writeTo(OutputStream out) {
    jmh.writeTo(out);
  }

  /** Everything that JMH printed. */
  public String log() {
    return jmh.log();
  }
}
