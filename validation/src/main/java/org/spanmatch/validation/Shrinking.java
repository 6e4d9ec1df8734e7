package org.spanmatch.validation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Searches for a smaller problem that fails in the same way, by removing neurons and samples:
 * halves first, single ones in the end.
 */
final class Shrinking {
  private final Function<Case, Optional<Finding>> check;
  private final Outcome outcome;
  private final long end;
  private CounterExample smallest;

  private Shrinking(
      CounterExample first, Function<Case, Optional<Finding>> check, Duration budget) {
    this.check = check;
    this.outcome = first.finding().outcome();
    this.end = System.nanoTime() + budget.toNanos();
    this.smallest = first;
  }

  /**
   * Returns the smallest failing problem found within a time.
   *
   * @param check runs the check on a case; empty if it gives no finding
   */
  static CounterExample of(
      CounterExample first, Function<Case, Optional<Finding>> check, Duration budget) {
    Shrinking shrinking = new Shrinking(first, check, budget);
    boolean smaller = true;
    while (smaller) {
      smaller = shrinking.samples();
      smaller |= shrinking.neurons(true);
      smaller |= shrinking.neurons(false);
    }
    return shrinking.smallest;
  }

  private boolean neurons(boolean ofX) {
    return shrink(
        ofX ? problem().x().size() : problem().y().size(),
        ofX ? 0 : 1,
        kept -> {
          Problem problem = problem();
          List<double[]> vectors =
              kept.stream().map((ofX ? problem.x() : problem.y())::get).toList();
          return ofX
              ? new Problem(problem.samples(), vectors, problem.y())
              : new Problem(problem.samples(), problem.x(), vectors);
        });
  }

  private boolean samples() {
    return shrink(
        problem().samples(),
        1,
        kept -> new Problem(kept.size(), only(problem().x(), kept), only(problem().y(), kept)));
  }

  private static List<double[]> only(List<double[]> vectors, List<Integer> samples) {
    return vectors.stream()
        .map(vector -> samples.stream().mapToDouble(sample -> vector[sample]).toArray())
        .toList();
  }

  private Problem problem() {
    return smallest.problem().problem();
  }

  /**
   * Removes pieces of decreasing size while the check still fails; returns whether it removed any.
   */
  private boolean shrink(int size, int least, Function<List<Integer>, Problem> keeping) {
    boolean smaller = false;
    int left = size;
    for (int piece = (size + 1) / 2; piece >= 1; piece /= 2) {
      for (int from = 0; from < left && left - piece >= least; ) {
        if (System.nanoTime() > end) {
          return false;
        }
        List<Integer> kept = without(left, from, Math.min(left, from + piece));
        if (kept.size() >= least && fails(keeping.apply(kept))) {
          left = kept.size();
          smaller = true;
        } else {
          from += piece;
        }
      }
    }
    return smaller;
  }

  private static List<Integer> without(int size, int from, int to) {
    List<Integer> kept = new ArrayList<>();
    IntStream.range(0, size).filter(i -> i < from || i >= to).forEach(kept::add);
    return kept;
  }

  private boolean fails(Problem problem) {
    Case smaller = smallest.problem().with(problem);
    Optional<Finding> finding = check.apply(smaller);
    if (finding.isEmpty() || finding.get().outcome() != outcome) {
      return false;
    }
    smallest = new CounterExample(smaller, finding.get());
    return true;
  }
}
