package org.spanmatch.report.figures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.spanmatch.report.figures.FigureFiles.colors;
import static org.spanmatch.report.figures.FigureFiles.png;
import static org.spanmatch.report.figures.FigureFiles.pngBytes;
import static org.spanmatch.report.figures.FigureFiles.svg;
import static org.spanmatch.report.figures.FigureFiles.text;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.spanmatch.report.figures.MeasuresFigure.Line;
import org.spanmatch.report.figures.MeasuresFigure.Panel;
import org.w3c.dom.Element;

@Tag("once") // on one JDK: nothing here depends on which
final class MeasuresFigureTest {
  private static final Panel SHARES =
      new Panel(
          "similarity",
          true,
          List.of(new Line("CKA", List.of(1.0, 0.5)), new Line("CCA", Arrays.asList(-0.25, null))));
  private static final Panel SIZES =
      new Panel("dimensions", false, List.of(new Line("rank", List.of(3.0, 1200.0))));

  private static MeasuresFigure figure(Panel... panels) {
    return new MeasuresFigure(
        "Two networks", List.of("in", "out"), List.of(panels), List.of("", "few-samples"));
  }

  @Test
  void svgNamesEverything() throws Exception {
    Element svg = svg(figure(SHARES, SIZES));
    assertEquals("Two networks", text(svg, "title"));
    assertEquals(
        """
        Measures, by layer.
        CKA: in 1.000, out 0.500.
        CCA: in -0.250, out none.
        rank: in 3.000, out 1200.000.
        Warnings of out: few-samples.""",
        text(svg, "desc"));
  }

  @Test
  void eachKindOfValuesHasItsPlot() throws IOException {
    BufferedImage one = png(figure(SHARES));
    BufferedImage two = png(figure(SHARES, SIZES));
    assertEquals(2 * one.getHeight() - heading(), two.getHeight());
    Set<Integer> colors = colors(two.getSubimage(0, one.getHeight(), two.getWidth(), 800));
    assertTrue(colors.contains(Viridis.color(0, 1).getRGB()));
    assertTrue(colors(one).contains(Viridis.color(1, 2).getRGB()));
  }

  /** The height of the title, which stands above the first plot alone. */
  private static int heading() throws IOException {
    MeasuresFigure untitled =
        new MeasuresFigure("", List.of("in", "out"), List.of(SHARES), List.of("", "few-samples"));
    return png(figure(SHARES)).getHeight() - png(untitled).getHeight();
  }

  /** Two measures that agree everywhere, each with its line. */
  @Test
  void equalMeasuresAreDrawnSideBySide() throws IOException {
    List<Double> values = List.of(0.5, 0.5);
    Panel equal =
        new Panel("x", true, List.of(new Line("hidden", values), new Line("above", values)));
    BufferedImage png = png(figure(equal));
    int plot = png.getWidth() * 2 / 3;
    assertTrue(FigureFiles.columns(png, Viridis.color(0, 2), plot) > plot / 3);
    assertTrue(FigureFiles.columns(png, Viridis.color(1, 2), plot) > plot / 3);
  }

  @Test
  void whatIsUndefinedEverywhereIsNotDrawn() throws Exception {
    Panel nothing = new Panel("x", false, List.of(new Line("none", Arrays.asList(null, null))));
    assertTrue(text(svg(figure(nothing)), "desc").contains("none: in none, out none."));
    assertTrue(png(figure(nothing)).getHeight() > 0);
    Panel some =
        new Panel(
            "x",
            true,
            List.of(new Line("none", Arrays.asList(null, null)), new Line("a", List.of(0.1, 0.2))));
    assertTrue(colors(png(figure(some))).contains(Viridis.color(0, 1).getRGB()));
  }

  @Test
  void sameFigureGivesSameBytes() throws IOException {
    assertArrayEquals(pngBytes(figure(SHARES, SIZES)), pngBytes(figure(SHARES, SIZES)));
  }

  @Test
  void whatCannotBeDrawnIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Panel("x", true, List.of()));
    assertThrows(IllegalArgumentException.class, () -> new Line("x", List.of(Double.NaN)));
    assertThrows(IllegalArgumentException.class, () -> figure());
    Panel three = new Panel("x", true, List.of(new Line("a", List.of(0.1, 0.2, 0.3))));
    assertThrows(IllegalArgumentException.class, () -> figure(three));
    assertThrows(
        IllegalArgumentException.class,
        () -> new MeasuresFigure("", List.of("in"), List.of(SHARES), List.of()));
  }
}
