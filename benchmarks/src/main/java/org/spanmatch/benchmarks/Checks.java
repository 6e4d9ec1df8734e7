package org.spanmatch.benchmarks;

import java.util.SplittableRandom;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.tuning.LayerChecks;
import org.spanmatch.tuning.Mixtures;

/** Checks the results of benchmarks; a wrong one makes the benchmark fail. */
final class Checks {
  private static final double UNIT_ROUNDOFF = 0x1p-53;

  private static final int ENTRIES = 200;

  private Checks() {}

  /**
   * Returns Higham's γ: the error of a sum of this many terms in any order is at most γ times the
   * sum of their magnitudes.
   */
  private static double gamma(long terms) {
    return terms * UNIT_ROUNDOFF / (1 - terms * UNIT_ROUNDOFF);
  }

  /**
   * Compares elements of a Gram matrix with exact sums.
   *
   * @throws IllegalStateException if one differs by more than rounding explains
   */
  static void requireGram(Mixtures data, GramPeer peer) {
    int m = 2 * data.neurons();
    SplittableRandom random = new SplittableRandom(m);
    for (int entry = 0; entry < ENTRIES; entry++) {
      int row = random.nextInt(m);
      int column = random.nextInt(row + 1);
      double exact = LayerChecks.exactProduct(data, row, column);
      double found = peer.get(row, column);
      // No value is negative, so this is also the sum of magnitudes.
      if (!(Math.abs(found - exact) <= gamma(data.samples() + 1L) * exact)) {
        throw new IllegalStateException(
            "element (" + row + ", " + column + ") is " + found + ", expected " + exact);
      }
    }
  }

  /**
   * Compares R² with what another way found. LAPACK's tests accept residuals below 30 times the
   * roundoff and the size; the condition of the neurons, up to 1e6 as a rank is decided, comes on
   * top.
   *
   * @throws IllegalStateException if the two differ by more than rounding explains
   */
  static void requireR2(double found, double expected, int neurons) {
    if (!(Math.abs(found - expected) <= 30 * neurons * UNIT_ROUNDOFF * 1e6)) {
      throw new IllegalStateException("R² is " + found + ", expected " + expected);
    }
  }

  /**
   * Compares all distances of a table with those from OpenBLAS.
   *
   * @throws IllegalStateException if two differ by more than both error bounds together
   */
  static void requireDistances(ProjectionTable table, OpenBlasProjection peer) {
    peer.projectWithCoefficients();
    for (Group group : Group.values()) {
      if (!table.dead(group).isEmpty()) {
        throw new IllegalStateException("dead neurons, which the peer does not leave out");
      }
      Distances distances = table.distances(group);
      for (int i = 0; i < distances.size(); i++) {
        double expected = peer.distance(group, i);
        // Summing and scaling to norm 1 round the Gram matrix; the factorisation adds one rounding
        // per column. (The contract of docs/accuracy.md.)
        double gramError = 2 * gamma(table.samples()) + (peer.neurons() + 6) * UNIT_ROUNDOFF;
        double sum = 1.25 * (1 + peer.coefficientNorm(group, i));
        double squareError = gramError * sum * sum;
        double bound = Math.min(Math.sqrt(squareError), squareError / expected);
        if (!(Math.abs(distances.distance(i) - expected) <= distances.errorBound(i) + bound)) {
          throw new IllegalStateException(
              "distance of neuron "
                  + group.label()
                  + i
                  + " is "
                  + distances.distance(i)
                  + " ± "
                  + distances.errorBound(i)
                  + ", OpenBLAS has "
                  + expected
                  + " ± "
                  + bound);
        }
      }
    }
  }

  /**
   * Compares all distances of two tables of the same layers.
   *
   * @throws IllegalStateException if two differ by more than both error bounds together
   */
  static void requireSameDistances(ProjectionTable table, ProjectionTable other) {
    for (Group group : Group.values()) {
      Distances found = table.distances(group);
      Distances expected = other.distances(group);
      for (int i = 0; i < expected.size(); i++) {
        double bound = found.errorBound(i) + expected.errorBound(i);
        if (found.neuron(i) != expected.neuron(i)
            || !(Math.abs(found.distance(i) - expected.distance(i)) <= bound)) {
          throw new IllegalStateException(
              "distance of neuron "
                  + group.label()
                  + found.neuron(i)
                  + " is "
                  + found.distance(i)
                  + ", expected "
                  + expected.distance(i)
                  + " ± "
                  + bound);
        }
      }
    }
  }
}
