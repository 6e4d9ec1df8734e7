package org.spanmatch.report.figures;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.ls.DOMImplementationLS;
import org.w3c.dom.ls.LSOutput;

/** An SVG picture. */
final class SvgPicture {
  private static final String NAMESPACE = "http://www.w3.org/2000/svg";

  // Verdana is nearly as wide as DejaVu Sans, which has its proportions.
  private static final String FONTS = "DejaVu Sans, Verdana, sans-serif";

  private final Document document;
  private final SvgGraphics graphics;
  private final Element root;

  /**
   * Creates an empty picture.
   *
   * @param width its width in units of what is drawn
   * @param height its height
   * @param units how many of them are a point
   */
  SvgPicture(int width, int height, int units) throws IOException {
    try {
      document =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .getDOMImplementation()
              .createDocument(NAMESPACE, "svg", null);
    } catch (ParserConfigurationException e) {
      throw new IOException("an SVG picture can't be drawn", e);
    }
    graphics = new SvgGraphics(document);
    root = document.getDocumentElement();
    root.setAttribute("width", Double.toString((double) width / units));
    root.setAttribute("height", Double.toString((double) height / units));
    root.setAttribute("viewBox", "0 0 " + width + " " + height);
    root.setAttribute("role", "img");
    root.setAttributeNS("http://www.w3.org/XML/1998/namespace", "xml:space", "preserve");
  }

  /** Adds a title and a description. */
  SvgPicture describe(String title, String description) {
    root.appendChild(element("title", title));
    root.appendChild(element("desc", description));
    return this;
  }

  /** Returns the canvas to draw on. */
  SvgGraphics graphics() {
    return graphics;
  }

  private Element element(String name, String text) {
    Element element = document.createElementNS(NAMESPACE, name);
    element.setTextContent(text);
    return element;
  }

  /** Writes the picture, without a DOCTYPE. */
  void write(OutputStream target) throws IOException {
    graphics.getRoot(root);
    root.setAttribute("font-family", FONTS);
    DOMImplementationLS serialization =
        (DOMImplementationLS) document.getImplementation().getFeature("LS", "3.0");
    // Through memory, since the serializer hides why a stream can't be written.
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    LSOutput output = serialization.createLSOutput();
    output.setByteStream(bytes);
    output.setEncoding(StandardCharsets.UTF_8.name());
    serialization.createLSSerializer().write(document, output);
    bytes.writeTo(target);
  }
}
