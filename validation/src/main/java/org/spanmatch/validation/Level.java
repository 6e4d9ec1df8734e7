package org.spanmatch.validation;

import java.util.Locale;

/** How much is validated. */
public enum Level {
  /** Every kind of problem once or twice; within a minute. */
  QUICK,

  /** Every kind in every number format and layout, and all sizes. */
  FULL,

  /** The same with several seeds. */
  EXHAUSTIVE;

  /** "quick", "full" or "exhaustive", as options and results show it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
