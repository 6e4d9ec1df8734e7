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
  private static SimpleResult.Simple match(List<Integer> x, List<Integer> y) {
    return new SimpleResult.Simple(
        x, y, x.size() + y.size(), 0.1, PerGroup.of(x, y), PerGroup.of(List.of(), List.of()));
  }

  private static SimpleResult.Layer layer(int neurons, List<SimpleResult.Simple> matches) {
    List<Integer> all = IntStream.range(0, neurons).boxed().toList();
    PerGroup<List<Integer>> none = PerGroup.of(List.of(), List.of());
    return new SimpleResult.Layer(
        "layer",
        100,
        0,
        PerGroup.of(neurons, neurons),
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
            "Sizes", List.of(new Curve("input", List.of(2, 2, 5)), new Curve("b", List.of())));
    assertEquals("Sizes", text(svg(figure), "title"));
    assertEquals(
        "Simple matches by number of neurons.\ninput: 2 of 2, 1 of 5.\nb: none.",
        text(svg(figure), "desc"));
    assertArrayEquals(svgBytes(figure), svgBytes(new SizesFigure("Sizes", figure.curves())));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 24, 25, 100})
  void everyNumberOfLayersIsDrawn(int layers) throws Exception {
    SizesFigure figure =
        new SizesFigure(
            "", IntStream.range(0, layers).mapToObj(i -> new Curve("a", List.of(2 + i))).toList());
    BufferedImage png = png(figure);
    assertTrue(png.getWidth() < 2000 && png.getHeight() < 1000);
    Set<Integer> colors = colors(png);
    for (int i = 0; i < layers; i++) {
      assertTrue(colors.contains(Viridis.color(i, layers).getRGB()), "line " + i);
    }
  }

  @Test
  void wrongSizesAreRejected() {
    assertThrows(IllegalArgumentException.class, () -> new Curve("a", List.of(0)));
    assertThrows(IllegalArgumentException.class, () -> new SizesFigure("", List.of()));
  }

  @Test
  void theMapStatesTheMembers() throws Exception {
    SimpleResult.Layer layer =
        layer(4, List.of(match(List.of(1), List.of(2)), match(List.of(0, 3), List.of(0))));
    MembersFigure figure = MembersFigure.of(layer).orElseThrow();
    assertEquals("Members of the simple matches of layer", text(svg(figure), "title"));
    assertEquals(
        "The neurons of each simple match.\n1: x 1, y 2.\n2: x 0 3, y 0.",
        text(svg(figure), "desc"));
    Set<Integer> colors = colors(png(figure));
    assertTrue(colors.contains(Viridis.color(0, 2).getRGB()));
    assertTrue(colors.contains(Viridis.color(1, 2).getRGB()));
  }

  @Test
  void onlyWhatCanBeReadIsMapped() throws Exception {
    SimpleResult.Simple pair = match(List.of(0), List.of(0));
    assertEquals(Optional.empty(), MembersFigure.of(layer(4, List.of())));
    assertEquals(Optional.empty(), MembersFigure.of(layer(65, List.of(pair))));
    List<SimpleResult.Simple> many = new ArrayList<>(Collections.nCopies(100, pair));
    assertTrue(png(MembersFigure.of(layer(64, many)).orElseThrow()).getWidth() > 1000);
    many.add(pair);
    assertEquals(Optional.empty(), MembersFigure.of(layer(64, many)));
  }
}
