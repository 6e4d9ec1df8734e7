package org.spanmatch.report.figures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.spanmatch.report.figures.FigureFiles.colors;
import static org.spanmatch.report.figures.FigureFiles.png;
import static org.spanmatch.report.figures.FigureFiles.svg;
import static org.spanmatch.report.figures.FigureFiles.svgBytes;
import static org.spanmatch.report.figures.FigureFiles.text;

import java.awt.image.BufferedImage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.spanmatch.report.results.BreakingPointsResult.Curve;
import org.spanmatch.report.results.BreakingPointsResult.Point;

/** Tests the figure of breaking points. */
class BreakingPointsFigureTest {
  private static Point point(double parameter, double bound, double error) {
    return new Point(parameter, bound, error, "agrees", "");
  }

  private static Curve curve(String backend, String axis, Point... points) {
    return new Curve(backend, "high", axis, null, null, List.of(points));
  }

  private static final List<Curve> CURVES =
      List.of(
          curve("java", "dependence", point(0.1, 1e-12, 1e-15), point(1e-2, 1e-10, 0)),
          curve("java", "scale", point(0, 1e-12, 1e-16), point(20, 1e-12, 1e-16)),
          curve("other", "scale", point(0, 1e-9, 1e-16), point(20, 1e-9, 1e-13)));

  @Test
  void boundsAndErrorsAreStated() throws Exception {
    BreakingPointsFigure figure = new BreakingPointsFigure(1e-3, CURVES);
    assertEquals("Stated error bounds (solid) and errors (dashed)", text(svg(figure), "title"));
    List<String> lines = text(svg(figure), "desc").lines().toList();
    assertEquals(4, lines.size());
    assertEquals(
        "java, high precision, dependence: at 1e-1 bound 1.0e-12 error 1.0e-15, at 1e-2 bound"
            + " 1.0e-10 error 0.0e+00.",
        lines.get(1));
    assertEquals(
        "other, high precision, scale: at 1e0 bound 1.0e-09 error 1.0e-16, at 1e20 bound 1.0e-09"
            + " error 1.0e-13.",
        lines.get(3));
    assertArrayEquals(svgBytes(figure), svgBytes(new BreakingPointsFigure(1e-3, CURVES)));
  }

  /**
   * There are two plots, one below the other, with a line for each backend in both of its colours.
   */
  @Test
  void everyAxisIsDrawn() throws Exception {
    BufferedImage both = png(new BreakingPointsFigure(1e-3, CURVES));
    BufferedImage one = png(new BreakingPointsFigure(1e-3, CURVES.subList(0, 1)));
    assertEquals(one.getWidth(), both.getWidth());
    assertEquals(2 * one.getHeight(), both.getHeight());
    BufferedImage lower = both.getSubimage(0, one.getHeight(), one.getWidth(), one.getHeight());
    assertTrue(colors(lower).contains(Viridis.color(0, 2).getRGB()));
    assertTrue(colors(lower).contains(Viridis.color(1, 2).getRGB()));
  }

  @Test
  void whereABackendFailedNothingIsDrawn() throws Exception {
    Point failed = new Point(0.1, null, null, "detected failure", "the device was lost");
    Curve none = curve("java", "dependence", failed);
    assertEquals(
        "java, high precision, dependence: no result.",
        text(svg(new BreakingPointsFigure(1e-3, List.of(none))), "desc")
            .lines()
            .skip(1)
            .findFirst()
            .orElseThrow());
  }

  @Test
  void noCurvesAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new BreakingPointsFigure(1e-3, List.of()));
  }
}
