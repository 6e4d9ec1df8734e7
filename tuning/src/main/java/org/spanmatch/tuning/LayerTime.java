package org.spanmatch.tuning;

import java.util.List;
import java.util.Map;

/**
 * The time that matching a layer takes on a backend.
 *
 * @param backend a backend's or a peer's name
 * @param point the size
 * @param threads number of computing threads
 * @param measurement what was measured
 */
public record LayerTime(String backend, GridPoint point, int threads, Measurement measurement) {
  /** Class and method of the benchmark. */
  public static final String BENCHMARK = "LayerBenchmark.match";

  /** Returns the times of whole layers among some measurements. */
  public static List<LayerTime> of(List<Measurement> measurements) {
    return measurements.stream()
        .filter(measurement -> measurement.benchmark().equals(BENCHMARK))
        .map(LayerTime::of)
        .toList();
  }

  private static LayerTime of(Measurement measurement) {
    Map<String, String> parameters = measurement.parameters();
    return new LayerTime(
        parameters.get("backend"),
        new GridPoint(
            Integer.parseInt(parameters.get("neurons")), Long.parseLong(parameters.get("samples"))),
        Integer.parseInt(parameters.get("threads")),
        measurement);
  }

  /** The median time, in milliseconds. */
  public double milliseconds() {
    return measurement.milliseconds();
  }

  /** Half of the interval around the median, in milliseconds; NaN if there is none. */
  public double error() {
    return measurement.error();
  }

  /** The median time of the first phase, in milliseconds; NaN if not measured. */
  public double compress() {
    return secondary(Speeds.COMPRESS);
  }

  /** The median time of the second phase, in milliseconds; NaN if not measured. */
  public double match() {
    return secondary(Speeds.MATCH);
  }

  /** Billions of operations per second; NaN if not measured. */
  public double gflops() {
    return secondary(Speeds.GFLOPS);
  }

  /**
   * Returns what was measured beside the time, by its label in {@link Speeds}; NaN if it was not.
   */
  public double secondary(String label) {
    return measurement.secondary().getOrDefault(label, Double.NaN);
  }
}
