package org.spanmatch.report.figures;

import java.awt.Color;

/**
 * The colour map viridis of S. van der Walt and N. Smith: ordered, also in black and white and for
 * the colour-blind. Its brightest part is left out, as it is hard to see on white.
 */
final class Viridis {
  private static final int[] ANCHORS = {
    0x440154, 0x472D7B, 0x3B528B, 0x2C728E, 0x21918C, 0x28AE80, 0x5EC962, 0x9BCD1F
  };

  private static final double FAINT = 0.7; // the share of white

  private Viridis() {}

  /** Returns the colour of item {@code rank} of {@code count}, from dark violet to light green. */
  static Color color(int rank, int count) {
    return at(count == 1 ? 0 : (double) rank / (count - 1));
  }

  /** Returns the colour of a number from 0, dark violet, to 1, light green. */
  static Color at(double number) {
    double position = number * (ANCHORS.length - 1);
    int below = Math.min((int) position, ANCHORS.length - 2);
    double share = position - below;
    Color from = new Color(ANCHORS[below]);
    Color to = new Color(ANCHORS[below + 1]);
    return new Color(
        mix(from.getRed(), to.getRed(), share),
        mix(from.getGreen(), to.getGreen(), share),
        mix(from.getBlue(), to.getBlue(), share));
  }

  /** Returns the colour of an item, mixed with white. */
  static Color faint(int rank, int count) {
    Color color = color(rank, count);
    return new Color(
        mix(color.getRed(), 255, FAINT),
        mix(color.getGreen(), 255, FAINT),
        mix(color.getBlue(), 255, FAINT));
  }

  private static int mix(int from, int to, double share) {
    return (int) Math.round(from + (to - from) * share);
  }
}
