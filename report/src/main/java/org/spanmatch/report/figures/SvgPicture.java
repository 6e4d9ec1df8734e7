package org.spanmatch.report.figures;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/** An SVG picture to which size, title and description are added. */
final class SvgPicture {
  private static final String NAMESPACE = "http://www.w3.org/2000/svg";

  private final Document document;

  SvgPicture(byte[] svg) throws IOException {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    try {
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      // The DOCTYPE refers to a file on the web, which must not be loaded.
      factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
      document = factory.newDocumentBuilder().parse(new ByteArrayInputStream(svg));
    } catch (ParserConfigurationException | SAXException e) {
      throw new IOException("the SVG picture can't be finished", e);
    }
  }

  /** Sets the display size in points. */
  SvgPicture size(double width, double height) {
    document.getDocumentElement().setAttribute("width", Double.toString(width));
    document.getDocumentElement().setAttribute("height", Double.toString(height));
    return this;
  }

  /**
   * Adds a title and a description. The text in the picture is drawn as outlines, which look the
   * same everywhere but can't be searched or read aloud.
   */
  SvgPicture describe(String title, String description) {
    Element root = document.getDocumentElement();
    root.setAttribute("role", "img");
    root.insertBefore(element("desc", description), root.getFirstChild());
    root.insertBefore(element("title", title), root.getFirstChild());
    return this;
  }

  private Element element(String name, String text) {
    Element element = document.createElementNS(NAMESPACE, name);
    element.setTextContent(text);
    return element;
  }

  /** Writes the picture, without a DOCTYPE. */
  void write(OutputStream target) throws IOException {
    // Through memory, since the transformer hides why a stream can't be written.
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      TransformerFactory.newInstance()
          .newTransformer()
          .transform(new DOMSource(document), new StreamResult(bytes));
    } catch (TransformerException e) {
      throw new IOException("the SVG picture can't be written", e);
    }
    bytes.writeTo(target);
  }
}
