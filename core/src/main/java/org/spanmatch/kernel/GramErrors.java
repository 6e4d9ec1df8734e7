package org.spanmatch.kernel;

import org.spanmatch.gram.Precision;

/**
 * Error bounds of the method that computes a Gram matrix of activation vectors, scales it to unit
 * norm, and projects by Cholesky factors of its parts; shared by the backends that do so.
 */
public final class GramErrors {
  /**
   * How much of an error bound may come from repeated updates before a fresh start pays: a
   * hundredth of what a Gram matrix can resolve.
   */
  public static final double ALLOWED_DRIFT = Precision.GRAM_FLOOR / 100;

  private static final double ROUNDOFF = 0x1p-53;

  private GramErrors() {}

  /**
   * Bounds the error of every inner product, relative to the product of the two norms, where it is
   * summed in float64 in chains of multiply-adds (two roundings each where they are not fused),
   * whose sums are added one by one. (Higham, Accuracy and Stability of Numerical Algorithms,
   * section 3.1, with the inequality of Cauchy and Schwarz.)
   *
   * @param samples how many products are summed
   * @param chain how many of them a chain has at most, in whatever order they are added
   */
  public static double ofSums(long samples, int chain) {
    double terms = Math.min(samples, chain) + 1.0;
    double chains = Math.ceil((double) samples / chain);
    return (terms + chains) * ROUNDOFF;
  }

  /**
   * Bounds the absolute error of every element of the Gram matrix after scaling to unit norm.
   *
   * @param relativeError the bound before it, as {@link #ofSums} gives it
   */
  public static double ofUnitNorm(double relativeError) {
    // Scaling to norm 1 rounds a few times, and the norms carry the error of the sums.
    return 2 * relativeError + 4 * ROUNDOFF;
  }

  /**
   * Bounds the error of a distance that was computed from a Cholesky factor.
   *
   * <p>The rounding of the factorisation counts as an error of the Gram matrix G: γ of the sums
   * that it forms, whose terms are those of an inner product of unit vectors (Higham, theorem
   * 10.3). Moving every element of G by at most ‖ΔG‖ moves the squared distance by at most ‖ΔG‖(1 +
   * ‖c‖₁)².
   *
   * @param gramError bound on the absolute error of the elements of G
   * @param distance the relative distance
   * @param coefficientNorm ‖c‖₁ of the projection, or more
   * @param rank how many vectors spanned when they were factorised, if some left since
   * @param inverseTrace trace of the inverse of their Gram matrix
   * @param dependent whether others, that depend on them within {@link Precision#GRAM_FLOOR}, span
   *     too
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
    // Unless this holds, the computed coefficients need not be near enough to the true ones to
    // stand for them above: they differ by at most a fraction r / (1 − r) of 1 + ‖c‖₁, r being this
    // product.
    boolean resolved = !dependent && rank * error * inverseTrace <= 0.1;
    // Directions in the span that rounding hides may point anywhere.
    return resolved ? bound : Math.max(bound, distance);
  }
}
