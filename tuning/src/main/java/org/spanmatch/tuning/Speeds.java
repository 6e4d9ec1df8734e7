package org.spanmatch.tuning;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Adds speeds to JMH's results: {@code -prof org.spanmatch.tuning.Speeds}.
 *
 * <p>{@value #GFLOPS} and {@value #GBS} are the {@link Work} of a call divided by its time, for all
 * JMH threads together, if the work is known. {@value #COMPRESS}, {@value #FACTORISE}, {@value
 * #MATCH} and {@value #ANSWER} are the mean times of a call's phases, in milliseconds, if a
 * benchmark has phases. All are for the mode "average time", and are means over the iterations.
 * {@value #FACTORISATIONS} and {@value #OPERATIONS} are what a call's table has computed, if its
 * backend counts it.
 */
public final class Speeds implements InternalProfiler {
  /** Label of the billions of useful operations per second. */
  public static final String GFLOPS = "gflops";

  /** Label of the billions of bytes per second. */
  public static final String GBS = "gbs";

  /** Label of the time for reading and compressing a layer. */
  public static final String COMPRESS = "compress";

  /**
   * Label of the time for a table's start: what its first answer needs of factorisations. A backend
   * that begins with them while it compresses has a part of them in {@link #COMPRESS}.
   */
  public static final String FACTORISE = "factorise";

  /** Label of the time for the distances or levels from a table that has started. */
  public static final String ANSWER = "answer";

  /** Label of the time for matching a compressed layer, the table's start included. */
  public static final String MATCH = "match";

  /** Label of the number of factorisations of a table, fresh starts after removals included. */
  public static final String FACTORISATIONS = "factorisations";

  /** Label of the number of floating-point operations that a table has computed. */
  public static final String OPERATIONS = "operations";

  /** Called by JMH. */
  public Speeds() {}

  @Override
  public String getDescription() {
    return "GFLOP/s and GB/s of useful work, and times of phases";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    Phases.clear();
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    List<ScalarResult> speeds = new ArrayList<>();
    Phases.means().forEach((phase, mean) -> speeds.add(mean(phase, mean, "ms/op")));
    Phases.efforts().forEach((label, mean) -> speeds.add(mean(label, mean, "1/op")));
    if (benchmark.getMode() == Mode.AverageTime && !result.getRawPrimaryResults().isEmpty()) {
      double units = result.getPrimaryResult().getScore();
      double milliseconds =
          units * benchmark.getTimeUnit().toNanos(1) / TimeUnit.MILLISECONDS.toNanos(1);
      double millisecondsPerThread = milliseconds / benchmark.getThreads();
      work(benchmark)
          .ifPresent(
              work -> {
                add(speeds, GFLOPS, work.gflops(millisecondsPerThread), "GFLOP/s");
                add(speeds, GBS, work.gigabytes(millisecondsPerThread), "GB/s");
              });
    }
    return speeds;
  }

  private static Optional<Work> work(BenchmarkParams benchmark) {
    Map<String, String> parameters = new HashMap<>();
    for (String key : benchmark.getParamsKeys()) {
      parameters.put(key, benchmark.getParam(key));
    }
    return Work.of(Measurement.shortName(benchmark.getBenchmark()), parameters);
  }

  private static void add(List<ScalarResult> speeds, String label, double speed, String unit) {
    if (speed > 0) {
      speeds.add(mean(label, speed, unit));
    }
  }

  private static ScalarResult mean(String label, double value, String unit) {
    return new ScalarResult(label, value, unit, AggregationPolicy.AVG);
  }
}
