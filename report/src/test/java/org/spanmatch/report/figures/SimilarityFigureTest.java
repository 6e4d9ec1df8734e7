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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.knowm.xchart.CategoryChart;
import org.spanmatch.report.figures.SimilarityFigure.Line;
import org.spanmatch.similarity.Jackknife.Interval;
import org.w3c.dom.Element;

@Tag("once") // on one JDK: nothing here depends on which
final class SimilarityFigureTest {
  private static final SimilarityFigure FIGURE =
      new SimilarityFigure(
          "Two networks",
          List.of("input", "hidden1", "output"),
          List.of(new Line(0.15, List.of(1.0, 0.0, 0.5)), new Line(0.5, List.of(1.0, 0.25, 1.0))));

  @Test
  void svgNamesEverything() throws Exception {
    Element svg = svg(FIGURE);
    assertEquals("svg", svg.getLocalName());
    assertEquals("http://www.w3.org/2000/svg", svg.getNamespaceURI());
    assertEquals("Two networks", text(svg, "title"));
    assertEquals(
        """
        size of maximum match / number of neurons, by layer.
        ε = 0.15: input 1.000, hidden1 0.000, output 0.500.
        ε = 0.5: input 1.000, hidden1 0.250, output 1.000.""",
        text(svg, "desc"));
  }

  /** Intervals are bars, and words in the description. */
  @Test
  void intervalsAreDrawnAndDescribed() throws Exception {
    List<Interval> intervals = List.of(new Interval(0.5, 1), new Interval(0.25, 0.5));
    SimilarityFigure figure =
        new SimilarityFigure(
            "Two networks",
            List.of("input", "output"),
            List.of(new Line(0.15, List.of(1.0, 0.5), intervals, List.of())));
    assertEquals(
        """
        size of maximum match / number of neurons, by layer.
        ε = 0.15: input 1.000, output 0.500.
        95 % confidence, ε = 0.15: input 0.500 to 1.000, output 0.250 to 0.500.""",
        text(svg(figure), "desc"));
    SimilarityFigure plain =
        new SimilarityFigure(
            "Two networks", List.of("input", "output"), List.of(new Line(0.15, List.of(1.0, 0.5))));
    assertTrue(coloured(png(figure)) > coloured(png(plain)));
    Line wrong = new Line(0.1, List.of(0.5), intervals, List.of());
    assertThrows(
        IllegalArgumentException.class,
        () -> new SimilarityFigure("", List.of("a"), List.of(wrong)));
  }

  private static long coloured(BufferedImage image) {
    return IntStream.range(0, image.getHeight())
        .mapToLong(
            y ->
                IntStream.range(0, image.getWidth())
                    .filter(x -> image.getRGB(x, y) != Color.WHITE.getRGB())
                    .count())
        .sum();
  }

