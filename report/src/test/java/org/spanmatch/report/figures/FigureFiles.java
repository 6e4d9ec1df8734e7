package org.spanmatch.report.figures;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** Writes figures and reads them back. */
final class FigureFiles {
  private FigureFiles() {}

  /** Returns the root of the SVG, which must be well-formed. */
  static Element svg(Figure figure) throws IOException, ParserConfigurationException, SAXException {
    byte[] bytes = svgBytes(figure);
    assertFalse(new String(bytes, StandardCharsets.UTF_8).contains("<!DOCTYPE"));
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    return factory.newDocumentBuilder().parse(new ByteArrayInputStream(bytes)).getDocumentElement();
  }

  /** Returns the text of the first element with a name. */
  static String text(Element svg, String element) {
    return svg.getElementsByTagNameNS("*", element).item(0).getTextContent();
  }

  /** Returns what is written in the picture. */
  static List<String> texts(Element svg) {
    return textElements(svg).stream().map(Element::getTextContent).toList();
  }

  static List<Element> textElements(Element svg) {
    NodeList texts = svg.getElementsByTagNameNS("*", "text");
    return IntStream.range(0, texts.getLength()).mapToObj(i -> (Element) texts.item(i)).toList();
  }

  static byte[] svgBytes(Figure figure) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    figure.writeSvg(bytes);
    return bytes.toByteArray();
  }

  static BufferedImage png(Figure figure) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(pngBytes(figure)));
  }

  static byte[] pngBytes(Figure figure) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    figure.writePng(bytes);
    return bytes.toByteArray();
  }

  static Set<Integer> colors(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    return Arrays.stream(image.getRGB(0, 0, width, height, null, 0, width))
        .boxed()
        .collect(Collectors.toSet());
  }

  /** Returns the number of pixel columns, from the left to an end, that have a colour. */
  static long columns(BufferedImage png, Color color, int end) {
    return IntStream.range(0, end)
        .filter(
            x ->
                IntStream.range(0, png.getHeight())
                    .anyMatch(y -> png.getRGB(x, y) == color.getRGB()))
        .count();
  }
}
