package org.spanmatch.report.figures;

import java.awt.Color;
import java.awt.Graphics2D;
import java.util.List;
import org.knowm.xchart.internal.chartpart.Chart;

/**
 * Charts below one another, with a title and a line with the networks above them.
 *
 * @param title the text above the charts; may be empty
 * @param networks which networks these are; may be empty
 * @param charts at least one, without titles
 */
record Sheet(String title, String networks, List<? extends Chart<?, ?>> charts) {
  private static final int MARGIN = 24;

  /** Returns the picture of title, networks and charts. */
  Drawing.Picture picture() {
    int width = charts.stream().mapToInt(Chart::getWidth).max().orElseThrow();
    Heading heading = new Heading(title, networks, width - 2 * MARGIN);
    int head = heading.height() == 0 ? 0 : MARGIN / 2 + heading.height();
    int height = head + charts.stream().mapToInt(Chart::getHeight).sum();
    return new Drawing.Picture(
        heading.shownTitle(),
        width,
        height,
        graphics -> {
          Brush brush = new Brush(graphics);
          brush.fill(Color.WHITE, 0, 0, width, height);
          heading.paint(brush, width / 2, MARGIN / 2);
          paint(graphics, head);
        });
  }

  private void paint(Graphics2D graphics, int head) {
    int above = head;
    for (Chart<?, ?> chart : charts) {
      graphics.translate(0, above);
      chart.paint(graphics, chart.getWidth(), chart.getHeight());
      above = chart.getHeight();
    }
  }
}
