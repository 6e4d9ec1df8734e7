package org.spanmatch.benchmarks;

import java.util.Arrays;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.spanmatch.match.Match;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.match.MaximumMatch;
import org.spanmatch.tuning.LayerChecks;

/**
 * The match level of every neuron of two groups of n neurons, once they are compressed.
 *
 * <p>A spectrum takes 2·n removals of O(n²) operations and bytes each, about 16/3·n³ operations in
 * all with a tenth more for fresh factorisations; the Gram matrix has 4·n² elements of 8 bytes.
 *
 * <p>Before a trial is measured, the matches that a spectrum has at five ε are compared with the
 * maximum matches from an independent table.
 */
public class SpectrumBenchmark extends TableBenchmark {
  @Override
  void checkTable() {
    MatchSpectrum spectrum = spectrum();
    List<Match> found = Arrays.stream(EPSILONS).mapToObj(spectrum::maximumMatch).toList();
    withIndependentTable(
        table ->
            LayerChecks.requireSameMatches(backend, found, MaximumMatch.find(table, EPSILONS)));
  }

  /** The match level of every neuron. */
  @Benchmark
  public MatchSpectrum spectrum() {
    return MatchSpectrum.of(table());
  }
}
