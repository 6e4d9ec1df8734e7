package org.spanmatch.cli.demo;

/**
 * A generator of pseudo-random numbers, SplitMix64 by Steele, Lea and Flood. It is written out here
 * because the demo must give the same networks everywhere, and the JDK doesn't promise which
 * numbers its own SplittableRandom gives.
 */
final class SplitMix {
  private long state;

  SplitMix(long seed) {
    state = seed;
  }

  /** A number from 0 (inclusive) to 1 (exclusive). */
  float uniform() {
    return (next() >>> 40) * 0x1p-24f;
  }

  /** The numbers from 0 to {@code size - 1} in random order. */
  int[] permutation(int size) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      int j = below(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  private int below(int bound) {
    return (int) (((next() >>> 32) * bound) >>> 32);
  }

  private long next() {
    state += 0x9E3779B97F4A7C15L;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
