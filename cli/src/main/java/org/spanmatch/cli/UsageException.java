package org.spanmatch.cli;

/** The command line can't be understood or asks for something out of range. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
