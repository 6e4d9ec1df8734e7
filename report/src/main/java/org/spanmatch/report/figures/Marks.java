package org.spanmatch.report.figures;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which layers of a figure have warnings, so that their similarity may say little.
 *
 * @param codes the codes of each layer's warnings, separated by blanks; blank for none
 */
record Marks(List<String> codes) {
  /** What stands beside a layer that has warnings. */
  static final String ASTERISK = "*";

  /** What the asterisk means. */
  static final String MEANING = "may say little, see the warnings in the results";

  /** The lines of a legend that say what the asterisk means. */
  static final List<String> LEGEND = List.of("may say little:", "see warnings");

  /** Whether a layer has warnings. */
  boolean isMarked(int layer) {
    return !codes.get(layer).isBlank();
  }

  /** Whether any layer has warnings. */
  boolean any() {
    return codes.stream().anyMatch(code -> !code.isBlank());
  }

  /** Returns the labels of all layers, with an asterisk after those that have warnings. */
  List<String> mark(List<String> labels) {
    List<String> marked = new ArrayList<>(labels);
    IntStream.range(0, labels.size())
        .filter(this::isMarked)
        .forEach(layer -> marked.set(layer, labels.get(layer) + " " + ASTERISK));
    return marked;
  }

  /** Returns the lines that a legend needs to explain the asterisk; none if there is none. */
  List<String> legend() {
    return any() ? LEGEND : List.of();
  }

  /** Returns the lines of a description that name the warnings; empty without any. */
  String describe(List<String> labels) {
    return IntStream.range(0, labels.size())
        .filter(this::isMarked)
        .mapToObj(layer -> "\nWarnings of " + labels.get(layer) + ": " + codes.get(layer) + ".")
        .collect(Collectors.joining());
  }
}
