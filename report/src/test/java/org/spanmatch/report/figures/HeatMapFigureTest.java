package org.spanmatch.report.figures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.spanmatch.report.figures.FigureFiles.colors;
import static org.spanmatch.report.figures.FigureFiles.png;
import static org.spanmatch.report.figures.FigureFiles.pngBytes;
import static org.spanmatch.report.figures.FigureFiles.svg;
import static org.spanmatch.report.figures.FigureFiles.svgBytes;
import static org.spanmatch.report.figures.FigureFiles.text;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.spanmatch.report.figures.HeatMapFigure.Axis;
import org.spanmatch.report.figures.HeatMapFigure.Map;
import org.w3c.dom.Element;

@Tag("once") // on one JDK: nothing here depends on which
final class HeatMapFigureTest {
  private static final int MISSING = 0xFFE8E8E8;

  private static final HeatMapFigure FIGURE =
      new HeatMapFigure(
          "Two networks",
          "similarity",
          new Axis("a.npz", List.of("in", "out")),
          new Axis("b.npz", List.of("first", "middle", "last")),
          List.of(
              new Map(
                  "ε = 0.3", 1, List.of(List.of(1.0, 0.5, 0.0), Arrays.asList(0.25, null, 1.0)))),
          List.of(List.of("", "", ""), List.of("", "", "few-samples padding")));

  @Test
  void svgStatesEveryPair() throws Exception {
    Element svg = svg(FIGURE);
    assertEquals("Two networks", text(svg, "title"));
    assertEquals(
        """
        similarity, by layer of a.npz (rows) and layer of b.npz (columns).
        ε = 0.3, in: first 1.000, middle 0.500, last 0.000.
        ε = 0.3, out: first 0.250, middle none, last 1.000.
        Warnings of out, last: few-samples padding.""",
        text(svg, "desc"));
  }

  @Test
  void eachNumberHasItsColour() throws IOException {
    Set<Integer> colors = colors(png(FIGURE));
    for (double value : new double[] {0, 0.25, 0.5, 1}) {
      assertTrue(colors.contains(Viridis.at(value).getRGB()), value + " of 1");
    }
    assertTrue(missing(png(FIGURE)) > 80 * 80, "the cell and the note");
    assertTrue(missing(png(map(1, 0.5))) < 80, "edges of letters alone");
    // Half of the end has the colour in the middle, whatever the end is.
    assertTrue(colors(png(map(20, 10.0))).contains(Viridis.at(0.5).getRGB()));
  }

  private static long missing(BufferedImage png) {
    int[] pixels = png.getRGB(0, 0, png.getWidth(), png.getHeight(), null, 0, png.getWidth());
    return IntStream.of(pixels).filter(pixel -> pixel == MISSING).count();
  }

  private static HeatMapFigure map(double end, double value) {
    return new HeatMapFigure(
        "",
        "distance",
        new Axis("a", List.of("l")),
        new Axis("b", List.of("l")),
        List.of(new Map("", end, List.of(List.of(value)))),
        List.of(List.of("")));
  }

  /** Values beyond the colours have the last one, such as a debiased measure below 0. */
  @Test
  void valuesBeyondTheColoursAreDrawn() throws Exception {
    assertTrue(colors(png(map(1, -0.25))).contains(Viridis.at(0).getRGB()));
    assertTrue(colors(png(map(1, 1.5))).contains(Viridis.at(1).getRGB()));
    assertTrue(text(svg(map(1, -0.25)), "desc").contains("l -0.250."));
  }

  @Test
  void sameFigureGivesSameBytes() throws IOException {
    HeatMapFigure copy =
        new HeatMapFigure(
            FIGURE.title(),
            FIGURE.numbers(),
            FIGURE.x(),
            FIGURE.y(),
            FIGURE.maps(),
            FIGURE.warnings());
    assertArrayEquals(svgBytes(FIGURE), svgBytes(copy));
    assertArrayEquals(pngBytes(FIGURE), pngBytes(copy));
  }

