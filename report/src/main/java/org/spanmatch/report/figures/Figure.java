package org.spanmatch.report.figures;

import java.io.IOException;
import java.io.OutputStream;

/**
 * A figure that can be written as SVG and PNG. Equal figures give equal bytes with the same fonts
 * and the same version of Java.
 */
public interface Figure {
  /**
   * Writes the figure as SVG in UTF-8, without closing the stream.
   *
   * @throws IOException also if Java finds no font to draw with
   */
  void writeSvg(OutputStream target) throws IOException;

  /**
   * Writes the figure as PNG with two pixels per point, without closing the stream.
   *
   * @throws IOException also if Java finds no font to draw with
   */
  void writePng(OutputStream target) throws IOException;

  /**
   * Checks that figures can be drawn here: minimal machines and containers may have no fonts, and
   * no folder to which the one that ships with this class could be extracted.
   *
   * @throws IOException if not
   */
  static void requireFonts() throws IOException {
    FigureFont.require();
  }
}
