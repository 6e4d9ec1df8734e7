package org.spanmatch.report.figures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.spanmatch.report.figures.FigureFiles.columns;
import static org.spanmatch.report.figures.FigureFiles.png;
import static org.spanmatch.report.figures.FigureFiles.svg;
import static org.spanmatch.report.figures.FigureFiles.svgBytes;
import static org.spanmatch.report.figures.FigureFiles.text;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.spanmatch.report.figures.TimesFigure.Line;
import org.spanmatch.report.figures.TimesFigure.Point;

final class TimesFigureTest {
  private static final TimesFigure FIGURE =
      new TimesFigure(
          "Times",
          "neurons",
          2,
          "time, ms",
          List.of(
              new Line("java", List.of(new Point(64, 1.5, 0.2), new Point(1024, 480, 30))),
              new Line("numpy", List.of(new Point(64, 150, 500)))));

  @Test
  void svgStatesTheNumbers() throws Exception {
    assertEquals("Times", text(svg(FIGURE), "title"));
    assertEquals(
        """
        time, ms, by neurons.
        java: 64 1.50 ± 0.20, 1024 480 ± 30.
        numpy: 64 150 ± 5.0e+02.""",
        text(svg(FIGURE), "desc"));
    assertArrayEquals(svgBytes(FIGURE), svgBytes(FIGURE));
  }

  @Test
  void linesCrossThePlotAndLonePointsAreThere() throws IOException {
    BufferedImage png = png(FIGURE);
    int plot = png.getWidth() * 3 / 4; // the legend has the colours too
    assertTrue(columns(png, Viridis.color(0, 2), plot) > plot / 2, "line of java");
    assertTrue(columns(png, Viridis.color(1, 2), plot) > 3, "mark of numpy");
  }

  @Test
  void whatCannotBeDrawnIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Point(0, 1, 0));
    assertThrows(IllegalArgumentException.class, () -> new Point(1, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new Point(1, Double.NaN, 0));
    assertThrows(IllegalArgumentException.class, () -> new Point(1, 1, -1));
    assertThrows(IllegalArgumentException.class, () -> new TimesFigure("", "x", 2, "y", List.of()));
    assertThrows(
        IllegalArgumentException.class,
        () -> new TimesFigure("", "x", 2, "y", List.of(new Line("a", List.of()))));
  }
}
