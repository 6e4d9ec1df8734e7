package org.spanmatch.compare;

/** A comparison was stopped by its monitor before there was an answer. */
public final class StoppedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  StoppedException() {
    super("stopped");
  }
}
