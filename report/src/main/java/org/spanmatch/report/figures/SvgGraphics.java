package org.spanmatch.report.figures;

import java.awt.Font;
import java.awt.Shape;
import java.awt.font.FontRenderContext;
import java.awt.font.TextLayout;
import java.awt.geom.AffineTransform;
import java.awt.geom.PathIterator;
import java.util.Arrays;
import org.apache.batik.svggen.DOMGroupManager;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/**
 * A canvas whose drawing becomes SVG, with texts as texts: the outlines of the text that was laid
 * out last are recognised by their shape.
 */
final class SvgGraphics extends SVGGraphics2D {
  private static final int DECIMALS = 2; // of a half point

  private final LaidOut laidOut = new LaidOut();

  SvgGraphics(Document document) {
    super(context(document), false);
  }

  private static SVGGeneratorContext context(Document document) {
    SVGGeneratorContext context = SVGGeneratorContext.createDefault(document);
    context.setComment(null);
    context.setPrecision(DECIMALS);
    return context;
  }

  @Override
  public FontRenderContext getFontRenderContext() {
    return laidOut;
  }

  /** Does nothing, since every text states its font. */
  @Override
  public void setFont(Font font) {}

  @Override
  public void fill(Shape shape) {
    AffineTransform place = laidOut.placeOf(shape);
    if (place == null) {
      super.fill(shape);
      return;
    }
    boolean isTurned = place.getShearX() != 0;
    text(laidOut.text, laidOut.font, place, laidOut.font.anchor(isTurned));
  }

  /**
   * Draws a text.
   *
   * @param place turns and moves it from where its baseline begins at the origin
   */
  void text(String text, Font font, AffineTransform place, Anchor anchor) {
    String shown = text.stripTrailing();
    double advance = new TextLayout(shown, font, Drawing.FONTS).getAdvance();
    AffineTransform before = getTransform();
    AffineTransform end = new AffineTransform(before);
    end.concatenate(place);
    end.translate(anchor.share() * advance, 0);
    String x = generatorCtx.doubleString(end.getTranslateX());
    String y = generatorCtx.doubleString(end.getTranslateY());
    Element element = getDOMFactory().createElementNS(SVG_NAMESPACE_URI, SVG_TEXT_TAG);
    element.setAttributeNS(null, SVG_X_ATTRIBUTE, x);
    element.setAttributeNS(null, SVG_Y_ATTRIBUTE, y);
    element.setAttributeNS(
        null, SVG_FONT_SIZE_ATTRIBUTE, generatorCtx.doubleString(font.getSize2D()));
    if (font.isBold()) {
      element.setAttributeNS(null, SVG_FONT_WEIGHT_ATTRIBUTE, "bold");
    }
    if (anchor != Anchor.START) {
      element.setAttributeNS(null, SVG_TEXT_ANCHOR_ATTRIBUTE, anchor.svg());
    }
    double degrees = Math.toDegrees(Math.atan2(end.getShearY(), end.getScaleX()));
    if (degrees != 0) {
      String rotation = "rotate(" + generatorCtx.doubleString(degrees) + " " + x + " " + y + ")";
      element.setAttributeNS(null, SVG_TRANSFORM_ATTRIBUTE, rotation);
    }
    element.appendChild(getDOMFactory().createTextNode(shown));
    // With all of its place in its own attributes it can be moved and edited.
    setTransform(new AffineTransform());
    domGroupManager.addElement(element, DOMGroupManager.FILL);
    setTransform(before);
  }

  /** The text that was laid out last, which is the one whose outlines are drawn next. */
  private static final class LaidOut extends ChartFont.Listener {
    private static final double TOLERANCE = 0.01;

    private String text = "";
    private ChartFont font;
    private double[] outline = {};

    LaidOut() {
      super(Drawing.FONTS);
    }

    @Override
    void laidOut(String text, ChartFont font) {
      this.text = text;
      this.font = font;
      outline = null;
    }

    /** Returns how the text is turned and moved if a shape is its outline, or else null. */
    AffineTransform placeOf(Shape shape) {
      if (outline == null) {
        outline = points(new TextLayout(text, font, Drawing.FONTS).getOutline(null));
      }
      if (outline.length < 4) {
        return null;
      }
      double[] points = points(shape);
      if (points.length != outline.length) {
        return null;
      }
      AffineTransform place = place(points);
      double[] moved = new double[outline.length];
      place.transform(outline, 0, moved, 0, outline.length / 2);
      for (int i = 0; i < moved.length; i++) {
        if (!(Math.abs(moved[i] - points[i]) < TOLERANCE)) {
          return null;
        }
      }
      return place;
    }

    /** Returns the turn and move that leads the two points furthest apart to those of a shape. */
    private AffineTransform place(double[] points) {
      int far = 2;
      for (int i = 2; i < outline.length; i += 2) {
        if (distance(i) > distance(far)) {
          far = i;
        }
      }
      double before = Math.atan2(outline[far + 1] - outline[1], outline[far] - outline[0]);
      double after = Math.atan2(points[far + 1] - points[1], points[far] - points[0]);
      AffineTransform place = AffineTransform.getTranslateInstance(points[0], points[1]);
      if (Math.abs(after - before) > 1e-4) {
        place.rotate(after - before);
      }
      place.translate(-outline[0], -outline[1]);
      return place;
    }

    private double distance(int i) {
      return Math.hypot(outline[i] - outline[0], outline[i + 1] - outline[1]);
    }

    /** Returns the points of a shape, x and y in turn. */
    private static double[] points(Shape shape) {
      double[] points = new double[64];
      double[] segment = new double[6];
      int count = 0;
      for (PathIterator path = shape.getPathIterator(null); !path.isDone(); path.next()) {
        int size =
            switch (path.currentSegment(segment)) {
              case PathIterator.SEG_CLOSE -> 0;
              case PathIterator.SEG_QUADTO -> 4;
              case PathIterator.SEG_CUBICTO -> 6;
              default -> 2;
            };
        if (count + size > points.length) {
          points = Arrays.copyOf(points, 2 * points.length);
        }
        System.arraycopy(segment, 0, points, count, size);
        count += size;
      }
      return Arrays.copyOf(points, count);
    }
  }
}
