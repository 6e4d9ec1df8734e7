package org.spanmatch.benchmarks;

import java.util.Arrays;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.spanmatch.match.Match;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.match.MaximumMatch;
import org.spanmatch.tuning.LayerChecks;

/**
 * Measures the match levels of two groups of n neurons, starting from compressed layers.
 *
 * <p>A spectrum takes 2·n removals of O(n²) operations and bytes each: 16/3·n³ useful operations in
 * all. The results have what the table really computed, factorisations included. The Gram matrix
 * has 4·n² elements of 8 bytes.
 *
 * <p>Before a trial is measured, a spectrum's matches at five ε are compared with the maximum
 * matches from an independent table.
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

  /** Measures the match levels of all neurons. */
  @Benchmark
  public MatchSpectrum spectrum() {
    return ask(MatchSpectrum::of);
  }
}
