package org.spanmatch.report.text;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** A table of cells by row and column, both of which have names. */
public final class MatrixTable {
  private static final int COLUMN_NAME = 12;
  private static final int WIDTH = 100; // where no terminal sets one

  private MatrixTable() {}

  /**
   * Prints a table. Columns for which there is no room go below the others, with the names of the
   * rows again; names are shortened so that they still differ.
   *
   * @param corner what is above the names of the rows
   * @param cells by row and column
   */
  public static void print(
      String corner,
      List<String> rows,
      List<String> columns,
      List<List<String>> cells,
      PrintStream out) {
    List<String> heads = new ArrayList<>(List.of(corner));
    heads.addAll(DisplayName.all(columns, COLUMN_NAME));
    TextTable table = new TextTable(heads);
    for (int row = 0; row < rows.size(); row++) {
      List<String> line = new ArrayList<>(List.of(rows.get(row)));
      line.addAll(cells.get(row));
      table.add(line);
    }
    table.print(out, Math.min(WIDTH, TerminalStream.columns(out)));
  }
}
