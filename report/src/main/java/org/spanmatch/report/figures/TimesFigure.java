package org.spanmatch.report.figures;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.XYStyler;

/**
 * A figure of measured quantities against a size, with one line per backend; both axes are
 * logarithmic.
 *
 * @param title the text above the figure; may be empty
 * @param xLabel label of the size axis
 * @param base the x axis has ticks at powers of this, 2 or more
 * @param yLabel label of the measured quantity
 * @param lines at least one
 */
public record TimesFigure(String title, String xLabel, int base, String yLabel, List<Line> lines)
    implements Figure {
  private static final int PLOT_WIDTH = 1000;
  private static final int LEFT = 170;
  private static final int MAX_NAME_WIDTH = 400;
  private static final int MARKER = 14;
  // Of what has labels at 1, 2 and 5 and not at powers of ten alone.
  private static final double MOST_DECADES_ACROSS = 2;
  private static final double MOST_DECADES_UP = 6;

  /**
   * The measurements of one backend.
   *
   * @param name the backend's name
   * @param points by size, at least one
   */
  public record Line(String name, List<Point> points) {
    /** Copies the list. */
    public Line {
      points = List.copyOf(points);
    }

    private List<Double> values(ToDoubleFunction<Point> value) {
      return points.stream().map(value::applyAsDouble).toList();
    }

    private String stated() {
      return points.stream()
          .map(
              point ->
                  String.format(
                      Locale.ROOT, "%.0f %.3g ± %.2g", point.x(), point.y(), point.error()))
          .collect(Collectors.joining(", "));
    }
  }

  /**
   * One measurement.
   *
   * @param x the size, above 0
   * @param y the measured value, above 0
   * @param error half of the interval around it; 0 for none
   */
  public record Point(double x, double y, double error) {
    /** Checks the numbers. */
    public Point {
      if (!(x > 0 && y > 0 && error >= 0)) {
        throw new IllegalArgumentException("can't draw " + y + " ± " + error + " at " + x);
      }
    }

    // A logarithmic axis can't show an interval that reaches 0.
    private double bar() {
      return Math.min(error, 0.9 * y);
    }
  }

  /** Checks that there is something to draw. */
  public TimesFigure {
    lines = List.copyOf(lines);
    if (lines.isEmpty() || lines.stream().anyMatch(line -> line.points().isEmpty())) {
      throw new IllegalArgumentException("a figure needs at least one line, and each a point");
    }
  }

  @Override
  public void writeSvg(OutputStream target) throws IOException {
    Drawing.writeSvg(chart(), description(), target);
  }

  @Override
  public void writePng(OutputStream target) throws IOException {
    Drawing.writePng(chart(), target);
  }

  private List<String> names() {
    List<String> names = new ArrayList<>();
    for (Line line : lines) {
      names.add(Drawing.fit(line.name(), Drawing.LABEL_FONT, MAX_NAME_WIDTH));
    }
    return names;
  }

  private XYChart chart() throws IOException {
    FigureFont.require();
    List<String> names = names();
    XYChart chart = Drawing.lineChart(title, xLabel, yLabel, names, LEFT, PLOT_WIDTH);
    XYStyler styler = chart.getStyler();
    if (base == LogTicks.TEN) {
      LogTicks.of(all(Point::x), MOST_DECADES_ACROSS).applyToX(styler);
    } else {
      double first = Math.floor(exponent(all(Point::x).min().orElseThrow()));
      double last = Math.ceil(exponent(all(Point::x).max().orElseThrow()));
      styler.setXAxisMin(first);
      styler.setXAxisMax(Math.max(last, first + 1));
      styler.setXAxisTickMarkSpacingHint((int) (PLOT_WIDTH / (last - first + 1)));
      styler.setXAxisTickLabelsFormattingFunction(this::power);
    }
    LogTicks.of(
            DoubleStream.concat(
                all(point -> point.y() - point.bar()), all(point -> point.y() + point.error())),
            MOST_DECADES_UP)
        .applyToY(styler);
    styler.setErrorBarsColorSeriesColor(true);
    styler.setMarkerSize(MARKER);
    for (int i = 0; i < lines.size(); i++) {
      Line line = lines.get(i);
      // Series are named by number, since two lines may have the same name.
      XYSeries series =
          chart.addSeries(
              "line" + i,
              line.values(point -> place(point.x())),
              line.values(Point::y),
              line.values(Point::bar));
      series.setLabel(names.get(i));
      series.setLineColor(Viridis.color(i, lines.size()));
      series.setLineStyle(Drawing.stroke());
      series.setMarker(Drawing.MARKERS.get(i % Drawing.MARKERS.size()));
      series.setMarkerColor(Viridis.color(i, lines.size()));
    }
    return chart;
  }

  // XChart has no axes for the logarithms to other bases, so they are taken here.
  private double place(double x) {
    return base == LogTicks.TEN ? x : exponent(x);
  }

  private double exponent(double x) {
    double exponent = Math.log(x) / Math.log(base);
    double whole = Math.rint(exponent);
    return Math.abs(exponent - whole) < 1e-9 ? whole : exponent;
  }

  /** Returns the label of a tick; empty between powers. */
  private String power(double exponent) {
    return exponent == Math.rint(exponent)
        ? String.format(Locale.ROOT, "%,.0f", Math.pow(base, exponent))
        : "";
  }

  private DoubleStream all(ToDoubleFunction<Point> value) {
    return lines.stream().flatMap(line -> line.points().stream()).mapToDouble(value);
  }

  private String description() {
    List<String> names = names();
    StringBuilder text = new StringBuilder(yLabel + ", by " + xLabel + ".");
    for (int i = 0; i < lines.size(); i++) {
      text.append('\n').append(names.get(i)).append(": ").append(lines.get(i).stated()).append('.');
    }
    return text.toString();
  }
}
