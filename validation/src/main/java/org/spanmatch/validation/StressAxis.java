package org.spanmatch.validation;

import java.util.Locale;

/** A respect in which problems get harder until a backend's error bounds become useless. */
public enum StressAxis {
  /** Neurons lie within this relative distance of the span of the others of their group. */
  DEPENDENCE,

  /**
   * The norms of neurons are spread evenly (in logarithm) from about 10⁻ᵏ to 10ᵏ, or to 10³⁰⁶ if
   * that is less; the parameter is k. From k = 308 on, the smallest are subnormal numbers.
   */
  SCALE,

  /** The number of samples. */
  SAMPLES;

  /** Returns "dependence", "scale" or "samples", as in results. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
