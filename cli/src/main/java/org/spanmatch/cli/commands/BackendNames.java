package org.spanmatch.cli.commands;

import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.ChoiceOption;
import org.spanmatch.kernel.KernelProvider;
import org.spanmatch.kernel.selection.Kernels;

/** The option {@code --backends}, of commands that take several backends. */
final class BackendNames {
  /** Stands for all backends. */
  static final String ALL = "all";

  private BackendNames() {}

  /**
   * The option with what it does there.
   *
   * @param others names that it takes besides those of backends
   */
  static Option definition(String description, List<String> others) {
    return ChoiceOption.several("backends", "name,…|all", description, () -> names(others));
  }

  private static List<String> names(List<String> others) {
    Stream<String> backends = Kernels.providers().stream().map(KernelProvider::name);
    return Stream.of(Stream.of(ALL), backends, others.stream()).flatMap(names -> names).toList();
  }

  /** The names given, each once, or "all" alone. */
  static List<String> of(Arguments arguments, Option definition) {
    return arguments
        .items(definition)
        .map(items -> items.stream().distinct().toList())
        .orElse(List.of(ALL));
  }
}
