package org.spanmatch.benchmarks;

import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layout;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.Match;
import org.spanmatch.match.MaximumMatch;
import org.spanmatch.match.MinimalMatch;
import org.spanmatch.match.Neuron;
import org.spanmatch.match.TrialOrder;
import org.spanmatch.tuning.KernelBenchmark;
import org.spanmatch.tuning.Mixtures;

/**
 * Measures the way from arrays in memory to one minimal match, for layers that match entirely,
 * compared with the same algorithm in numpy ({@code peers/numpy_peers.py}), as in the program of
 * Wang et al.: rounds of least-squares problems on the activation vectors, stopped as soon as a
 * trial has lost the neuron.
 *
 * <p>There are at most 2·n trials. In numpy each takes at least two least-squares problems,
 * singular value decompositions of samples × up to n. Here compressing takes samples·4·n²
 * operations and reads 2·n·samples activations, and a trial takes about 8·n² operations and bytes,
 * with n the remaining neurons. The number and size of the trials depend on the data, so no speed
 * is reported.
 *
 * <p>Python runs in a separate process that has loaded the data before. Before a trial is measured,
 * a match is checked to be minimal, and numpy's match is compared with ours.
 */
public class MinimalMatchBenchmark extends KernelBenchmark {
  /** The least noise; with this range everything matches. */
  static final double LEAST_NOISE = 0.1;

  /** The most noise. */
  static final double MOST_NOISE = 0.4;

  /** The ε at which everything matches. */
  static final double EPSILON = 0.5;

  private Neuron neuron;
  private NumpyPeer peer;
  private MinimalMatch last;

  @Override
  protected List<String> peers() {
    return List.of(BenchmarkPeers.NUMPY);
  }

  @Override
  protected Mixtures activations(ElementType type, Layout stored) {
    return new Mixtures(samples, neurons, type, stored, LEAST_NOISE, MOST_NOISE);
  }

  @Override
  protected void prepare() {
    neuron = new Neuron(Group.X, neurons / 2);
    if (!hasKernel()) {
      peer = new NumpyPeer("minimal " + EPSILON + " " + neuron.position(), data(), threads);
    }
  }

  static void requireAllMatched(ProjectionTable table) {
    double similarity = MaximumMatch.find(table, EPSILON).get(0).similarity();
    if (similarity < 1) {
      throw new IllegalStateException("only a share of " + similarity + " matches");
    }
  }

  @Override
  protected void check() {
    match();
    withIndependentTable(
        table -> {
          requireAllMatched(table);
          MinimalMatch match = hasKernel() ? last : find(table);
          if (!match.isMatch(table, EPSILON) || !match.isMinimal(table, EPSILON)) {
            throw new IllegalStateException(backend + " found no minimal match: " + match);
          }
          if (peer != null) {
            Match found = peer.matches(EPSILON).get(0);
            if (!found.x().equals(match.x()) || !found.y().equals(match.y())) {
              throw new IllegalStateException(backend + " found " + found + ", expected " + match);
            }
          }
        });
  }

  @Override
  protected void free() {
    if (peer != null) {
      peer.close();
      peer = null;
    }
  }

  private MinimalMatch find(ProjectionTable table) {
    return MinimalMatch.find(table, EPSILON, neuron, TrialOrder.byIndex(table)).orElseThrow();
  }

  /** Compresses and finds one minimal match. */
  @Benchmark
  public Object match() {
    if (peer != null) {
      peer.run();
      return peer;
    }
    try (ProjectionTable table = compressed()) {
      last = find(table);
    }
    return last;
  }
}
