package org.spanmatch.report.figures;

import java.awt.Color;
import java.awt.Font;
import java.util.List;
import java.util.Locale;

/** Lays out and draws the maps of a {@link HeatMapFigure}; all lengths are in half points. */
final class HeatMaps {
  private static final int PLOT = 840; // the width that few layers share
  private static final int MOST_CELL = 84;
  private static final int NAMED_CELL = 30; // the least that has room for a line of text
  private static final int MOST_NAMED = 60;
  private static final int NUMBERED_CELL = 44; // the least in which "0.12" is readable
  private static final int GAPPED_CELL = 12; // the least with a white line around it
  private static final int MOST_ACROSS = 3;
  private static final int LEAST_MAP = 240; // what the text above and below needs
  private static final int LEAST_WIDTH = 1100; // what title and notes need

  private static final int MARGIN = 24;
  private static final int MARK = 14; // the largest triangle of a pair with warnings
  private static final int SAMPLE = 28; // a cell beside a note
  private static final int BETWEEN = 60;

  // Colours above this number are bright enough for dark text.
  private static final double BRIGHT = 0.6;
  // From here on, decimals would only make a number wide.
  private static final double LARGE = 100;

  private final HeatMapFigure figure;
  private final List<String> rows;
  private final List<String> columns;
  private final int cell;
  private final boolean slanted;
  private final boolean ownBars;
  private final int across;
  private final int width;
  private final int left;
  private final int below;
  private final int top;

  HeatMaps(HeatMapFigure figure) {
    this.figure = figure;
    rows = Drawing.labels(figure.x().layers());
    columns = Drawing.labels(figure.y().layers());
    cell = cell(Math.max(rows.size(), columns.size()));
    slanted = Brush.widest(columns) + Brush.TICK > cell;
    ownBars = figure.maps().stream().map(HeatMapFigure.Map::end).distinct().count() > 1;
    int count = figure.maps().size();
    across = count == 4 ? 2 : Math.min(count, MOST_ACROSS);
    int beside =
        Brush.LINE + Brush.TICK + Brush.widest(rows) + Brush.TICK; // what is beside the first map
    int bar = ownBars ? 0 : Brush.BAR_WIDTH;
    int content = beside + across * stepAcross() - BETWEEN + bar;
    width = Math.max(2 * MARGIN + content, LEAST_WIDTH);
    left = (width - content) / 2 + beside;
    below = Brush.TICK + (slanted ? Brush.widest(columns) : Brush.LINE) + Brush.LINE;
    top = MARGIN + (figure.title().isBlank() ? 0 : Brush.LINE) + Brush.LINE;
  }

  private static int cell(int most) {
    int room =
        most <= MOST_NAMED
            ? Math.max(NAMED_CELL, Math.min(MOST_CELL, PLOT / most))
            : Math.max(2, NAMED_CELL * MOST_NAMED / most);
    return room / 2 * 2; // whole points, so that edges are sharp
  }

  /** The distance from a map to the next one beside it. */
  private int stepAcross() {
    int bar = ownBars ? Brush.BAR_WIDTH : 0;
    return Math.max(columns.size() * cell + bar, LEAST_MAP) + BETWEEN;
  }

  /** The distance from a map to the next one below it. */
  private int stepDown() {
    return Brush.LINE + rows.size() * cell + below + Brush.LINE / 2;
  }

  private int bottom() {
    return top + (figure.maps().size() + across - 1) / across * stepDown();
  }

  private boolean hasGaps() {
    return figure.maps().stream().anyMatch(HeatMapFigure.Map::hasGaps);
  }

  private boolean hasMarks() {
    return figure.warnings().stream().flatMap(List::stream).anyMatch(code -> !code.isBlank());
  }

  /** Returns the picture of the figure. */
  Drawing.Picture picture() {
    int height = bottom() + (hasGaps() ? Brush.LINE : 0) + (hasMarks() ? Brush.LINE : 0) + MARGIN;
    String title = Drawing.fit(figure.title(), Drawing.TITLE_FONT, width - 2 * MARGIN);
    return new Drawing.Picture(
        title, width, height, graphics -> new Canvas(new Brush(graphics)).paint(title, height));
  }

  /** Draws on one canvas. */
  private final class Canvas {
    private final Brush brush;

    Canvas(Brush brush) {
      this.brush = brush;
    }

    void paint(String title, int height) {
      brush.fill(Color.WHITE, 0, 0, width, height);
      String numbers = Drawing.fit(figure.numbers(), Drawing.AXIS_FONT, width - 2 * MARGIN);
      brush.text(title, Drawing.TITLE_FONT, width / 2.0, MARGIN + Brush.LINE / 2.0, Anchor.MIDDLE);
      brush.text(numbers, Drawing.AXIS_FONT, width / 2.0, top - Brush.LINE / 2.0, Anchor.MIDDLE);
      for (int i = 0; i < figure.maps().size(); i++) {
        HeatMapFigure.Map map = figure.maps().get(i);
        int x = left + i % across * stepAcross();
        int y = top + i / across * stepDown() + Brush.LINE;
        map(map, x, y);
        columnLabels(x, y + rows.size() * cell);
        if (i % across == 0) {
          rowLabels(x, y);
        }
        if (ownBars || i % across == across - 1 || i == figure.maps().size() - 1) {
          brush.bar(map.end(), x + columns.size() * cell, y, rows.size() * cell);
        }
      }
      notes();
    }

