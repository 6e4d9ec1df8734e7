package org.spanmatch.cli.commands;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.CommonOptions;
import org.spanmatch.cli.options.LabelOptions;
import org.spanmatch.cli.options.UsageException;
import org.spanmatch.cli.output.BenchReport;
import org.spanmatch.report.ResultFiles;

/**
 * The options of {@code spanmatch report}.
 *
 * @param results the results, or the folders that have them; at least one
 * @param out the page to write
 * @param names what the page calls the networks, one name for each; empty to keep their names
 * @param title the title of the page; empty to keep that of the results
 */
record ReportOptions(
    List<Path> results, Path out, Optional<List<String>> names, Optional<String> title) {
  private static final Option OUT =
      CommonOptions.valued("out", "FILE", "the page to write, usually NAME.html; required");
  private static final Option NAMES =
      CommonOptions.valued(
          "names",
          "name,…",
          "what the page calls the networks, one name for each, in the order in which the results"
              + " have them; default the results' names");
  private static final Option TITLE =
      CommonOptions.valued("title", "text", "the title; default that of the results, if any");

  static List<Option> definitions() {
    return List.of(OUT, NAMES, TITLE);
  }

  static ReportOptions of(Arguments arguments) {
    if (arguments.words().isEmpty()) {
      throw new UsageException("expected at least one result, or its folder");
    }
    List<Path> results = arguments.paths(1, Integer.MAX_VALUE);
    if (arguments.value(OUT).filter("-"::equals).isPresent()) {
      throw Arguments.unexpected(OUT, "the name of a file, since a page is one", "-");
    }
    Path out =
        arguments
            .path(OUT)
            .orElseThrow(
                () ->
                    new UsageException("--out is missing: name the page to write, such as r.html"));
    if (results.stream()
        .flatMap(ReportOptions::filesOf)
        .anyMatch(result -> NetworkFile.isSame(out, result))) {
      throw new UsageException("--out: expected a file apart from the results, found " + out);
    }
    return new ReportOptions(
        results, out, arguments.items(NAMES), LabelOptions.title(arguments, TITLE));
  }

  /** The files that a page of a result or a folder may be made of. */
  private static Stream<Path> filesOf(Path result) {
    return Stream.concat(
        Stream.of(result),
        Stream.of(ResultFiles.RESULT, BenchReport.JMH, BenchReport.SETUP).map(result::resolve));
  }

  /**
   * Checks the names.
   *
   * @param networks number of networks of the results
   * @throws UsageException if there is not one for each
   */
  void requireNames(int networks) {
    names.ifPresent(given -> LabelOptions.require(given, networks));
  }

  /**
   * Checks that no names are given.
   *
   * @param reason why none make sense
   */
  void requireNoNames(String reason) {
    if (names.isPresent()) {
      throw new UsageException("--names: names " + reason);
    }
  }
}
