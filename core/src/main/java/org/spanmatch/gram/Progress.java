package org.spanmatch.gram;

/** Is told how far a long computation has come. */
@FunctionalInterface
public interface Progress {
  /** Ignores what it is told. */
  Progress NONE = (step, done, total) -> {};

  /**
   * Called now and then from the computing thread.
   *
   * @param step what is being done, such as "compress"
   * @param done units finished so far
   * @param total units in all, at least {@code done}
   */
  void update(String step, long done, long total);
}
