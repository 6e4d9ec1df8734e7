package org.spanmatch.cli.options;

/** The command line can't be understood or asks for something out of range. */
public final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An error with this message. */
  public UsageException(String message) {
    super(message);
  }

  /** An error with this message, which adds to that of another one. */
  public UsageException(String message, UsageException cause) {
    super(message, cause);
  }
}
