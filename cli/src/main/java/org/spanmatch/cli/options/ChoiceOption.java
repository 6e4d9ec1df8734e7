package org.spanmatch.cli.options;

import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.commons.cli.Option;

/**
 * An option with one of several values, or several of them between commas. Parsing and completion
 * go by the same list.
 *
 * @param <T> what the values stand for
 */
public final class ChoiceOption<T> extends Option {
  private static final long serialVersionUID = 1;

  private final transient Supplier<List<T>> choices;
  private final transient Function<T, String> names;
  private final boolean several;

  private ChoiceOption(
      String name,
      String argument,
      String description,
      Supplier<List<T>> choices,
      Function<T, String> names,
      boolean several) {
    super(null, name, true, description);
    setArgName(argument);
    this.choices = choices;
    this.names = names;
    this.several = several;
  }

  /**
   * An option with one of some values.
   *
   * @param names what to write for each
   */
  public static <T> ChoiceOption<T> one(
      String name,
      String argument,
      String description,
      List<T> choices,
      Function<T, String> names) {
    return new ChoiceOption<>(name, argument, description, () -> choices, names, false);
  }

  /**
   * An option with one of some words.
   *
   * @param words looked up when they are needed
   */
  public static ChoiceOption<String> one(
      String name, String argument, String description, Supplier<List<String>> words) {
    return new ChoiceOption<>(name, argument, description, words, Function.identity(), false);
  }

  /**
   * An option with several of some values between commas.
   *
   * @param names what to write for each
   */
  public static <T> ChoiceOption<T> several(
      String name,
      String argument,
      String description,
      List<T> choices,
      Function<T, String> names) {
    return new ChoiceOption<>(name, argument, description, () -> choices, names, true);
  }

  /**
   * An option with several of some words between commas.
   *
   * @param words looked up when they are needed
   */
  public static ChoiceOption<String> several(
      String name, String argument, String description, Supplier<List<String>> words) {
    return new ChoiceOption<>(name, argument, description, words, Function.identity(), true);
  }

  /** Whether several values may be given. */
  public boolean isSeveral() {
    return several;
  }

  /** What to write for each value. */
  public List<String> words() {
    return choices.get().stream().map(names).toList();
  }

  /**
   * What a word stands for.
   *
   * @throws UsageException if it stands for nothing
   */
  T choice(String word) {
    return choices.get().stream()
        .filter(choice -> names.apply(choice).equals(word))
        .findFirst()
        .orElseThrow(() -> Arguments.unexpected(this, alternatives(), word));
  }

  /** Such as "standard, full or exhaustive". */
  private String alternatives() {
    List<String> all = words();
    int last = all.size() - 1;
    return String.join(", ", all.subList(0, last)) + " or " + all.get(last);
  }
}
