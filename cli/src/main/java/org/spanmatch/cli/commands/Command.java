package org.spanmatch.cli.commands;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.CommonOptions;
import org.spanmatch.cli.options.UsageException;
import org.spanmatch.cli.output.OutputException;
import org.spanmatch.cli.output.RegressionException;
import org.spanmatch.cli.terminal.Console;
import org.spanmatch.cli.usage.CommandUsage;
import org.spanmatch.cli.usage.Values;

/** One of the things that {@code spanmatch} does. */
public interface Command {
  /** The word that selects it. */
  String name();

  /** What it does, in half a sentence. */
  String summary();

  /** The arguments that it takes besides options, such as {@code A B}; empty for none. */
  String arguments();

  /** The options that it can't do without, such as {@code --out FILE}; empty for none. */
  default String requiredOptions() {
    return "";
  }

  /** What may stand in the place of each argument, as far as a shell can know. */
  default Values values() {
    return arguments().isEmpty() ? Values.UNKNOWN : Values.FILE;
  }

  /** The options that it takes, in the order in which help shows them. */
  List<Option> options();

  /** The options that it takes, and those that every command takes. */
  default List<Option> allOptions() {
    List<Option> all = new ArrayList<>(options());
    all.add(CommonOptions.DEBUG);
    all.add(CommonOptions.HELP);
    return all;
  }

  /** How it is used, for what is made of that. */
  default CommandUsage usage() {
    return new CommandUsage(
        name(), arguments(), requiredOptions(), values(), summary(), details(), allOptions());
  }

  /** More help: what comes out, and examples. */
  String details();

  /**
   * Runs the command.
   *
   * @throws UsageException if the arguments are not right
   * @throws org.spanmatch.activations.ActivationsException if the input can't be used
   * @throws org.spanmatch.gram.GramException if a Gram file can't be used
   * @throws org.spanmatch.report.page.PageException if a result can't be used
   * @throws org.spanmatch.kernel.KernelException.Unavailable if a backend asked for can't run
   * @throws org.spanmatch.kernel.NotEnoughMemoryException if the Java heap is too small
   * @throws ValidationFailedException if a backend does not keep its promises
   * @throws RegressionException if something has become slower
   * @throws OutputException if a result can't be written
   */
  void run(Arguments arguments, Console console) throws IOException;
}
