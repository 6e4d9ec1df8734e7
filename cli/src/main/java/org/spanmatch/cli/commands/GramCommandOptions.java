package org.spanmatch.cli.commands;

import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.ChoiceOption;
import org.spanmatch.cli.options.CommonOptions;
import org.spanmatch.cli.options.ComputingOptions;
import org.spanmatch.cli.options.InputOptions;
import org.spanmatch.cli.options.PairOptions;
import org.spanmatch.gram.Precision;

/**
 * The options of {@code spanmatch gram}.
 *
 * @param input the activations
 * @param computing how to add up
 * @param precision what to keep
 * @param out the Gram file
 */
record GramCommandOptions(
    InputOptions input, ComputingOptions computing, Precision precision, Path out) {
  private static final ChoiceOption<Precision> PRECISION =
      ChoiceOption.one(
          "precision",
          "name",
          "standard (default), or high, which takes at least twice the time and is needed for results"
              + " of high precision",
          List.of(Precision.values()),
          Precision::toString);

  private static final Option CENTER =
      CommonOptions.flag(
          ComputingOptions.CENTER.getLongOpt(),
          "first subtract a value near each neuron's mean, so that --center of other commands loses"
              + " no digits; without it they give the same results");

  static List<Option> definitions() {
    return List.of(
        GramOutput.OUT,
        InputOptions.LAYERS,
        InputOptions.EXCLUDE,
        PairOptions.PAIRS,
        PairOptions.PAIR,
        PRECISION,
        ComputingOptions.BACKEND,
        InputOptions.LAYOUT,
        InputOptions.SHARDS,
        InputOptions.MASK,
        InputOptions.POOL,
        InputOptions.SAMPLES,
        CENTER,
        ComputingOptions.DEAD_THRESHOLD,
        ComputingOptions.THREADS,
        ComputingOptions.DEVICE,
        ComputingOptions.GRAM,
        ComputingOptions.VERBOSE,
        CommonOptions.QUIET);
  }

  static GramCommandOptions of(Arguments arguments) {
    Precision precision = arguments.choice(PRECISION).orElse(Precision.STANDARD);
    ComputingOptions computing = ComputingOptions.of(arguments);
    InputOptions input = InputOptions.of(arguments);
    return new GramCommandOptions(input, computing, precision, GramOutput.path(arguments));
  }
}
