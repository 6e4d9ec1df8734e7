package org.spanmatch.validation;

/** The order of a case's activations in memory. */
public enum Storage {
  /** All neurons of a sample side by side, as in {@code [N, F]}. */
  ROWS("rows"),

  /** Samples of a neuron side by side, as in {@code [N, C, H, W]} and {@code [F, N]}. */
  CHANNELS("channels");

  private static final int MOST_INNER = 32;

  private final String label;

  Storage(String label) {
    this.label = label;
  }

  /** Returns "rows" or "channels", as in the names of cases. */
  public String label() {
    return label;
  }

  /** Returns the number of inner samples per outer sample, a divisor of the number of samples. */
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
