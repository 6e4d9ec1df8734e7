package org.spanmatch.match;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.spanmatch.kernel.Group;

/** Suggests values of ε at which layers that don't match at smaller ones do. */
final class NextEpsilons {
  private static final int MOST = 5;
  private static final BigDecimal STEP = new BigDecimal("0.05");
  private static final double LEAST = 1e-6;
  // From here on, ε = 1 is next, at which everything matches.
  private static final double LARGEST = 0.95;

  private NextEpsilons() {}

  /** Returns what {@link MatchSpectrum#nextEpsilons} specifies. */
  static List<BigDecimal> of(List<MatchSpectrum> spectra) {
    TreeSet<BigDecimal> round = new TreeSet<>();
    for (MatchSpectrum spectrum : spectra) {
      addAbove(round, spectrum.epsilonFor(1));
      addAbove(round, spectrum.epsilonFor(half(spectrum)));
    }
    List<BigDecimal> all = List.copyOf(round);
    return all.size() <= MOST
        ? all
        : IntStream.range(0, MOST)
            .mapToObj(i -> all.get(i * (all.size() - 1) / (MOST - 1)))
            .toList();
  }

  private static int half(MatchSpectrum spectrum) {
    int neurons = spectrum.levels(Group.X).length + spectrum.levels(Group.Y).length;
    return Math.max(1, (neurons + 1) / 2);
  }

  /** Adds the next multiple of 0.05 above a level; of a small one, the next leading digit. */
  private static void addAbove(Set<BigDecimal> round, OptionalDouble level) {
    if (level.isPresent() && level.getAsDouble() < LARGEST) {
      BigDecimal from = BigDecimal.valueOf(Math.max(LEAST, level.getAsDouble()));
      BigDecimal step =
          from.compareTo(STEP) >= 0
              ? STEP
              : from.round(new MathContext(1, RoundingMode.DOWN)).ulp();
      BigDecimal next = from.divideToIntegralValue(step).add(BigDecimal.ONE).multiply(step);
      round.add(new BigDecimal(next.stripTrailingZeros().toPlainString()));
    }
  }
}
