package org.spanmatch.benchmarks;

import java.util.List;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.Match;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.match.MaximumMatch;

/**
 * Matches a whole layer as {@code spanmatch match} does, and times its phases for {@link Speeds}.
 *
 * <p>Before a trial is measured, one call's matches are compared with those from an independent
 * table.
 */
public abstract class MatchingBenchmark extends KernelBenchmark {
  /** Reads and compresses both groups. */
  abstract ProjectionTable compress();

  /** Compresses the layer and finds the maximum matches at five ε. */
  List<Match> matchLayer() {
    try (ProjectionTable table = Phases.time(Speeds.COMPRESS, this::compress)) {
      return Phases.time(Speeds.MATCH, () -> matches(table));
    }
  }

  private List<Match> matches(ProjectionTable table) {
    // Our tables of a peer's Gram matrix come from the java backend.
    if (hasKernel() && !kernel().hasCheapRemovals()) {
      return MaximumMatch.find(table, EPSILONS);
    }
    MatchSpectrum levels = MatchSpectrum.of(table, Progress.NONE);
    return MaximumMatch.find(table, levels, EPSILONS);
  }

  /** Runs one call and returns its matches. */
  List<Match> found() {
    return matchLayer();
  }

  @Override
  void check() {
    List<Match> found = found();
    withIndependentTable(
        table -> Checks.requireSameMatches(backend, found, MaximumMatch.find(table, EPSILONS)));
  }
}
