package org.spanmatch.cli.options;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoublePredicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;

/** The arguments of a command, checked and typed. */
public final class Arguments {
  private static final Pattern NUMBER = Pattern.compile("[-+0-9.eE]+");

  private final CommandLine line;

  private Arguments(CommandLine line) {
    this.line = line;
  }

  /**
   * Parses.
   *
   * @throws UsageException if an option is not one of those given, or lacks its value
   */
  public static Arguments parse(List<Option> allowed, List<String> words) {
    Options options = new Options();
    allowed.forEach(options::addOption);
    try {
      DefaultParser parser =
          DefaultParser.builder()
              .setAllowPartialMatching(false)
              .setStripLeadingAndTrailingQuotes(false)
              .get();
      CommandLine line = parser.parse(options, words.toArray(String[]::new));
      requireNoRepetition(line);
      return new Arguments(line);
    } catch (UnrecognizedOptionException e) {
      throw new UsageException(unknown(e.getOption(), allowed));
    } catch (ParseException e) {
      throw new UsageException(e.getMessage());
    }
  }

  private static String unknown(String typed, List<Option> allowed) {
    String word = typed.split("=", 2)[0];
    List<String> names = allowed.stream().map(Option::getLongOpt).toList();
    return "there is no option "
        + word
        + Spelling.nearest(word.replaceFirst("^-+", ""), names)
            .map(name -> " (did you mean --" + name + "?)")
            .orElse("");
  }

  private static void requireNoRepetition(CommandLine line) {
    Set<String> seen = new HashSet<>();
    for (Option option : line.getOptions()) {
      if (option.hasArg()
          && !CommonOptions.isRepeatable(option)
          && !seen.add(option.getLongOpt())) {
        throw new UsageException(
            "--"
                + option.getLongOpt()
                + " is given twice; "
                + (option.getArgName().contains(",")
                    ? "separate several values by commas"
                    : "give it once"));
      }
    }
  }

  /** Whether a flag is given. */
  public boolean has(Option option) {
    return line.hasOption(option);
  }

  /**
   * Checks that two flags that contradict each other are not both given.
   *
   * @throws UsageException if they are
   */
  public void requireOneAtMost(Option flag, Option other) {
    if (has(flag) && has(other)) {
      throw new UsageException(
          "--"
              + flag.getLongOpt()
              + " and --"
              + other.getLongOpt()
              + " contradict each other; give one of them at most");
    }
  }

  /**
   * Checks that none of some options is given.
   *
   * @param why the rest of a sentence that begins with the option
   * @throws UsageException if one is
   */
  public void requireWithout(List<Option> options, String why) {
    for (Option option : options) {
      if (has(option)) {
        throw new UsageException("--" + option.getLongOpt() + " " + why);
      }
    }
  }

  /** The value of an option, if it is given. */
  public Optional<String> value(Option option) {
    return Optional.ofNullable(line.getOptionValue(option));
  }

  /** All values of an option that may be given more than once, as they are; none if it is not. */
  public List<String> values(Option option) {
    String[] values = line.getOptionValues(option);
    return values == null ? List.of() : List.of(values);
  }

  /** The value of an option as a path, if it is given. */
  public Optional<Path> path(Option option) {
    return value(option).map(Arguments::toPath);
  }

  /** Those of some options that are given, with their values, as they may be typed again. */
  public List<String> again(List<Option> options) {
    return options.stream()
        .flatMap(
            option ->
                values(option).stream()
                    .flatMap(value -> Stream.of("--" + option.getLongOpt(), value)))
        .toList();
  }

  /** The arguments that are not options. */
  public List<String> words() {
    return line.getArgList();
  }

  /**
   * The arguments that are not options, as paths.
   *
   * @param least how many there must be at least
   * @param most how many there may be at most
   */
  public List<Path> paths(int least, int most) {
    int count = words().size();
    if (count < least || count > most) {
      String expected = least == most ? Integer.toString(least) : "at least " + least;
      throw new UsageException(
          most == 0
              ? "expected no arguments, found '" + words().get(0) + "'"
              : "expected " + expected + " file arguments, found " + count);
    }
    return words().stream().map(Arguments::toPath).toList();
  }

