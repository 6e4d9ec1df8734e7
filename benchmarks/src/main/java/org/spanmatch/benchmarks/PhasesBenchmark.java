package org.spanmatch.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.infra.Blackhole;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.gram.Gram;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.Match;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.match.MaximumMatch;
import org.spanmatch.tuning.KernelBenchmark;
import org.spanmatch.tuning.LayerChecks;
import org.spanmatch.tuning.Phases;
import org.spanmatch.tuning.Speeds;

/**
 * Measures the phases of a whole layer, from activations in memory on, so that nothing is left out
 * between two of them.
 *
 * <p>{@code read} passes all blocks of both layers through one thread, as a kernel would get them,
 * and computes nothing: each activation is read once. {@code gram} reads and adds up, and has the
 * Gram matrix on the host afterwards. {@code distances} and {@code levels} compress, start the
 * table, and ask for all distances both ways, or for the match levels of all neurons; a call is the
 * sum of {@value Speeds#COMPRESS}, {@value Speeds#FACTORISE} and {@value Speeds#ANSWER}. A backend
 * that begins to factorise while it compresses has a part of the second in the first, and never in
 * neither.
 *
 * <p>With n neurons in each group and m = 2·n, adding up takes samples·m² operations, distances
 * take 14/3·n³ and levels 16/3·n³.
 *
 * <p>{@code gpu_peers.py} measures the same sum of distances with PyTorch or CuPy.
 *
 * <p>Before a trial is measured, distances are compared with those of an independent table, and the
 * matches that follow from the levels with the maximum matches from it.
 */
public class PhasesBenchmark extends KernelBenchmark {
  // The Gram matrix on the heap.
  @Override
  protected double keptBytes() {
    return Double.BYTES * (2.0 * neurons) * (2.0 * neurons);
  }

  @Override
  protected void check() {
    MatchSpectrum levels = levels();
    List<Match> found = Arrays.stream(EPSILONS).mapToObj(levels::maximumMatch).toList();
    withIndependentTable(
        expected -> {
          try (ProjectionTable table = compressed()) {
            Checks.requireSameDistances(table, expected);
          }
          LayerChecks.requireSameMatches(backend, found, MaximumMatch.find(expected, EPSILONS));
        });
  }

  /** Measures reading alone. */
  @Benchmark
  public void read(Blackhole read) {
    for (Group group : Group.values()) {
      try (BlockReader reader = data().layer(group).open()) {
        for (Block block = reader.next(); block != null; block = reader.next()) {
          read.consume(block);
        }
      }
    }
  }

  /** Measures reading and adding up. */
  @Benchmark
  @Override
  public Gram gram() {
    return super.gram();
  }

  /** Measures everything up to all distances. */
  @Benchmark
  public double distances() {
    return answer(
        table -> table.distances(Group.X).distance(0) + table.distances(Group.Y).distance(0));
  }

  /** Measures everything up to the match levels of all neurons. */
  @Benchmark
  public MatchSpectrum levels() {
    return answer(MatchSpectrum::of);
  }

  private <T> T answer(Function<ProjectionTable, T> question) {
    try (ProjectionTable table = Phases.time(Speeds.COMPRESS, this::compressed)) {
      Phases.factorise(() -> table, kernel().hasCheapRemovals());
      T answer = Phases.time(Speeds.ANSWER, () -> question.apply(table));
      Phases.count(table);
      return answer;
    }
  }
}
