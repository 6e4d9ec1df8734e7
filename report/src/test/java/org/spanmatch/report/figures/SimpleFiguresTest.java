package org.spanmatch.report.figures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.spanmatch.report.figures.FigureFiles.colors;
import static org.spanmatch.report.figures.FigureFiles.png;
import static org.spanmatch.report.figures.FigureFiles.svg;
import static org.spanmatch.report.figures.FigureFiles.svgBytes;
import static org.spanmatch.report.figures.FigureFiles.text;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.report.figures.SizesFigure.Curve;
import org.spanmatch.report.results.MatchResult;
import org.spanmatch.report.results.SimpleResult;

/** Tests the figures of simple matches. */
class SimpleFiguresTest {
  private static final PerGroup<String> NETWORKS = PerGroup.of("a.npz", "b.npz");

  private static SimpleResult.Simple match(List<Integer> x, List<Integer> y) {
    return new SimpleResult.Simple(
        x, y, x.size() + y.size(), 0.1, PerGroup.of(x, y), PerGroup.of(List.of(), List.of()));
  }

  private static SimpleResult.Layer layer(int neurons, List<SimpleResult.Simple> matches) {
    return layer(
        IntStream.range(0, neurons).boxed().toList(), matches, PerGroup.of(List.of(), List.of()));
  }

  private static SimpleResult.Layer layer(
      List<Integer> all, List<SimpleResult.Simple> matches, PerGroup<List<Integer>> none) {
    return new SimpleResult.Layer(
        "layer",
        100,
        0,
        PerGroup.of(all.size(), all.size()),
        none,
        List.of(),
        Precision.STANDARD,
        new MatchResult(0.3, all, all, 1, none, none),
        matches,
        true,
        1,
        List.of(),
        none,
        new SimpleResult.Seconds(0, 0, 0));
  }

  @Test
  void sizesAreStated() throws Exception {
    SizesFigure figure =
        new SizesFigure(
            "Sizes", "", List.of(new Curve("input", List.of(2, 2, 5)), new Curve("b", List.of())));
    assertEquals("Sizes", text(svg(figure), "title"));
    assertEquals(
        "Simple matches by number of neurons.\ninput: 2 of 2, 1 of 5.\nb: none.",
        text(svg(figure), "desc"));
    assertArrayEquals(svgBytes(figure), svgBytes(new SizesFigure("Sizes", "", figure.curves())));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 24})
  void fewLayersAreLines(int layers) throws Exception {
    BufferedImage png = png(sizes(layers));
    assertTrue(png.getWidth() < 2000 && png.getHeight() < 1100);
    Set<Integer> colors = colors(png);
    for (int i = 0; i < layers; i++) {
      assertTrue(colors.contains(Viridis.color(i, layers).getRGB()), "line " + i);
    }
  }

  private static SizesFigure sizes(int layers) {
    return new SizesFigure(
        "", "", IntStream.range(0, layers).mapToObj(i -> new Curve("a", List.of(2 + i))).toList());
  }

  /** Dark up to the size of its matches, bright from there on; grey for a layer without any. */
  @Test
  void manyLayersAreRows() throws Exception {
    BufferedImage png = png(sizes(60));
    assertTrue(png.getWidth() < 2000 && png.getHeight() < 2000);
    Set<Integer> colors = colors(png);
    assertTrue(colors.contains(Viridis.at(0).getRGB()));
    assertTrue(colors.contains(Viridis.at(1).getRGB()));
    List<Curve> curves = new ArrayList<>(sizes(59).curves());
    curves.add(new Curve("none", List.of()));
    long missing = missing(png(new SizesFigure("", "", curves)));
    assertTrue(missing - missing(png) > 1200 * 28, missing + " and " + missing(png));
  }

  private static long missing(BufferedImage png) {
    int[] pixels = png.getRGB(0, 0, png.getWidth(), png.getHeight(), null, 0, png.getWidth());
    return IntStream.of(pixels).filter(pixel -> pixel == Brush.MISSING.getRGB()).count();
  }

  /** Lines at 0 would hide one another. */
  @Test
  void layersWithoutMatchesAreNamedAlone() throws Exception {
    SizesFigure figure =
        new SizesFigure(
            "", "", List.of(new Curve("some", List.of(4)), new Curve("none", List.of())));
    assertFalse(colors(png(figure)).contains(Viridis.color(1, 2).getRGB()));
  }

  @Test
  void wrongSizesAreRejected() {
    assertThrows(IllegalArgumentException.class, () -> new Curve("a", List.of(0)));
    assertThrows(IllegalArgumentException.class, () -> new SizesFigure("", "", List.of()));
  }

  @Test
  void theMapStatesTheMembers() throws Exception {
    SimpleResult.Layer layer =
        layer(4, List.of(match(List.of(1), List.of(2)), match(List.of(0, 3), List.of(0))));
    MembersFigure figure = MembersFigure.of(layer, NETWORKS).orElseThrow();
    assertEquals("Members of the simple matches of layer", text(svg(figure), "title"));
    assertEquals(
        "The neurons of each simple match.\n1: x 1, y 2.\n2: x 0 3, y 0.",
        text(svg(figure), "desc"));
    Set<Integer> colors = colors(png(figure));
    assertTrue(colors.contains(Viridis.color(0, 2).getRGB()));
    assertTrue(colors.contains(Viridis.color(1, 2).getRGB()));
  }

  /** Equal patterns of other neurons have other numbers below the columns. */
  @Test
  void theColumnsHaveTheNumbersOfTheNeurons() throws Exception {
    BufferedImage low = png(map(3, 5));
    BufferedImage high = png(map(4, 6));
    assertEquals(low.getHeight(), high.getHeight());
    List<Integer> changed =
        IntStream.range(0, low.getHeight())
            .filter(
                y ->
                    IntStream.range(0, low.getWidth())
                        .anyMatch(x -> low.getRGB(x, y) != high.getRGB(x, y)))
            .boxed()
            .toList();
    assertFalse(changed.isEmpty());
    int cells =
        IntStream.range(0, low.getHeight())
            .filter(
                y ->
                    IntStream.range(0, low.getWidth() / 4)
                        .anyMatch(x -> low.getRGB(x, y) == Viridis.color(0, 2).getRGB()))
            .findFirst()
            .orElseThrow();
    assertTrue(changed.get(0) > cells, "rows " + changed + " below row " + cells);
  }

  private static MembersFigure map(int first, int second) {
    List<Integer> neurons = List.of(first, second);
    PerGroup<List<Integer>> none = PerGroup.of(List.of(), List.of());
    SimpleResult.Layer layer =
        layer(neurons, List.of(match(List.of(first), List.of(second))), none);
    return new MembersFigure(layer, NETWORKS);
  }

  @Test
  void onlyWhatCanBeReadIsMapped() throws Exception {
    SimpleResult.Simple pair = match(List.of(0), List.of(0));
    assertEquals(Optional.empty(), MembersFigure.of(layer(4, List.of()), NETWORKS));
    assertEquals(Optional.empty(), MembersFigure.of(layer(65, List.of(pair)), NETWORKS));
    List<SimpleResult.Simple> many = new ArrayList<>(Collections.nCopies(100, pair));
    assertTrue(png(MembersFigure.of(layer(64, many), NETWORKS).orElseThrow()).getWidth() > 1000);
    many.add(pair);
    assertEquals(Optional.empty(), MembersFigure.of(layer(64, many), NETWORKS));
  }
}
