package org.spanmatch.benchmarks;

import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.spanmatch.tuning.LimitsBenchmark;
import org.spanmatch.tuning.Measurement;
import org.spanmatch.tuning.Work;

/**
 * Speeds, and their shares of what the machine can do: by the peak and the memory bandwidth that
 * {@link LimitsBenchmark} measured on as many threads, or by those of a GPU.
 *
 * @param results of one run, the limits among them
 */
record Limits(Results results) {
  /** The backend and the peers of gpu_peers.py that run on a GPU. */
  private static final Set<String> ON_DEVICE = Set.of(Results.CUDA, "pytorch", "cupy");

  /**
   * The shares of both limits that a measurement reached; 0 for one that does not apply or was not
   * measured.
   *
   * @param computing share of the most operations in its time
   * @param moving share of the most bytes in its time
   * @param device whether a GPU's limits apply
   */
  record Share(double computing, double moving, boolean device) {
    /** The larger one: the least possible time of the work divided by the time taken. */
    double most() {
      return Math.max(computing, moving);
    }
  }

  /** Returns billions per second, for all JMH threads together; 0 if nothing is counted. */
  static double speed(Measurement result, ToDoubleFunction<Work> amount) {
    return Work.of(result.benchmark(), result.parameters())
        .map(work -> result.threads() * amount.applyAsDouble(work) / result.milliseconds() / 1e6)
        .orElse(0.0);
  }

  Share share(Measurement result) {
    boolean device = ON_DEVICE.contains(Results.backend(result));
    // Layers are copied to a device from the host; benchmarks of a table copy nothing.
    boolean moves = !device || (result.parameters().containsKey("layout") && !isOfTable(result));
    return new Share(
        share(result, Work::flops, device ? this::devicePeak : this::peak),
        moves ? share(result, Work::bytes, device ? this::deviceBandwidth : this::bandwidth) : 0,
        device);
  }

  private static boolean isOfTable(Measurement result) {
    return Stream.of("ProjectionBenchmark.", "SpectrumBenchmark.", "MaximumMatchBenchmark.")
        .anyMatch(result.benchmark()::startsWith);
  }

  private static double share(
      Measurement result,
      ToDoubleFunction<Work> amount,
      Function<Measurement, Optional<Double>> limit) {
    return limit.apply(result).map(most -> speed(result, amount) / most).orElse(0.0);
  }

  /** Returns the peak speed of a measurement's threads, in GFLOP/s, if measured. */
  private Optional<Double> peak(Measurement of) {
    return limit("LimitsBenchmark.multiplyAdd", of).map(result -> speed(result, Work::flops));
  }

  /** Returns the memory bandwidth of a measurement's threads, in GB/s, if measured. */
  private Optional<Double> bandwidth(Measurement of) {
    return limit("LimitsBenchmark.read", of).map(result -> speed(result, Work::bytes));
  }

  private Optional<Measurement> limit(String benchmark, Measurement of) {
    return results.first(
        result ->
            result.benchmark().startsWith(benchmark)
                && result.threads() == Results.number(of, "threads"));
  }

  /** Returns the speed of cuBLAS in a large product, in GFLOP/s, if measured. */
  private Optional<Double> devicePeak(Measurement of) {
    return results
        .first(result -> result.benchmark().equals("DeviceBenchmark.dgemm"))
        .map(result -> speed(result, Work::flops));
  }

  /** Returns the speed of a large copy to the device, in GB/s, if measured. */
  private Optional<Double> deviceBandwidth(Measurement of) {
    return results
        .first(result -> result.benchmark().equals("DeviceBenchmark.copyToDevice"))
        .map(result -> speed(result, Work::bytes));
  }
}
