package org.spanmatch.cli.commands;

import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.CommonOptions;

/**
 * The options of {@code spanmatch merge}.
 *
 * @param files the Gram files to add, at least two
 * @param out the Gram file to write; may be one of them
 * @param quiet whether to print no notes
 */
record MergeOptions(List<Path> files, Path out, boolean quiet) {
  static List<Option> definitions() {
    return List.of(GramOutput.OUT, CommonOptions.QUIET);
  }

  static MergeOptions of(Arguments arguments) {
    return new MergeOptions(
        arguments.paths(2, Integer.MAX_VALUE),
        GramOutput.path(arguments),
        arguments.has(CommonOptions.QUIET));
  }
}
