package org.spanmatch.compare;

import org.spanmatch.kernel.NotEnoughMemoryException;

/**
 * Turns an {@link OutOfMemoryError}, which the estimates did not prevent, into an exception that
 * names a cure.
 */
public final class HeapEnd {
  private HeapEnd() {}

  /**
   * {@return an exception that suggests a heap of at least twice the size}
   *
   * @param place where it happened, ending with a colon and a space, or empty
   * @param cause the error that ended the heap
   */
  public static NotEnoughMemoryException at(String place, OutOfMemoryError cause) {
    long heap = Runtime.getRuntime().maxMemory();
    NotEnoughMemoryException exception =
        new NotEnoughMemoryException(
            place + "the Java heap of " + heap / 1_000_000 + " MB is too small",
            "-Xmx" + (heap / 500_000_000 + 1) + "g");
    exception.initCause(cause);
    return exception;
  }
}
