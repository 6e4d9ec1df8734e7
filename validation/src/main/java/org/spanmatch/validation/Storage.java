package org.spanmatch.validation;

/** How the activations of a case lie in memory. */
public enum Storage {
  /** All neurons of a sample side by side, as in {@code [N, F]}. */
  ROWS("rows"),

  /** The neurons one below the other, as in {@code [N, C, H, W]} and {@code [F, N]}. */
  CHANNELS("channels");

  private static final int MOST_INNER = 32;

  private final String label;

  Storage(String label) {
    this.label = label;
  }

  /** "rows" or "channels", as the names of cases show it. */
  public String label() {
    return label;
  }

  /** Into how many samples an outer one is divided: a divisor of their number. */
  int inner(int samples) {
    if (this == ROWS) {
      return 1;
    }
    for (int inner = Math.min(MOST_INNER, samples); inner > 1; inner--) {
      if (samples % inner == 0) {
        return inner;
      }
    }
    return samples;
  }
}
