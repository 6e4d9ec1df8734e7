package org.spanmatch.report.text;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** A table of aligned columns: the first column to the left, the others to the right. */
public final class TextTable {
  private static final int NAME_LENGTH = 60;
  private static final int LEAST_NAME = 12;
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();

  /** Starts a table with its column heads. */
  public TextTable(List<String> heads) {
    rows.add(List.copyOf(heads));
  }

  /** Adds a row with as many cells as there are heads. */
  public void add(List<String> cells) {
    rows.add(List.copyOf(cells));
  }

  /**
   * Prints the table. On a terminal that is too narrow for it, columns go below each other, each
   * with the names again, and names are shorter.
   */
  public void print(PrintStream out) {
    int columns = TerminalStream.columns(out);
    int length = Math.min(NAME_LENGTH, Math.max(LEAST_NAME, columns / 2));
    List<String> names =
        DisplayName.all(rows.stream().skip(1).map(row -> row.get(0)).toList(), length);
    List<List<String>> shown = new ArrayList<>(rows.subList(0, 1));
    for (String name : names) {
      // Cells may also be text from files, such as a dtype.
      List<String> cells = new ArrayList<>(rows.get(shown.size()));
      cells.replaceAll(cell -> DisplayName.of(cell, NAME_LENGTH));
      cells.set(0, name);
      shown.add(cells);
    }
    printAligned(shown, columns, out);
  }

  private static void printAligned(List<List<String>> rows, int columns, PrintStream out) {
    int[] widths = new int[rows.get(0).size()];
    for (List<String> row : rows) {
      for (int column = 0; column < widths.length; column++) {
        widths[column] = Math.max(widths[column], length(row.get(column)));
      }
    }
    int from = 1;
    do {
      int to = from;
      int width = widths[0];
      while (to < widths.length && (to == from || width + GAP.length() + widths[to] <= columns)) {
        width += GAP.length() + widths[to++];
      }
      if (from > 1) {
        out.println();
      }
      for (List<String> row : rows) {
        out.println(line(row, widths, from, to));
      }
      from = to;
    } while (from < widths.length);
  }

  /** The first cell, and those from one column to before another. */
  private static String line(List<String> row, int[] widths, int from, int to) {
    StringBuilder line = new StringBuilder(row.get(0));
    line.append(" ".repeat(widths[0] - length(row.get(0))));
    for (int column = from; column < to; column++) {
      String cell = row.get(column);
      line.append(GAP).append(" ".repeat(widths[column] - length(cell))).append(cell);
    }
    return line.toString().stripTrailing();
  }

  private static int length(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
