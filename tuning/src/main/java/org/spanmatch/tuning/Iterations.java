package org.spanmatch.tuning;

import java.util.List;

/**
 * The times of a benchmark's iterations, over all JVMs that measured, in milliseconds.
 *
 * @param times the mean time of a call in each iteration, ascending; at least one
 */
public record Iterations(List<Double> times) {
  // The least probability that an interval between two iterations contains the median.
  private static final double COVERAGE = 0.9;

  /** Sorts the times. */
  public Iterations {
    times = times.stream().sorted().toList();
    if (times.isEmpty()) {
      throw new IllegalArgumentException("expected the time of an iteration at least");
    }
  }

  /** Returns the median: of an even number, the mean of the middle two. */
  public double median() {
    int middle = times.size() / 2;
    return times.size() % 2 == 1
        ? times.get(middle)
        : (times.get(middle - 1) + times.get(middle)) / 2;
  }

  /** The time of the fastest iteration. */
  public double lowest() {
    return times.get(0);
  }

  /** The time of the slowest iteration. */
  public double highest() {
    return times.get(times.size() - 1);
  }

  /**
   * Returns how far the true median may be from {@link #median()}, from the order of the iterations
   * alone: the narrowest interval that begins as many iterations above the lowest as it ends below
   * the highest, and contains the true median with a probability of at least 0.9 (0.93 with 8
   * iterations, without their lowest and highest). One iteration that something else slowed down
   * does not widen it, as it does JMH's interval around the mean.
   *
   * @return the larger of both distances, in milliseconds; NaN with fewer than five iterations
   */
  public double error() {
    int left = leftOut();
    return left < 0
        ? Double.NaN
        : Math.max(median() - times.get(left), times.get(times.size() - 1 - left) - median());
  }

  /** Returns how many iterations to leave out at each end; below 0 if all are too few. */
  private int leftOut() {
    int n = times.size();
    // Of n iterations k are below the true median with probability (n over k) / 2^n, which is less
    // than any double if n is large and k is small; its logarithm is not.
    double logarithm = -n * Math.log(2);
    double outside = 2 * Math.exp(logarithm);
    int left = -1;
    while (1 - outside >= COVERAGE) {
      left++;
      logarithm += Math.log((double) (n - left) / (left + 1));
      outside += 2 * Math.exp(logarithm);
    }
    return left;
  }
}
