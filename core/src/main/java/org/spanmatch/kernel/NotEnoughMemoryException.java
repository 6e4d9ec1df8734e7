package org.spanmatch.kernel;

import java.util.Optional;

/**
 * A computation does not fit in the Java heap or in the memory of a device; the message says what
 * it needs.
 */
public final class NotEnoughMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String problem;
  private final String javaOption; // null where none would help

  /**
   * Creates an exception for a computation that a larger heap does not help.
   *
   * @param problem one sentence for the user
   */
  public NotEnoughMemoryException(String problem) {
    super(problem);
    this.problem = problem;
    this.javaOption = null;
  }

  /**
   * Creates an exception for a computation that would fit in a larger heap.
   *
   * @param problem what is needed and what is available
   * @param javaOption the Java option for a heap that is large enough, such as -Xmx8g
   */
  public NotEnoughMemoryException(String problem, String javaOption) {
    super(problem + "; start Java with " + javaOption);
    this.problem = problem;
    this.javaOption = javaOption;
  }

  /**
   * {@return an exception for an {@link OutOfMemoryError} that estimates did not prevent; it
   * suggests a heap of at least twice the size}
   *
   * @param place where it happened, ending with a colon and a space, or empty
   * @param cause the error
   */
  public static NotEnoughMemoryException of(String place, OutOfMemoryError cause) {
    long heap = Runtime.getRuntime().maxMemory();
    NotEnoughMemoryException exception =
        new NotEnoughMemoryException(
            place + "the Java heap of " + heap / 1_000_000 + " MB is too small",
            "-Xmx" + (heap / 500_000_000 + 1) + "g");
    exception.initCause(cause);
    return exception;
  }

  /** {@return the message without the cure} */
  public String problem() {
    return problem;
  }

  /** {@return the Java option for a heap that is large enough, if one would help} */
  public Optional<String> javaOption() {
    return Optional.ofNullable(javaOption);
  }
}
