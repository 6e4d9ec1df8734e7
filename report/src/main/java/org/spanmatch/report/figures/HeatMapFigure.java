package org.spanmatch.report.figures;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.spanmatch.report.text.DisplayName;

/**
 * A figure of numbers for pairs of layers: one map per number asked for, with a row per layer of
 * the first network, from top to bottom, and a column per layer of the second.
 *
 * @param title the text above the figure; may be empty
 * @param numbers what the numbers are, such as "similarity"
 * @param x the first network and its layers
 * @param y the second network and its layers
 * @param maps at least one
 * @param warnings the codes of the warnings of each pair, by row and column, separated by blanks;
 *     blank for none
 */
public record HeatMapFigure(
    String title, String numbers, Axis x, Axis y, List<Map> maps, List<List<String>> warnings)
    implements Figure {

  /**
   * The layers along one axis.
   *
   * @param network the network's name
   * @param layers the names of its layers in order, at least one
   */
  public record Axis(String network, List<String> layers) {
    /** Checks that there are layers. */
    public Axis {
      layers = List.copyOf(layers);
      if (layers.isEmpty()) {
        throw new IllegalArgumentException("a heat map needs at least one layer of each network");
      }
    }

    /** The label of the axis. */
    String label() {
      return "layer of " + DisplayName.printable(network);
    }
  }

  /**
   * One map.
   *
   * @param name what is above it, such as "ε = 0.3"; may be empty
   * @param end the number of the brightest colour, above 0; 0 is the darkest
   * @param values by row and column, finite; null for a pair without a number
   */
  public record Map(String name, double end, List<List<Double>> values) {
    /** Checks the numbers. */
    public Map {
      if (!(end > 0 && end <= Double.MAX_VALUE)) {
        throw new IllegalArgumentException("a heat map can't end at " + end);
      }
      List<List<Double>> copy = new ArrayList<>();
      for (List<Double> row : values) {
        for (Double value : row) {
          if (value != null && !Double.isFinite(value)) {
            throw new IllegalArgumentException("a value of " + value + " can't be drawn");
          }
        }
        copy.add(Collections.unmodifiableList(new ArrayList<>(row)));
      }
      values = List.copyOf(copy);
    }

    /** Whether some pair has no number. */
    boolean hasGaps() {
      return values.stream().flatMap(List::stream).anyMatch(Objects::isNull);
    }
  }

  /** Checks that maps and warnings fit the layers. */
  public HeatMapFigure {
    maps = List.copyOf(maps);
    warnings = warnings.stream().map(List::copyOf).toList();
    if (maps.isEmpty()) {
      throw new IllegalArgumentException("a heat map needs numbers");
    }
    requireFit("warnings", warnings, x, y);
    for (Map map : maps) {
      requireFit("values", map.values(), x, y);
    }
  }

  private static void requireFit(String what, List<? extends List<?>> rows, Axis x, Axis y) {
    int height = x.layers().size();
    int width = y.layers().size();
    if (rows.size() != height || rows.stream().anyMatch(row -> row.size() != width)) {
      throw new IllegalArgumentException(
          what + " are not those of " + height + " × " + width + " layers");
    }
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
    return new HeatMaps(this).picture();
  }

  /** Whether a pair has warnings. */
  boolean isMarked(int row, int column) {
    return !warnings.get(row).get(column).isBlank();
  }

  private String description() {
    List<String> rows = Drawing.labels(x.layers());
    List<String> columns = Drawing.labels(y.layers());
    String head = numbers + ", by " + x.label() + " (rows) and " + y.label() + " (columns).";
    List<String> lines = new ArrayList<>(List.of(head));
    for (Map map : maps) {
      String name = map.name().isEmpty() ? "" : map.name() + ", ";
      for (int row = 0; row < rows.size(); row++) {
        List<Double> values = map.values().get(row);
        lines.add(name + rows.get(row) + ": " + stated(columns, values) + ".");
      }
    }
    for (int row = 0; row < rows.size(); row++) {
      for (int column = 0; column < columns.size(); column++) {
        if (isMarked(row, column)) {
          String pair = rows.get(row) + ", " + columns.get(column);
          lines.add("Warnings of " + pair + ": " + warnings.get(row).get(column) + ".");
        }
      }
    }
    return String.join("\n", lines);
  }

  private static String stated(List<String> columns, List<Double> values) {
    return IntStream.range(0, columns.size())
        .mapToObj(i -> columns.get(i) + " " + number(values.get(i)))
        .collect(Collectors.joining(", "));
  }

  private static String number(Double value) {
    return value == null ? "none" : String.format(Locale.ROOT, "%.3f", value);
  }
}
