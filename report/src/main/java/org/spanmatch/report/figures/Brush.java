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
import java.util.stream.IntStream;

/** Draws texts, cells and colour bars on one canvas; all lengths are in half points. */
final class Brush {
  /** Height of a line of text with the space around it. */
  static final int LINE = 44;

  /** Between a plot and its labels. */
  static final int TICK = 12;

  /** Width of a colour bar with its numbers and the space before it. */
  static final int BAR_WIDTH = 174;

  private static final int BAR_GAP = 36;
  private static final int BAR = 28;
  private static final int BAR_STEPS = 100;
  private static final int TICK_ROOM = 40;
  // From the middle of a line of text down to its baseline, as a share of the font's size.
  private static final double BASELINE = 0.36;

  /** The colour of what has no value. */
  static final Color MISSING = new Color(0xE8E8E8);

  private static final Color MISSING_LINE = new Color(0xB0B0B0);

  private final Graphics2D graphics;

  Brush(Graphics2D graphics) {
    this.graphics = graphics;
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
  }

  void fill(Color color, int x, int y, int width, int height) {
    graphics.setColor(color);
    graphics.fillRect(x, y, width, height);
  }

  /** Draws a square without a value; crossed out if it is large enough. */
  void missing(int x, int y, int side, boolean crossed) {
    fill(MISSING, x, y, side, side);
    graphics.setColor(MISSING_LINE);
    graphics.setStroke(new BasicStroke(2));
    if (crossed) {
      graphics.drawLine(x, y + side, x + side, y);
    }
  }

  /** Draws a small triangle in the upper right corner of a cell. */
  void mark(Color color, int right, int top, int side) {
    graphics.setColor(color);
    graphics.fill(
        new Polygon(new int[] {right - side, right, right}, new int[] {top, top, top + side}, 3));
  }

  /** Draws a bar of all colours right of a map, with numbers from 0 to an end. */
  void bar(double end, int plotRight, int top, int height) {
    int left = plotRight + BAR_GAP;
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
      text(numbers.get(tick), Drawing.LABEL_FONT, left + BAR + TICK, y, Anchor.START);
    }
  }

  /** Draws a black text in a line whose middle is at y. */
  void text(String text, Font font, double x, double y, Anchor anchor) {
    text(text, font, Color.BLACK, x, y, anchor, 0);
  }

  /**
   * Draws a text: as text in SVG, and as outlines in PNG, like the texts of charts.
   *
   * @param y of the middle of the line
   * @param anchor which place of the line is at x
   * @param quarters how many quarters of a turn it is rotated clockwise about (x, y)
   */
  void text(String text, Font font, Color color, double x, double y, Anchor anchor, int quarters) {
    if (text.isBlank()) {
      return;
    }
    graphics.setColor(color);
    TextLayout layout = new TextLayout(text, font, Drawing.FONTS);
    // At whole units, which takes fewer digits in an SVG.
    AffineTransform place = AffineTransform.getTranslateInstance(Math.rint(x), Math.rint(y));
    place.quadrantRotate(quarters);
    place.translate(
        Math.rint(-anchor.share() * layout.getAdvance()), Math.rint(BASELINE * font.getSize2D()));
    if (graphics instanceof SvgGraphics svg) {
      svg.text(text, font, place, anchor);
    } else {
      graphics.fill(layout.getOutline(place));
    }
  }

  /** Returns the width of the widest of several labels. */
  static int widest(List<String> labels) {
    return labels.stream()
        .mapToInt(label -> Drawing.width(label, Drawing.LABEL_FONT))
        .max()
        .orElseThrow();
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
