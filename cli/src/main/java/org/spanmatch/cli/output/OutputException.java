package org.spanmatch.cli.output;

/** A result can't be written; the message names the file or folder. */
public final class OutputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public OutputException(String message, Throwable cause) {
    super(message, cause);
  }
}
