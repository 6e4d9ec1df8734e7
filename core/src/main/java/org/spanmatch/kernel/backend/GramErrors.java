package org.spanmatch.kernel.backend;

import org.spanmatch.gram.Precision;

/**
 * Error bounds shared by the backends that compute a Gram matrix of activation vectors, scale it to
 * unit norm, and project with Cholesky factors of its parts.
 */
public final class GramErrors {
  /**
   * The part of an error bound that repeated updates may contribute before factorising afresh pays:
   * a hundredth of what a Gram matrix can resolve.
   */
  public static final double ALLOWED_DRIFT = Precision.GRAM_FLOOR / 100;

  private static final double ROUNDOFF = 0x1p-53;

  private GramErrors() {}

  /**
   * Bounds the error of an inner product relative to the product of the two norms, if it is summed
   * in float64 in chains of multiply-adds (two roundings each if not fused) whose sums are added
   * one by one. (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1, with the
   * inequality of Cauchy and Schwarz.)
   *
   * @param samples number of products
   * @param chain largest number of products in a chain, which may add them in any order
   * @return the bound
   */
  public static double ofSums(long samples, int chain) {
    double terms = Math.min(samples, chain) + 1.0;
    double chains = Math.ceil((double) samples / chain);
    return (terms + chains) * ROUNDOFF;
  }

  /**
   * Bounds the absolute error of every element of the Gram matrix after scaling to unit norm.
   *
   * @param relativeError the bound before scaling, from {@link #ofSums}
   * @return the bound
   */
  public static double ofUnitNorm(double relativeError) {
    // Scaling to norm 1 rounds a few times, and the norms carry the error of their sums.
    return 2 * relativeError + 4 * ROUNDOFF;
  }

  /**
   * Bounds the error of a distance computed from a Cholesky factor.
   *
   * <p>The rounding of the factorisation counts as an error of the Gram matrix G: γ of the sums
   * that it forms, whose terms are those of an inner product of unit vectors (Higham, theorem
   * 10.3). Moving every element of G by at most ‖ΔG‖ moves the squared distance by at most ‖ΔG‖(1 +
   * ‖c‖₁)².
   *
   * @param gramError bound on the absolute error of the elements of G
   * @param distance the relative distance
   * @param coefficientNorm ‖c‖₁ of the projection, or more
   * @param rank number of spanning vectors when they were factorised, even if some have left since
   * @param inverseTrace trace of the inverse of their Gram matrix
   * @param dependent whether the span also has vectors set aside because they depend on these
   *     within {@link Precision#GRAM_FLOOR}
   * @return the bound, in [0, 1]
   */
  public static double ofDistance(
      double gramError,
      double distance,
      double coefficientNorm,
      int rank,
      double inverseTrace,
      boolean dependent) {
    double error = gramError + (rank + 2) * ROUNDOFF;
    double sum = 1.25 * (1 + coefficientNorm);
    double squareError = error * sum * sum;
    double bound = Math.min(Math.sqrt(squareError), squareError / distance);
    // The computed coefficients may stand for the true ones above only if this holds: they differ
    // by at most a fraction r / (1 − r) of 1 + ‖c‖₁, where r is this product.
    boolean resolved = !dependent && rank * error * inverseTrace <= 0.1;
    // Directions in the span that rounding hides may point anywhere.
    return resolved ? bound : Math.max(bound, distance);
  }
}
