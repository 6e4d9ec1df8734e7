package org.spanmatch.cli.commands;

import java.util.List;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.CommonOptions;

/** The option {@code --backends}, of commands that take several backends. */
final class BackendNames {
  /** Stands for all backends. */
  static final String ALL = "all";

  private BackendNames() {}

  /** The option with what it does there. */
  static Option definition(String description) {
    return CommonOptions.valued("backends", "name,…|all", description);
  }

  /** The names given, each once, or "all" alone. */
  static List<String> of(Arguments arguments, Option definition) {
    return arguments
        .items(definition)
        .map(items -> items.stream().distinct().toList())
        .orElse(List.of(ALL));
  }
}