    private void map(HeatMapFigure.Map map, int left, int top) {
      double middle = left + columns.size() * cell / 2.0;
      int most = columns.size() * cell + BETWEEN / 2;
      String name = Drawing.fit(map.name(), Drawing.AXIS_FONT, Math.max(most, LEAST_MAP));
      brush.text(name, Drawing.AXIS_FONT, middle, top - Brush.LINE / 2.0, Anchor.MIDDLE);
      for (int row = 0; row < rows.size(); row++) {
        for (int column = 0; column < columns.size(); column++) {
          int x = left + column * cell;
          int y = top + row * cell;
          Double value = map.values().get(row).get(column);
          cell(value, map.end(), x, y);
          if (figure.isMarked(row, column)) {
            mark(value == null || value >= BRIGHT * map.end(), x, y);
          }
        }
      }
    }

    private void cell(Double value, double end, int x, int y) {
      int side = cell >= GAPPED_CELL ? cell - 2 : cell;
      if (value == null) {
        brush.missing(x, y, side, cell >= GAPPED_CELL);
        return;
      }
      double share = Math.max(0, Math.min(1, value / end));
      brush.fill(Viridis.at(share), x, y, side, side);
      if (cell >= NUMBERED_CELL) {
        Color color = share >= BRIGHT ? Color.BLACK : Color.WHITE;
        Font font = Drawing.LABEL_FONT.deriveFont(Math.min(24f, cell * 0.36f));
        brush.text(number(value), font, color, x + side / 2.0, y + side / 2.0, Anchor.MIDDLE, 0);
      }
    }

    /** A small triangle in the corner of a cell, dark on bright. */
    private void mark(boolean onBright, int x, int y) {
      int right = x + cell - (cell >= GAPPED_CELL ? 2 : 0);
      int side = Math.max(4, Math.min(MARK, cell / 4));
      brush.mark(onBright ? Color.BLACK : Color.WHITE, right, y, side);
    }

    private void rowLabels(int right, int top) {
      int every = every();
      for (int row = 0; row < rows.size(); row += every) {
        double y = top + row * cell + cell / 2.0;
        brush.text(rows.get(row), Drawing.LABEL_FONT, right - Brush.TICK, y, Anchor.END);
      }
      int height = rows.size() * cell;
      String label = axisLabel(figure.x(), height + below);
      double middle = top + Math.max(height, Drawing.width(label, Drawing.AXIS_FONT)) / 2.0;
      double x = right - Brush.TICK - Brush.widest(rows) - Brush.TICK - Brush.LINE / 2.0;
      brush.text(label, Drawing.AXIS_FONT, Color.BLACK, x, middle, Anchor.MIDDLE, -1);
    }

    private void columnLabels(int left, int bottom) {
      int every = every();
      for (int column = 0; column < columns.size(); column += every) {
        String label = columns.get(column);
        double x = left + column * cell + cell / 2.0;
        if (slanted) {
          double y = bottom + Brush.TICK;
          brush.text(label, Drawing.LABEL_FONT, Color.BLACK, x, y, Anchor.END, -1);
        } else {
          brush.text(
              label, Drawing.LABEL_FONT, x, bottom + Brush.TICK + Brush.LINE / 2.0, Anchor.MIDDLE);
        }
      }
      int most = Math.max(columns.size() * cell + BETWEEN / 2, LEAST_MAP);
      String label = axisLabel(figure.y(), most);
      double middle = left + columns.size() * cell / 2.0;
      brush.text(
          label, Drawing.AXIS_FONT, middle, bottom + below - Brush.LINE / 2.0, Anchor.MIDDLE);
    }

    /** Of many layers, only some are named. */
    private int every() {
      return (NAMED_CELL + cell - 1) / cell;
    }

    private void notes() {
      int y = bottom();
      int x = MARGIN + Brush.LINE;
      if (hasGaps()) {
        brush.missing(x, y + Brush.LINE / 2 - SAMPLE / 2, SAMPLE, cell >= GAPPED_CELL);
        String text = "no number for this pair: other samples, or see the results";
        brush.text(text, Drawing.LABEL_FONT, x + Brush.LINE, y + Brush.LINE / 2.0, Anchor.START);
        y += Brush.LINE;
      }
      if (hasMarks()) {
        brush.mark(Color.BLACK, x + SAMPLE, y + Brush.LINE / 2 - MARK, MARK);
        String text = "may say little, see the warnings in the results";
        brush.text(text, Drawing.LABEL_FONT, x + Brush.LINE, y + Brush.LINE / 2.0, Anchor.START);
      }
    }
  }

  /** Where there is no room for more, the network's name alone. */
  private static String axisLabel(HeatMapFigure.Axis axis, int room) {
    boolean fits = Drawing.width(axis.label(), Drawing.AXIS_FONT) <= room;
    return Drawing.fit(fits ? axis.label() : axis.network(), Drawing.AXIS_FONT, room);
  }

  private static String number(double value) {
    String text = String.format(Locale.ROOT, Math.abs(value) < LARGE ? "%.2f" : "%.3g", value);
    return text.equals("-0.00") ? "0.00" : text;
  }
}
