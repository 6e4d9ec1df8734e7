package org.spanmatch.validation;

/** The outcome of a check, from good to bad; the last three are failures. */
public enum Outcome {
  /** Everything agrees within its bounds. */
  AGREES("agrees"),

  /**
   * Nothing contradicts the backend's statements, but it states doubt itself: an error bound above
   * 1e-6, or a set that differs in decisions listed as borderline.
   */
  BORDERLINE("borderline"),

  /** The backend can't do this here and says why. */
  NOT_SUPPORTED("not supported"),

  /** The backend failed and said so with an error meant for users. */
  DETECTED_FAILURE("detected failure"),

  /** A result is wrong by more than the stated bound. */
  VIOLATED("bound violated"),

  /** A failure that the backend does not report as one: NaN, a hang or a stray exception. */
  UNDETECTED_FAILURE("undetected failure");

  private final String label;

  Outcome(String label) {
    this.label = label;
  }

  /** Whether the backend broke a promise. */
  public boolean isFailure() {
    return compareTo(NOT_SUPPORTED) > 0;
  }

  /** Returns the outcome in words, as in results. */
  @Override
  public String toString() {
    return label;
  }
}
