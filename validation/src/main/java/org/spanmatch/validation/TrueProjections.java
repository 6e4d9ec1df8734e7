package org.spanmatch.validation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.spanmatch.kernel.Group;

/**
 * The true projections of a problem's neurons, each computed once: all backends are judged by the
 * same ones, and the checks of simple matches come back to the same subsets again and again.
 *
 * <p>Keeps three numbers per neuron for every subset that was asked for. Thread-safe, since a
 * backend that has missed its time limit may come back and ask while the next one is judged.
 */
final class TrueProjections {
  /**
   * The projection of a neuron on a span.
   *
   * @param distance the relative distance, in [0, 1]
   * @param bound how far it may be off; 1 where exact arithmetic takes too long
   * @param coefficientNorm ‖c‖₁ of the coefficients of unit vectors
   */
  record Bounded(double distance, double bound, double coefficientNorm) {
    private static final Bounded UNKNOWN = new Bounded(0, 1, 0);

    private static Bounded of(TrueSpan span, double[] vector) {
      ExactProjection.Projected projected = span.project(vector);
      double coefficients = projected.coefficientNorm();
      return new Bounded(
          Math.min(1, projected.distance()),
          Math.min(1, span.error() * (1 + coefficients)),
          coefficients);
    }
  }

  private final int samples;
  private final List<double[]> columns = new ArrayList<>();
  // By the spanning columns, and then by the projected one.
  private final Map<BitSet, Map<Integer, Bounded>> known = new HashMap<>();

  /**
   * Starts with none of them known.
   *
   * @param problem its columns are the neurons of X that are not zero, then those of Y
   */
  TrueProjections(Problem problem) {
    samples = problem.samples();
    for (Group group : Group.values()) {
      problem.vectors(group).stream()
          .filter(vector -> Arrays.stream(vector).anyMatch(value -> value != 0))
          .forEach(columns::add);
    }
  }

  /** Returns the projections of columns, in the order given, on the span of others. */
  synchronized List<Bounded> project(int[] projected, int[] spanning) {
    BitSet span = new BitSet();
    Arrays.stream(spanning).forEach(span::set);
    Map<Integer, Bounded> onSpan = known.computeIfAbsent(span, key -> new HashMap<>());
    int[] missing =
        Arrays.stream(projected).filter(column -> !onSpan.containsKey(column)).toArray();
    if (missing.length > 0) {
      Optional<TrueSpan> exact = TrueSpan.of(samples, vectors(spanning));
      for (int column : missing) {
        onSpan.put(
            column, exact.map(on -> Bounded.of(on, columns.get(column))).orElse(Bounded.UNKNOWN));
      }
    }
    return Arrays.stream(projected).mapToObj(onSpan::get).toList();
  }

  /** Returns the dimension of the span of columns. */
  int rank(int[] spanning) {
    return ExactRank.of(vectors(spanning));
  }

  private List<double[]> vectors(int[] chosen) {
    return IntStream.of(chosen).mapToObj(columns::get).toList();
  }
}
