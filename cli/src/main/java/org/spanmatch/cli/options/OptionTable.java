package org.spanmatch.cli.options;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.help.HelpFormatter;
import org.apache.commons.cli.help.TextHelpAppendable;

/** The options of a command with what they mean, as its help shows them. */
public final class OptionTable {
  private static final int WIDTH = 96;
  private static final Pattern ENTRY = Pattern.compile(" -.*?\\S {2,}");

  private OptionTable() {}

  /** Prints them, one or more lines for each. */
  public static void print(List<Option> options, PrintStream out) throws IOException {
    StringBuilder table = new StringBuilder();
    TextHelpAppendable text = new TextHelpAppendable(table);
    text.setMaxWidth(WIDTH);
    HelpFormatter.builder().setHelpAppendable(text).setShowSince(false).get().printOptions(options);
    int column = 0;
    for (String line : table.toString().lines().skip(1).toList()) { // without the table's heads
      Matcher entry = ENTRY.matcher(line);
      if (entry.lookingAt()) {
        column = entry.end();
        out.println(line.stripTrailing());
      } else if (!line.isBlank()) {
        // The library indents these by one column more than the others, or not.
        out.println(" ".repeat(column) + line.strip());
      }
    }
  }
}
