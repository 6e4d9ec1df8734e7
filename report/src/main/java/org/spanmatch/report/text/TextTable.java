package org.spanmatch.report.text;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** A table of aligned columns: the first column to the left, the others to the right. */
public final class TextTable {
  private static final int NAME_LENGTH = 60;
  private static final int LEAST_NAME = 12;
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();
  private final Set<Integer> details = new HashSet<>(); // among the rows

  /** Starts a table with its column heads. */
  public TextTable(List<String> heads) {
    rows.add(List.copyOf(heads));
  }

  /** Adds a row with as many cells as there are heads. */
  public void add(List<String> cells) {
    rows.add(List.copyOf(cells));
  }

  /** Adds a row that says more about the one before; its first cell is no name. */
  public void addDetail(List<String> cells) {
    details.add(rows.size());
    add(cells);
  }

  /**
   * Prints the table. On a terminal that is too narrow for it, columns go below each other, each
   * with the names again, and names are shorter.
   */
  public void print(PrintStream out) {
    print(out, TerminalStream.columns(out));
  }

  /** Prints the table in a number of columns. */
  void print(PrintStream out, int columns) {
    int length = Math.min(NAME_LENGTH, Math.max(LEAST_NAME, columns / 2));
    List<String> named =
        IntStream.range(1, rows.size())
            .filter(row -> !details.contains(row))
            .mapToObj(row -> rows.get(row).get(0))
            .toList();
    Iterator<String> names = DisplayName.all(named, length).iterator();
    List<List<String>> shown = new ArrayList<>(rows.subList(0, 1));
    for (int row = 1; row < rows.size(); row++) {
      // Cells may also be text from files, such as a dtype.
      List<String> cells = new ArrayList<>(rows.get(row));
      cells.replaceAll(cell -> DisplayName.of(cell, NAME_LENGTH));
      cells.set(0, details.contains(row) ? "  " + cells.get(0) : names.next());
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
