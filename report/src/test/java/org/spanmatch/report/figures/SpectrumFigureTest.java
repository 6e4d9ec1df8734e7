package org.spanmatch.report.figures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.knowm.xchart.XYChart;
import org.spanmatch.report.figures.SpectrumFigure.Curve;
import org.w3c.dom.Element;

final class SpectrumFigureTest {
  private static final String NAME = "features.module.block4.conv";

  private static final SpectrumFigure FIGURE =
      new SpectrumFigure(
          "Two networks",
          List.of(
              new Curve("input", List.of(0.0, 0.35, 0.35, 1.0), 4),
              new Curve("output", List.of(0.7, 0.25), 4)));

  @Test
  void svgStatesTheSimilarity() throws Exception {
    Element svg = svg(FIGURE);
    assertEquals("Two networks", text(svg, "title"));
    assertEquals(
        """
        size of maximum match / number of neurons, by ε.
        input: ε = 0.1 0.250, ε = 0.2 0.250, ε = 0.3 0.250, ε = 0.4 0.750, ε = 0.5 0.750, \
        ε = 0.6 0.750, ε = 0.7 0.750, ε = 0.8 0.750, ε = 0.9 0.750, ε = 1.0 1.000.
        output: ε = 0.1 0.000, ε = 0.2 0.000, ε = 0.3 0.250, ε = 0.4 0.250, ε = 0.5 0.250, \
        ε = 0.6 0.250, ε = 0.7 0.500, ε = 0.8 0.500, ε = 0.9 0.500, ε = 1.0 0.500.""",
        text(svg, "desc"));
  }

  @Test
  void aCurveBeginsAtItsFirstLevel() throws IOException {
    int early = firstColumn(png(curve(0.2, 0.4)));
    int late = firstColumn(png(curve(0.3, 0.6)));
    int last = firstColumn(png(curve(0.4, 0.8)));
    assertTrue(early < late, early + " and " + late);
    // Equal steps of ε have equal widths, to the pixel.
    assertTrue(Math.abs((last - late) - (late - early)) <= 1, early + ", " + late + ", " + last);
  }

  private static SpectrumFigure curve(Double... levels) {
    return new SpectrumFigure("", List.of(new Curve("a", List.of(levels), 2)));
  }

  /** Returns the leftmost pixel column with the curve's colour. */
  private static int firstColumn(BufferedImage png) {
    int color = Viridis.color(0, 1).getRGB();
    return IntStream.range(0, png.getWidth())
        .filter(x -> IntStream.range(0, png.getHeight()).anyMatch(y -> png.getRGB(x, y) == color))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void sameFigureGivesSameBytes() throws IOException {
    SpectrumFigure copy = new SpectrumFigure(FIGURE.title(), FIGURE.curves());
    assertArrayEquals(svgBytes(FIGURE), svgBytes(copy));
    assertArrayEquals(pngBytes(FIGURE), pngBytes(copy));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 11, 24})
  void fewLayersAreLines(int layers) throws Exception {
    SpectrumFigure figure = steps(layers, Collections.nCopies(layers, ""));
    BufferedImage png = png(figure);
    assertTrue(png.getWidth() > 1200 && png.getWidth() < 2000, "width " + png.getWidth());
    assertTrue(png.getHeight() < 1100, "height " + png.getHeight());
    assertEquals(Color.WHITE, new Color(png.getRGB(0, 0)));
    Set<Integer> colors = colors(png);
    for (int i = 0; i < layers; i++) {
      assertTrue(colors.contains(Viridis.color(i, layers).getRGB()), "line " + i);
    }
    assertMarginBelow(png);
    assertTrue(text(svg(figure), "desc").contains(NAME + layers + ": ε = 0.1"));
  }

  /** Layer i of n has one neuron, which matches from i / (n + 1) on. */
  private static SpectrumFigure steps(int layers, List<String> warnings) {
    return new SpectrumFigure(
        "title",
        IntStream.rangeClosed(1, layers)
            .mapToObj(
                i ->
                    new Curve(
                        NAME + i, List.of(i / (layers + 1.0)), 1, warnings.get(i - 1), List.of()))
            .toList());
  }

  // The legend and the notes end above the lower edge.
  private static void assertMarginBelow(BufferedImage png) {
    for (int x = 0; x < png.getWidth(); x++) {
      assertEquals(Color.WHITE.getRGB(), png.getRGB(x, png.getHeight() - 5), "column " + x);
    }
  }

  /** A row per layer, dark up to the ε at which its neuron matches. */
  @ParameterizedTest
  @ValueSource(ints = {25, 60, 100, 400})
  void manyLayersAreRows(int layers) throws Exception {
    SpectrumFigure figure = steps(layers, Collections.nCopies(layers, ""));
    BufferedImage png = png(figure);
    assertTrue(png.getWidth() < 2000 && png.getHeight() < 2300);
    // The second row would be as good; white lines may separate rows.
    int first = darkPixels(png, 0.1);
    int last = darkPixels(png, 0.9);
    assertEquals(1200 * 0.8, last - first, 1200 * 0.1, first + " and " + last);
    assertMarginBelow(png);
    assertTrue(text(svg(figure), "desc").contains(NAME + layers + ": ε = 0.1"));
  }

