package org.spanmatch.gram;

/** Receives the progress of a long computation. */
@FunctionalInterface
public interface Progress {
  /** Ignores all progress. */
  Progress NONE = (step, done, total) -> {};

  /**
   * Called from time to time on the computing thread.
   *
   * @param step name of the current step, such as "compress"
   * @param done units finished so far
   * @param total total number of units, at least {@code done}
   */
  void update(String step, long done, long total);
}
