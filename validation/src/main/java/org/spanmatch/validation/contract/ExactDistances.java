package org.spanmatch.validation.contract;

import java.util.List;
import org.spanmatch.validation.DoubleDoubleProjection;

/**
 * Relative distances to the span of vectors, with an error far below that of double arithmetic.
 * Vectors that depend on the others do not count, where double arithmetic can tell.
 */
public final class ExactDistances {
  private final DoubleDoubleProjection projection;
  private final int rank;

  /**
   * Factorises.
   *
   * @param samples the length of the vectors
   * @param spanning the vectors that span
   */
  public ExactDistances(int samples, List<double[]> spanning) {
    projection = new DoubleDoubleProjection(samples, spanning);
    // Whole numbers are dependent to the last digit or not at all.
    rank = projection.rank(projection.backwardError());
  }

  /** δ of a vector. */
  public double distance(double[] vector) {
    return projection.project(vector).distance(rank);
  }

  /** ‖c‖₁ of the coefficients that express its projection. */
  public double coefficientNorm(double[] vector) {
    return projection.project(vector).coefficientNorm(rank);
  }
}
