package org.spanmatch.gram;

/** A Gram matrix can't be used as asked; the message names what was expected and what was found. */
public final class GramException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception with one sentence for the user.
   *
   * @param message one sentence for the user
   */
  public GramException(String message) {
    super(message);
  }

  /**
   * Creates an exception with one sentence for the user and the cause.
   *
   * @param message one sentence for the user
   * @param cause the technical cause
   */
  public GramException(String message, Throwable cause) {
    super(message, cause);
  }
}
