package org.spanmatch.cli.commands;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.spanmatch.cli.options.LayerSelection;

/** Takes the names and patterns between commas apart, where names hold commas themselves. */
final class CaseNames {
  private CaseNames() {}

  /**
   * Returns the names and patterns that a text consists of.
   *
   * @param names all there are
   * @return empty if the text can't be taken apart into parts that each stand for one of the names
   */
  static Optional<List<String>> split(String text, Collection<String> names) {
    List<String> pieces = Arrays.asList(text.split(",", -1));
    long mostCommas =
        names.stream()
            .mapToLong(name -> name.chars().filter(c -> c == ',').count())
            .max()
            .orElse(0);
    // What the pieces from each one on consist of; null where that is nothing.
    List<List<String>> rest = new ArrayList<>();
    for (int i = 0; i < pieces.size(); i++) {
      rest.add(null);
    }
    rest.add(List.of());
    for (int from = pieces.size() - 1; from >= 0; from--) {
      // The longest name first: the whole text may be one.
      for (int to = (int) Math.min(pieces.size(), from + mostCommas + 1); to > from; to--) {
        String item = String.join(",", pieces.subList(from, to)).strip();
        if (rest.get(from) == null
            && rest.get(to) != null
            && names.stream().anyMatch(new LayerSelection(List.of(item)))) {
          List<String> items = new ArrayList<>(List.of(item));
          items.addAll(rest.get(to));
          rest.set(from, items);
        }
      }
    }
    return Optional.ofNullable(rest.get(0));
  }
}
