package org.spanmatch.cli;

/** A result can't be written; the message names the file or folder. */
final class OutputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  OutputException(String message, Throwable cause) {
    super(message, cause);
  }
}
