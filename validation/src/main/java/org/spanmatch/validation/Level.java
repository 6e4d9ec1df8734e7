package org.spanmatch.validation;

import java.util.Locale;

/** The extent of a validation. */
public enum Level {
  /** Every kind of problem once or twice; takes less than a minute. */
  QUICK,

  /** Every kind of problem in every number format and layout, and all sizes. */
  FULL,

  /** As {@link #FULL}, with several seeds. */
  EXHAUSTIVE;

  /** Returns "quick", "full" or "exhaustive", as in options and results. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
