package org.spanmatch.benchmarks;

import java.util.LinkedHashMap;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.function.Supplier;

/** How long the phases of a benchmark's calls take, for {@link Speeds}; one for the whole JVM. */
final class Phases {
  private static final Map<String, LongSummaryStatistics> NANOS = new LinkedHashMap<>();

  private Phases() {}

  static <T> T time(String phase, Supplier<T> work) {
    long begin = System.nanoTime();
    T result = work.get();
    long nanos = System.nanoTime() - begin;
    synchronized (NANOS) {
      NANOS.computeIfAbsent(phase, name -> new LongSummaryStatistics()).accept(nanos);
    }
    return result;
  }

  static void clear() {
    synchronized (NANOS) {
      NANOS.clear();
    }
  }

  /** The mean of each phase since {@link #clear()}, in milliseconds. */
  static Map<String, Double> means() {
    Map<String, Double> means = new LinkedHashMap<>();
    synchronized (NANOS) {
      NANOS.forEach((phase, nanos) -> means.put(phase, nanos.getAverage() / 1e6));
    }
    return means;
  }
}
