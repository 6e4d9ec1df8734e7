package org.spanmatch.activations;

/**
 * Activations that can't be used, with one sentence that names the file, the layer and what is
 * wrong.
 *
 * <p>Thrown for files that are missing, unreadable, truncated or malformed, and for values that are
 * not finite. The message is meant for the person who supplied the file.
 */
public final class ActivationsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception with a message for the user.
   *
   * @param message one sentence for the user
   */
  public ActivationsException(String message) {
    super(message);
  }

  /**
   * Creates an exception with a message for the user and the technical cause.
   *
   * @param message one sentence for the user
   * @param cause the technical cause
   */
  public ActivationsException(String message, Throwable cause) {
    super(message, cause);
  }
}
