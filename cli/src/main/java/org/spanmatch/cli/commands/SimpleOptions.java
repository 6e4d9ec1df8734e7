package org.spanmatch.cli.commands;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.ChoiceOption;
import org.spanmatch.cli.options.CommonOptions;
import org.spanmatch.cli.options.ComparingOptions;
import org.spanmatch.cli.options.EpsilonOptions;
import org.spanmatch.cli.options.UsageException;
import org.spanmatch.cli.output.JsonTarget;
import org.spanmatch.cli.output.ResultFolder;
import org.spanmatch.kernel.Group;
import org.spanmatch.match.Neuron;

/**
 * The options of {@code spanmatch simple}.
 *
 * @param comparing what is compared, and how
 * @param epsilon ε
 * @param neurons the neurons to search for, each once; empty for all
 * @param order in which neurons are tried: "index", "level" or "random"
 * @param seed of the random order
 * @param limit the most minimal matches of each neuron; empty for one, without an exhaustive search
 * @param timeLimit how long the command may take, if there is a limit
 * @param out where results and figures go, if anywhere
 * @param json where the JSON goes
 */
record SimpleOptions(
    ComparingOptions comparing,
    double epsilon,
    Optional<List<Neuron>> neurons,
    String order,
    long seed,
    OptionalLong limit,
    Optional<Duration> timeLimit,
    Optional<ResultFolder> out,
    JsonTarget json) {
  /** The order that {@link #seed} is for. */
  static final String RANDOM = "random";

  /** The order by match level. */
  static final String LEVEL = "level";

  private static final String INDEX = "index";
  private static final double DEFAULT_EPSILON = 0.3;
  private static final long DEFAULT_LIMIT = 1000;
  private static final Pattern NEURON_PATTERN = Pattern.compile("([xy]):(\\d{1,9})");

  private static final Option NEURON =
      CommonOptions.valued(
          "neuron",
          "x:12,y:7|all",
          "only the minimal matches of these neurons, by network and position; default all");
  private static final ChoiceOption<String> ORDER =
      ChoiceOption.one(
          "order",
          "name",
          "in which order neurons are tried: index (default), level or random; it decides which of"
              + " several minimal matches of a neuron is found",
          List.of(INDEX, LEVEL, RANDOM),
          Function.identity());
  private static final Option EXHAUSTIVE =
      CommonOptions.flag("exhaustive", "all minimal matches of each neuron, and not only one");
  private static final Option LIMIT =
      CommonOptions.valued(
          "limit",
          "K",
          "with --exhaustive, at most K minimal matches of each neuron; default " + DEFAULT_LIMIT);
  private static final Option TIME_LIMIT =
      CommonOptions.valued(
          "time-limit",
          "time",
          "end after so long, such as 90s, 10m or 1.5h, with what was found; default never");

  static List<Option> definitions() {
    return ComparingOptions.definitions(
        CommonOptions.describe(EpsilonOptions.EPSILON, DEFAULT_EPSILON + "; only one here"),
        NEURON,
        ORDER,
        CommonOptions.SEED,
        EXHAUSTIVE,
        LIMIT,
        TIME_LIMIT,
        CommonOptions.describe(
            CommonOptions.OUT,
            "write result.json, simple.csv, the distribution of sizes as sizes.svg and .png, for"
                + " small layers who is in which match as members-1.svg and .png, members-2.svg …,"
                + " and report.html, a page for the browser, there"));
  }

  static SimpleOptions of(Arguments arguments) {
    Optional<Duration> timeLimit = arguments.duration(TIME_LIMIT);
    Optional<ResultFolder> out = arguments.path(CommonOptions.OUT).map(ResultFolder::new);
    double epsilon = EpsilonOptions.epsilon(arguments, DEFAULT_EPSILON);
    Optional<List<Neuron>> neurons = neurons(arguments);
    String order = order(arguments);
    long seed = CommonOptions.seed(arguments);
    OptionalLong limit = limit(arguments);
    return new SimpleOptions(
        ComparingOptions.of(arguments),
        epsilon,
        neurons,
        order,
        seed,
        limit,
        timeLimit,
        out,
        NetworkFile.json(arguments));
  }

  static Optional<List<Neuron>> neurons(Arguments arguments) {
    List<String> items = arguments.items(NEURON).orElse(List.of("all"));
    return items.equals(List.of("all"))
        ? Optional.empty()
        : Optional.of(items.stream().map(SimpleOptions::neuron).distinct().sorted().toList());
  }

  private static Neuron neuron(String text) {
    Matcher matcher = NEURON_PATTERN.matcher(text);
    if (!matcher.matches()) {
      throw Arguments.unexpected(NEURON, "all, or neurons such as x:12,y:7", text);
    }
    Group group = matcher.group(1).equals("x") ? Group.X : Group.Y;
    return new Neuron(group, Integer.parseInt(matcher.group(2)));
  }

  static String order(Arguments arguments) {
    String order = arguments.choice(ORDER).orElse(INDEX);
    if (arguments.has(CommonOptions.SEED) && !order.equals(RANDOM)) {
      throw new UsageException("--seed is for --order random");
    }
    return order;
  }

  static OptionalLong limit(Arguments arguments) {
    if (arguments.has(EXHAUSTIVE)) {
      return OptionalLong.of(arguments.wholeNumber(LIMIT, 0, Long.MAX_VALUE).orElse(DEFAULT_LIMIT));
    }
    if (arguments.has(LIMIT)) {
      throw new UsageException("--limit is for --exhaustive");
    }
    return OptionalLong.empty();
  }
}
