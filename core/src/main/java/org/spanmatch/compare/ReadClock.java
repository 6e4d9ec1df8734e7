package org.spanmatch.compare;

/** Measures the time during which at least one of several threads reads. */
final class ReadClock {
  private int reading;
  private long since;
  private long nanos;

  /** Called when a thread begins to read, or to wait for data. */
  synchronized void begin() {
    if (reading++ == 0) {
      since = System.nanoTime();
    }
  }

  /** Called when a thread that began has its data. */
  synchronized void end() {
    if (--reading == 0) {
      nanos += System.nanoTime() - since;
    }
  }

  synchronized double seconds() {
    return nanos / 1e9;
  }
}
