package org.spanmatch.validation;

import java.util.Locale;

/** What is driven up until a backend's error bounds say nothing any more. */
public enum StressAxis {
  /** Neurons lie within this relative distance of the span of the others of their group. */
  DEPENDENCE,

  /**
   * The norms of neurons are spread evenly from about 10⁻ᵏ to 10ᵏ, or to 10³⁰⁶ where that is less;
   * the parameter is k. From k = 308 on the smallest are subnormal numbers.
   */
  SCALE,

  /** The number of samples. */
  SAMPLES;

  /** "dependence", "scale" or "samples", as results show it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
