package org.spanmatch.cli.options;

import java.util.List;
import org.apache.commons.cli.Option;

/** Distances up to which neurons match. */
public final class EpsilonOptions {
  /** The values of ε; each command describes its default. */
  public static final Option EPSILON =
      CommonOptions.valued(
          "epsilon",
          "ε,…",
          "distances up to which neurons match, in [0, 1], or ranges of them such as 0.1:0.5:0.1;"
              + " default %s");

  private EpsilonOptions() {}

  /** The values, without repetitions, in the order given. */
  public static List<Double> epsilons(Arguments arguments, List<Double> defaults) {
    return arguments
        .numbers(EPSILON, "in [0, 1]", epsilon -> epsilon >= 0 && epsilon <= 1)
        .orElse(defaults);
  }

  /**
   * The one value.
   *
   * @throws UsageException if there are several
   */
  public static double epsilon(Arguments arguments, double byDefault) {
    List<Double> epsilons = epsilons(arguments, List.of(byDefault));
    if (epsilons.size() > 1) {
      throw new UsageException("--epsilon: expected one number here, found " + epsilons.size());
    }
    return epsilons.get(0);
  }
}
