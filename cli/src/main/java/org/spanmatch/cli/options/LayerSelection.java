package org.spanmatch.cli.options;

import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.cli.Option;
import org.spanmatch.compare.LayerArrays;
import org.spanmatch.report.text.DisplayName;

/**
 * The layers that {@code --layers} names and {@code --exclude} doesn't, each by its name or a
 * pattern with *, ? and ranges of characters.
 */
public final class LayerSelection implements LayerArrays.Filter {
  /** Every layer. */
  public static final LayerSelection ALL = new LayerSelection(List.of("*"));

  /** No layer. */
  public static final LayerSelection NONE = new LayerSelection(List.of());

  /**
   * A name or pattern.
   *
   * @param text as the user wrote it
   */
  private record Item(String text) {
    /**
     * Takes time in proportion to the product of both lengths at most, unlike a regular expression.
     */
    boolean matches(String name) {
      if (text.equals(name)) {
        return true; // whatever its characters would stand for in a pattern
      }
      List<LetterPattern> pattern = LetterPattern.parse(text);
      int[] letters = name.codePoints().toArray();
      int at = 0;
      int star = -1;
      int starEnd = 0; // where what the last * stands for ends
      for (int letter = 0; letter < letters.length; ) {
        if (at < pattern.size() && pattern.get(at).isStar()) {
          star = at++;
          starEnd = letter;
        } else if (at < pattern.size() && pattern.get(at).matches(letters[letter])) {
          at++;
          letter++;
        } else if (star >= 0) {
          at = star + 1;
          letter = ++starEnd;
        } else {
          return false;
        }
      }
      while (at < pattern.size() && pattern.get(at).isStar()) {
        at++;
      }
      return at == pattern.size();
    }
  }

  private final List<Item> items;
  private final List<Item> excluded;

  /** Layers by names and patterns. */
  public LayerSelection(List<String> texts) {
    this(texts, List.of());
  }

  /** Layers by names and patterns, but for some. */
  public LayerSelection(List<String> texts, List<String> excluded) {
    this.items = texts.stream().map(Item::new).toList();
    this.excluded = excluded.stream().map(Item::new).toList();
  }

  @Override
  public boolean test(String name) {
    return items.stream().anyMatch(item -> item.matches(name))
        && excluded.stream().noneMatch(item -> item.matches(name));
  }

  @Override
  public boolean names(String layer) {
    return items.stream().anyMatch(item -> item.text.equals(layer)) && test(layer);
  }

  /**
   * Checks that every name and pattern stands for something.
   *
   * @param names all layers there are
   * @throws UsageException naming the first that does not, and the layers
   */
  public void requireEachFound(Collection<String> names) {
    requireEachFound(InputOptions.LAYERS, items, names);
    requireEachFound(InputOptions.EXCLUDE, excluded, names);
  }

  /**
   * Checks that every name and pattern of {@code --shards} stands for a layer in parts.
   *
   * @param names the layers in parts
   * @param numbered others that numbered arrays may be parts of
   * @throws UsageException naming the first that does not, and the layers
   */
  public void requireEachInParts(Collection<String> names, Collection<String> numbered) {
    for (Item item : items) {
      if (names.stream().noneMatch(item::matches)) {
        List<String> all = Stream.concat(names.stream(), numbered.stream()).distinct().toList();
        throw new UsageException(
            "--shards: no numbered arrays are parts of '"
                + item.text()
                + "'"
                + (all.isEmpty() ? "" : "; there are those of " + DisplayName.list(all)));
      }
    }
  }

  private static void requireEachFound(Option option, List<Item> items, Collection<String> names) {
    for (Item item : items) {
      if (names.stream().noneMatch(item::matches)) {
        throw new UsageException(
            "--"
                + option.getLongOpt()
                + ": no layer is named '"
                + item.text()
                + "'; there are "
                + DisplayName.list(names));
      }
    }
  }
}
