package org.spanmatch.cli.report;

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
    rows.add(cells.stream().map(cell -> DisplayName.of(cell, NAME_LENGTH)).toList());
  }

  /** Prints the table. */
  public void print(PrintStream out) {
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
