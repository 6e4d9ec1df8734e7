package org.spanmatch.tuning;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures the machine's limits in this JVM: float64 multiply-adds in registers, and memory
 * bandwidth. Other figures are given as a share of them.
 *
 * <p>{@code multiplyAdd} does {@link #FLOPS} operations and touches no memory. {@code read} adds up
 * an array: 8 bytes per element. {@code copy} copies one: 16 bytes per element, without the reads
 * that processors may do before they overwrite memory. The arrays, one pair per thread, should be
 * far larger than the caches. With several threads, each does all of that.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 8, time = 1)
@Fork(
    value = 2,
    jvmArgsPrepend = {
      "-Xms4g",
      "-Xmx4g",
      "-XX:+UseParallelGC",
      "-XX:+AlwaysPreTouch",
      "--add-modules",
      "jdk.incubator.vector"
    })
public class LimitsBenchmark {
  /** Operations per call of {@code multiplyAdd}: steps of 12 chains of 8 lanes. */
  static final long FLOPS = 2L * 12 * 8 * 100_000;

  /** Factors unknown to the compiler. */
  @State(Scope.Thread)
  public static class Factors {
    double first = 0.5;
    double second = 1e-3;
  }

  /** Two arrays for each thread. */
  @State(Scope.Thread)
  public static class Pair {
    /** Elements of each array, a multiple of 32. */
    @Param("33554432")
    public int elements;

    double[] from;
    double[] to;

    /** Touches every page, so that the system has mapped it. */
    @Setup(Level.Trial)
    public void setUp() {
      from = new double[elements];
      Arrays.fill(from, 1);
      to = from.clone();
      double sum = VectorLoops.sum(from);
      if (sum != elements) { // sums of whole numbers this small are exact
        throw new IllegalStateException(elements + " ones add up to " + sum);
      }
    }
  }

  /** Measures multiply-adds on one thread. */
  @Benchmark
  @Threads(1)
  public double multiplyAddOneThread(Factors factors) {
    return VectorLoops.multiplyAdd(FLOPS, factors.first, factors.second);
  }

  /** Measures multiply-adds on all processors. */
  @Benchmark
  @Threads(Threads.MAX)
  public double multiplyAddAllThreads(Factors factors) {
    return VectorLoops.multiplyAdd(FLOPS, factors.first, factors.second);
  }

  /** Measures reading on one thread. */
  @Benchmark
  @Threads(1)
  public double readOneThread(Pair arrays) {
    return VectorLoops.sum(arrays.from);
  }

  /** Measures reading on all processors. */
  @Benchmark
  @Threads(Threads.MAX)
  public double readAllThreads(Pair arrays) {
    return VectorLoops.sum(arrays.from);
  }

  /** Measures copying on one thread. */
  @Benchmark
  @Threads(1)
  public double[] copyOneThread(Pair arrays) {
    System.arraycopy(arrays.from, 0, arrays.to, 0, arrays.elements);
    return arrays.to;
  }

  /** Measures copying on all processors. */
  @Benchmark
  @Threads(Threads.MAX)
  public double[] copyAllThreads(Pair arrays) {
    System.arraycopy(arrays.from, 0, arrays.to, 0, arrays.elements);
    return arrays.to;
  }
}
