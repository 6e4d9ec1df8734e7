package org.spanmatch.cli;

import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.spanmatch.cli.report.DisplayName;

/** The layers that {@code --layers} names, each by its name or a pattern with * and ?. */
final class LayerSelection implements Predicate<String> {
  private static final int SHOWN = 12;

  private record Item(String text, Pattern pattern) {
    static Item of(String text) {
      String regex =
          text.codePoints()
              .mapToObj(Character::toString)
              .map(c -> c.equals("*") ? ".*" : c.equals("?") ? "." : Pattern.quote(c))
              .collect(Collectors.joining());
      return new Item(text, Pattern.compile(regex, Pattern.DOTALL));
    }

    boolean matches(String name) {
      return pattern.matcher(name).matches();
    }
  }

  private final List<Item> items;

  LayerSelection(List<String> texts) {
    items = texts.stream().map(Item::of).toList();
  }

  @Override
  public boolean test(String name) {
    return items.stream().anyMatch(item -> item.matches(name));
  }

  /**
   * Checks that every name and pattern stands for something.
   *
   * @param names all layers there are
   * @throws UsageException naming the first that does not, and the layers
   */
  void requireEachFound(Collection<String> names) {
    for (Item item : items) {
      if (names.stream().noneMatch(item::matches)) {
        throw new UsageException(
            "--layers: no layer is named '" + item.text() + "'; there are " + list(names));
      }
    }
  }

  /** Some names for a message. */
  static String list(Collection<String> names) {
    if (names.isEmpty()) {
      return "none";
    }
    String shown =
        names.stream().limit(SHOWN).map(DisplayName::printable).collect(Collectors.joining(", "));
    return names.size() > SHOWN ? shown + " and " + (names.size() - SHOWN) + " more" : shown;
  }
}
