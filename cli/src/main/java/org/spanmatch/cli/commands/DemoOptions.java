package org.spanmatch.cli.commands;

import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.CommonOptions;

/**
 * The options of {@code spanmatch demo}.
 *
 * @param folder where activations, results and figures go
 * @param quiet no progress and no notes
 */
record DemoOptions(Path folder, boolean quiet) {
  private static final Path DEFAULT_FOLDER = Path.of("spanmatch-demo");

  static List<Option> definitions() {
    return List.of(
        CommonOptions.describe(
            CommonOptions.OUT,
            "where activations, results and figures go; default " + DEFAULT_FOLDER),
        CommonOptions.QUIET);
  }

  static DemoOptions of(Arguments arguments) {
    arguments.paths(0, 0);
    return new DemoOptions(
        arguments.path(CommonOptions.OUT).orElse(DEFAULT_FOLDER),
        arguments.has(CommonOptions.QUIET));
  }
}
