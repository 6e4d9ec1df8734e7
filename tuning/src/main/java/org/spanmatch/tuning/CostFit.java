package org.spanmatch.tuning;

import java.util.List;
import org.spanmatch.kernel.selection.CostProfile.PhaseCost;

/**
 * Fits the cost of a phase to measured times: least squares of the relative errors, with no cost
 * below 0, by coordinate descent.
 */
final class CostFit {
  private static final int TERMS = 3;
  private static final int MOST_SWEEPS = 100_000;
  private static final double SMALL = 1e-12;

  /**
   * A measured time.
   *
   * @param flops operations
   * @param bytes bytes
   * @param seconds the time, above 0
   */
  record Timing(double flops, double bytes, double seconds) {}

  private CostFit() {}

  /**
   * Returns the best fit.
   *
   * @param timings at least one
   */
  static PhaseCost of(List<Timing> timings) {
    int count = timings.size();
    // The part of each cost term in the ratio of modelled to measured time, which should be 1;
    // every column is scaled to norm 1.
    double[][] columns = new double[TERMS][count];
    double[] rest = new double[count];
    for (int i = 0; i < count; i++) {
      Timing timing = timings.get(i);
      columns[0][i] = 1 / timing.seconds();
      columns[1][i] = timing.flops() / timing.seconds();
      columns[2][i] = timing.bytes() / timing.seconds();
      rest[i] = 1;
    }
    double[] norms = new double[TERMS];
    for (int term = 0; term < TERMS; term++) {
      norms[term] = Math.sqrt(dot(columns[term], columns[term]));
      for (int i = 0; i < count; i++) {
        columns[term][i] /= norms[term];
      }
    }
    double[] costs = new double[TERMS];
    double change = 1;
    for (int sweep = 0; sweep < MOST_SWEEPS && change > SMALL; sweep++) {
      change = 0;
      for (int term = 0; term < TERMS; term++) {
        double step = Math.max(-costs[term], dot(columns[term], rest));
        costs[term] += step;
        for (int i = 0; i < count; i++) {
          rest[i] -= step * columns[term][i];
        }
        change = Math.max(change, Math.abs(step));
      }
    }
    return new PhaseCost(costs[0] / norms[0], costs[1] / norms[1], costs[2] / norms[2]);
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
