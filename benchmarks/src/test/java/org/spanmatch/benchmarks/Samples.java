package org.spanmatch.benchmarks;

import java.util.List;
import java.util.Map;
import org.spanmatch.tuning.Iterations;
import org.spanmatch.tuning.Measurement;

/** Measurements for tests. */
final class Samples {
  private Samples() {}

  /** Returns a measurement of one iteration. */
  static Measurement of(
      String benchmark,
      Map<String, String> parameters,
      int threads,
      double milliseconds,
      Map<String, Double> secondary) {
    return new Measurement(
        benchmark,
        parameters,
        threads,
        new Iterations(List.of(milliseconds)),
        Double.NaN,
        secondary);
  }
}
