package org.spanmatch.kernel.vector.projection;

import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.vector.gemm.Gemm;

/**
 * The unit-norm activation vectors of both groups' living neurons, in a form whose size does not
 * depend on the number of samples. Vectors are named by their column of the joint matrix.
 */
public interface CompressedVectors {
  /** How the vectors were compressed. */
  Precision precision();

  /** The same vectors for another thread, which computes with a gemm of its own. */
  CompressedVectors with(Gemm gemm);

  /** u_data, the relative rounding of the stored activations. */
  double storageRoundoff();

  /** τ: vectors within this relative distance of the others count as dependent on them. */
  double rankTolerance();

  /**
   * Projects vectors on the span of others.
   *
   * @param spanning the columns of those that span; at least one
   * @param projected the columns of those to project
   * @return null if the vectors that span are found dependent
   */
  Projection project(int[] spanning, int[] projected);

  /**
   * A largest subset in which no vector is within {@link #rankTolerance()} of the others, in the
   * order in which pivoting takes them.
   *
   * @param spanning the columns to choose from
   */
  int[] independent(int[] spanning);

  /**
   * Bounds the error of a distance that was computed without drift.
   *
   * @param distance the relative distance
   * @param coefficientNorm ‖c‖₁ of the projection
   * @param rank how many vectors spanned when they were factorised, if some left since
   * @param inverseTrace trace of the inverse of their Gram matrix
   * @param dependent whether others, that depend on them, span too
   */
  double errorBound(
      double distance, double coefficientNorm, int rank, double inverseTrace, boolean dependent);

  /** How much may be added to error bounds by repeated updates before a fresh start pays. */
  double allowedDrift();
}
