package org.spanmatch.compare;

/** A comparison was given up before there was any answer, since its monitor asked for that. */
public final class StoppedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  StoppedException() {
    super("stopped");
  }
}
