package org.spanmatch.compare;

import org.spanmatch.kernel.NotEnoughMemoryException;

/** Says what to do when the Java heap has come to its end, in spite of all estimates. */
public final class HeapEnd {
  private HeapEnd() {}

  /**
   * An exception for users that names a heap of at least twice the size.
   *
   * @param place where it happened, with a colon and a blank, or empty
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
