package org.spanmatch.tuning;

import java.util.List;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.Match;
import org.spanmatch.match.MaximumMatch;

/**
 * Matches a whole layer as {@code spanmatch match} does, and times its phases for {@link Speeds}.
 *
 * <p>Before a trial is measured, one call's matches are compared with those from an independent
 * table.
 */
public abstract class MatchingBenchmark extends KernelBenchmark {
  /** Reads and compresses both groups. */
  protected abstract ProjectionTable compress();

  /** Compresses the layer and finds the maximum matches at five ε. */
  protected List<Match> matchLayer() {
    return Phases.match(this::compress, kernel().hasCheapRemovals(), EPSILONS);
  }

  /** Runs one call and returns its matches. */
  List<Match> found() {
    return matchLayer();
  }

  @Override
  protected void check() {
    List<Match> found = found();
    withIndependentTable(
        table ->
            LayerChecks.requireSameMatches(backend, found, MaximumMatch.find(table, EPSILONS)));
  }
}
