package org.spanmatch.cli.output;

/** Something is slower than in an earlier run, by more than the noise. */
public final class RegressionException extends RuntimeException {
  private static final long serialVersionUID = 1;

  RegressionException(String message) {
    super(message);
  }
}
