package org.spanmatch.cli.options;

import java.util.Optional;
import org.apache.commons.cli.Option;
import org.spanmatch.similarity.Split;

/** How examples are divided for held-out samples and confidence intervals. */
public final class SplitOptions {
  // Enough for an estimate of the standard error to a sixth of it; each takes a spectrum.
  private static final int BLOCKS = 20;

  /** How many folds. */
  public static final Option FOLDS =
      CommonOptions.valued(
          "folds",
          "K",
          "divide the examples into K parts, and find distances on each part to what is fitted to"
              + " the others");

  /** What share is held out. */
  public static final Option HELD_OUT =
      CommonOptions.valued(
          "held-out",
          "F",
          "find distances on the share F of the examples to what is fitted to the others, such as"
              + " 0.2");

  /** Whether to find confidence intervals. */
  public static final Option CONFIDENCE =
      CommonOptions.flag(
          "confidence",
          "95 % confidence intervals of the similarities, by leaving out one of "
              + BLOCKS
              + " blocks of examples at a time, which takes "
              + BLOCKS
              + " times as long after the pass over the data");

  private SplitOptions() {}

  /**
   * Reads {@link #FOLDS}, {@link #HELD_OUT}, {@link #CONFIDENCE} and the seed.
   *
   * @return how to divide examples; empty if nothing asks for it
   * @throws UsageException if a value can't be understood, or two contradict each other
   */
  public static Optional<Split> of(Arguments arguments) {
    arguments.requireOneAtMost(FOLDS, HELD_OUT);
    int folds = arguments.wholeNumber(FOLDS, 2, Integer.MAX_VALUE).map(Long::intValue).orElse(0);
    double heldOut =
        arguments
            .number(HELD_OUT, "above 0 and below 1", share -> share > 0 && share < 1)
            .orElse(0.0);
    int blocks = arguments.has(CONFIDENCE) ? BLOCKS : 0;
    long seed = CommonOptions.seed(arguments);
    return folds == 0 && heldOut == 0 && blocks == 0
        ? Optional.empty()
        : Optional.of(new Split(folds, heldOut, blocks, seed));
  }
}
