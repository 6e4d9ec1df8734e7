package org.spanmatch.cli.usage;

import java.util.List;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.ChoiceOption;

/**
 * What may stand in the place of a value or an argument, as far as a shell can know.
 *
 * @param kind what it is
 * @param words the words of {@link Kind#ONE} and {@link Kind#SEVERAL}
 */
public record Values(Kind kind, List<String> words) {
  /** What may be typed. */
  public enum Kind {
    /** Nothing that is known beforehand, such as a number. */
    UNKNOWN,
    /** A file or a folder. */
    FILE,
    /** A folder. */
    FOLDER,
    /** One of the words. */
    ONE,
    /** Several of the words, separated by commas. */
    SEVERAL
  }

  /** Nothing that is known beforehand. */
  public static final Values UNKNOWN = new Values(Kind.UNKNOWN, List.of());

  /** A file or a folder. */
  public static final Values FILE = new Values(Kind.FILE, List.of());

  private static final Values FOLDER = new Values(Kind.FOLDER, List.of());

  /** One of some words. */
  public static Values oneOf(List<String> words) {
    return new Values(Kind.ONE, words);
  }

  /** The values of an option: what names of values say in capitals, FILE and DIR, are files. */
  static Values of(Option option) {
    if (option instanceof ChoiceOption<?> choice) {
      return new Values(choice.isSeveral() ? Kind.SEVERAL : Kind.ONE, choice.words());
    }
    String name = option.hasArg() ? option.getArgName() : "";
    if (name.contains("FILE")) {
      return FILE;
    }
    return name.contains("DIR") ? FOLDER : UNKNOWN;
  }

  /** The words with blanks between them. */
  String joined() {
    return String.join(" ", words);
  }
}