  /** A column of one layer that differs from the others is found at each label's place. */
  @ParameterizedTest
  @CsvSource({"1, 1, 1", "1, 12, 2", "12, 1, 5", "12, 12, 5", "60, 60, 1", "61, 200, 1"})
  void everyNumberOfLayersIsDrawn(int rows, int columns, int maps) throws Exception {
    HeatMapFigure figure = figure(rows, columns, maps);
    BufferedImage png = png(figure);
    assertEquals(Color.WHITE, new Color(png.getRGB(0, 0)));
    for (int x = 0; x < png.getWidth(); x++) {
      assertEquals(Color.WHITE.getRGB(), png.getRGB(x, png.getHeight() - 3), "column " + x);
    }
    for (int y = 0; y < png.getHeight(); y++) {
      assertEquals(Color.WHITE.getRGB(), png.getRGB(png.getWidth() - 3, y), "row " + y);
    }
    String cell = "ε = 0." + maps + ", module.block.x" + (rows - 1) + ": ";
    assertTrue(text(svg(figure), "desc").contains(cell), cell);
  }

  /** Up to 60 layers, a cell is at least as high as a line of text: 15 points. */
  @Test
  void sixtyLayersAreNamed() throws IOException {
    BufferedImage png = png(figure(60, 60, 1));
    int last = Viridis.at(0).getRGB();
    int middle = png.getHeight() / 2;
    long dark =
        IntStream.range(0, png.getWidth()).filter(x -> png.getRGB(x, middle) == last).count();
    assertTrue(dark > 55 * 28, dark + " pixels of 60 cells");
  }

  private static HeatMapFigure figure(int rows, int columns, int maps) {
    List<List<Double>> values = Collections.nCopies(rows, Collections.nCopies(columns, 0.0));
    return new HeatMapFigure(
        "title",
        "similarity",
        new Axis("a", names("module.block.x", rows)),
        new Axis("b", names("module.block.y", columns)),
        IntStream.rangeClosed(1, maps).mapToObj(i -> new Map("ε = 0." + i, 1, values)).toList(),
        Collections.nCopies(rows, Collections.nCopies(columns, "few-samples")));
  }

  private static List<String> names(String start, int count) {
    return IntStream.range(0, count).mapToObj(i -> start + i).toList();
  }

  @Test
  void hostileNamesAreShownSafely() throws Exception {
    HeatMapFigure figure =
        new HeatMapFigure(
            "\u0000title\u001b[0m",
            "similarity",
            new Axis("\u0007" + "n".repeat(5000), List.of("\u0000", "\ud800")),
            new Axis("<b>&", List.of(" ")),
            List.of(new Map("", 1, List.of(List.of(0.5), List.of(0.5)))),
            List.of(List.of(""), List.of("")));
    assertFalse(text(svg(figure), "desc").chars().anyMatch(c -> c < ' ' && c != '\n'));
    assertTrue(png(figure).getWidth() < 3000);
  }

  @Test
  void whatCannotBeDrawnIsRefused() {
    List<List<Double>> two = List.of(List.of(0.1, 0.2));
    assertThrows(IllegalArgumentException.class, () -> new Axis("a", List.of()));
    assertThrows(IllegalArgumentException.class, () -> new Map("", 0, two));
    assertThrows(IllegalArgumentException.class, () -> new Map("", Double.NaN, two));
    assertThrows(
        IllegalArgumentException.class, () -> new Map("", 1, List.of(List.of(Double.NaN))));
    Axis one = new Axis("a", List.of("l"));
    List<List<String>> none = List.of(List.of(""));
    assertThrows(
        IllegalArgumentException.class, () -> new HeatMapFigure("", "", one, one, List.of(), none));
    assertThrows(
        IllegalArgumentException.class,
        () -> new HeatMapFigure("", "", one, one, List.of(new Map("", 1, two)), none));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new HeatMapFigure(
                "", "", one, one, List.of(new Map("", 1, List.of(List.of(0.1)))), List.of()));
  }
}
