package org.spanmatch.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.DoublePredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.spanmatch.data.Layout;
import org.spanmatch.data.NeuronNorms;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.Kernels;
import org.spanmatch.kernel.Precision;
import org.spanmatch.match.Neuron;
import org.spanmatch.validation.Level;

/** The arguments of a command, checked and typed. */
final class Arguments {
  /** The seed of a random order where none is given. */
  static final long SEED = 1;

  /** How many minimal matches of a neuron are searched for where no limit is given. */
  static final long LIMIT = 1000;

  private static final Pattern NEURON = Pattern.compile("([xy]):(\\d{1,9})");
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
  static Arguments parse(List<Option> allowed, List<String> words) {
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
    } catch (ParseException e) {
      throw new UsageException(e.getMessage());
    }
  }

  private static void requireNoRepetition(CommandLine line) {
    Set<String> seen = new HashSet<>();
    for (Option option : line.getOptions()) {
      if (option.hasArg() && !seen.add(option.getLongOpt())) {
        throw new UsageException(
            "--" + option.getLongOpt() + " is given twice; separate several values by commas");
      }
    }
  }

  /** Whether a flag is given. */
  boolean has(Option option) {
    return line.hasOption(option);
  }

  /**
   * Checks that two flags that contradict each other are not both given.
   *
   * @throws UsageException if they are
   */
  void requireOneAtMost(Option flag, Option other) {
    if (has(flag) && has(other)) {
      throw new UsageException(
          "--"
              + flag.getLongOpt()
              + " and --"
              + other.getLongOpt()
              + " contradict each other; give one of them at most");
    }
  }

  /** The value of an option, if it is given. */
  Optional<String> value(Option option) {
    return Optional.ofNullable(line.getOptionValue(option));
  }

  /** The value of an option as a path, if it is given. */
  Optional<Path> path(Option option) {
    return value(option).map(Arguments::toPath);
  }

  /** The arguments that are not options. */
  List<String> words() {
    return line.getArgList();
  }

  /**
   * The arguments that are not options, as paths.
   *
   * @param least how many there must be at least
   * @param most how many there may be at most
   */
  List<Path> paths(int least, int most) {
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

  /** The backend's name, or "auto". */
  String backend() {
    return value(CommonOptions.BACKEND).orElse(Kernels.AUTO);
  }

  /** The values of ε, without repetitions, in the order given. */
  double[] epsilons(double... defaults) {
    return value(CommonOptions.EPSILON)
        .map(
            text ->
                items(text).stream()
                    .mapToDouble(
                        item ->
                            number(CommonOptions.EPSILON, item, "in [0, 1]", v -> v >= 0 && v <= 1))
                    .map(epsilon -> epsilon + 0.0) // -0 is 0
                    .distinct()
                    .toArray())
        .orElse(defaults);
  }

  /** The one value of ε. */
  double epsilon(double byDefault) {
    double[] epsilons = epsilons(byDefault);
    if (epsilons.length > 1) {
      throw new UsageException("--epsilon: expected one number here, found " + epsilons.length);
    }
    return epsilons[0];
  }

  /** The neurons asked for, each once; empty for all. */
  Optional<List<Neuron>> neurons() {
    String text = value(CommonOptions.NEURON).orElse("all");
    return text.strip().equals("all")
        ? Optional.empty()
        : Optional.of(items(text).stream().map(Arguments::neuron).distinct().sorted().toList());
  }

  private static Neuron neuron(String text) {
    Matcher matcher = NEURON.matcher(text);
    if (!matcher.matches()) {
      throw new UsageException(
          "--neuron: expected all, or neurons such as x:12,y:7, found '" + text + "'");
    }
    Group group = matcher.group(1).equals("x") ? Group.X : Group.Y;
    return new Neuron(group, Integer.parseInt(matcher.group(2)));
  }

  /** In which order neurons are tried: "index", "level" or "random". */
  String order() {
    String order = value(CommonOptions.ORDER).orElse("index");
    if (!List.of("index", "level", "random").contains(order)) {
      throw new UsageException("--order: expected index, level or random, found '" + order + "'");
    }
    if (has(CommonOptions.SEED) && !order.equals("random")) {
      throw new UsageException("--seed is for --order random");
    }
    return order;
  }

  /** What chooses the random numbers. */
  long seed() {
    return value(CommonOptions.SEED)
        .map(text -> wholeNumber(CommonOptions.SEED, text, 0, Long.MAX_VALUE))
        .orElse(SEED);
  }

  /** The most minimal matches of each neuron; empty for one, without an exhaustive search. */
  OptionalLong limit() {
    if (has(CommonOptions.EXHAUSTIVE)) {
      return OptionalLong.of(
          value(CommonOptions.LIMIT)
              .map(text -> wholeNumber(CommonOptions.LIMIT, text, 0, Long.MAX_VALUE))
              .orElse(LIMIT));
    }
    if (has(CommonOptions.LIMIT)) {
      throw new UsageException("--limit is for --exhaustive");
    }
    return OptionalLong.empty();
  }

  /** How long the command may take, if there is a limit. */
  Optional<Duration> timeLimit() {
    return duration(CommonOptions.TIME_LIMIT);
  }

  private Optional<Duration> duration(Option option) {
    return value(option)
        .map(
            text ->
                TimeLimit.parse(text)
                    .orElseThrow(
                        () ->
                            new UsageException(
                                "--time-limit: expected a time such as 90s, 10m or 1.5h, found '"
                                    + text
                                    + "'")));
  }

  /** The layouts asked for. */
  List<Layout> layouts() {
    List<Layout> layouts = new ArrayList<>();
    for (String item : value(CommonOptions.LAYOUT).map(Arguments::items).orElse(List.of())) {
      layouts.add(
          Arrays.stream(Layout.values())
              .filter(layout -> layout.label().equals(item))
              .findFirst()
              .orElseThrow(
                  () ->
                      new UsageException(
                          "--layout: expected nf, fn, ntf, nchw or nhwc, found '" + item + "'")));
    }
    if (layouts.stream().map(Layout::axes).distinct().count() < layouts.size()) {
      throw new UsageException("--layout: expected at most one layout for each number of axes");
    }
    return layouts;
  }

  /** The most samples to use. */
  long samples() {
    return value(CommonOptions.SAMPLES)
        .map(text -> wholeNumber(CommonOptions.SAMPLES, text, Long.MAX_VALUE))
        .orElse(Long.MAX_VALUE);
  }

  /** The number of neurons asked for in each network, if any. */
  OptionalInt minSize() {
    Optional<String> text = value(CommonOptions.MIN_SIZE);
    return text.isEmpty()
        ? OptionalInt.empty()
        : OptionalInt.of((int) wholeNumber(CommonOptions.MIN_SIZE, text.get(), Integer.MAX_VALUE));
  }

  /** How layers are compressed; empty for as precisely as each one's result needs. */
  Optional<Precision> precision() {
    return switch (value(CommonOptions.PRECISION).orElse("auto")) {
      case "auto" -> Optional.empty();
      case "standard" -> Optional.of(Precision.STANDARD);
      case "high" -> Optional.of(Precision.HIGH);
      default ->
          throw new UsageException(
              "--precision: expected auto, standard or high, found '"
                  + value(CommonOptions.PRECISION).orElseThrow()
                  + "'");
    };
  }

  /** Whether match levels are asked for; empty for as the backend suggests. */
  Optional<Boolean> spectrum() {
    requireOneAtMost(CommonOptions.SPECTRUM, CommonOptions.NO_SPECTRUM);
    return has(CommonOptions.SPECTRUM)
        ? Optional.of(true)
        : has(CommonOptions.NO_SPECTRUM) ? Optional.of(false) : Optional.empty();
  }

  /** How many threads may compute. */
  int threads() {
    return value(CommonOptions.THREADS)
        .map(text -> (int) wholeNumber(CommonOptions.THREADS, text, Integer.MAX_VALUE))
        .orElseGet(() -> Runtime.getRuntime().availableProcessors());
  }

  /** The device to compute on: a number, or "all". */
  String device() {
    String device =
        value(CommonOptions.DEVICE).map(String::strip).orElse(KernelOptions.FIRST_DEVICE);
    if (!KernelOptions.isDevice(device)) {
      throw new UsageException(
          "--device: expected a whole number of at least 0, or "
              + KernelOptions.ALL_DEVICES
              + ", found '"
              + device
              + "'");
    }
    return device;
  }

  /** The norm up to which neurons are dead. */
  double deadThreshold() {
    return value(CommonOptions.DEAD_THRESHOLD)
        .map(
            text ->
                number(
                    CommonOptions.DEAD_THRESHOLD,
                    text,
                    "of at least 0",
                    v -> v >= 0 && v <= Double.MAX_VALUE))
        .orElse(NeuronNorms.DEFAULT_DEAD_THRESHOLD);
  }

  /** The names of the backends asked for, or "all" alone. */
  List<String> backends() {
    return value(CommonOptions.BACKENDS)
        .map(text -> items(text).stream().distinct().toList())
        .orElse(List.of(CommonOptions.ALL_BACKENDS));
  }

  /**
   * Whole numbers from 1 on, without repetitions, in the order given.
   *
   * @param most the largest that is allowed
   */
  List<Long> numbers(Option option, List<Long> defaults, long most) {
    return value(option)
        .map(
            text ->
                items(text).stream()
                    .map(item -> wholeNumber(option, item, most))
                    .distinct()
                    .toList())
        .orElse(defaults);
  }

  /** How much to validate. */
  Level level() {
    String text = value(CommonOptions.LEVEL).orElse(Level.QUICK.toString());
    return Arrays.stream(Level.values())
        .filter(level -> level.toString().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "--level: expected quick, full or exhaustive, found '" + text + "'"));
  }

  /** How long one check may take, if something is given. */
  Optional<Duration> checkLimit() {
    Optional<Duration> limit = duration(CommonOptions.CHECK_LIMIT);
    if (limit.filter(Duration::isZero).isPresent()) {
      throw new UsageException("--time-limit: expected more than no time at all");
    }
    return limit;
  }

  /** The layers to take. */
  LayerSelection layers() {
    return new LayerSelection(
        value(CommonOptions.LAYERS).map(Arguments::items).orElse(List.of("*")));
  }

  private static List<String> items(String text) {
    return Arrays.stream(text.split(",", -1)).map(String::strip).toList();
  }

  private static long wholeNumber(Option option, String text, long most) {
    return wholeNumber(option, text, 1, most);
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
    throw new UsageException(
        "--"
            + option.getLongOpt()
            + ": expected a whole number of at least "
            + least
            + (most < Integer.MAX_VALUE ? " and at most " + most : "")
            + ", found '"
            + text
            + "'");
  }

  private static double number(Option option, String text, String range, DoublePredicate inRange) {
    try {
      double value = Double.parseDouble(text);
      // Java's own notations, such as 1d and 0x1p-1, are mistakes here.
      if (inRange.test(value) && NUMBER.matcher(text.strip()).matches()) {
        return value;
      }
    } catch (NumberFormatException e) {
      // falls through to the one message for all that is wrong with it
    }
    throw new UsageException(
        "--" + option.getLongOpt() + ": expected a number " + range + ", found '" + text + "'");
  }
}
