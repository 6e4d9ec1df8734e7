package org.spanmatch.kernel;

/**
 * A backend failed in the middle of its work, such as a device that was lost; the message says what
 * failed. Its kernel and tables can't be used any more, but a new kernel may be opened.
 */
public final class KernelFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Makes an exception with a message for the user. */
  public KernelFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
