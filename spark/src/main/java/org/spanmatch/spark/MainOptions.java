package org.spanmatch.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.commons.cli.Option;
import org.spanmatch.activations.Layout;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.ChoiceOption;
import org.spanmatch.cli.options.CommonOptions;
import org.spanmatch.cli.options.ComputingOptions;
import org.spanmatch.cli.options.EpsilonOptions;
import org.spanmatch.cli.options.InputOptions;
import org.spanmatch.cli.options.LayerSelection;
import org.spanmatch.cli.options.PairOptions;
import org.spanmatch.cli.options.UsageException;
import org.spanmatch.compare.LayerPairs.Pairing;
import org.spanmatch.compare.LayerPairs.Pairing.Names;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.spark.gram.SumOptions;

/**
 * The options of {@code gram} and {@code match} on Spark.
 *
 * @param x files of the first network
 * @param y files of the second network
 * @param key the columns that rows are joined by; empty for shards, which are joined by position
 * @param layers the layers to take
 * @param pairing which of them make pairs
 * @param layouts what the axes of arrays mean
 * @param sums how to add up
 * @param epsilons the distances up to which neurons match
 * @param out the file or folder to write; empty for none
 * @param each whether to write a file for each pair
 * @param quiet no notes and no line on the run
 */
record MainOptions(
    List<String> x,
    List<String> y,
    List<String> key,
    LayerSelection layers,
    Pairing pairing,
    List<Layout> layouts,
    SumOptions sums,
    List<Double> epsilons,
    String out,
    boolean each,
    boolean quiet) {
  private static final List<Double> EPSILONS = List.of(0.15, 0.2, 0.25, 0.3, 0.5);
  // An executor may have backends that the driver lacks.
  private static final List<String> BACKENDS = List.of(Kernels.AUTO, "java", "cuda", "reference");
  private static final long MEBIBYTE = 1L << 20;

  private static final Option X =
      CommonOptions.repeatable(
          "x",
          "pattern",
          "files of the first network, in any file system that the cluster has: a pattern with *, ?,"
              + " [a-c] and {a,b}, a file or a folder; may be given more than once");

  private static final Option Y =
      CommonOptions.repeatable("y", "pattern", "files of the second network, likewise");

  private static final Option KEY =
      CommonOptions.valued(
          "key",
          "column,…",
          "the files are Parquet with a column of arrays for each layer; rows of equal keys are on"
              + " the same sample");

  private static final Option OUT =
      CommonOptions.valued("out", "FILE", "the Gram file to write, in any file system");

  private static final Option EACH =
      CommonOptions.flag("each", "write a file for each pair of layers, into the folder --out");

  private static final ChoiceOption<Precision> PRECISION =
      ChoiceOption.one(
          "precision",
          "name",
          "standard (default), or high, for which a task holds all neurons of a pair at once",
          List.of(Precision.values()),
          Precision::toString);

  private static final Option TASK_MEMORY =
      CommonOptions.valued(
          "task-memory",
          "MiB",
          "the part of a Gram matrix that a task adds up, default "
              + SumOptions.STRIPE_BYTES / MEBIBYTE
              + "; of larger matrices the activations are read once for each such part, and a task"
              + " needs about four times that");

  /** For {@code match}. */
  private static final Option EPSILON =
      CommonOptions.describe(
          EpsilonOptions.EPSILON,
          EPSILONS.stream().map(String::valueOf).collect(Collectors.joining(",")));

  /** The options of a command. */
  static List<Option> definitions(boolean match) {
    List<Option> options =
        new ArrayList<>(
            List.of(
                X,
                Y,
                KEY,
                OUT,
                EACH,
                InputOptions.LAYERS,
                InputOptions.EXCLUDE,
                PairOptions.PAIRS,
                PairOptions.PAIR,
                InputOptions.LAYOUT,
                PRECISION,
                ComputingOptions.CENTER,
                ComputingOptions.DEAD_THRESHOLD,
                ComputingOptions.BACKEND,
                TASK_MEMORY,
                CommonOptions.QUIET,
                CommonOptions.DEBUG,
                CommonOptions.HELP));
    if (match) {
      options.add(2, EPSILON);
    }
    return options;
  }

  /**
   * Reads them.
   *
   * @throws UsageException if one is missing, or a value can't be understood
   */
  static MainOptions of(Arguments arguments, boolean match) {
    if (!arguments.words().isEmpty()) {
      throw new UsageException(
          "expected options alone, found '"
              + arguments.words().get(0)
              + "'; give files by --x and --y, each pattern in quotes");
    }
    String out = arguments.value(OUT).orElse("");
    if (out.isEmpty() && !match) {
      throw new UsageException("expected --out, the Gram file to write");
    }
    if (arguments.has(KEY)) {
      arguments.requireWithout(
          List.of(InputOptions.LAYOUT), "is for arrays of several axes, which rows don't have");
    }
    if (arguments.has(EACH) && out.isEmpty()) {
      throw new UsageException("--each: expected --out, the folder to write into");
    }
    return new MainOptions(
        files(arguments, X),
        files(arguments, Y),
        arguments.items(KEY).orElse(List.of()),
        new LayerSelection(
            arguments.items(InputOptions.LAYERS).orElse(List.of("*")),
            arguments.items(InputOptions.EXCLUDE).orElse(List.of())),
        pairing(PairOptions.of(arguments)),
        InputOptions.layouts(arguments),
        sums(arguments),
        EpsilonOptions.epsilons(arguments, EPSILONS),
        out,
        arguments.has(EACH),
        arguments.has(CommonOptions.QUIET));
  }

  private static List<String> files(Arguments arguments, Option option) {
    List<String> files = arguments.values(option);
    if (files.isEmpty() || files.contains("")) {
      throw new UsageException(
          "expected --" + option.getLongOpt() + ", the files of a network's activations");
    }
    return files;
  }

  /** Where layers are not known yet, the first '=' parts two names. */
  private static Pairing pairing(PairOptions options) {
    if (options.method() == Pairing.Method.ALL) {
      throw new UsageException(
          "--pairs: expected same or order, found 'all'; name further pairs by --pair");
    }
    List<Names> chosen = new ArrayList<>();
    for (String text : options.chosen()) {
      int at = text.indexOf('=');
      if (at < 0) {
        throw Arguments.unexpected(PairOptions.PAIR, "two names with a '=' between them", text);
      }
      chosen.add(new Names(text.substring(0, at), text.substring(at + 1)));
    }
    return new Pairing(options.method(), chosen);
  }

  private static SumOptions sums(Arguments arguments) {
    String backend = arguments.value(ComputingOptions.BACKEND).orElse(Kernels.AUTO);
    if (!BACKENDS.contains(backend)) {
      throw Arguments.unexpected(
          ComputingOptions.BACKEND, "one of " + String.join(", ", BACKENDS), backend);
    }
    return new SumOptions(
        arguments
            .number(
                ComputingOptions.DEAD_THRESHOLD,
                "of at least 0",
                norm -> norm >= 0 && norm <= Double.MAX_VALUE)
            .orElse(GramOptions.DEFAULT_DEAD_THRESHOLD),
        arguments.choice(PRECISION).orElse(Precision.STANDARD),
        arguments.has(ComputingOptions.CENTER),
        backend,
        SumOptions.SLICE_NEURONS,
        arguments
            .wholeNumber(TASK_MEMORY, 1, 1L << 20)
            .map(size -> size * MEBIBYTE)
            .orElse(SumOptions.STRIPE_BYTES));
  }
}
