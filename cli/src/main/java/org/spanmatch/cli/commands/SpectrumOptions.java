package org.spanmatch.cli.commands;

import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.ChanceOptions;
import org.spanmatch.cli.options.CommonOptions;
import org.spanmatch.cli.options.ComparingOptions;
import org.spanmatch.cli.options.LabelOptions;
import org.spanmatch.cli.options.PairOptions;
import org.spanmatch.cli.options.UsageException;
import org.spanmatch.cli.output.JsonTarget;
import org.spanmatch.cli.output.ResultFolder;

/**
 * The options of {@code spanmatch spectrum}.
 *
 * @param comparing what is compared, and how
 * @param minSize a number of neurons of each network to show the smallest ε of, if any
 * @param chance how to find the levels by chance
 * @param labels what the networks are called
 * @param out where results and figures go, if anywhere
 * @param json where the JSON goes
 */
record SpectrumOptions(
    ComparingOptions comparing,
    Optional<Integer> minSize,
    ChanceOptions chance,
    LabelOptions labels,
    Optional<ResultFolder> out,
    JsonTarget json) {
  private static final Option MIN_SIZE =
      CommonOptions.valued(
          "min-size", "K", "also show the smallest ε with K matched neurons in each network");

  static List<Option> definitions() {
    return ComparingOptions.definitions(
        PairOptions.PAIRS,
        PairOptions.PAIR,
        MIN_SIZE,
        ChanceOptions.CHANCE,
        CommonOptions.SEED,
        LabelOptions.NAMES,
        LabelOptions.TITLE,
        LabelOptions.SPREAD,
        CommonOptions.describe(
            CommonOptions.OUT,
            "write result.json, spectrum.csv, spectrum.svg and .png, and report.html, a page for"
                + " the browser, there"));
  }

  static SpectrumOptions of(Arguments arguments) {
    Optional<Integer> minSize =
        arguments.wholeNumber(MIN_SIZE, 1, Integer.MAX_VALUE).map(Long::intValue);
    Optional<ResultFolder> out = arguments.path(CommonOptions.OUT).map(ResultFolder::new);
    ComparingOptions comparing = ComparingOptions.ofMany(arguments);
    ChanceOptions chance = ChanceOptions.of(arguments, comparing.input());
    if (arguments.has(CommonOptions.SEED) && !chance.isRandom()) {
      throw new UsageException("--seed is for --chance shuffle");
    }
    LabelOptions labels = LabelOptions.of(arguments, comparing.input().networks());
    return new SpectrumOptions(
        comparing, minSize, chance, labels, out, NetworkFile.json(arguments));
  }
}
