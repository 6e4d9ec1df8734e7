package org.spanmatch.kernel;

/** A backend was asked for and can't run; the message gives the reason and the cure. */
public final class KernelUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception with a message for the user.
   *
   * @param message one sentence for the user
   */
  public KernelUnavailableException(String message) {
    super(message);
  }
}
