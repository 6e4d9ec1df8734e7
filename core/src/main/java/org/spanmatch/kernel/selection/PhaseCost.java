package org.spanmatch.kernel.selection;

/**
 * The cost of one phase on a backend, linear in operations and bytes.
 *
 * @param fixed seconds at any size; finite, at least 0
 * @param perFlop seconds per operation; finite, at least 0
 * @param perByte seconds per byte; finite, at least 0
 */
public record PhaseCost(double fixed, double perFlop, double perByte) {
  /**
   * Checks the ranges.
   *
   * @param fixed seconds at any size
   * @param perFlop seconds per operation
   * @param perByte seconds per byte
   */
  public PhaseCost {
    requireCost(fixed);
    requireCost(perFlop);
    requireCost(perByte);
  }

  private static void requireCost(double seconds) {
    if (!(seconds >= 0 && seconds <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException("expected seconds of at least 0, found " + seconds);
    }
  }

  /** Returns the time that a number of operations on a number of bytes takes, in seconds. */
  double seconds(double flops, double bytes) {
    return fixed + perFlop * flops + perByte * bytes;
  }
}
