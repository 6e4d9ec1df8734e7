package org.spanmatch.benchmarks;

import java.util.Arrays;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.spanmatch.match.Match;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.match.MaximumMatch;
import org.spanmatch.tuning.LayerChecks;

/**
 * Measures the maximum matches of two groups of n neurons at five ε by rounds of removals, starting
 * from compressed layers.
 *
 * <p>The work depends on the data. Only the first distances both ways, which every match needs, are
 * counted: 14/3·n³ operations, and 4·n² elements of 8 bytes.
 *
 * <p>Before a trial is measured, the matches are compared with those from an independent table.
 */
public class MaximumMatchBenchmark extends TableBenchmark {
  @Override
  void checkTable() {
    List<Match> found = maximumMatches();
    withIndependentTable(
        table -> {
          MatchSpectrum spectrum = MatchSpectrum.of(table);
          List<Match> expected = Arrays.stream(EPSILONS).mapToObj(spectrum::maximumMatch).toList();
          LayerChecks.requireSameMatches(backend, found, expected);
        });
  }

  /** Measures the maximum matches at five ε. */
  @Benchmark
  public List<Match> maximumMatches() {
    return ask(table -> MaximumMatch.find(table, EPSILONS));
  }
}
