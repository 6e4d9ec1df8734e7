package org.spanmatch.tuning;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The time that matching a layer takes on a backend.
 *
 * @param backend a backend's or a peer's name
 * @param point the size
 * @param threads number of computing threads
 * @param milliseconds the mean time
 * @param error half of JMH's 99.9 % interval around it; NaN if there is none
 * @param compress time of the first phase, in milliseconds; NaN if not measured
 * @param match time of the second phase, in milliseconds; NaN if not measured
 * @param gflops billions of operations per second; NaN if not measured
 */
public record LayerTime(
    String backend,
    GridPoint point,
    int threads,
    double milliseconds,
    double error,
    double compress,
    double match,
    double gflops) {
  /** Class and method of the benchmark. */
  public static final String BENCHMARK = "LayerBenchmark.match";

  /** Returns the times of whole layers among some measurements. */
  public static List<LayerTime> of(List<Measurement> measurements) {
    List<LayerTime> times = new ArrayList<>();
    for (Measurement measurement : measurements) {
      if (measurement.benchmark().equals(BENCHMARK)) {
        Map<String, String> parameters = measurement.parameters();
        times.add(
            new LayerTime(
                parameters.get("backend"),
                new GridPoint(
                    Integer.parseInt(parameters.get("neurons")),
                    Long.parseLong(parameters.get("samples"))),
                Integer.parseInt(parameters.get("threads")),
                measurement.milliseconds(),
                measurement.error(),
                measurement.secondary().getOrDefault(Speeds.COMPRESS, Double.NaN),
                measurement.secondary().getOrDefault(Speeds.MATCH, Double.NaN),
                measurement.secondary().getOrDefault(Speeds.GFLOPS, Double.NaN)));
      }
    }
    return times;
  }
}
