package org.spanmatch.kernel.vector;

import java.util.Map;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.LivingNeurons;
import org.spanmatch.kernel.Precision;
import org.spanmatch.kernel.RecomputingTable;

/**
 * Both groups as their Gram matrix; every question is answered by a fresh Cholesky factorisation of
 * the part that spans.
 */
final class GramTable extends RecomputingTable {
  private final double[][] gram;
  private final double gramError;
  private final double storageRoundoff;

  /**
   * A table in which every living neuron remains.
   *
   * @param gram symmetric Gram matrix of the unit-norm activation vectors of the living neurons
   * @param gramError bound on the absolute error of its elements
   */
  GramTable(
      long samples,
      double[][] gram,
      double gramError,
      double storageRoundoff,
      Map<Group, LivingNeurons> groups) {
    super(samples, groups);
    this.gram = gram;
    this.gramError = gramError;
    this.storageRoundoff = storageRoundoff;
  }

  @Override
  public Precision precision() {
    return Precision.STANDARD;
  }

  @Override
  protected Distances project(int[] projected, int[] projectedColumns, int[] spanningColumns) {
    PivotedCholesky factor =
        new PivotedCholesky(
            gram, spanningColumns, projectedColumns, Precision.GRAM_FLOOR * Precision.GRAM_FLOOR);
    // The rounding of the factorisation counts as an error of G: γ of the sums that it forms, whose
    // terms are those of an inner product of unit vectors. (Higham, Accuracy and Stability of
    // Numerical Algorithms, theorem 10.3.)
    double error = gramError + (factor.rank() + 2) * 0x1p-53;
    // Then the computed coefficients are near enough to the true ones to stand for them below: they
    // differ by at most a fraction r / (1 − r) of 1 + ‖c‖₁, r being this product.
    boolean resolved =
        !factor.isDependent() && factor.rank() * error * factor.inverseSquares() <= 0.1;
    double[] distances = new double[projected.length];
    double[] errorBounds = new double[projected.length];
    double[] coefficientNorms = factor.coefficientNorms();
    for (int i = 0; i < projected.length; i++) {
      double distance = Math.min(1, Math.sqrt(Math.max(0, factor.squaredDistance(i))));
      // Moving every element of G by at most ‖ΔG‖ moves the squared distance by at most
      // ‖ΔG‖(1 + ‖c‖₁)².
      double sum = 1.25 * (1 + coefficientNorms[i]);
      double squareError = error * sum * sum;
      double bound = Math.min(Math.sqrt(squareError), squareError / distance);
      if (!resolved) {
        // Directions in the span that rounding hides may point anywhere.
        bound = Math.max(bound, distance);
      }
      distances[i] = distance;
      errorBounds[i] = bound < 1 ? bound : 1; // also where it overflowed to NaN
    }
    return new Distances(projected, distances, errorBounds, coefficientNorms, storageRoundoff);
  }
}
