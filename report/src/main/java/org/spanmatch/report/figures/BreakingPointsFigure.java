package org.spanmatch.report.figures;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.spanmatch.report.results.BreakingPointsResult;

/**
 * A figure of the growth of error bounds and errors towards the breaking points of backends: one
 * plot per stress axis, with logarithmic scales.
 *
 * @param limit the bound at which a backend breaks
 * @param curves at least one
 */
public record BreakingPointsFigure(double limit, List<BreakingPointsResult.Curve> curves)
    implements Figure {
  private static final String TITLE = "Stated error bounds (solid) and errors (dashed)";
  private static final String Y_LABEL = "largest of all distances";
  private static final int WIDTH = 1750;
  private static final int HEIGHT = 700;
  private static final int LEFT = 150;
  private static final Map<String, String> X_LABELS =
      Map.of(
          "dependence", "relative distance of neurons to the span of the others",
          "scale", "spread s of the norms: from 1/s to s, or to 1e306",
          "samples", "samples");

  // Smaller values, such as an error of 0, are drawn at this exponent.
  private static final int LOWEST = -17;

  private static final float[] DASHES = {12, 10};

  /** Checks that there is something to draw. */
  public BreakingPointsFigure {
    curves = List.copyOf(curves);
    if (curves.isEmpty()) {
      throw new IllegalArgumentException("a figure needs at least one curve");
    }
  }

  @Override
  public void writeSvg(OutputStream target) throws IOException {
    Drawing.writeSvg(charts(), description(), target);
  }

  @Override
  public void writePng(OutputStream target) throws IOException {
    Drawing.writePng(charts(), target);
  }

  private List<XYChart> charts() throws IOException {
    FigureFont.require();
    List<String> labels =
        curves.stream().map(BreakingPointsResult.Curve::label).distinct().toList();
    List<XYChart> charts = new ArrayList<>();
    for (String axis : curves.stream().map(BreakingPointsResult.Curve::axis).distinct().toList()) {
      XYChart chart = chart(axis, charts.isEmpty() ? TITLE : "");
      List<BreakingPointsResult.Curve> shown =
          curves.stream().filter(curve -> curve.axis().equals(axis)).toList();
      shown.forEach(curve -> add(chart, curve, labels));
      addLimit(chart, shown.get(0));
      charts.add(chart);
    }
    return charts;
  }

  private static XYChart chart(String axis, String title) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(X_LABELS.get(axis))
            .yAxisTitle(Y_LABEL)
            .build();
    XYStyler styler = chart.getStyler();
    Drawing.style(styler);
    styler.setYAxisLeftWidthHint(LEFT);
    // The plot's values are exponents.
    styler.setYAxisMin((double) LOWEST);
    styler.setYAxisMax(0.0);
    styler.setYAxisTickLabelsFormattingFunction(BreakingPointsFigure::power);
    styler.setXAxisTickLabelsFormattingFunction(BreakingPointsFigure::power);
    styler.setXAxisTickMarkSpacingHint(150);
    return chart;
  }

  private static String power(double exponent) {
    return exponent == Math.rint(exponent) ? String.format(Locale.ROOT, "1e%.0f", exponent) : "";
  }

  private static void add(XYChart chart, BreakingPointsResult.Curve curve, List<String> labels) {
    List<BreakingPointsResult.Point> points = computed(curve);
    if (points.isEmpty()) {
      return;
    }
    List<Double> x = points.stream().map(point -> exponent(curve, point.parameter())).toList();
    Color color = Viridis.color(labels.indexOf(curve.label()), labels.size());
    line(chart, curve.label(), x, exponents(points, BreakingPointsResult.Point::bound), color)
        .setLineStyle(Drawing.stroke());
    line(
            chart,
            curve.label() + " error",
            x,
            exponents(points, BreakingPointsResult.Point::error),
            color)
        .setLineStyle(Drawing.stroke(DASHES))
        .setShowInLegend(false);
  }

  private static XYSeries line(
      XYChart chart, String name, List<Double> x, List<Double> y, Color color) {
    XYSeries series = chart.addSeries(name, x, y);
    series.setLineColor(color);
    series.setMarker(SeriesMarkers.NONE);
    return series;
  }

  private void addLimit(XYChart chart, BreakingPointsResult.Curve curve) {
    List<Double> ends =
        List.of(
            exponent(curve, curve.points().get(0).parameter()),
            exponent(curve, curve.points().get(curve.points().size() - 1).parameter()));
    double y = Math.log10(limit);
    XYSeries series = line(chart, "limit, " + power(y), ends, List.of(y, y), Color.GRAY);
    series.setLineStyle(new BasicStroke(2));
  }

  private static List<BreakingPointsResult.Point> computed(BreakingPointsResult.Curve curve) {
    return curve.points().stream().filter(point -> point.bound() != null).toList();
  }

  private static double exponent(BreakingPointsResult.Curve curve, double parameter) {
    return curve.axis().equals("scale") ? parameter : Math.log10(parameter);
  }

  private static List<Double> exponents(
      List<BreakingPointsResult.Point> points,
      Function<BreakingPointsResult.Point, Double> number) {
    return points.stream().map(point -> Math.max(LOWEST, Math.log10(number.apply(point)))).toList();
  }

  private String description() {
    return curves.stream()
        .map(curve -> curve.label() + ", " + curve.axis() + ": " + stated(curve) + ".")
        .collect(Collectors.joining("\n", TITLE + ", largest of all distances.\n", ""));
  }

  private static String stated(BreakingPointsResult.Curve curve) {
    List<BreakingPointsResult.Point> points = computed(curve);
    return points.isEmpty()
        ? "no result"
        : points.stream()
            .map(
                point ->
                    String.format(
                        Locale.ROOT,
                        "at 1e%.0f bound %.1e error %.1e",
                        exponent(curve, point.parameter()),
                        point.bound(),
                        point.error()))
            .collect(Collectors.joining(", "));
  }
}
