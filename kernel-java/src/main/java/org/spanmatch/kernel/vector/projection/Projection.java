package org.spanmatch.kernel.vector.projection;

import org.spanmatch.kernel.vector.gemm.Matrix;

/** The projections of some vectors on a span. */
public final class Projection {
  /**
   * [R B]: the triangular factor of the spanning vectors and, from column {@link #first} on, the
   * coordinates of the projections in its orthonormal basis.
   */
  final Matrix tableau;

  /** The first column of B, a multiple of the tile size. */
  final int first;

  /** Squared distances of the projected vectors to the span; rounding may make them negative. */
  final double[] squares;

  /** Number of floating-point operations that the projections took, to leading order. */
  final double operations;

  public Projection(Matrix tableau, int first, double[] squares, double operations) {
    this.tableau = tableau;
    this.first = first;
    this.squares = squares;
    this.operations = operations;
  }
}
