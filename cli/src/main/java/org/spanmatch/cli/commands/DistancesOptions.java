package org.spanmatch.cli.commands;

import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.CommonOptions;
import org.spanmatch.cli.options.ComparingOptions;
import org.spanmatch.cli.options.SplitOptions;
import org.spanmatch.cli.options.UsageException;
import org.spanmatch.cli.output.JsonTarget;
import org.spanmatch.similarity.Split;

/**
 * The options of {@code spanmatch distances}.
 *
 * @param comparing what is compared, and how
 * @param split how to divide examples, if held-out samples are wanted
 * @param json where the JSON goes, in the place of the CSV
 */
record DistancesOptions(ComparingOptions comparing, Optional<Split> split, JsonTarget json) {
  static List<Option> definitions() {
    return ComparingOptions.definitions(
        SplitOptions.FOLDS, SplitOptions.HELD_OUT, CommonOptions.SEED);
  }

  static DistancesOptions of(Arguments arguments) {
    Optional<Split> split = SplitOptions.of(arguments);
    if (split.isEmpty() && arguments.has(CommonOptions.SEED)) {
      throw new UsageException("--seed is for --folds and --held-out");
    }
    return new DistancesOptions(ComparingOptions.of(arguments), split, NetworkFile.json(arguments));
  }
}