  /** Dashed lines have the colours of theirs, and words in the description. */
  @Test
  void chanceIsDrawnAndDescribed() throws Exception {
    SimilarityFigure figure =
        new SimilarityFigure(
            "Two networks",
            List.of("input", "output"),
            List.of(
                new Line(0.15, List.of(1.0, 0.5), List.of(), List.of(0.0, 0.0)),
                new Line(0.5, List.of(1.0, 1.0), List.of(), List.of(0.25, 0.75))));
    assertEquals(
        """
        size of maximum match / number of neurons, by layer.
        ε = 0.15: input 1.000, output 0.500.
        ε = 0.5: input 1.000, output 1.000.
        By chance, ε = 0.15: input 0.000, output 0.000.
        By chance, ε = 0.5: input 0.250, output 0.750.""",
        text(svg(figure), "desc"));
    SimilarityFigure plain =
        new SimilarityFigure(
            "Two networks",
            List.of("input", "output"),
            List.of(new Line(0.15, List.of(1.0, 0.5)), new Line(0.5, List.of(1.0, 1.0))));
    assertTrue(pixels(png(figure), Viridis.color(1, 2)) > pixels(png(plain), Viridis.color(1, 2)));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Line(0.1, List.of(0.5), List.of(), List.of(1.01)));
    Line wrong = new Line(0.1, List.of(0.5), List.of(), List.of(0.5, 0.5));
    assertThrows(
        IllegalArgumentException.class,
        () -> new SimilarityFigure("", List.of("a"), List.of(wrong)));
  }

  private static long pixels(BufferedImage image, Color color) {
    return IntStream.range(0, image.getHeight())
        .mapToLong(
            y ->
                IntStream.range(0, image.getWidth())
                    .filter(x -> image.getRGB(x, y) == color.getRGB())
                    .count())
        .sum();
  }

  @Test
  void svgIsAsLargeAsThePngOnPaper() throws Exception {
    Element svg = svg(FIGURE);
    BufferedImage png = png(FIGURE);
    assertEquals(png.getWidth() / 2.0, Double.parseDouble(svg.getAttribute("width")));
    assertEquals(png.getHeight() / 2.0, Double.parseDouble(svg.getAttribute("height")));
    assertEquals("0 0 " + png.getWidth() + " " + png.getHeight(), svg.getAttribute("viewBox"));
  }

  @Test
  void pngHasTheLinesOnWhite() throws IOException {
    BufferedImage png = png(FIGURE);
    Set<Integer> colors = colors(png);
    assertEquals(Color.WHITE, new Color(png.getRGB(0, 0)));
    assertTrue(colors.contains(Viridis.color(0, 2).getRGB()));
    assertTrue(colors.contains(Viridis.color(1, 2).getRGB()));
  }

  @Test
  void sameFigureGivesSameBytes() throws IOException {
    SimilarityFigure copy = new SimilarityFigure(FIGURE.title(), FIGURE.layers(), FIGURE.lines());
    assertArrayEquals(svgBytes(FIGURE), svgBytes(copy));
    assertArrayEquals(pngBytes(FIGURE), pngBytes(copy));
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 20", "5, 5", "11, 10", "25, 20", "400, 1"})
  void everySizeIsDrawn(int layers, int lines) throws Exception {
    SimilarityFigure figure = figure(layers, lines, "features.module.block4.conv");
    BufferedImage png = png(figure);
    assertTrue(png.getWidth() >= 1200 && png.getWidth() < 2500, "width " + png.getWidth());
    assertTrue(png.getHeight() >= 900 && png.getHeight() < 1600, "height " + png.getHeight());
    Set<Integer> colors = colors(png);
    for (int i = 0; i < lines; i++) {
      assertTrue(colors.contains(Viridis.color(i, lines).getRGB()), "line " + i);
    }
    assertTrue(text(svg(figure), "desc").contains("features.module.block4.conv" + layers));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<a href=\"x\">&amp;'</a>",
        "]]>",
        "\uD83D\uDE00 emoji",
        "层",
        "$\\frac{1}{2}$",
        "\u0000\u0001\u001b[31m\t\n\r",
        "\u202Eright to left",
        "\uD800",
        "\uFFFF",
        "",
        "   "
      })
  void oddNamesAreDrawn(String name) throws Exception {
    SimilarityFigure figure =
        new SimilarityFigure(
            name, List.of(name, "other", name), List.of(new Line(0.2, List.of(0.0, 0.5, 1.0))));
    assertTrue(text(svg(figure), "desc").contains("other 0.500"));
    assertTrue(colors(png(figure)).size() > 2);
  }

  @Test
  void markupInNamesIsText() throws Exception {
    Element svg = svg(figure(2, 1, "<b>&\"'"));
    assertTrue(text(svg, "desc").contains("<b>&\"'1 0.000, <b>&\"'2"));
  }

  @Test
  void namelessLayersAreNumbered() throws Exception {
    SimilarityFigure figure =
        new SimilarityFigure("", List.of("a", " "), List.of(new Line(0.2, List.of(0.0, 1.0))));
    assertTrue(text(svg(figure), "desc").contains("a 0.000, layer 2 1.000"));
  }

  @Test
  void longTextIsShortenedInTheMiddle() throws Exception {
    String name = "start" + "W".repeat(10_000) + "end";
    SimilarityFigure figure =
        new SimilarityFigure(name, List.of(name, "b"), List.of(new Line(0.2, List.of(0.0, 1.0))));
    Element svg = svg(figure);
    assertTrue(text(svg, "title").matches("startW{5,60}…W{5,60}end"), text(svg, "title"));
    assertTrue(text(svg, "desc").contains("…"));
    assertFalse(text(svg, "desc").contains("W".repeat(100)));
    assertTrue(png(figure).getWidth() < 2000);
    assertTrue(png(figure).getHeight() < 1600);
  }

  /** Of three lines that are the same, none hides another. */
  @Test
  void equalLinesAreDrawnSideBySide() throws IOException {
    List<Double> same = List.of(0.0, 0.0, 1.0);
    SimilarityFigure figure =
        new SimilarityFigure(
            "",
            List.of("a", "b", "c"),
            List.of(new Line(0.1, same), new Line(0.2, same), new Line(0.3, same)));
    BufferedImage png = png(figure);
    int plot = png.getWidth() * 2 / 3;
    for (int i = 0; i < 3; i++) {
      long columns = FigureFiles.columns(png, Viridis.color(i, 3), plot);
      assertTrue(columns > plot / 3, "line " + i + " in " + columns + " columns");
    }
  }

  /** Of many layers some are named, but each that has warnings is marked. */
  @Test
  void warningsOfUnnamedLayersAreMarked() {
    List<String> layers = IntStream.range(0, 400).mapToObj(i -> "layer" + i).toList();
    List<String> warnings = new ArrayList<>(Collections.nCopies(400, ""));
    warnings.set(1, "few-samples");
    AcrossLayers across =
        new AcrossLayers("y", layers, new Marks(warnings), List.of("a longer name than ε"));
    across.add("line", Collections.nCopies(400, 0.5), 0, 1);
    CategoryChart chart = across.chart();
    List<?> labels = (List<?>) chart.getSeries("line0").getXData();
    assertEquals("layer0", labels.get(0).toString().strip());
    assertEquals("*", labels.get(1));
    long named = labels.stream().filter(label -> label.toString().startsWith("layer")).count();
    assertTrue(named > 40 && named < 70, named + " names");
    assertEquals("may say little:\nsee warnings", chart.getSeries("marks").getLabel());
  }

  @Test
  void theNetworksAreNamedBelowTheTitle() throws IOException {
    SimilarityFigure named =
        new SimilarityFigure(
            FIGURE.title(), FIGURE.layers(), FIGURE.lines(), FIGURE.warnings(), "a and b");
    assertEquals(png(FIGURE).getHeight() + Brush.LINE, png(named).getHeight());
  }

  @Test
  void equallySpacedSimilaritiesLeaveTheTicksAlone() throws IOException {
    // Both lines have the same first point; ticks at the similarities would move everything else.
    BufferedImage spaced = png(line(0.0, 1.0));
    BufferedImage other = png(line(0.0, 0.9));
    for (int y = 0; y < spaced.getHeight(); y++) {
      for (int x = 0; x < 150; x++) {
        assertEquals(other.getRGB(x, y), spaced.getRGB(x, y));
      }
    }
  }

  @Test
  void epsilonsAreShort() throws Exception {
    List<Double> similarity = List.of(0.5);
    SimilarityFigure figure =
        new SimilarityFigure(
            "",
            List.of("a"),
            List.of(
                new Line(0, similarity),
                new Line(1e-12, similarity),
                new Line(0.1 + 0.2, similarity),
                new Line(0.3, similarity)));
    String description = text(svg(figure), "desc");
    assertEquals(
        List.of("ε = 0", "ε = 1E-12", "ε = 0.3", "ε = 0.3"),
        description.lines().skip(1).map(line -> line.substring(0, line.indexOf(':'))).toList());
  }

  @Test
  void wrongNumbersAreRejected() {
    assertThrows(IllegalArgumentException.class, () -> new Line(0.1, List.of(Double.NaN)));
    assertThrows(IllegalArgumentException.class, () -> new Line(0.1, List.of(1.01)));
    assertThrows(IllegalArgumentException.class, () -> new Line(0.1, List.of(-0.01)));
    Line line = new Line(0.1, List.of(0.5));
    assertThrows(
        IllegalArgumentException.class,
        () -> new SimilarityFigure("", List.of("a", "b"), List.of(line)));
    assertThrows(
        IllegalArgumentException.class, () -> new SimilarityFigure("", List.of("a"), List.of()));
    assertThrows(
        IllegalArgumentException.class, () -> new SimilarityFigure("", List.of(), List.of()));
  }

  private static SimilarityFigure line(Double... similarity) {
    return new SimilarityFigure("", List.of("a", "b"), List.of(new Line(0.1, List.of(similarity))));
  }

  private static SimilarityFigure figure(int layers, int lines, String name) {
    return new SimilarityFigure(
        "title",
        IntStream.rangeClosed(1, layers).mapToObj(i -> name + i).toList(),
        IntStream.range(0, lines)
            .mapToObj(
                i -> new Line((i + 1) / 20.0, Collections.nCopies(layers, (double) i / lines)))
            .toList());
  }
}
