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
  private static final String MARK = " *";

  private boolean isMarked(int layer) {
    return !codes.get(layer).isBlank();
  }

  private boolean any() {
    return codes.stream().anyMatch(code -> !code.isBlank());
  }

  /** Returns the labels of all layers, with an asterisk after those that have warnings. */
  List<String> mark(List<String> labels) {
    List<String> marked = new ArrayList<>(labels);
    IntStream.range(0, labels.size())
        .filter(this::isMarked)
        .forEach(layer -> marked.set(layer, labels.get(layer) + MARK));
    return marked;
  }

  /** Returns the label of an axis, with what an asterisk means if there is any. */
  String explain(String axis) {
    return any() ? axis + "    (*: may say little, see the warnings in the results)" : axis;
  }

  /** Returns the label of a short axis, with what an asterisk means in fewer words. */
  String explainShortly(String axis) {
    return any() ? axis + "    (*: may say little)" : axis;
  }

  /** Returns the lines of a description that name the warnings; empty without any. */
  String describe(List<String> labels) {
    return IntStream.range(0, labels.size())
        .filter(this::isMarked)
        .mapToObj(layer -> "\nWarnings of " + labels.get(layer) + ": " + codes.get(layer) + ".")
        .collect(Collectors.joining());
  }
}
