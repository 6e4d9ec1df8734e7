package org.spanmatch.kernel.vector.projection;

import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.vector.gemm.Gemm;

/**
 * The unit-norm activation vectors of both groups' living neurons, in a form whose size does not
 * depend on the number of samples. Vectors are identified by their column in the joint matrix.
 */
public interface CompressedVectors {
  /** How the vectors were compressed. */
  Precision precision();

  /** Returns these vectors for another thread, which computes with another gemm. */
  CompressedVectors with(Gemm gemm);

  /** u_data, the relative rounding of the stored activations. */
  double storageRoundoff();

  /** τ: vectors within this relative distance of the span of others count as dependent on them. */
  double rankTolerance();

  /**
   * Projects vectors on the span of others.
   *
   * @param spanning the columns of the spanning vectors; at least one
   * @param projected the columns of the vectors to project
   * @return null if the spanning vectors are found to be dependent
   */
  Projection project(int[] spanning, int[] projected);

  /**
   * Returns a largest subset in which no vector is within {@link #rankTolerance()} of the span of
   * the others, in pivoting order.
   *
   * @param spanning the columns to choose from
   */
  int[] independent(int[] spanning);

  /** Whether two vectors are known to be exact multiples of each other. */
  boolean areMultiples(int vector, int other);

  /**
   * Bounds the error of a distance, without the drift of repeated updates.
   *
   * @param distance the relative distance
   * @param coefficientNorm ‖c‖₁ of the projection
   * @param rank number of spanning vectors when they were factorised, even if some have left since
   * @param inverseTrace trace of the inverse of their Gram matrix
   * @param dependent whether the span also has vectors set aside because they depend on these,
   *     other than exact multiples
   */
  double errorBound(
      double distance, double coefficientNorm, int rank, double inverseTrace, boolean dependent);

  /**
   * What repeated updates may always contribute to an error bound: less is worth no fresh start.
   */
  double allowedDrift();
}
