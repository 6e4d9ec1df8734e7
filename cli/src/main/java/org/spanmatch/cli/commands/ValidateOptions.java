package org.spanmatch.cli.commands;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.ChoiceOption;
import org.spanmatch.cli.options.CommonOptions;
import org.spanmatch.cli.options.ComputingOptions;
import org.spanmatch.cli.options.InputOptions;
import org.spanmatch.cli.options.UsageException;
import org.spanmatch.cli.output.JsonTarget;
import org.spanmatch.cli.output.ResultFolder;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.validation.Level;

/**
 * The options of {@code spanmatch validate}.
 *
 * @param breakingPoints whether to find breaking points, and not to validate
 * @param words the files as the user wrote them; none for built-in problems
 * @param input the files and what of them is used; empty for built-in problems
 * @param backends names of backends, or "all" alone
 * @param level how many problems
 * @param seed chooses the random numbers
 * @param cases the names or patterns of the problems to take; empty for all
 * @param kernel how many threads may compute, on which device, and how it multiplies
 * @param limit after which a check that is still running has failed
 * @param out where breaking points go, if anywhere
 * @param junit where JUnit's XML goes, if anywhere
 * @param json where the JSON goes
 * @param again the options that a repetition of one case needs too, as the user wrote them
 * @param quiet no progress
 */
record ValidateOptions(
    boolean breakingPoints,
    List<String> words,
    Optional<InputOptions> input,
    List<String> backends,
    Level level,
    long seed,
    Optional<String> cases,
    KernelOptions kernel,
    Duration limit,
    Optional<ResultFolder> out,
    Optional<Path> junit,
    JsonTarget json,
    List<String> again,
    boolean quiet) {
  private static final Duration DEFAULT_LIMIT = Duration.ofMinutes(1);
  // Large layers take a slow backend that long on a busy machine.
  private static final Duration LONG_LIMIT = Duration.ofMinutes(10);

  private static final Option BACKENDS =
      BackendNames.definition("what to validate; default all that are available", List.of());
  private static final ChoiceOption<Level> LEVEL =
      ChoiceOption.one(
          "level",
          "name",
          "how many problems: quick (default), full or exhaustive",
          List.of(Level.values()),
          Level::toString);
  private static final Option CASE =
      CommonOptions.valued(
          "case",
          "name,…|pattern",
          "only these problems, whose names may hold commas; * and ? stand for any characters");
  private static final Option BREAKING_POINTS =
      CommonOptions.flag(
          "breaking-points",
          "find how near to dependent, how badly scaled and how many samples activations must be for"
              + " the error bounds of each backend to exceed 1e-3");
  private static final Option JUNIT =
      CommonOptions.valued(
          "junit", "FILE", "write the results as JUnit's XML, as CI services read it");
  private static final Option TIME_LIMIT =
      CommonOptions.valued(
          "time-limit",
          "time",
          "after which a check that is still running has failed, such as 90s or 10m; default 60s"
              + " for the built-in problems of level quick, else 10m");

  /** What a repetition of one case needs too: its name, level and seed do not say these. */
  private static final List<Option> REPEATED =
      List.of(
          InputOptions.LAYOUT,
          InputOptions.SHARDS,
          InputOptions.POOL,
          InputOptions.SAMPLES,
          ComputingOptions.THREADS,
          ComputingOptions.DEVICE,
          ComputingOptions.GRAM,
          TIME_LIMIT);

  static List<Option> definitions() {
    List<Option> all = new ArrayList<>();
    Collections.addAll(
        all,
        BACKENDS,
        LEVEL,
        CommonOptions.SEED,
        CASE,
        BREAKING_POINTS,
        CommonOptions.describe(
            CommonOptions.OUT,
            "with --breaking-points, write result.json, breaking-points.svg and .png there"),
        JUNIT,
        CommonOptions.JSON,
        InputOptions.LAYERS,
        InputOptions.EXCLUDE);
    all.addAll(REPEATED);
    all.add(CommonOptions.QUIET);
    return List.copyOf(all);
  }

  static ValidateOptions of(Arguments arguments) {
    List<String> words = arguments.words();
    if (words.size() == 1) {
      throw new UsageException("expected no or 2 file arguments, found 1");
    }
    boolean files = !words.isEmpty();
    Level level = arguments.choice(LEVEL).orElse(Level.QUICK);
    long seed = CommonOptions.seed(arguments);
    KernelOptions kernel = ComputingOptions.kernel(arguments);
    Optional<Duration> limit = limit(arguments);
    boolean breakingPoints = arguments.has(BREAKING_POINTS);
    if (breakingPoints) {
      requireForBreakingPoints(arguments);
    } else {
      requireForProblems(arguments);
    }
    boolean longer = breakingPoints || files || level != Level.QUICK;
    return new ValidateOptions(
        breakingPoints,
        words,
        files ? Optional.of(InputOptions.of(arguments)) : Optional.empty(),
        BackendNames.of(arguments, BACKENDS),
        level,
        seed,
        arguments.value(CASE),
        kernel,
        limit.orElse(longer ? LONG_LIMIT : DEFAULT_LIMIT),
        arguments.path(CommonOptions.OUT).map(ResultFolder::new),
        arguments.path(JUNIT),
        NetworkFile.json(arguments),
        arguments.again(REPEATED),
        arguments.has(CommonOptions.QUIET));
  }

  static Optional<Duration> limit(Arguments arguments) {
    Optional<Duration> limit = arguments.duration(TIME_LIMIT);
    if (limit.filter(Duration::isZero).isPresent()) {
      throw new UsageException("--time-limit: expected more than no time at all");
    }
    return limit;
  }

  private static void requireForBreakingPoints(Arguments arguments) {
    if (!arguments.words().isEmpty()) {
      throw new UsageException("--breaking-points takes no files: its problems are built in");
    }
    arguments.requireWithout(
        List.of(
            CASE,
            JUNIT,
            InputOptions.LAYERS,
            InputOptions.EXCLUDE,
            InputOptions.LAYOUT,
            InputOptions.SHARDS,
            InputOptions.POOL,
            InputOptions.SAMPLES),
        "can't be combined with --breaking-points");
  }

  private static void requireForProblems(Arguments arguments) {
    arguments.requireWithout(
        List.of(CommonOptions.OUT), "is for --breaking-points, which is not given");
    if (arguments.words().isEmpty()) {
      arguments.requireWithout(
          List.of(
              InputOptions.LAYERS,
              InputOptions.EXCLUDE,
              InputOptions.LAYOUT,
              InputOptions.SHARDS,
              InputOptions.POOL,
              InputOptions.SAMPLES),
          "is for two files, of which there are none");
    }
  }
}
