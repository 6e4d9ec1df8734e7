package org.spanmatch.tuning;

import java.util.List;
import java.util.SplittableRandom;
import org.spanmatch.gram.Gram;
import org.spanmatch.kernel.Group;
import org.spanmatch.match.Match;

/** Checks the matches that a benchmark finds, and inner products that it adds up. */
public final class LayerChecks {
  private static final int PRODUCTS = 200;

  private LayerChecks() {}

  /**
   * Compares inner products of randomly chosen neurons with exact sums.
   *
   * @param gram the Gram matrix of X and Y, whose neurons must not need scaling
   * @throws IllegalStateException if one differs by more than the error that the Gram matrix states
   */
  public static void requireExactProducts(Mixtures data, Gram gram) {
    int n = data.neurons();
    SplittableRandom random = new SplittableRandom(n);
    for (int product = 0; product < PRODUCTS; product++) {
      int row = random.nextInt(2 * n);
      int column = random.nextInt(2 * n);
      double exact = exactProduct(data, row, column);
      double norms = Math.sqrt(exactProduct(data, row, row) * exactProduct(data, column, column));
      double found = gram.innerProduct(row / n, row % n, column / n, column % n);
      if (!(Math.abs(found - exact) <= gram.error() * norms)) {
        throw new IllegalStateException(
            "inner product (" + row + ", " + column + ") is " + found + ", expected " + exact);
      }
    }
  }

  /**
   * Returns the inner product of two columns of [X Y] with twice the digits (products of float32
   * values are exact).
   */
  public static double exactProduct(Mixtures data, int first, int second) {
    double sum = 0;
    double rest = 0;
    for (int sample = 0; sample < data.samples(); sample++) {
      double term = data.get(sample, first) * data.get(sample, second);
      double next = sum + term;
      double part = next - sum;
      rest += (sum - (next - part)) + (term - part);
      sum = next;
    }
    return sum + rest;
  }

  /**
   * Compares matches at the same ε.
   *
   * @param by what found the matches, for the message
   * @throws IllegalStateException if a neuron is in only one of two matches, and its decision was
   *     borderline in neither
   */
  public static void requireSameMatches(String by, List<Match> found, List<Match> expected) {
    if (found.size() != expected.size()) {
      throw new IllegalStateException(
          by + " found " + found.size() + " matches, expected " + expected.size());
    }
    for (int i = 0; i < expected.size(); i++) {
      Match mine = found.get(i);
      Match other = expected.get(i);
      if (mine.epsilon() != other.epsilon()) {
        throw new IllegalStateException(
            by + " has a match at ε = " + mine.epsilon() + ", expected one at " + other.epsilon());
      }
      for (Group group : Group.values()) {
        List<Integer> differing = mine.contradictions(other, group);
        if (!differing.isEmpty()) {
          throw new IllegalStateException(
              by
                  + " and another method disagree on neurons of "
                  + group.label()
                  + " at ε = "
                  + mine.epsilon()
                  + ", which are not borderline: "
                  + differing);
        }
      }
    }
  }
}
