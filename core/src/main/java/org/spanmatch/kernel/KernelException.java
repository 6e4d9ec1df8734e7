package org.spanmatch.kernel;

/** A backend can't be used, or failed; the message says why. */
public abstract sealed class KernelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private KernelException(String message, Throwable cause) {
    super(message, cause);
  }

  /** A backend was asked for and can't run; the message gives the reason and the cure. */
  public static final class Unavailable extends KernelException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception with a message for the user.
     *
     * @param message one sentence for the user
     */
    public Unavailable(String message) {
      super(message, null);
    }
  }

  /**
   * A backend failed during its work, for example because a device was lost; the message says what
   * failed. Its kernel and tables are unusable, but a new kernel may be opened.
   */
  public static final class Failed extends KernelException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception with a message for the user.
     *
     * @param message one sentence for the user
     * @param cause the technical cause
     */
    public Failed(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
