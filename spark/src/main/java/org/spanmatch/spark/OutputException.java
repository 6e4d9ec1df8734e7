package org.spanmatch.spark;

/** A result can't be written; the message is one sentence for the user. */
final class OutputException extends RuntimeException {
  private static final long serialVersionUID = 1;

  OutputException(String message, Throwable cause) {
    super(message, cause);
  }
}
