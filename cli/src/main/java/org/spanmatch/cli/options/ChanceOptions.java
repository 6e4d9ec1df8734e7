package org.spanmatch.cli.options;

import java.util.List;
import java.util.Locale;

/**
 * How to find what two networks have in common by chance.
 *
 * @param method how
 * @param seed chooses the order of shuffled samples
 */
public record ChanceOptions(Method method, long seed) {
  /** How to find it. */
  public static final ChoiceOption<Method> CHANCE =
      ChoiceOption.one(
          "chance",
          "method",
          "how to find the similarity by chance: formula (default), shuffle for a second pass with"
              + " the examples of B in another order, or none",
          List.of(Method.values()),
          Method::toString);

  /** Ways to find it. */
  public enum Method {
    /** From the Gram matrix. */
    FORMULA,
    /** From a pass with the examples of one network in another order. */
    SHUFFLE,
    /** Not at all. */
    NONE;

    /** Returns the name as options and results have it. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Reads them.
   *
   * @param input what is compared
   * @throws UsageException if a value can't be understood, or the input has no samples to shuffle
   */
  public static ChanceOptions of(Arguments arguments, InputOptions input) {
    Method method = arguments.choice(CHANCE).orElse(Method.FORMULA);
    if (method == Method.SHUFFLE && input.files().size() == 1) {
      throw new UsageException(
          "--chance shuffle needs the activations of two networks, found one Gram file, which holds"
              + " inner products alone");
    }
    return new ChanceOptions(method, CommonOptions.seed(arguments));
  }

  /** The default. */
  public static ChanceOptions defaults() {
    return new ChanceOptions(Method.FORMULA, 0);
  }

  /** Whether the seed chooses anything. */
  public boolean isRandom() {
    return method == Method.SHUFFLE;
  }

  /** The seed if it chose anything, as results have it. */
  public Long usedSeed() {
    return isRandom() ? seed : null;
  }
}
