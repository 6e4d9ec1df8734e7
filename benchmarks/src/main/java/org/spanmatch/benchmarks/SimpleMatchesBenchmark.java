package org.spanmatch.benchmarks;

import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layout;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.match.MinimalMatch;
import org.spanmatch.match.Neuron;
import org.spanmatch.match.SimpleMatches;
import org.spanmatch.match.SimpleSearch;
import org.spanmatch.match.TrialOrder;
import org.spanmatch.tuning.Mixtures;

/**
 * Measures searches for simple matches of two compressed groups of n neurons, all of which match:
 * for one minimal match, and for one per each of the 2·n neurons, on all threads.
 *
 * <p>One match takes up to 2·n trials, each of about 8·n² operations and bytes on the rest of n, so
 * about 8/3·n³. All matches take 2·n trials of everything and at most 2·n² of the rest, about 1/12
 * of (2·n)⁴ operations if trials remove only the neuron tried. That depends on the data, so no
 * speed is reported.
 *
 * <p>{@code tight} is the smallest ε at which all neurons match: there trials fail more often, and
 * matches are larger, up to hundreds of neurons.
 *
 * <p>Before a trial is measured, one minimal match is checked against the definition, and after it
 * those of each neuron, both with an independent table.
 */
public class SimpleMatchesBenchmark extends TableBenchmark {
  /** ε: 0.5, or the smallest at which all neurons match. */
  @Param({"loose", "tight"})
  public String epsilon;

  private double value;
  private SimpleMatches last;

  @Override
  protected Mixtures activations(ElementType type, Layout stored) {
    return new Mixtures(
        samples,
        neurons,
        type,
        stored,
        MinimalMatchBenchmark.LEAST_NOISE,
        MinimalMatchBenchmark.MOST_NOISE);
  }

  @Override
  protected void prepare() {
    if (!List.of("loose", "tight").contains(epsilon)) {
      throw new IllegalArgumentException(
          "expected an epsilon of loose, tight, found '" + epsilon + "'");
    }
    try (ProjectionTable table = compressed()) {
      MinimalMatchBenchmark.requireAllMatched(table);
      MatchSpectrum spectrum = MatchSpectrum.of(table);
      double least = spectrum.epsilonFor(2 * neurons).orElseThrow() + 1e-9;
      value = epsilon.equals("tight") ? least : MinimalMatchBenchmark.EPSILON;
    }
  }

  private Neuron neuron() {
    return new Neuron(Group.X, neurons / 2);
  }

  @Override
  void checkTable() {
    MinimalMatch match = one();
    withIndependentTable(
        table -> {
          if (!match.isMatch(table, value) || !match.isMinimal(table, value)) {
            throw new IllegalStateException(backend + " found no minimal match: " + match);
          }
        });
  }

  // A search for all may take minutes, so check the measured matches.
  @Override
  public void tearDown() {
    try {
      if (last != null) {
        withIndependentTable(this::checkAll);
      }
    } finally {
      super.tearDown();
    }
  }

  private void checkAll(ProjectionTable table) {
    if (!last.complete()
        || !last.coversMaximum()
        || last.covered(Group.X).size() != neurons
        || !last.matches().stream().allMatch(match -> match.isMatch(table, value))) {
      throw new IllegalStateException(
          backend + " found matches that don't cover all neurons, or are none");
    }
  }

  /** Measures a search for one minimal match. */
  @Benchmark
  public MinimalMatch one() {
    TrialOrder order = TrialOrder.byIndex(table());
    return MinimalMatch.find(table(), value, neuron(), order).orElseThrow();
  }

  /** Measures a search for a minimal match of each neuron. */
  @Benchmark
  public SimpleMatches all() {
    last = SimpleSearch.inOrder(TrialOrder.byIndex(table())).on(threads).run(table(), value);
    return last;
  }
}
