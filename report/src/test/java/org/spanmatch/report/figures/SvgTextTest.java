package org.spanmatch.report.figures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.spanmatch.report.figures.FigureFiles.svg;
import static org.spanmatch.report.figures.FigureFiles.svgBytes;
import static org.spanmatch.report.figures.FigureFiles.textElements;
import static org.spanmatch.report.figures.FigureFiles.texts;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.spanmatch.report.figures.HeatMapFigure.Axis;
import org.spanmatch.report.figures.HeatMapFigure.Map;
import org.spanmatch.report.figures.SimilarityFigure.Line;
import org.w3c.dom.Element;

/** Texts in SVG are texts, which can be searched, edited and read aloud. */
@Tag("once") // on one JDK: nothing here depends on which
class SvgTextTest {
  private static SimilarityFigure across(List<String> layers) {
    List<Double> values = Collections.nCopies(layers.size(), 0.5);
    return new SimilarityFigure("Two networks", layers, List.of(new Line(0.15, values)));
  }

  private static HeatMapFigure map(String title, List<String> rows, List<String> columns) {
    List<List<Double>> values =
        Collections.nCopies(rows.size(), Collections.nCopies(columns.size(), 0.25));
    return new HeatMapFigure(
        title,
        "similarity",
        new Axis("a.npz", rows),
        new Axis("b.npz", columns),
        List.of(new Map("ε = 0.3", 1, values)),
        Collections.nCopies(rows.size(), Collections.nCopies(columns.size(), "")));
  }

  private static Element element(Element svg, String text) {
    return textElements(svg).stream()
        .filter(each -> each.getTextContent().equals(text))
        .findFirst()
        .orElseThrow();
  }

  private static boolean isCurved(Element path) {
    return path.getAttribute("d").matches(".*[QC].*");
  }

  /** Returns whether outlines of letters, which have curves, are left. */
  private static boolean hasOutlines(Element svg) {
    var paths = svg.getElementsByTagNameNS("*", "path");
    return IntStream.range(0, paths.getLength()).anyMatch(i -> isCurved((Element) paths.item(i)));
  }

  @Test
  void chartsHaveTheirTexts() throws Exception {
    Element svg = svg(across(List.of("input", "hidden1", "output")));
    assertTrue(
        texts(svg)
            .containsAll(
                List.of(
                    "Two networks",
                    "size of maximum match / number of neurons",
                    "0.0",
                    "1.0",
                    "input",
                    "hidden1",
                    "output",
                    "ε = 0.15")),
        texts(svg).toString());
    assertFalse(hasOutlines(svg));
    assertEquals("DejaVu Sans, Verdana, sans-serif", svg.getAttribute("font-family"));
  }

  @Test
  void mapsHaveTheirTexts() throws Exception {
    Element svg = svg(map("Title", List.of("in", "out"), List.of("first", "last")));
    assertTrue(
        texts(svg)
            .containsAll(List.of("Title", "similarity", "in", "out", "first", "last", "0.25")),
        texts(svg).toString());
    assertFalse(hasOutlines(svg));
  }

  /** In a viewer with another font they stay where they belong. */
  @Test
  void textsAreAnchoredWhereTheyBelong() throws Exception {
    Element svg = svg(across(List.of("input", "hidden1", "output")));
    assertEquals("middle", element(svg, "Two networks").getAttribute("text-anchor"));
    assertEquals("bold", element(svg, "Two networks").getAttribute("font-weight"));
    assertEquals("middle", element(svg, "input").getAttribute("text-anchor"));
    assertEquals("", element(svg, "ε = 0.15").getAttribute("text-anchor"));
    Element upright = element(svg, "size of maximum match / number of neurons");
    assertEquals("middle", upright.getAttribute("text-anchor"));
    assertTrue(upright.getAttribute("transform").startsWith("rotate(-90 "));
    List<String> names = IntStream.range(0, 40).mapToObj(i -> "a layer, number " + i).toList();
    Element slanted = element(svg(across(names)), "a layer, number 39");
    assertEquals("end", slanted.getAttribute("text-anchor"));
    assertTrue(slanted.getAttribute("transform").startsWith("rotate(-45 "));
  }

  /** The title's middle is where its letters were drawn. */
  @Test
  void theTitleIsAboveTheMiddleOfTheFigure() throws Exception {
    Element svg = svg(across(List.of("input", "output")));
    double width = Double.parseDouble(svg.getAttribute("viewBox").split(" ", -1)[2]);
    Element title = element(svg, "Two networks");
    assertEquals("middle", title.getAttribute("text-anchor"));
    assertEquals(width / 2, Double.parseDouble(title.getAttribute("x")), 3);
  }

  @Test
  void namesOfAnyScriptAreTexts() throws Exception {
    List<String> names =
        List.of(
            "शब्द",
            "שלום עולם",
            "مرحبا",
            "层一",
            "e\u0301te",
            "ffi flag",
            "two  blanks",
            "\uD835\uDF00");
    for (Figure figure : List.of(across(names), map("Title", names, names))) {
      assertTrue(texts(svg(figure)).containsAll(names), texts(svg(figure)).toString());
    }
  }

  @Test
  void hostileNamesAreTexts() throws Exception {
    List<String> names =
        List.of(
            "<script>alert(1)</script>", "]]>&amp;", "\" onload=\"x", "<!--", "\u0000\u0007\u202e");
    for (Figure figure : List.of(across(names), map(names.get(0), names, names))) {
      Element svg = svg(figure);
      assertTrue(texts(svg).containsAll(names.subList(0, 4)), texts(svg).toString());
      assertTrue(texts(svg).contains("\uFFFD\uFFFD\uFFFD"), texts(svg).toString());
      assertEquals(0, svg.getElementsByTagNameNS("*", "script").getLength());
      assertFalse(new String(svgBytes(figure), StandardCharsets.UTF_8).contains("<script"));
    }
  }

  @Test
  void equalFiguresGiveEqualBytesWhateverWasDrawnBefore() throws Exception {
    byte[] first = svgBytes(across(List.of("input", "output")));
    svgBytes(map("Title", List.of("in"), List.of("out")));
    assertArrayEquals(first, svgBytes(across(List.of("input", "output"))));
  }
}
