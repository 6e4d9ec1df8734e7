package org.spanmatch.kernel;

/**
 * A backend failed during its work, for example because a device was lost; the message says what
 * failed. Its kernel and tables are unusable, but a new kernel may be opened.
 */
public final class KernelFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception with a message for the user.
   *
   * @param message one sentence for the user
   * @param cause the technical cause
   */
  public KernelFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
