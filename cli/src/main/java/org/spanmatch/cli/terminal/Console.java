package org.spanmatch.cli.terminal;

import java.io.PrintStream;

/**
 * Where a command writes.
 *
 * @param out results
 * @param err notes, progress and errors
 * @param columns width of the terminal that shows {@code err}; 0 when it is not a terminal, so that
 *     no progress is drawn
 */
public record Console(PrintStream out, PrintStream err, int columns) {}
