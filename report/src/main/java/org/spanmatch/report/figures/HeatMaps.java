package org.spanmatch.report.figures;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.Polygon;
import java.awt.RenderingHints;
import java.awt.font.TextLayout;
import java.awt.geom.AffineTransform;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

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
  private static final int LINE = 44; // height of a line of text with the space around it
  private static final int TICK = 12;
  private static final int BETWEEN = 60;
  private static final int BAR_GAP = 36;
  private static final int BAR = 28;
  private static final int BAR_LABELS = 110;
  private static final int BAR_STEPS = 100;
  private static final int TICK_ROOM = 40;

  private static final double START = 0;
  private static final double MIDDLE = 0.5;
  private static final double END = 1;
  // From the middle of a line of text down to its baseline, as a share of the font's size.
  private static final double BASELINE = 0.36;
  // Colours above this number are bright enough for dark text.
  private static final double BRIGHT = 0.6;
  // From here on, decimals would only make a number wide.
  private static final double LARGE = 100;

  private static final Color MISSING = new Color(0xE8E8E8);
  private static final Color MISSING_LINE = new Color(0xB0B0B0);

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
    slanted = widest(columns) + TICK > cell;
    ownBars = figure.maps().stream().map(HeatMapFigure.Map::end).distinct().count() > 1;
    int count = figure.maps().size();
    across = count == 4 ? 2 : Math.min(count, MOST_ACROSS);
    int beside = LINE + TICK + widest(rows) + TICK; // what is beside the first map
    int bar = ownBars ? 0 : BAR_GAP + BAR + BAR_LABELS;
    int content = beside + across * stepAcross() - BETWEEN + bar;
    width = Math.max(2 * MARGIN + content, LEAST_WIDTH);
    left = (width - content) / 2 + beside;
    below = TICK + (slanted ? widest(columns) : LINE) + LINE;
    top = MARGIN + (figure.title().isBlank() ? 0 : LINE) + LINE;
  }

  private static int cell(int most) {
    int room =
        most <= MOST_NAMED
            ? Math.max(NAMED_CELL, Math.min(MOST_CELL, PLOT / most))
            : Math.max(2, NAMED_CELL * MOST_NAMED / most);
    return room / 2 * 2; // whole points, so that edges are sharp
  }

  private static int widest(List<String> labels) {
    return labels.stream()
        .mapToInt(label -> Drawing.width(label, Drawing.LABEL_FONT))
        .max()
        .orElseThrow();
  }

  /** The distance from a map to the next one beside it. */
  private int stepAcross() {
    int bar = ownBars ? BAR_GAP + BAR + BAR_LABELS : 0;
    return Math.max(columns.size() * cell + bar, LEAST_MAP) + BETWEEN;
  }

  /** The distance from a map to the next one below it. */
  private int stepDown() {
    return LINE + rows.size() * cell + below + LINE / 2;
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
    int height = bottom() + (hasGaps() ? LINE : 0) + (hasMarks() ? LINE : 0) + MARGIN;
    String title = Drawing.fit(figure.title(), Drawing.TITLE_FONT, width - 2 * MARGIN);
    return new Drawing.Picture(
        title, width, height, graphics -> new Brush(graphics).paint(title, height));
  }

  /** Draws on one canvas. */
  private final class Brush {
    private final Graphics2D graphics;

    Brush(Graphics2D graphics) {
      this.graphics = graphics;
    }

    void paint(String title, int height) {
      graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      fill(Color.WHITE, 0, 0, width, height);
      String numbers = Drawing.fit(figure.numbers(), Drawing.AXIS_FONT, width - 2 * MARGIN);
      text(title, Drawing.TITLE_FONT, width / 2.0, MARGIN + LINE / 2.0, MIDDLE);
      text(numbers, Drawing.AXIS_FONT, width / 2.0, top - LINE / 2.0, MIDDLE);
      for (int i = 0; i < figure.maps().size(); i++) {
        HeatMapFigure.Map map = figure.maps().get(i);
        int x = left + i % across * stepAcross();
        int y = top + i / across * stepDown() + LINE;
        map(map, x, y);
        columnLabels(x, y + rows.size() * cell);
        if (i % across == 0) {
          rowLabels(x, y);
        }
        if (ownBars || i % across == across - 1 || i == figure.maps().size() - 1) {
          bar(map.end(), x + columns.size() * cell + BAR_GAP, y);
        }
      }
      notes();
    }

    private void map(HeatMapFigure.Map map, int left, int top) {
      double middle = left + columns.size() * cell / 2.0;
      int most = columns.size() * cell + BETWEEN / 2;
      String name = Drawing.fit(map.name(), Drawing.AXIS_FONT, Math.max(most, LEAST_MAP));
      text(name, Drawing.AXIS_FONT, middle, top - LINE / 2.0, MIDDLE);
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
        missing(x, y, side);
        return;
      }
      double share = Math.max(0, Math.min(1, value / end));
      fill(Viridis.at(share), x, y, side, side);
      if (cell >= NUMBERED_CELL) {
        graphics.setColor(share >= BRIGHT ? Color.BLACK : Color.WHITE);
        Font font = Drawing.LABEL_FONT.deriveFont(Math.min(24f, cell * 0.36f));
        outline(number(value), font, x + side / 2.0, y + side / 2.0, MIDDLE, 0);
      }
    }

    private void missing(int x, int y, int side) {
      fill(MISSING, x, y, side, side);
      graphics.setColor(MISSING_LINE);
      graphics.setStroke(new BasicStroke(2));
      if (cell >= GAPPED_CELL) {
        graphics.drawLine(x, y + side, x + side, y);
      }
    }

    /** A small triangle in the corner of a cell, dark on bright. */
    private void mark(boolean onBright, int x, int y) {
      int side = Math.max(4, Math.min(14, cell / 4));
      int right = x + cell - (cell >= GAPPED_CELL ? 2 : 0);
      graphics.setColor(onBright ? Color.BLACK : Color.WHITE);
      graphics.fill(
          new Polygon(new int[] {right - side, right, right}, new int[] {y, y, y + side}, 3));
    }

    private void rowLabels(int right, int top) {
      int every = every();
      for (int row = 0; row < rows.size(); row += every) {
        double y = top + row * cell + cell / 2.0;
        text(rows.get(row), Drawing.LABEL_FONT, right - TICK, y, END);
      }
      graphics.setColor(Color.BLACK);
      int height = rows.size() * cell;
      String label = axisLabel(figure.x(), height + below);
      double middle = top + Math.max(height, Drawing.width(label, Drawing.AXIS_FONT)) / 2.0;
      double x = right - TICK - widest(rows) - TICK - LINE / 2.0;
      outline(label, Drawing.AXIS_FONT, x, middle, MIDDLE, -1);
    }

    private void columnLabels(int left, int bottom) {
      int every = every();
      graphics.setColor(Color.BLACK);
      for (int column = 0; column < columns.size(); column += every) {
        String label = columns.get(column);
        double x = left + column * cell + cell / 2.0;
        if (slanted) {
          outline(label, Drawing.LABEL_FONT, x, bottom + TICK, END, -1);
        } else {
          outline(label, Drawing.LABEL_FONT, x, bottom + TICK + LINE / 2.0, MIDDLE, 0);
        }
      }
      int most = Math.max(columns.size() * cell + BETWEEN / 2, LEAST_MAP);
      String label = axisLabel(figure.y(), most);
      double middle = left + columns.size() * cell / 2.0;
      text(label, Drawing.AXIS_FONT, middle, bottom + below - LINE / 2.0, MIDDLE);
    }

    /** Of many layers, only some are named. */
    private int every() {
      return (NAMED_CELL + cell - 1) / cell;
    }

    private void bar(double end, int left, int top) {
      int height = rows.size() * cell;
      for (int step = 0; step < BAR_STEPS; step++) {
        int upper = top + height * step / BAR_STEPS;
        int lower = top + height * (step + 1) / BAR_STEPS;
        Color color = Viridis.at(1 - step / (BAR_STEPS - 1.0));
        fill(color, left, upper, BAR, lower - upper);
      }
      int ticks = height >= 5 * TICK_ROOM ? 5 : height >= 2 * TICK_ROOM ? 2 : 1;
      List<String> numbers = tickLabels(end, ticks);
      for (int tick = 0; tick <= ticks; tick++) {
        double y = top + height * (1 - (double) tick / ticks);
        fill(Color.DARK_GRAY, left + BAR, (int) Math.round(y) - 1, TICK / 2, 2);
        text(numbers.get(tick), Drawing.LABEL_FONT, left + BAR + TICK, y, START);
      }
    }

    private void notes() {
      int y = bottom();
      int x = MARGIN + LINE;
      if (hasGaps()) {
        missing(x, y + LINE / 2 - 14, 28);
        String text = "no number for this pair: other samples, or see the results";
        text(text, Drawing.LABEL_FONT, x + LINE, y + LINE / 2.0, START);
        y += LINE;
      }
      if (hasMarks()) {
        int side = 14;
        int right = x + 28;
        graphics.setColor(Color.BLACK);
        int[] across = {right - side, right, right};
        int[] down = {y + LINE / 2 - side, y + LINE / 2 - side, y + LINE / 2};
        graphics.fill(new Polygon(across, down, 3));
        String text = "may say little, see the warnings in the results";
        text(text, Drawing.LABEL_FONT, x + LINE, y + LINE / 2.0, START);
      }
    }

    private void fill(Color color, int x, int y, int width, int height) {
      graphics.setColor(color);
      graphics.fillRect(x, y, width, height);
    }

    private void text(String text, Font font, double x, double y, double anchor) {
      graphics.setColor(Color.BLACK);
      outline(text, font, x, y, anchor, 0);
    }

    /**
     * Draws a text as outlines, like the texts of charts.
     *
     * @param y of the middle of the line
     * @param anchor which place of the line is at x: 0 for its start, 1 for its end
     * @param quarters how many quarters of a turn it is rotated clockwise about (x, y)
     */
    private void outline(String text, Font font, double x, double y, double anchor, int quarters) {
      if (text.isBlank()) {
        return;
      }
      TextLayout layout = new TextLayout(text, font, Drawing.FONTS);
      // At whole units, which takes fewer digits in an SVG.
      AffineTransform place = AffineTransform.getTranslateInstance(Math.rint(x), Math.rint(y));
      place.quadrantRotate(quarters);
      place.translate(
          Math.rint(-anchor * layout.getAdvance()), Math.rint(BASELINE * font.getSize2D()));
      graphics.fill(layout.getOutline(place));
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

  /** Returns equally spaced numbers from 0 to an end, all with the decimals that some need. */
  private static List<String> tickLabels(double end, int ticks) {
    List<BigDecimal> numbers =
        IntStream.rangeClosed(0, ticks)
            .mapToObj(i -> new BigDecimal(end).multiply(BigDecimal.valueOf(i)))
            .map(number -> number.divide(BigDecimal.valueOf(ticks), MathContext.DECIMAL64))
            .map(number -> number.round(new MathContext(4)).stripTrailingZeros())
            .toList();
    int decimals = numbers.stream().mapToInt(BigDecimal::scale).max().orElseThrow();
    return numbers.stream()
        .map(number -> number.setScale(Math.max(0, decimals), RoundingMode.UNNECESSARY))
        .map(BigDecimal::toPlainString)
        .toList();
  }
}
