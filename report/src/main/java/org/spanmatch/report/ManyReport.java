package org.spanmatch.report;

import java.io.PrintStream;

/** Prints and writes a result of more than two networks. */
public interface ManyReport {
  /** Prints the result as a table. */
  void printTable(PrintStream out);

  /** Prints notes that a reader of the table should know. */
  void printNotes(PrintStream err);

  /** Returns the result in the shape of its JSON. */
  Object result();

  /** Writes the whole result as JSON, CSV, figures and, for some commands, a page. */
  void write(ResultFiles files);
}
