package org.spanmatch.tuning;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.function.Supplier;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.Match;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.match.MaximumMatch;

/** How long the phases of a benchmark's calls take, for {@link Speeds}; one for the whole JVM. */
public final class Phases {
  private static final Map<String, LongSummaryStatistics> NANOS = new LinkedHashMap<>();

  private Phases() {}

  /**
   * Compresses a layer and finds its maximum matches, timed as {@link Speeds#COMPRESS} and {@link
   * Speeds#MATCH}.
   *
   * @param compress makes the table, which is closed afterwards
   * @param hasCheapRemovals whether the match levels of all neurons are the fast way
   */
  public static List<Match> match(
      Supplier<ProjectionTable> compress, boolean hasCheapRemovals, double... epsilons) {
    try (ProjectionTable table = time(Speeds.COMPRESS, compress)) {
      return time(Speeds.MATCH, () -> matches(table, hasCheapRemovals, epsilons));
    }
  }

  private static List<Match> matches(
      ProjectionTable table, boolean hasCheapRemovals, double... epsilons) {
    if (!hasCheapRemovals) {
      return MaximumMatch.find(table, epsilons);
    }
    MatchSpectrum levels = MatchSpectrum.of(table);
    return MaximumMatch.find(table, levels, epsilons);
  }

  private static <T> T time(String phase, Supplier<T> work) {
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
