package org.spanmatch.report.text;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Prints in UTF-8 on a terminal of known width, for which tables and lines are folded. */
public final class TerminalStream extends PrintStream {
  private static final String INDENT = "  ";

  private final int columns;

  /**
   * Prints on a terminal.
   *
   * @param columns its width, at least 1
   */
  public TerminalStream(OutputStream target, int columns) {
    super(target, true, StandardCharsets.UTF_8);
    this.columns = columns;
  }

  /**
   * Prints a line, and on a terminal that is too narrow for it several, broken at blanks and
   * indented from the second on. A word that is longer than the terminal is wide is not broken.
   */
  public static void printFolded(String text, PrintStream out) {
    int columns = columns(out);
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (line.length() > INDENT.length() && line.length() + 1 + word.length() > columns) {
        out.println(line);
        line = new StringBuilder(INDENT);
      } else if (line.length() > 0) {
        line.append(' ');
      }
      line.append(word);
    }
    out.println(line);
  }

  /** The columns of a stream: those of a terminal, and any number elsewhere. */
  static int columns(PrintStream out) {
    return out instanceof TerminalStream terminal ? terminal.columns : Integer.MAX_VALUE;
  }
}
