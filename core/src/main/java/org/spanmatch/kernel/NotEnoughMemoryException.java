package org.spanmatch.kernel;

import java.util.Optional;

/**
 * A computation does not fit the Java heap, or the memory of a device; the message says what it
 * needs.
 */
public final class NotEnoughMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String problem;
  private final String javaOption; // null where none would help

  /** A computation that a larger heap does not help. */
  public NotEnoughMemoryException(String problem) {
    super(problem);
    this.problem = problem;
    this.javaOption = null;
  }

  /**
   * A computation that fits a larger heap.
   *
   * @param problem what it needs and what there is
   * @param javaOption the option of Java that gives a heap large enough, such as -Xmx8g
   */
  public NotEnoughMemoryException(String problem, String javaOption) {
    super(problem + "; start Java with " + javaOption);
    this.problem = problem;
    this.javaOption = javaOption;
  }

  /** The message without the cure. */
  public String problem() {
    return problem;
  }

  /** The option of Java that gives a heap large enough, if one does. */
  public Optional<String> javaOption() {
    return Optional.ofNullable(javaOption);
  }
}