  /** Returns how long the dark part is of the row at a share of the height of the rows. */
  private static int darkPixels(BufferedImage png, double share) {
    List<Integer> lengths =
        IntStream.range(0, png.getHeight())
            .map(
                y ->
                    (int)
                        IntStream.range(0, png.getWidth() * 5 / 6)
                            .filter(x -> png.getRGB(x, y) == Viridis.at(0).getRGB())
                            .count())
            .filter(length -> length > 0)
            .boxed()
            .toList();
    return lengths.get((int) (share * lengths.size()));
  }

  /** A layer whose name is left out for want of room is marked nevertheless. */
  @Test
  void warningsOfUnnamedLayersAreMarked() throws IOException {
    List<String> warnings = new ArrayList<>(Collections.nCopies(100, ""));
    warnings.set(99, "few-samples"); // so that both figures explain the asterisk
    BufferedImage without = png(steps(100, warnings));
    warnings.set(1, "few-samples");
    BufferedImage with = png(steps(100, warnings));
    assertEquals(without.getHeight(), with.getHeight());
    long changed =
        IntStream.range(0, with.getHeight() / 4)
            .filter(
                y ->
                    IntStream.range(0, with.getWidth())
                        .anyMatch(x -> with.getRGB(x, y) != without.getRGB(x, y)))
            .count();
    assertTrue(changed > 3 && changed < 40, changed + " rows of pixels");
  }

  @Test
  void theLegendSaysWhatTheAsteriskMeans() {
    LayerLines lines = new LayerLines("x", "y", List.of("a"), new Marks(List.of("few-samples")));
    lines.add(0, List.of(0, 1), List.of(0, 1));
    XYChart chart = lines.chart();
    assertEquals("a *", chart.getSeries("line0").getLabel());
    assertEquals("may say little:\nsee warnings", chart.getSeries("marks").getLabel());
    LayerLines plain = new LayerLines("x", "y", List.of("a"), new Marks(List.of("")));
    plain.add(0, List.of(0, 1), List.of(0, 1));
    assertNull(plain.chart().getSeries("marks"));
  }

  /** Where lines by chance are there, no other line is dashed. */
  @Test
  void dashesMeanChance() {
    LayerLines lines = new LayerLines("x", "y", List.of("a", "b"), new Marks(List.of("", "")));
    List<Integer> ends = List.of(0, 1);
    lines.addChance(1, ends, ends);
    lines.add(1, ends, ends);
    assertNotNull(lines.chart().getSeries("chance1").getLineStyle().getDashArray());
    assertNull(lines.chart().getSeries("line1").getLineStyle().getDashArray());
  }

  @Test
  void theNetworksAreNamedBelowTheTitle() throws IOException {
    for (int layers : new int[] {2, 30}) {
      SpectrumFigure figure = steps(layers, Collections.nCopies(layers, ""));
      SpectrumFigure named = new SpectrumFigure("title", figure.curves(), "a.npz and b.npz");
      assertEquals(png(figure).getHeight() + Brush.LINE, png(named).getHeight());
    }
  }

  @Test
  void manyNeuronsTakeNoMoreRoom() throws IOException {
    int steps = svgBytes(levels(5_000)).length;
    assertTrue(svgBytes(levels(50_000)).length < 1.1 * steps);
  }

  private static SpectrumFigure levels(int count) {
    List<Double> levels = IntStream.range(0, count).mapToObj(i -> i / (double) count).toList();
    return new SpectrumFigure("", List.of(new Curve("a", levels, count)));
  }

  /** A dashed line by chance for few layers, and words for any number. */
  @Test
  void chanceIsDrawnWhereItIsReadable() throws Exception {
    Curve plain = new Curve("a", List.of(0.25), 2);
    Curve curve = new Curve("a", List.of(0.25), 2, "", List.of(0.75, 0.85));
    assertTrue(
        text(svg(new SpectrumFigure("", List.of(curve))), "desc")
            .contains("\na, by chance: ε = 0.1 0.000, "));
    assertTrue(
        text(svg(new SpectrumFigure("", List.of(curve))), "desc")
            .contains("ε = 0.8 0.500, ε = 0.9 1.000, ε = 1.0 1.000."));
    for (int layers : new int[] {1, 6, 7}) {
      int with = svgBytes(new SpectrumFigure("", Collections.nCopies(layers, curve))).length;
      int without = svgBytes(new SpectrumFigure("", Collections.nCopies(layers, plain))).length;
      int words = layers * 200;
      assertEquals(layers <= 6, with - without > words, layers + " layers");
    }
    List<Double> three = Collections.nCopies(3, 0.5);
    assertThrows(IllegalArgumentException.class, () -> new Curve("a", List.of(), 2, "", three));
  }

  @Test
  void layersWithoutMatchesAreDrawn() throws Exception {
    SpectrumFigure dead =
        new SpectrumFigure(
            "", List.of(new Curve("dead", List.of(), 3), new Curve("none", List.of(), 0)));
    assertTrue(text(svg(dead), "desc").contains("ε = 1.0 0.000"));
    assertTrue(png(dead).getWidth() > 1200);
  }

  @Test
  void wrongNumbersAreRejected() {
    for (double level : new double[] {Double.NaN, -0.01, 1.01}) {
      assertThrows(IllegalArgumentException.class, () -> new Curve("a", List.of(level), 1));
    }
    List<Double> two = Collections.nCopies(2, 0.5);
    assertThrows(IllegalArgumentException.class, () -> new Curve("a", two, 1));
    assertThrows(IllegalArgumentException.class, () -> new SpectrumFigure("", List.of()));
  }
}
