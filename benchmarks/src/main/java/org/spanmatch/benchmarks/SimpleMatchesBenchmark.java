package org.spanmatch.benchmarks;

import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layout;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.MatchChecks;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.match.MinimalMatch;
import org.spanmatch.match.Neuron;
import org.spanmatch.match.SimpleMatches;
import org.spanmatch.match.SimpleSearch;
import org.spanmatch.match.TrialOrder;
import org.spanmatch.tuning.Mixtures;

/**
 * Simple matches of two groups of n neurons that are compressed and of which all match: one minimal
 * match, and one for each of the 2·n neurons, searched for by as many threads as there may be.
 *
 * <p>One takes up to 2·n trials, each about 8·n² operations and bytes on what is left of n, so
 * about 8/3·n³. All take 2·n trials of everything and at most 2·n² of what is left, about 1/12 of
 * (2·n)⁴ operations where trials remove nothing but what is tried. That depends on the data, so no
 * speed is reported.
 *
 * <p>{@code tight} is the least ε at which all match: there trials fail more often, and matches are
 * larger, up to hundreds of neurons.
 *
 * <p>One minimal match is checked against the definition before a trial is measured, and after it
 * those of each neuron, both with an independent table.
 */
public class SimpleMatchesBenchmark extends TableBenchmark {
  /** ε: 0.5, or the least at which everything matches. */
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
          if (!isMatch(table, match.x(), match.y())
              || !MatchChecks.isMinimalFor(table, value, match.x(), match.y(), neuron())) {
            throw new IllegalStateException(backend + " found no minimal match: " + match);
          }
        });
  }

  private boolean isMatch(ProjectionTable table, List<Integer> x, List<Integer> y) {
    return MatchChecks.isMatch(table, value, x, y);
  }

  // All of them may take minutes, so those are checked that were measured.
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
        || !MatchChecks.coverMaximum(last)
        || last.covered(Group.X).size() != neurons
        || !last.matches().stream().allMatch(match -> isMatch(table, match.x(), match.y()))) {
      throw new IllegalStateException(
          backend + " found matches that don't cover all neurons, or are none");
    }
  }

  /** One minimal match. */
  @Benchmark
  public MinimalMatch one() {
    TrialOrder order = TrialOrder.byIndex(table());
    return MinimalMatch.find(table(), value, neuron(), order).orElseThrow();
  }

  /** A minimal match of each neuron. */
  @Benchmark
  public SimpleMatches all() {
    last = SimpleSearch.inOrder(TrialOrder.byIndex(table())).on(threads).run(table(), value);
    return last;
  }
}
