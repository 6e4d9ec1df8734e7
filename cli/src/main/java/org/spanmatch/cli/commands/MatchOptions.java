package org.spanmatch.cli.commands;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.ChanceOptions;
import org.spanmatch.cli.options.CommonOptions;
import org.spanmatch.cli.options.ComparingOptions;
import org.spanmatch.cli.options.EpsilonOptions;
import org.spanmatch.cli.options.LabelOptions;
import org.spanmatch.cli.options.PairOptions;
import org.spanmatch.cli.options.SplitOptions;
import org.spanmatch.cli.options.UsageException;
import org.spanmatch.cli.output.JsonTarget;
import org.spanmatch.cli.output.ResultFolder;
import org.spanmatch.similarity.Split;

/**
 * The options of {@code spanmatch match}.
 *
 * @param comparing what is compared, and how
 * @param epsilons the values of ε
 * @param shown the value of ε of which a matrix is printed
 * @param spectrum whether to find match levels; empty for as the backend suggests
 * @param split how to divide examples, if held-out samples or intervals are wanted
 * @param chance how to find the similarity by chance
 * @param labels what the networks are called
 * @param out where results and figures go, if anywhere
 * @param json where the JSON goes
 */
record MatchOptions(
    ComparingOptions comparing,
    List<Double> epsilons,
    double shown,
    Optional<Boolean> spectrum,
    Optional<Split> split,
    ChanceOptions chance,
    LabelOptions labels,
    Optional<ResultFolder> out,
    JsonTarget json) {
  /** The values of ε that the authors' program uses. */
  static final List<Double> DEFAULT_EPSILONS = List.of(0.15, 0.2, 0.25, 0.3, 0.5);

  private static final double DEFAULT_SHOWN = 0.3; // one of the default values

  private static final Option SPECTRUM =
      CommonOptions.flag(
          "spectrum", "find the match level of every neuron too; default for java and cuda");
  private static final Option NO_SPECTRUM =
      CommonOptions.flag("no-spectrum", "only the matches; default for the other backends");

  static List<Option> definitions() {
    String epsilons =
        DEFAULT_EPSILONS.stream().map(String::valueOf).collect(Collectors.joining(","));
    return ComparingOptions.definitions(
        PairOptions.PAIRS,
        PairOptions.PAIR,
        CommonOptions.describe(EpsilonOptions.EPSILON, epsilons),
        SPECTRUM,
        NO_SPECTRUM,
        SplitOptions.FOLDS,
        SplitOptions.HELD_OUT,
        SplitOptions.CONFIDENCE,
        ChanceOptions.CHANCE,
        CommonOptions.SEED,
        LabelOptions.NAMES,
        LabelOptions.TITLE,
        LabelOptions.SPREAD,
        CommonOptions.describe(
            CommonOptions.OUT,
            "write result.json, matches.csv, similarity.csv, similarity.svg and .png, the match"
                + " levels as spectrum.csv, spectrum.svg and .png, and report.html, a page for the"
                + " browser, there"));
  }

  static MatchOptions of(Arguments arguments) {
    List<Double> epsilons = EpsilonOptions.epsilons(arguments, DEFAULT_EPSILONS);
    double shown = arguments.has(EpsilonOptions.EPSILON) ? epsilons.get(0) : DEFAULT_SHOWN;
    Optional<Boolean> spectrum = spectrum(arguments);
    Optional<Split> split = SplitOptions.of(arguments);
    Optional<ResultFolder> out = arguments.path(CommonOptions.OUT).map(ResultFolder::new);
    ComparingOptions comparing = ComparingOptions.ofMany(arguments);
    ChanceOptions chance = ChanceOptions.of(arguments, comparing.input());
    if (arguments.has(CommonOptions.SEED) && split.isEmpty() && !chance.isRandom()) {
      throw new UsageException(
          "--seed is for --folds, --held-out, --confidence and --chance shuffle");
    }
    return new MatchOptions(
        comparing,
        epsilons,
        shown,
        spectrum,
        split,
        chance,
        LabelOptions.of(arguments, comparing.input().networks()),
        out,
        NetworkFile.json(arguments));
  }

  static Optional<Boolean> spectrum(Arguments arguments) {
    arguments.requireOneAtMost(SPECTRUM, NO_SPECTRUM);
    return arguments.has(SPECTRUM)
        ? Optional.of(true)
        : arguments.has(NO_SPECTRUM) ? Optional.of(false) : Optional.empty();
  }
}
