package org.spanmatch.report.text;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Prints in UTF-8 on a terminal of known width, for which tables are folded. */
public final class TerminalStream extends PrintStream {
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

  /** The columns of a stream: those of a terminal, and any number elsewhere. */
  static int columns(PrintStream out) {
    return out instanceof TerminalStream terminal ? terminal.columns : Integer.MAX_VALUE;
  }
}
