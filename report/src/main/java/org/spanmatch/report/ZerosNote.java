package org.spanmatch.report;

import java.io.PrintStream;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.report.results.LayerResult;
import org.spanmatch.report.text.DisplayName;

/** Says of layers whose similarity is 0 at every ε asked for where their first neurons match. */
final class ZerosNote {
  private static final int NAMED = 4;

  private ZerosNote() {}

  /** Prints one line for all such layers; nothing if there is none, or levels were not computed. */
  static void print(List<LayerResult> layers, PrintStream err) {
    List<LayerResult> zeros = layers.stream().filter(ZerosNote::isWallOfZeros).toList();
    if (zeros.isEmpty()) {
      return;
    }
    List<BigDecimal> next =
        MatchSpectrum.nextEpsilons(
            zeros.stream().map(layer -> layer.neuronLevels().spectrum()).toList());
    err.println(
        (zeros.size() == 1
                ? "note: layer '" + name(zeros.get(0)) + "': 0"
                : "note: " + zeros.size() + " layers: 0")
            + " at every ε asked for; the first neurons match at "
            + (zeros.size() == 1 ? first(zeros.get(0)) : firsts(zeros))
            + (next.isEmpty()
                ? ""
                : ": try --epsilon "
                    + next.stream().map(BigDecimal::toString).collect(Collectors.joining(","))));
  }

  private static boolean isWallOfZeros(LayerResult layer) {
    return layer.neuronLevels() != null
        && layer.neuronLevels().spectrum().epsilonFor(1).isPresent()
        && layer.matches().stream().allMatch(match -> match.similarity() == 0);
  }

  private static String firsts(List<LayerResult> zeros) {
    String named =
        zeros.stream()
            .limit(NAMED)
            .map(layer -> first(layer) + " (" + name(layer) + ")")
            .collect(Collectors.joining(", "));
    return zeros.size() > NAMED ? named + ", …" : named;
  }

  private static String first(LayerResult layer) {
    double level = layer.neuronLevels().spectrum().epsilonFor(1).orElseThrow();
    return String.format(Locale.ROOT, level < 0.1 ? "%.1g" : "%.2f", level);
  }

  private static String name(LayerResult layer) {
    return DisplayName.printable(layer.name());
  }
}
