package org.spanmatch.tuning;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * The effort of a measurement.
 *
 * @param forks number of JVMs per measurement
 * @param warmups iterations per JVM that don't count
 * @param iterations iterations per JVM that count
 * @param time time of an iteration, which runs at least one call
 * @param longestCall in seconds; measurements whose calls should take longer are left out
 */
public record Effort(int forks, int warmups, int iterations, TimeValue time, double longestCall) {
  /**
   * The system property with the milliseconds of an iteration of a quick run, for tests, in which
   * the times mean nothing. With it the machine's limits are measured on small arrays too.
   */
  public static final String ITERATION_PROPERTY = "spanmatch.test.iterationMillis";

  /** Whether times mean nothing. */
  static final boolean FOR_TESTS = System.getProperty(ITERATION_PROPERTY) != null;

  // A JVM starts, generates activations, and checks the first result.
  private static final double FORK_SECONDS = 2;
  private static final int CHECKING_CALLS = 3;

  /** Less than 3 minutes for the processor's backend at the usual sizes. */
  public static final Effort QUICK =
      new Effort(1, 3, 8, TimeValue.milliseconds(Long.getLong(ITERATION_PROPERTY, 300)), 5);

  /** For results to be published. */
  public static final Effort FULL = new Effort(2, 3, 5, TimeValue.seconds(1), 20);

  /** Returns the seconds that a measurement takes, given those of a call. */
  public double seconds(double call) {
    double iteration = Math.max(time.convertTo(TimeUnit.MILLISECONDS) / 1e3, call);
    return forks * (FORK_SECONDS + CHECKING_CALLS * call + (warmups + iterations) * iteration);
  }
}
