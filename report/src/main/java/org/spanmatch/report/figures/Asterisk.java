package org.spanmatch.report.figures;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import org.knowm.xchart.internal.series.MarkerSeries;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.Marker;

/** The asterisk in front of its meaning in a legend. */
final class Asterisk extends Marker {
  private static final int STROKES = 3;
  private static final double RADIUS = 7;

  /** Makes a series without values the entry of a legend that explains the asterisk. */
  static void explain(MarkerSeries series) {
    series.setLabel(String.join("\n", Marks.LEGEND));
    series.setLineStyle(SeriesLines.NONE);
    series.setMarker(new Asterisk());
    series.setMarkerColor(Color.BLACK);
  }

  @Override
  public void paint(Graphics2D graphics, double x, double y, int markerSize) {
    Path2D path = new Path2D.Double();
    for (int stroke = 0; stroke < STROKES; stroke++) {
      AffineTransform turn = AffineTransform.getRotateInstance(stroke * Math.PI / STROKES, x, y);
      path.append(
          turn.createTransformedShape(new Line2D.Double(x, y - RADIUS, x, y + RADIUS)), false);
    }
    graphics.setStroke(new BasicStroke(2.5f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    graphics.draw(path);
  }
}
