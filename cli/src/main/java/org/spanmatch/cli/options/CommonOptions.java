package org.spanmatch.cli.options;

import java.util.List;
import java.util.Locale;
import org.apache.commons.cli.Option;

/** Creates options, and defines those that several kinds of commands share. */
public final class CommonOptions {
  /** Where results go; each command describes it. */
  public static final Option OUT = valued("out", "DIR", "%s");

  /** Where the JSON goes. */
  public static final Option JSON =
      valued("json", "FILE|-", "write the results as JSON; - is standard output");

  private static final long DEFAULT_SEED = 1;

  /** What chooses random numbers. */
  public static final Option SEED =
      valued("seed", "S", "chooses the random numbers, a whole number; default " + DEFAULT_SEED);

  /** Results alone. */
  public static final Option QUIET =
      flag("quiet", "no progress, no notes, and no lines on the run below a table");

  /** For every command. */
  public static final Option DEBUG =
      flag("debug", "show the stack trace of an error, and why backends can't run");

  /** For every command. */
  public static final Option HELP =
      Option.builder("h").longOpt("help").desc("show this help").get();

  private CommonOptions() {}

  /**
   * An option with a value.
   *
   * @param argument what stands for the value; FILE or DIR in it has shells complete files
   */
  public static Option valued(String name, String argument, String description) {
    return Option.builder().longOpt(name).hasArg().argName(argument).desc(description).get();
  }

  /** An option with a value that may be given more than once. */
  public static Option repeatable(String name, String argument, String description) {
    Option option = valued(name, argument, description);
    option.setType(List.class);
    return option;
  }

  /** Whether an option may be given more than once. */
  public static boolean isRepeatable(Option option) {
    return option.getType().equals(List.class);
  }

  /** An option without a value. */
  public static Option flag(String name, String description) {
    return Option.builder().longOpt(name).desc(description).get();
  }

  /** The option with its description completed, where commands differ in it. */
  public static Option describe(Option option, String detail) {
    return valued(
        option.getLongOpt(),
        option.getArgName(),
        String.format(Locale.ROOT, option.getDescription(), detail));
  }

  /** The value of {@link #SEED}. */
  public static long seed(Arguments arguments) {
    return arguments.wholeNumber(SEED, 0, Long.MAX_VALUE).orElse(DEFAULT_SEED);
  }
}
