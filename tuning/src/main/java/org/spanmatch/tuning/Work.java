package org.spanmatch.tuning;

import java.util.Map;
import java.util.Optional;
import org.spanmatch.kernel.selection.CostProfile.LayerWork;

/**
 * The useful work of one call of a benchmark, whichever method its backend uses: floating-point
 * operations, and the least number of bytes to read or copy.
 *
 * <p>The symmetric half of a Gram matrix counts once. n is the number of neurons of each group, m
 * that of both.
 *
 * @param flops number of operations; 0 if it only moves bytes
 * @param bytes number of bytes; 0 if it only computes
 */
public record Work(double flops, double bytes) {
  /** The peer of {@code ProjectionBenchmark} that leaves out what error bounds need. */
  public static final String WITHOUT_BOUNDS = "openblas";

  /**
   * Returns the work of a benchmark; empty if it depends on the data.
   *
   * @param benchmark class and method, such as {@code LayerBenchmark.match}
   * @param parameters the values of its {@code @Param}s, as JMH has them
   * @throws IllegalArgumentException if a parameter is missing, or is no number although it should
   *     be
   */
  public static Optional<Work> of(String benchmark, Map<String, String> parameters) {
    Parameters of = new Parameters(benchmark, parameters);
    return Optional.ofNullable(
        switch (benchmark) {
          case "CompressionBenchmark.compress", "PhasesBenchmark.gram" -> compressing(of);
          case "PhasesBenchmark.read" -> new Work(0, compressing(of).bytes());
          case "PhasesBenchmark.distances" ->
              compressing(of).plus(projecting(of.number("neurons"), true));
          case "ProjectionBenchmark.distances", "MaximumMatchBenchmark.maximumMatches" ->
              projecting(of.number("neurons"), !of.text("backend").equals(WITHOUT_BOUNDS));
          case "SpectrumBenchmark.spectrum" -> matching(of.number("neurons"));
          case "LayerBenchmark.match", "FileBenchmark.match", "PhasesBenchmark.levels" ->
              compressing(of).plus(matching(of.number("neurons")));
          case "LimitsBenchmark.multiplyAddOneThread", "LimitsBenchmark.multiplyAddAllThreads" ->
              new Work(LimitsBenchmark.FLOPS, 0);
          case "LimitsBenchmark.readOneThread", "LimitsBenchmark.readAllThreads" ->
              new Work(0, 8.0 * of.number("elements"));
          case "LimitsBenchmark.copyOneThread", "LimitsBenchmark.copyAllThreads" ->
              new Work(0, 16.0 * of.number("elements"));
          case "DeviceBenchmark.dgemm", "GpuPeers.dgemm" ->
              new Work(2 * cube(of.number("size")), 0);
          case "DeviceBenchmark.copyToDevice" -> new Work(0, DeviceBenchmark.COPIED_BYTES);
          case "DeviceBenchmark.feed" ->
              new Work(0, Float.BYTES * of.number("m") * of.number("samples"));
          case "DeviceBenchmark.gram", "GpuPeers.gram" ->
              compressing(of.number("m"), of.number("samples"), Float.BYTES);
          default -> null;
        });
  }

  /**
   * Returns the work of reading and compressing m neurons: {@code samples·m²} operations, and each
   * activation once.
   *
   * @param elementBytes bytes per activation
   */
  public static Work compressing(long m, long samples, int elementBytes) {
    LayerWork work = LayerWork.of(Math.toIntExact(m), 0, samples, elementBytes);
    return new Work(work.compressFlops(), work.compressBytes());
  }

  private static Work compressing(Parameters of) {
    return compressing(
        2 * of.number("neurons"),
        of.number("samples"),
        KernelBenchmark.type(of.text("dtype")).bytes());
  }

  /**
   * Returns the work of the match levels of n + n neurons by removing one after the other: {@code
   * 16/3·n³} operations, and the Gram matrix once.
   */
  public static Work matching(long neurons) {
    int n = Math.toIntExact(neurons);
    LayerWork work = LayerWork.of(n, n, 1, Float.BYTES);
    return new Work(work.matchFlops(), work.matchBytes());
  }

  /**
   * Returns the work of all distances of n + n neurons, both ways: two factorisations and
   * projections, {@code 2·(n³/3 + n³)} operations, {@code 2·n³} more with the coefficients that
   * error bounds need, and the Gram matrix once.
   */
  public static Work projecting(long neurons, boolean withCoefficients) {
    double n = neurons;
    return new Work((withCoefficients ? 14 : 8) * cube(neurons) / 3, 8.0 * 4 * n * n);
  }

  private static double cube(long n) {
    return (double) n * n * n;
  }

  /** Returns the sum of two amounts of work. */
  public Work plus(Work other) {
    return new Work(flops + other.flops, bytes + other.bytes);
  }

  /** Returns the speed in billions of operations per second, given the time of a call. */
  public double gflops(double milliseconds) {
    return flops / milliseconds / 1e6;
  }

  /** Returns the speed in billions of bytes per second, given the time of a call. */
  public double gigabytes(double milliseconds) {
    return bytes / milliseconds / 1e6;
  }

  private record Parameters(String benchmark, Map<String, String> values) {
    String text(String name) {
      String value = values.get(name);
      if (value == null) {
        throw new IllegalArgumentException(benchmark + " has no parameter " + name);
      }
      return value;
    }

    long number(String name) {
      try {
        return Long.parseLong(text(name));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            benchmark + ": expected a number for " + name + ", found '" + text(name) + "'", e);
      }
    }
  }
}
