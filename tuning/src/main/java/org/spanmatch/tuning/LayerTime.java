package org.spanmatch.tuning;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How long matching a layer takes on a backend.
 *
 * @param backend a backend's or a peer's name
 * @param point the size
 * @param threads how many threads computed
 * @param milliseconds the mean time
 * @param error half of JMH's 99.9 % interval around it; NaN if there is none
 * @param compress the part of the first phase, in milliseconds; NaN if it was not measured
 * @param match the part of the second phase; NaN if it was not measured
 * @param gflops billions of operations in a second; NaN if that was not measured
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
  /** Class and method of what was measured. */
  public static final String BENCHMARK = "LayerBenchmark.match";

  /** Those among some measurements that are of whole layers. */
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
