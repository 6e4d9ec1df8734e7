package org.spanmatch.kernel;

import org.spanmatch.activations.Layer;

/** Finds out before a long computation that it can't fit. */
public final class HeapMemory {
  private HeapMemory() {}

  /**
   * Checks that the Java heap can hold what compressing two layers takes.
   *
   * @param bytes the estimate
   * @throws NotEnoughMemoryException if it is more than the heap may grow to
   */
  public static void require(long bytes, Layer x, Layer y) {
    long heap = Runtime.getRuntime().maxMemory();
    if (bytes > heap) {
      throw new NotEnoughMemoryException(
          x.description()
              + ": "
              + x.neurons()
              + " + "
              + y.neurons()
              + " neurons need about "
              + megabytes(bytes)
              + " of Java heap, but it may have only "
              + megabytes(heap),
          "-Xmx" + (bytes / 900_000_000 + 1) + "g");
    }
  }

  private static String megabytes(long bytes) {
    return bytes / 1_000_000 + " MB";
  }
}
