package org.spanmatch.validation.contract;

import java.util.List;
import org.spanmatch.validation.DoubleDoubleProjection;

/**
 * Relative distances to the span of vectors of whole numbers, with an error far below that of
 * double arithmetic.
 */
public final class ExactDistances {
  private final DoubleDoubleProjection projection;
  private final int rank;

  /**
   * Factorises the spanning vectors.
   *
   * @param samples the length of the vectors
   * @param spanning the spanning vectors
   */
  public ExactDistances(int samples, List<double[]> spanning) {
    projection = new DoubleDoubleProjection(samples, spanning);
    // Vectors of whole numbers are dependent exactly or not at all.
    rank = projection.rank(projection.backwardError());
  }

  /** Returns δ of a vector. */
  public double distance(double[] vector) {
    return projection.project(vector).distance(rank);
  }

  /** A vector's δ, and ‖c‖₁ of the coefficients of its projection. */
  record Projected(double distance, double coefficientNorm) {}

  /** Projects a vector. */
  Projected project(double[] vector) {
    DoubleDoubleProjection.Projected projected = projection.project(vector);
    return new Projected(projected.distance(rank), projected.coefficientNorm(rank));
  }
}
