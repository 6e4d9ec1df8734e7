package org.spanmatch.compare;

/** The time during which at least one of several threads reads. */
final class ReadClock {
  private int reading;
  private long since;
  private long nanos;

  /** A thread begins to read, or to wait for what it reads. */
  synchronized void begin() {
    if (reading++ == 0) {
      since = System.nanoTime();
    }
  }

  /** A thread that began has what it wanted. */
  synchronized void end() {
    if (--reading == 0) {
      nanos += System.nanoTime() - since;
    }
  }

  synchronized double seconds() {
    return nanos / 1e9;
  }
}