  private static Path toPath(String text) {
    if (text.isEmpty()) {
      throw new UsageException("the name of a file is empty");
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new UsageException("'" + text + "' can't be the name of a file: " + e.getReason());
    }
  }

  /** The parts of an option's values between commas, if it is given. */
  public Optional<List<String>> items(Option option) {
    return Optional.ofNullable(line.getOptionValues(option))
        .map(
            values ->
                Arrays.stream(values)
                    .flatMap(text -> Arrays.stream(text.split(",", -1)))
                    .map(String::strip)
                    .toList());
  }

  /**
   * A whole number, if the option is given.
   *
   * @param least the smallest that is allowed
   * @param most the largest that is allowed
   */
  public Optional<Long> wholeNumber(Option option, long least, long most) {
    return value(option).map(text -> wholeNumber(option, text, least, most));
  }

  /**
   * Whole numbers, without repetitions, in the order given, if the option is given.
   *
   * @param least the smallest that is allowed
   * @param most the largest that is allowed
   */
  public Optional<List<Long>> wholeNumbers(Option option, long least, long most) {
    return items(option)
        .map(
            items ->
                items.stream()
                    .map(item -> wholeNumber(option, item, least, most))
                    .distinct()
                    .toList());
  }

  /**
   * A number, if the option is given.
   *
   * @param range in words, such as "of at least 0"
   * @param inRange whether a number is in it
   */
  public Optional<Double> number(Option option, String range, DoublePredicate inRange) {
    return value(option)
        .map(
            text -> {
              if (text.contains(",")) {
                throw unexpected(option, "one number " + range + ", with a decimal point", text);
              }
              return number(option, text, range, inRange);
            });
  }

  /**
   * Numbers, some of them perhaps as ranges such as {@code 0.1:0.5:0.1}, without repetitions, in
   * the order given, if the option is given.
   */
  public Optional<List<Double>> numbers(Option option, String range, DoublePredicate inRange) {
    return value(option).map(text -> new NumberList(option, text, range, inRange).numbers());
  }

  /** A time, if the option is given. */
  public Optional<Duration> duration(Option option) {
    return value(option)
        .map(
            text ->
                TimeLimit.parse(text)
                    .orElseThrow(
                        () -> unexpected(option, "a time such as 90s, 10m or 1.5h", text)));
  }

  /** What the option's value stands for, if it is given. */
  public <T> Optional<T> choice(ChoiceOption<T> option) {
    return value(option).map(option::choice);
  }

  /** What the option's values stand for, if it is given. */
  public <T> Optional<List<T>> choices(ChoiceOption<T> option) {
    return items(option).map(items -> items.stream().map(option::choice).toList());
  }

  private static long wholeNumber(Option option, String text, long least, long most) {
    try {
      long value = Long.parseLong(text.strip());
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // falls through to the one message for all that is wrong with it
    }
    throw unexpected(
        option,
        "a whole number of at least "
            + least
            + (most < Integer.MAX_VALUE ? " and at most " + most : ""),
        text);
  }

  static double number(Option option, String text, String range, DoublePredicate inRange) {
    try {
      double value = Double.parseDouble(text);
      // Java's own notations, such as 1d and 0x1p-1, are mistakes here.
      if (inRange.test(value) && NUMBER.matcher(text.strip()).matches()) {
        return value;
      }
    } catch (NumberFormatException e) {
      // falls through to the one message for all that is wrong with it
    }
    throw unexpected(option, "a number " + range, text);
  }

  /** The error of a value that is none of those expected. */
  public static UsageException unexpected(Option option, String expected, String found) {
    return new UsageException(
        "--" + option.getLongOpt() + ": expected " + expected + ", found '" + found + "'");
  }
}
