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

  /**
   * Returns the times of whole layers among some measurements.
   *
   * @throws IllegalArgumentException if one has no backend or size
   */
  public static List<LayerTime> of(List<Measurement> measurements) {
    return measurements.stream()
        .filter(measurement -> measurement.benchmark().equals(BENCHMARK))
        .map(LayerTime::of)
        .toList();
  }

  private static LayerTime of(Measurement measurement) {
    Map<String, String> parameters = measurement.parameters();
    return new LayerTime(
        parameter("backend", parameters),
        new GridPoint(
            (int) number("neurons", Integer.MAX_VALUE, parameters),
            number("samples", Long.MAX_VALUE, parameters)),
        (int) number("threads", Integer.MAX_VALUE, parameters),
        measurement);
  }

  private static String parameter(String name, Map<String, String> parameters) {
    String value = parameters.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "expected the parameter '" + name + "' of " + BENCHMARK + ", found none");
    }
    return value;
  }

  private static long number(String name, long most, Map<String, String> parameters) {
    String value = parameter(name, parameters);
    if (!value.matches("[1-9]\\d{0,17}") || Long.parseLong(value) > most) {
      throw new IllegalArgumentException(
          "expected a whole number from 1 to "
              + most
              + " as the parameter '"
              + name
              + "' of "
              + BENCHMARK
              + ", found '"
              + value
              + "'");
    }
    return Long.parseLong(value);
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
