package org.spanmatch.cli.commands;

/** A backend does not keep its promises; the message says which and how often. */
public final class ValidationFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ValidationFailedException(String message) {
    super(message);
  }
}
