package org.spanmatch.kernel.selection;

/**
 * What a phase costs on a backend.
 *
 * @param fixed seconds, whatever the size; finite, at least 0
 * @param perFlop seconds for each operation; finite, at least 0
 * @param perByte seconds for each byte; finite, at least 0
 */
public record PhaseCost(double fixed, double perFlop, double perByte) {
  /** Checks the ranges. */
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

  /** The seconds that so many operations on so many bytes take. */
  double seconds(double flops, double bytes) {
    return fixed + perFlop * flops + perByte * bytes;
  }
}
