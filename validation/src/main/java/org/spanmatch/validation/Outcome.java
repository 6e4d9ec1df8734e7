package org.spanmatch.validation;

/** What came of a check, from good to bad; the last three are failures. */
public enum Outcome {
  /** Everything is as it should be. */
  AGREES("agrees"),

  /**
   * Nothing contradicts what is stated, but the backend itself states doubt: a bound above 1e-6, or
   * a set that differs by decisions it lists as borderline.
   */
  BORDERLINE("borderline"),

  /** The backend can't do this here, and says why. */
  NOT_SUPPORTED("not supported"),

  /** The backend failed, and said so with an error meant for users. */
  DETECTED_FAILURE("detected failure"),

  /** A result is wrong by more than is stated. */
  VIOLATED("bound violated"),

  /** Something that no user could tell from a result or an end: NaN, a hang, a stray exception. */
  UNDETECTED_FAILURE("undetected failure");

  private final String label;

  Outcome(String label) {
    this.label = label;
  }

  /** Whether the backend did not do what it promises. */
  public boolean isFailure() {
    return compareTo(NOT_SUPPORTED) > 0;
  }

  /** In words, as results show it. */
  @Override
  public String toString() {
    return label;
  }
}
