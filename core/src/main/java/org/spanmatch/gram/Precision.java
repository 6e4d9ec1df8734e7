package org.spanmatch.gram;

import java.util.Locale;

/** How activations are compressed, and so how small a distance can be told from 0. */
public enum Precision {
  /**
   * By the backend's fastest method. Where that is the Gram matrix, distances below {@link
   * #GRAM_FLOOR} can't be resolved, nor neurons that depend on others up to that distance.
   */
  STANDARD,

  /**
   * By an orthogonal method, whose error grows with the coefficients of a projection and not with
   * their square. Takes at least twice the time.
   */
  HIGH;

  /** The square root of the rounding of a Gram matrix, with some room. */
  public static final double GRAM_FLOOR = 1e-6;

  /** "standard" or "high", as results show it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
