package org.spanmatch.tuning;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How a time differs from that of an earlier run.
 *
 * @param benchmark class and method
 * @param parameters the values of its parameters, by their names
 * @param before milliseconds then
 * @param now milliseconds now
 * @param ratio now / before
 * @param error half of the interval around the ratio that both times' intervals give
 */
public record Change(
    String benchmark,
    Map<String, String> parameters,
    double before,
    double now,
    double ratio,
    double error) {
  // Two runs of the same program differ by more than the iterations within one: the JVM compiles
  // differently, memory lies elsewhere, the machine has other work.
  /** How much slower a run may be, beyond its interval, before it is a regression. */
  public static final double TOLERANCE = 0.1;

  /** Whether it is slower by more than the noise. */
  public boolean isRegression() {
    return ratio - error > 1 + TOLERANCE;
  }

  /** Whether it is faster by more than the noise. */
  public boolean isImprovement() {
    return ratio + error < 1 - TOLERANCE;
  }

  /**
   * Compares what both runs measured.
   *
   * @return one for each benchmark and parameters that both have, in the order of the newer run
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

  /** One measurement alone has no interval, and could be anything. */
  private static double relativeError(Measurement measurement) {
    return Double.isNaN(measurement.error())
        ? Double.POSITIVE_INFINITY
        : measurement.error() / measurement.milliseconds();
  }

  /** Benchmark and parameters. */
  public String name() {
    return parameters.isEmpty() ? benchmark : benchmark + " " + text(parameters.keySet());
  }

  /** The values of some parameters by name, such as "neurons=64, samples=2500". */
  public String text(Set<String> names) {
    Map<String, String> shown = new TreeMap<>(parameters);
    shown.keySet().retainAll(names);
    return shown.toString().replaceAll("[{}]", "");
  }
}
