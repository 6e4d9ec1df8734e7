package org.spanmatch.cli.options;

import java.io.PrintStream;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.commons.cli.Option;
import org.spanmatch.report.Spreads;
import org.spanmatch.report.results.Networks;
import org.spanmatch.report.text.DisplayName;
import org.spanmatch.report.text.TerminalStream;

/**
 * What outputs and figures call the networks, and what is above figures.
 *
 * @param names one per network; empty for those of their files
 * @param title the title of figures; empty for the usual ones
 * @param spread how what varies over pairs of networks is shown
 */
public record LabelOptions(Optional<List<String>> names, Optional<String> title, Spreads spread) {
  /** What the networks are called. */
  public static final Option NAMES =
      CommonOptions.valued(
          "names",
          "name,…",
          "what results call the networks, one name for each; default their files");

  /** How what varies over pairs of networks is shown. */
  public static final ChoiceOption<Spreads> SPREAD =
      ChoiceOption.one(
          "spread",
          "sd|range",
          "with more than two networks, beside each mean over the pairs: sd (default), the standard"
              + " deviation, or range, the least and the largest",
          List.of(Spreads.values()),
          Spreads::toString);

  /** What figures are called. */
  public static final Option TITLE =
      CommonOptions.valued("title", "text", "the title of figures, in place of the usual one");

  /**
   * Reads them.
   *
   * @param networks number of networks that are compared
   * @throws UsageException if there is not one name for each network
   */
  public static LabelOptions of(Arguments arguments, int networks) {
    Optional<List<String>> names = arguments.items(NAMES);
    names.ifPresent(given -> require(given, networks));
    if (networks == 2) {
      arguments.requireWithout(List.of(SPREAD), "is for more than two networks");
    }
    Spreads spread = arguments.choice(SPREAD).orElse(Spreads.SD);
    return new LabelOptions(names, title(arguments, TITLE), spread);
  }

  /**
   * The title, if it is given.
   *
   * @throws UsageException if it is blank
   */
  public static Optional<String> title(Arguments arguments, Option option) {
    Optional<String> title = arguments.value(option);
    if (title.filter(String::isBlank).isPresent()) {
      throw Arguments.unexpected(option, "a title", title.get());
    }
    return title;
  }

  /**
   * Checks names.
   *
   * @throws UsageException if there is not a different one for each network
   */
  public static void require(List<String> names, int networks) {
    if (names.size() != networks) {
      throw new UsageException(
          "--names: expected "
              + networks
              + " names separated by commas, one for each network, found "
              + names.size());
    }
    if (names.stream().anyMatch(String::isBlank)) {
      throw new UsageException("--names: expected a name for each network, found an empty one");
    }
    if (new HashSet<>(names).size() < names.size()) {
      throw new UsageException(
          "--names: expected a different name for each network, found " + String.join(",", names));
    }
  }

  /** Prints which name stands for which file, if the names were given. */
  public void print(Networks networks, PrintStream out) {
    if (names.isPresent()) {
      String all =
          networks.networks().stream()
              .map(network -> network.name() + " (" + network.file() + ")")
              .collect(Collectors.joining(", "));
      TerminalStream.printFolded("networks: " + DisplayName.printable(all), out);
    }
  }

  /** The file names, and the usual titles. */
  public static LabelOptions defaults() {
    return new LabelOptions(Optional.empty(), Optional.empty(), Spreads.SD);
  }

  /**
   * The networks with their names.
   *
   * @param files one per network
   */
  public Networks networks(List<String> files) {
    return names
        .map(given -> Networks.of(given, files))
        .orElseGet(() -> Networks.ofFiles(files))
        .titled(title.orElse(null));
  }
}
