package org.spanmatch.gram;

/** A Gram matrix can't be used as asked; the message names what was expected and what was found. */
public final class GramException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With one sentence for the user. */
  public GramException(String message) {
    super(message);
  }

  /** With one sentence for the user, and what led to it. */
  public GramException(String message, Throwable cause) {
    super(message, cause);
  }
}
