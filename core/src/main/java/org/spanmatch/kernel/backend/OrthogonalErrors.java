package org.spanmatch.kernel.backend;

/**
 * Error bounds shared by the backends that compute a triangular factor of activation vectors, scale
 * its columns to unit norm, and project with reflections of some of them.
 */
public final class OrthogonalErrors {
  // Up to this sine of an angle the computed span stands for the true one.
  private static final double WELL_KNOWN = 0.1;

  // Terms of second order that are a smaller part of a bound than this are left out.
  private static final double NEGLIGIBLE = 0.1;

  private OrthogonalErrors() {}

  /**
   * Bounds the error of a distance computed by an orthogonal method.
   *
   * <p>The computed distance is exact for unit vectors that each differ by at most η. For these,
   * let r be what the projection leaves of the vector, c the coefficients and σ the least singular
   * value of the k spanning vectors. In the true span the coefficients c leave a vector that
   * differs from r by at most η(1 + ‖c‖₁), and of r itself at most the fraction θ = √k·η/σ lies in
   * the true span. So the true distance is at most η(1 + ‖c‖₁) larger, and at most that plus δθ²
   * smaller. As θ nears 1, nothing is known of some direction in the true span, and the distance
   * may be as small as 0.
   *
   * @param vectorError η, how far each unit vector may have been moved
   * @param distance δ, the relative distance
   * @param coefficientNorm ‖c‖₁ of the projection, or more
   * @param rank number of spanning vectors when they were factorised, even if some have left since
   * @param inverseTrace trace of the inverse of their Gram matrix, at least 1/σ²
   * @param dependent whether the span also has vectors set aside because rounding can't tell them
   *     from a combination of these
   * @return the bound; it may exceed 1, and is NaN if the arguments overflowed
   */
  public static double ofDistance(
      double vectorError,
      double distance,
      double coefficientNorm,
      int rank,
      double inverseTrace,
      boolean dependent) {
    double bound = vectorError * (1 + coefficientNorm);
    double angle = vectorError * Math.sqrt(rank * inverseTrace);
    if (dependent || !(angle <= WELL_KNOWN)) {
      // Directions in the span that rounding hides may point anywhere.
      return Math.max(bound, distance);
    }
    double hidden = distance * angle * angle;
    return hidden > NEGLIGIBLE * bound ? bound + hidden : bound;
  }
}
