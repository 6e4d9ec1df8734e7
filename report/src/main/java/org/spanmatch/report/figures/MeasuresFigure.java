package org.spanmatch.report.figures;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.knowm.xchart.CategoryChart;

/**
 * A figure of measures across the layers of two networks: those from 0 to 1 in one plot, and a plot
 * below it for each other kind of values.
 *
 * @param title the text above the figure; may be empty
 * @param layers the names of the layers in order, at least one
 * @param panels at least one
 * @param warnings the codes of each layer's warnings, separated by blanks; blank for none
 * @param networks whose layers these are; may be empty
 */
public record MeasuresFigure(
    String title, List<String> layers, List<Panel> panels, List<String> warnings, String networks)
    implements Figure {
  /**
   * One plot.
   *
   * @param label the label of its y axis
   * @param upToOne whether the y axis ends at 1; otherwise it ends where the values do
   * @param lines its lines; at least one
   */
  public record Panel(String label, boolean upToOne, List<Line> lines) {
    /** Copies the list. */
    public Panel {
      lines = List.copyOf(lines);
      if (lines.isEmpty()) {
        throw new IllegalArgumentException("a plot needs at least one line");
      }
    }
  }

  /**
   * One measure.
   *
   * @param name the measure's name
   * @param values one per layer, finite; null where the measure is undefined
   */
  public record Line(String name, List<Double> values) {
    /** Checks the numbers. */
    public Line {
      values = Collections.unmodifiableList(new ArrayList<>(values));
      for (Double value : values) {
        if (value != null && !Double.isFinite(value)) {
          throw new IllegalArgumentException("a measure of " + value + " can't be drawn");
        }
      }
    }

    private boolean isEmpty() {
      return values.stream().allMatch(Objects::isNull);
    }

    private String stated(List<String> labels) {
      return IntStream.range(0, labels.size())
          .mapToObj(i -> labels.get(i) + " " + number(values.get(i)))
          .collect(Collectors.joining(", ", name + ": ", "."));
    }

    private static String number(Double value) {
      return value == null ? "none" : String.format(Locale.ROOT, "%.3f", value);
    }
  }

  /** Checks that lines and warnings fit the layers. */
  public MeasuresFigure {
    layers = List.copyOf(layers);
    panels = List.copyOf(panels);
    warnings = List.copyOf(warnings);
    if (layers.isEmpty() || panels.isEmpty()) {
      throw new IllegalArgumentException("a figure needs at least one layer and one plot");
    }
    if (warnings.size() != layers.size()) {
      throw new IllegalArgumentException(
          "warnings of " + warnings.size() + " layers for " + layers.size() + " layers");
    }
    for (Panel panel : panels) {
      for (Line line : panel.lines()) {
        if (line.values().size() != layers.size()) {
          throw new IllegalArgumentException(
              line.values().size() + " values for " + layers.size() + " layers");
        }
      }
    }
  }

  /** A figure of networks without names. */
  public MeasuresFigure(
      String title, List<String> layers, List<Panel> panels, List<String> warnings) {
    this(title, layers, panels, warnings, "");
  }

  private Marks marks() {
    return new Marks(warnings);
  }

  @Override
  public void writeSvg(OutputStream target) throws IOException {
    Drawing.writeSvg(picture(), description(), target);
  }

  @Override
  public void writePng(OutputStream target) throws IOException {
    Drawing.writePng(picture(), target);
  }

  private Drawing.Picture picture() throws IOException {
    FigureFont.require();
    List<String> names = lines().stream().map(Line::name).toList();
    List<CategoryChart> charts = new ArrayList<>();
    for (Panel panel : panels) {
      AcrossLayers across = new AcrossLayers(panel.label(), layers, marks(), names);
      draw(panel, across);
      charts.add(across.chart());
    }
    return new Sheet(title, networks, charts).picture();
  }

  private List<Line> lines() {
    return panels.stream().flatMap(panel -> panel.lines().stream()).toList();
  }

  private static void draw(Panel panel, AcrossLayers across) {
    List<Line> drawn = panel.lines().stream().filter(line -> !line.isEmpty()).toList();
    if (panel.upToOne() || drawn.isEmpty()) {
      across.keepTicks();
    } else {
      across.setOpenEnd("#,##0.##");
    }
    double least = values(drawn).min().orElse(0);
    if (least < 0) {
      across.setStart(Math.floor(least * 10) / 10);
    }
    List<List<Double>> apart =
        SideBySide.apart(
            drawn.stream().map(Line::values).toList(),
            panel.upToOne() ? 1 : values(drawn).max().orElse(1));
    for (int i = 0; i < drawn.size(); i++) {
      across.add(drawn.get(i).name(), apart.get(i), i, drawn.size());
    }
  }

  private static DoubleStream values(List<Line> lines) {
    return lines.stream()
        .flatMap(line -> line.values().stream())
        .filter(Objects::nonNull)
        .mapToDouble(Double::doubleValue);
  }

  private String description() {
    List<String> labels = Drawing.labels(layers);
    return lines().stream()
        .map(line -> line.stated(labels))
        .collect(
            Collectors.joining(
                "\n",
                "Measures, by layer" + Drawing.ofNetworks(networks) + ".\n",
                marks().describe(labels)));
  }
}
