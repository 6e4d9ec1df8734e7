package org.spanmatch.cli.commands;

import java.util.List;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.ComparingOptions;
import org.spanmatch.cli.output.JsonTarget;

/**
 * The options of {@code spanmatch distances}.
 *
 * @param comparing what is compared, and how
 * @param json where the JSON goes, in the place of the CSV
 */
record DistancesOptions(ComparingOptions comparing, JsonTarget json) {
  static List<Option> definitions() {
    return ComparingOptions.definitions();
  }

  static DistancesOptions of(Arguments arguments) {
    return new DistancesOptions(ComparingOptions.of(arguments), JsonTarget.of(arguments));
  }
}
