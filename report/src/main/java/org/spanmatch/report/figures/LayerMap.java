package org.spanmatch.report.figures;

import java.awt.Color;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

/**
 * A map of curves that rise from 0 to 1, for more layers than lines could be told apart: a row per
 * layer, from top to bottom, in which the colour is the height of the curve.
 *
 * @param title the text above it; may be empty
 * @param networks which networks these are; may be empty
 * @param xLabel label of the x axis
 * @param end where the x axis ends; it starts at 0
 * @param counts whether the x axis has whole numbers alone
 * @param numbers what the colours are
 * @param labels the layers' names for display; at least one
 * @param curves one per layer, each with its steps in ascending order; without steps for a layer
 *     that has no curve
 * @param without why a layer has no curve
 * @param marks which layers have warnings
 */
record LayerMap(
    String title,
    String networks,
    String xLabel,
    double end,
    boolean counts,
    String numbers,
    List<String> labels,
    List<List<Step>> curves,
    String without,
    Marks marks) {
  private static final int NAMED_ROW = 30; // the least that has room for a line of text
  private static final int MOST_NAMED = 60;
  private static final int GAPPED_ROW = 12; // the least with a white line below it
  private static final int MARGIN = 24;
  private static final int SAMPLE = 28; // a row beside a note
  private static final int MOST_TICKS = 12;
  // Colours closer than this look the same.
  private static final double LEVELS = 100;

  /**
   * A step of a curve.
   *
   * @param from where on the x axis it begins
   * @param value the height from there to the next step; 0 before the first
   */
  record Step(double from, double value) {}

  /** Returns the picture. */
  Drawing.Picture picture() {
    int height = bottom() + Brush.TICK + 2 * Brush.LINE + notes().size() * Brush.LINE + MARGIN;
    return new Drawing.Picture(
        heading().shownTitle(), width(), height, graphics -> paint(new Brush(graphics), height));
  }

  private Heading heading() {
    return new Heading(title, networks, width() - 2 * MARGIN);
  }

  private int width() {
    return right() + Brush.BAR_WIDTH + Brush.LINE;
  }

  private int left() {
    return MARGIN + Brush.widest(marks.mark(labels)) + Brush.TICK;
  }

  private int right() {
    return left() + LayerLines.PLOT_WIDTH;
  }

  private int top() {
    return MARGIN + heading().height() + Brush.TICK;
  }

  private int bottom() {
    return top() + curves.size() * row();
  }

  private int row() {
    int row =
        curves.size() <= MOST_NAMED
            ? NAMED_ROW
            : Math.max(2, NAMED_ROW * MOST_NAMED / curves.size());
    return row / 2 * 2; // whole points, so that edges are sharp
  }

  private void paint(Brush brush, int height) {
    brush.fill(Color.WHITE, 0, 0, width(), height);
    heading().paint(brush, width() / 2, MARGIN);
    for (int layer = 0; layer < curves.size(); layer++) {
      paint(brush, curves.get(layer), top() + layer * row());
    }
    paintNames(brush);
    paintAxis(brush);
    int tall = bottom() - top();
    brush.bar(1, right(), top(), tall);
    String fitting = Drawing.fit(numbers, Drawing.AXIS_FONT, height - 2 * MARGIN);
    double middle =
        Math.max(top() + tall / 2.0, MARGIN + Drawing.width(fitting, Drawing.AXIS_FONT) / 2.0);
    double x = right() + Brush.BAR_WIDTH + Brush.TICK / 2.0;
    brush.text(fitting, Drawing.AXIS_FONT, Color.BLACK, x, middle, Anchor.MIDDLE, -1);
    List<BiConsumer<Brush, Integer>> notes = notes();
    for (int i = 0; i < notes.size(); i++) {
      notes.get(i).accept(brush, bottom() + Brush.TICK + (2 + i) * Brush.LINE + Brush.LINE / 2);
    }
  }

  /**
   * Draws one curve: each colour up to the right end, so that the next one covers the rest without
   * a seam between them.
   */
  private void paint(Brush brush, List<Step> curve, int y) {
    int tall = row() >= GAPPED_ROW ? row() - 2 : row();
    if (curve.isEmpty()) {
      brush.fill(Brush.MISSING, left(), y, LayerLines.PLOT_WIDTH, tall);
      return;
    }
    long level = 0;
    int from = left();
    for (Step step : curve) {
      long next = Math.round(step.value() * LEVELS);
      if (next != level) {
        int to = place(step.from());
        if (to > from) {
          brush.fill(Viridis.at(level / LEVELS), from, y, right() - from, tall);
        }
        from = to;
        level = next;
      }
    }
    brush.fill(Viridis.at(level / LEVELS), from, y, right() - from, tall);
  }

  private int place(double x) {
    return left() + (int) Math.round(x / end * LayerLines.PLOT_WIDTH);
  }

  /** Of many layers only some are named, but all that have warnings are marked. */
  private void paintNames(Brush brush) {
    int every = (NAMED_ROW + row() - 1) / row();
    List<String> marked = marks.mark(labels);
    for (int layer = 0; layer < curves.size(); layer++) {
      boolean named = layer % every == 0;
      if (named || marks.isMarked(layer)) {
        String text = named ? marked.get(layer) : Marks.ASTERISK;
        double y = top() + layer * row() + row() / 2.0;
        brush.text(text, Drawing.LABEL_FONT, left() - Brush.TICK, y, Anchor.END);
      }
    }
  }

  private void paintAxis(Brush brush) {
    BigDecimal step = step();
    for (BigDecimal tick = BigDecimal.ZERO;
        tick.doubleValue() <= end * (1 + 1e-9);
        tick = tick.add(step)) {
      int x = place(tick.doubleValue());
      brush.fill(Color.DARK_GRAY, x - 1, bottom(), 2, Brush.TICK / 2);
      double y = bottom() + Brush.TICK + Brush.LINE / 2.0;
      brush.text(tick.toPlainString(), Drawing.LABEL_FONT, x, y, Anchor.MIDDLE);
    }
    double y = bottom() + Brush.TICK + Brush.LINE * 1.5;
    brush.text(xLabel, Drawing.AXIS_FONT, (left() + right()) / 2.0, y, Anchor.MIDDLE);
  }

  /** Returns the distance of ticks: 1, 2 or 5 times a power of ten. */
  private BigDecimal step() {
    int exponent = (int) Math.floor(Math.log10(end / MOST_TICKS));
    return IntStream.of(1, 2, 5, 10)
        .mapToObj(digit -> BigDecimal.valueOf(digit).scaleByPowerOfTen(exponent))
        .map(step -> counts ? step.max(BigDecimal.ONE) : step)
        .filter(step -> end / step.doubleValue() <= MOST_TICKS)
        .findFirst()
        .map(BigDecimal::stripTrailingZeros)
        .orElseThrow();
  }

  private List<BiConsumer<Brush, Integer>> notes() {
    List<BiConsumer<Brush, Integer>> notes = new ArrayList<>();
    if (curves.stream().anyMatch(List::isEmpty)) {
      notes.add(
          (brush, y) -> {
            brush.fill(Brush.MISSING, left(), y - SAMPLE / 2, SAMPLE, SAMPLE);
            brush.text(without, Drawing.LABEL_FONT, left() + Brush.LINE, y, Anchor.START);
          });
    }
    if (marks.any()) {
      notes.add(
          (brush, y) -> {
            double x = left() + SAMPLE / 2.0;
            brush.text(Marks.ASTERISK, Drawing.LABEL_FONT, x, y, Anchor.MIDDLE);
            brush.text(Marks.MEANING, Drawing.LABEL_FONT, left() + Brush.LINE, y, Anchor.START);
          });
    }
    return notes;
  }
}
