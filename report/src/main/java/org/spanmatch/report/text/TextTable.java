package org.spanmatch.report.text;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** A table of aligned columns: the first column to the left, the others to the right. */
public final class TextTable {
  private static final int NAME_LENGTH = 60;

  private final List<List<String>> rows = new ArrayList<>();

  /** Starts a table with its column heads. */
  public TextTable(List<String> heads) {
    rows.add(List.copyOf(heads));
  }

  /** Adds a row with as many cells as there are heads. */
  public void add(List<String> cells) {
    rows.add(List.copyOf(cells));
  }

  /** Prints the table. */
  public void print(PrintStream out) {
    List<String> names =
        DisplayName.all(rows.stream().skip(1).map(row -> row.get(0)).toList(), NAME_LENGTH);
    List<List<String>> shown = new ArrayList<>(rows.subList(0, 1));
    for (String name : names) {
      // Cells may also be text from files, such as a dtype.
      List<String> cells = new ArrayList<>(rows.get(shown.size()));
      cells.replaceAll(cell -> DisplayName.of(cell, NAME_LENGTH));
      cells.set(0, name);
      shown.add(cells);
    }
    printAligned(shown, out);
  }

  private static void printAligned(List<List<String>> rows, PrintStream out) {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int column = 0; column < columns; column++) {
        widths[column] = Math.max(widths[column], length(row.get(column)));
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < columns; column++) {
        String padding = " ".repeat(widths[column] - length(row.get(column)));
        line.append(column == 0 ? "" : "  ");
        line.append(column == 0 ? row.get(column) + padding : padding + row.get(column));
      }
      out.println(line.toString().stripTrailing());
    }
  }

  private static int length(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
