package org.spanmatch.cli.options;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.help.HelpFormatter;
import org.apache.commons.cli.help.TextHelpAppendable;

/** The options of a command with what they mean, as its help shows them. */
public final class OptionTable {
  private static final int WIDTH = 96;

  private OptionTable() {}

  /** Prints them, one or more lines for each. */
  public static void print(List<Option> options, PrintStream out) throws IOException {
    StringBuilder table = new StringBuilder();
    TextHelpAppendable text = new TextHelpAppendable(table);
    text.setMaxWidth(WIDTH);
    HelpFormatter.builder().setHelpAppendable(text).setShowSince(false).get().printOptions(options);
    table
        .toString()
        .lines()
        .skip(1) // the table's heads
        .map(String::stripTrailing)
        .filter(line -> !line.isEmpty())
        .forEach(out::println);
  }
}
