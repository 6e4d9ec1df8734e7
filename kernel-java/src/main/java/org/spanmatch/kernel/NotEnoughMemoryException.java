package org.spanmatch.kernel;

/** A computation does not fit the Java heap; the message says what it needs. */
public final class NotEnoughMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Makes an exception with a message for the user. */
  public NotEnoughMemoryException(String message) {
    super(message);
  }
}
