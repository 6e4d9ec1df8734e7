package org.spanmatch.tuning;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The change of a time against an earlier run.
 *
 * @param benchmark class and method
 * @param parameters the values of its parameters, by their names
 * @param before median of the earlier run, in milliseconds
 * @param now median of the newer run, in milliseconds
 * @param ratio now / before
 * @param error half of the interval around the ratio that the intervals of both medians give
 */
public record Change(
    String benchmark,
    Map<String, String> parameters,
    double before,
    double now,
    double ratio,
    double error) {
  // Two runs of the same program differ by more than the iterations within one: the JVM compiles
  // differently, memory has other addresses, the machine has other work.
  /** The slowdown, beyond the interval, up to which a run is no regression. */
  public static final double TOLERANCE = 0.1;

  /** Whether the newer run is slower by more than the noise. */
  public boolean isRegression() {
    return ratio - error > 1 + TOLERANCE;
  }

  /** Whether the newer run is faster by more than the noise. */
  public boolean isImprovement() {
    return ratio + error < 1 - TOLERANCE;
  }

  /**
   * Whether the interval is too wide to tell: it is neither a regression nor an improvement, but a
   * change by more than the tolerance would have been missed.
   */
  public boolean isUndecided() {
    return !isRegression() && !isImprovement() && !(error <= TOLERANCE);
  }

  /** Whether what was measured is the machine itself, on which no program has an influence. */
  public boolean isLimit() {
    return !benchmark.equals(LayerTime.BENCHMARK);
  }

  /**
   * Compares the measurements of two runs.
   *
   * @return one change per benchmark and parameters that both have, in the order of the newer run
   */
  public static List<Change> between(List<Measurement> before, List<Measurement> now) {
    List<Change> changes = new ArrayList<>();
    for (Measurement measurement : now) {
      before.stream()
          .filter(other -> isSame(other, measurement))
          .findFirst()
          .ifPresent(other -> changes.add(of(other, measurement)));
    }
    return changes;
  }

  private static boolean isSame(Measurement first, Measurement second) {
    return first.benchmark().equals(second.benchmark())
        && first.parameters().equals(second.parameters())
        && first.threads() == second.threads();
  }

  private static Change of(Measurement before, Measurement now) {
    double ratio = now.milliseconds() / before.milliseconds();
    double relative = Math.hypot(relativeError(before), relativeError(now));
    return new Change(
        now.benchmark(),
        now.parameters(),
        before.milliseconds(),
        now.milliseconds(),
        ratio,
        ratio * relative);
  }

  /** Returns the relative error; infinite for a single measurement, which has no interval. */
  private static double relativeError(Measurement measurement) {
    return Double.isNaN(measurement.error())
        ? Double.POSITIVE_INFINITY
        : measurement.error() / measurement.milliseconds();
  }

  /** Returns benchmark and parameters. */
  public String name() {
    return parameters.isEmpty() ? benchmark : benchmark + " " + text(parameters.keySet());
  }

  /** Returns some parameters with their values, such as "neurons=64, samples=2500". */
  public String text(Set<String> names) {
    Map<String, String> shown = new TreeMap<>(parameters);
    shown.keySet().retainAll(names);
    return shown.toString().replaceAll("[{}]", "");
  }
}
