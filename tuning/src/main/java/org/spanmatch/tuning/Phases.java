package org.spanmatch.tuning;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.function.Supplier;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.ProjectionTable.Effort;
import org.spanmatch.match.Match;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.match.MaximumMatch;

/**
 * Measures the phases of a benchmark's calls, and counts what tables computed, for {@link Speeds};
 * one for the whole JVM.
 */
public final class Phases {
  private static final Map<String, LongSummaryStatistics> NANOS = new LinkedHashMap<>();
  private static Effort effort = Effort.NONE;
  private static long tables;

  private Phases() {}

  /**
   * Compresses a layer and finds its maximum matches, timed as {@link Speeds#COMPRESS} and {@link
   * Speeds#MATCH}. If removals are cheap, {@link Speeds#FACTORISE} is the part of the latter that a
   * table's start takes.
   *
   * @param compress creates the table, which is closed afterwards
   * @param hasCheapRemovals whether the match levels of all neurons are the fast way
   */
  public static List<Match> match(
      Supplier<ProjectionTable> compress, boolean hasCheapRemovals, double... epsilons) {
    try (ProjectionTable table = time(Speeds.COMPRESS, compress)) {
      List<Match> matches = time(Speeds.MATCH, () -> matches(table, hasCheapRemovals, epsilons));
      count(table);
      return matches;
    }
  }

  private static List<Match> matches(
      ProjectionTable table, boolean hasCheapRemovals, double... epsilons) {
    if (!hasCheapRemovals) {
      return MaximumMatch.find(table, epsilons);
    }
    factorise(() -> table, true);
    MatchSpectrum levels = MatchSpectrum.of(table);
    return MaximumMatch.find(table, levels, epsilons);
  }

  /**
   * Returns a started table, timed as {@link Speeds#FACTORISE}.
   *
   * @param fresh creates the table, or returns a fresh one
   * @param hasCheapRemovals whether to factorise what the first answers need, both ways; other
   *     tables would do that again for the answers
   */
  public static ProjectionTable factorise(
      Supplier<ProjectionTable> fresh, boolean hasCheapRemovals) {
    return time(
        Speeds.FACTORISE,
        () -> {
          ProjectionTable table = fresh.get();
          if (hasCheapRemovals) {
            table.rank(Group.X);
            table.rank(Group.Y);
          }
          return table;
        });
  }

  /** Runs a phase and adds its time to those with this label. */
  public static <T> T time(String phase, Supplier<T> work) {
    long begin = System.nanoTime();
    T result = work.get();
    long nanos = System.nanoTime() - begin;
    synchronized (NANOS) {
      NANOS.computeIfAbsent(phase, name -> new LongSummaryStatistics()).accept(nanos);
    }
    return result;
  }

  /** Counts what a table has computed, if its backend says so. */
  public static void count(ProjectionTable table) {
    synchronized (NANOS) {
      table
          .effort()
          .ifPresent(
              more -> {
                effort = effort.plus(more);
                tables++;
              });
    }
  }

  static void clear() {
    synchronized (NANOS) {
      NANOS.clear();
      effort = Effort.NONE;
      tables = 0;
    }
  }

  /** Returns what a table has computed in the mean since {@link #clear()}; empty if none said. */
  static Map<String, Double> efforts() {
    synchronized (NANOS) {
      return tables == 0
          ? Map.of()
          : Map.of(
              Speeds.FACTORISATIONS,
              (double) effort.factorisations() / tables,
              Speeds.OPERATIONS,
              effort.operations() / tables);
    }
  }

  /** Returns the mean time of each phase since {@link #clear()}, in milliseconds. */
  static Map<String, Double> means() {
    Map<String, Double> means = new LinkedHashMap<>();
    synchronized (NANOS) {
      NANOS.forEach((phase, nanos) -> means.put(phase, nanos.getAverage() / 1e6));
    }
    return means;
  }
}
