package org.spanmatch.cli;

/** Thrown in the middle of work that is given up since the user, or the time limit, asks for it. */
final class StoppedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  StoppedException() {
    super("stopped");
  }
}
