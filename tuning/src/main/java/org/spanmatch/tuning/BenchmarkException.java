package org.spanmatch.tuning;

/** Nothing could be measured, or not all; the message says what and why. */
public final class BenchmarkException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Creates an exception with a message for the user. */
  public BenchmarkException(String message) {
    super(message);
  }

  BenchmarkException(String message, Throwable cause) {
    super(message, cause);
  }
}
