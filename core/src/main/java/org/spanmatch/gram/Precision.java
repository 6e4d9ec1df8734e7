package org.spanmatch.gram;

import java.util.Locale;

/** How activations are compressed, which decides how small a distance can be resolved. */
public enum Precision {
  /**
   * The backend's fastest method. If that is the Gram matrix, it can't resolve distances below
   * {@link #GRAM_FLOOR}, nor tell neurons that close to the span of others from dependent ones.
   */
  STANDARD,

  /**
   * An orthogonal method, whose error grows with the coefficients of a projection and not with
   * their square. Takes at least twice the time.
   */
  HIGH;

  /**
   * The smallest distance that a Gram matrix resolves: the square root of its rounding error, with
   * some margin.
   */
  public static final double GRAM_FLOOR = 1e-6;

  /** Returns "standard" or "high", as in results. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
