package org.spanmatch.cli.usage;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.cli.Option;

/**
 * How one command is used.
 *
 * @param name the word that selects it
 * @param arguments its arguments in a synopsis, such as {@code A B}; empty for none
 * @param requiredOptions the options that it can't do without, such as {@code --out FILE}; empty
 *     for none
 * @param values what may stand in the place of each argument
 * @param summary what it does, in half a sentence
 * @param details more help, with examples indented
 * @param options all options that it takes
 */
public record CommandUsage(
    String name,
    String arguments,
    String requiredOptions,
    Values values,
    String summary,
    String details,
    List<Option> options) {
  private static final String EXAMPLE = "  spanmatch ";
  private static final int LONGEST_BRIEF = 60;

  /** What follows its name in a line that shows how it is used. */
  public String synopsis() {
    return Stream.of(arguments, requiredOptions, "[options]")
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining(" "));
  }

  /** The examples of its help, as they are typed. */
  List<String> examples() {
    return details.lines().filter(line -> line.startsWith(EXAMPLE)).map(String::strip).toList();
  }

  /** An option as it is typed, {@code -v} or {@code --verbose}; the long form comes last. */
  static List<String> spellings(Option option) {
    String name = "--" + option.getLongOpt();
    return option.getOpt() == null ? List.of(name) : List.of("-" + option.getOpt(), name);
  }

  /** What an option does, in as many words as a list of candidates has room for. */
  static String brief(Option option) {
    String clause = option.getDescription().split("[;:] | \\(", 2)[0];
    return clause.length() <= LONGEST_BRIEF ? clause : clause.split(", ", 2)[0];
  }
}
