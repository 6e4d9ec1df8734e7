package org.spanmatch.cli.commands;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.CommonOptions;

/**
 * The options of {@code spanmatch bundle}.
 *
 * @param folder the bundle's
 * @param jdk the home of the JDK whose run-time environment it gets; empty for the newest at hand
 * @param withChecks whether it gets the checks of a GPU too
 * @param small whether the first start has to make the archive of classes
 * @param quiet no notes
 */
record BundleOptions(
    Path folder, Optional<Path> jdk, boolean withChecks, boolean small, boolean quiet) {
  private static final Path DEFAULT_FOLDER = Path.of("spanmatch-bundle");
  private static final Option JDK =
      CommonOptions.valued(
          "jdk", "DIR", "the JDK whose run-time environment it gets; default the newest at hand");
  private static final Option WITH_CHECKS =
      CommonOptions.flag(
          "with-checks",
          "also gpu-check.sh, with tests and benchmarks of the cuda backend; after mvn package");

  private static final Option SMALL =
      CommonOptions.flag(
          "small",
          "without the archive of classes, some 35 MiB, which makes commands start faster; the first"
              + " that computes makes it");

  static List<Option> definitions() {
    return List.of(
        CommonOptions.describe(
            CommonOptions.OUT,
            "the folder: missing, empty, or an earlier bundle; default " + DEFAULT_FOLDER),
        JDK,
        WITH_CHECKS,
        SMALL,
        CommonOptions.QUIET);
  }

  static BundleOptions of(Arguments arguments) {
    arguments.paths(0, 0);
    return new BundleOptions(
        arguments.path(CommonOptions.OUT).orElse(DEFAULT_FOLDER),
        arguments.path(JDK),
        arguments.has(WITH_CHECKS),
        arguments.has(SMALL),
        arguments.has(CommonOptions.QUIET));
  }
}
