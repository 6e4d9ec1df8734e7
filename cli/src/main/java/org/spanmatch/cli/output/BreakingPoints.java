package org.spanmatch.cli.output;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.spanmatch.report.ResultFiles;
import org.spanmatch.report.figures.BreakingPointsFigure;
import org.spanmatch.report.results.BreakingPointsResult;
import org.spanmatch.report.results.ValidationResult;
import org.spanmatch.report.text.DisplayName;
import org.spanmatch.report.text.TextTable;
import org.spanmatch.validation.Level;
import org.spanmatch.validation.StressAxis;
import org.spanmatch.validation.StressPoint;

/** Collects, prints and writes how far backends can be driven. */
public final class BreakingPoints {
  /** The bound above which a distance is of no use. */
  private static final double LIMIT = 1e-3;

  private static final String SVG = "breaking-points.svg";
  private static final String PNG = "breaking-points.png";

  /** What {@link #write} writes. */
  public static final List<String> FILES = List.of(ResultFiles.RESULT, SVG, PNG);

  // Below this power of the number of samples a bound does not grow.
  private static final double LEAST_GROWTH = 0.1;

  private BreakingPoints() {}

  /** The result. */
  public static BreakingPointsResult result(
      Level level, long seed, List<StressPoint> points, List<ValidationResult.Missing> missing) {
    Map<String, List<StressPoint>> curves = new LinkedHashMap<>();
    for (StressPoint point : points) {
      String key = point.backend() + " " + point.precision() + " " + point.axis();
      curves.computeIfAbsent(key, k -> new ArrayList<>()).add(point);
    }
    return new BreakingPointsResult(
        Version.TEXT,
        System.getProperty("java.version"),
        ValidationReport.system(),
        level.toString(),
        seed,
        LIMIT,
        points.stream().noneMatch(BreakingPoints::failed),
        sentence(points),
        curves.values().stream().map(BreakingPoints::curve).toList(),
        missing);
  }

  private static boolean failed(StressPoint point) {
    return point.finding().outcome().isFailure();
  }

  private static String sentence(List<StressPoint> points) {
    long failed = points.stream().filter(BreakingPoints::failed).count();
    String all = points.size() + " points";
    return failed == 0
        ? "Every error is within its bound at all " + all + "."
        : "At "
            + failed
            + " of "
            + all
            + " a backend does not keep its promises, first "
            + points.stream()
                .filter(BreakingPoints::failed)
                .findFirst()
                .map(
                    point ->
                        point.backend()
                            + " at "
                            + point.axis()
                            + " "
                            + parameter(point.axis(), point.parameter())
                            + ": "
                            + point.finding().detail())
                .orElseThrow()
            + ".";
  }

  private static BreakingPointsResult.Curve curve(List<StressPoint> points) {
    StressPoint first = points.get(0);
    Double broken =
        points.stream()
            .filter(point -> point.bound() > LIMIT)
            .findFirst()
            .map(StressPoint::parameter)
            .orElse(null);
    return new BreakingPointsResult.Curve(
        first.backend(),
        first.precision().toString(),
        first.axis().toString(),
        broken,
        broken == null && first.axis() == StressAxis.SAMPLES ? extrapolated(points) : null,
        points.stream().map(BreakingPoints::point).toList());
  }

  private static BreakingPointsResult.Point point(StressPoint point) {
    boolean computed = point.bound() > 0;
    return new BreakingPointsResult.Point(
        point.parameter(),
        computed ? (Double) point.bound() : null,
        computed ? (Double) point.error() : null,
        point.finding().outcome().toString(),
        point.finding().detail());
  }

  /** As a power of the number of samples, which it is once there are many. */
  private static Double extrapolated(List<StressPoint> points) {
    if (points.size() < 2) {
      return null;
    }
    StressPoint last = points.get(points.size() - 1);
    StressPoint before = points.get(points.size() - 2);
    double power =
        Math.log(last.bound() / before.bound()) / Math.log(last.parameter() / before.parameter());
    return power > LEAST_GROWTH
        ? (Double) (last.parameter() * Math.pow(LIMIT / last.bound(), 1 / power))
        : null;
  }

  /** Prints a line for each backend and precision, and the sentence. */
  public static void print(BreakingPointsResult result, PrintStream out) {
    List<String> heads = new ArrayList<>(List.of("bound exceeds " + result.limit() + " from"));
    for (StressAxis axis : StressAxis.values()) {
      heads.add(axis.toString());
    }
    heads.add("max error/bound");
    TextTable table = new TextTable(heads);
    Map<String, List<BreakingPointsResult.Curve>> rows = new LinkedHashMap<>();
    result.curves().forEach(c -> rows.computeIfAbsent(c.label(), k -> new ArrayList<>()).add(c));
    rows.forEach(
        (label, curves) -> {
          List<String> cells = new ArrayList<>(List.of(label));
          for (StressAxis axis : StressAxis.values()) {
            cells.add(
                curves.stream()
                    .filter(curve -> curve.axis().equals(axis.toString()))
                    .findFirst()
                    .map(curve -> found(axis, curve))
                    .orElse("-"));
          }
          cells.add(String.format(Locale.ROOT, "%.2g", largestRatio(curves)));
          table.add(cells);
        });
    table.print(out);
    result
        .notSupported()
        .forEach(missing -> out.println(DisplayName.printable(ValidationReport.text(missing))));
    out.println(
        ValidationReport.footer(
            result.spanmatch(), result.java(), result.system(), result.level(), result.seed()));
    out.println(DisplayName.printable(result.sentence()));
  }

  /** Such as "1e-6", "none to 1e±320" or "none to 1e8, extrapolated 2e11". */
  private static String found(StressAxis axis, BreakingPointsResult.Curve curve) {
    if (curve.breakingPoint() != null) {
      return parameter(axis, curve.breakingPoint());
    }
    List<BreakingPointsResult.Point> points = curve.points();
    return "none to "
        + parameter(axis, points.get(points.size() - 1).parameter())
        + (curve.extrapolated() == null
            ? ""
            : ", extrapolated " + parameter(axis, curve.extrapolated()));
  }

  private static String parameter(StressAxis axis, double parameter) {
    return axis == StressAxis.SCALE
        ? String.format(Locale.ROOT, "1e±%.0f", parameter)
        : String.format(Locale.ROOT, "%.0e", parameter)
            .replaceFirst("e([-+])0?", "e$1")
            .replace("e+", "e");
  }

  private static double largestRatio(List<BreakingPointsResult.Curve> curves) {
    return curves.stream()
        .flatMap(curve -> curve.points().stream())
        .filter(point -> point.bound() != null)
        .mapToDouble(point -> point.error() / point.bound())
        .max()
        .orElse(0);
  }

  /** Writes the result as JSON and as a figure. */
  public static void write(BreakingPointsResult result, ResultFolder folder) {
    folder.writeResult(result);
    BreakingPointsFigure figure = new BreakingPointsFigure(result.limit(), result.curves());
    folder.write(SVG, figure::writeSvg);
    folder.write(PNG, figure::writePng);
  }
}
