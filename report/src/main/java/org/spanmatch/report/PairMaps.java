package org.spanmatch.report;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.spanmatch.compare.Warning;
import org.spanmatch.report.figures.HeatMapFigure;
import org.spanmatch.report.results.Networks;
import org.spanmatch.report.results.PairNames;
import org.spanmatch.report.text.DisplayName;
import org.spanmatch.report.text.MatrixTable;
import org.spanmatch.report.text.TerminalStream;

/**
 * What was found of all pairs of layers, to be shown as matrices and heat maps.
 *
 * @param <T> what was found of a pair of layers
 * @param networks the networks
 * @param matrix what was found in all pairs of networks
 * @param warnings the warnings in it
 */
record PairMaps<T>(
    Networks networks, LayerMatrix<Pooled<T>> matrix, Function<T, List<Warning>> warnings) {
  private static final String NONE = "-";

  /**
   * Arranges results.
   *
   * @param results those of each pair of networks
   */
  static <T> PairMaps<T> of(
      Networks networks,
      List<List<T>> results,
      Function<T, PairNames> names,
      Function<T, List<Warning>> warnings) {
    return new PairMaps<>(
        networks, LayerMatrix.of(Pooled.byName(results, names), Pooled::names), warnings);
  }

  /** Whether some layer is in several pairs. */
  static <T> boolean areNeeded(List<T> results, Function<T, PairNames> names) {
    return LayerMatrix.isNeeded(results.stream().map(names).toList());
  }

  /**
   * One map.
   *
   * @param name what is above it
   * @param number the number of a pair; null for none
   * @param upToOne whether the colours end at 1; otherwise they end where the numbers do
   */
  record Numbers<T>(String name, Function<T, Double> number, boolean upToOne) {}

  /** A figure of means over the pairs of networks. */
  HeatMapFigure figure(String title, String numbers, List<Numbers<T>> maps) {
    List<HeatMapFigure.Map> drawn = new ArrayList<>();
    for (Numbers<T> each : maps) {
      List<List<Double>> values = matrix.map(pooled -> pooled.spread(each.number()).mean(), null);
      drawn.add(new HeatMapFigure.Map(each.name(), each.upToOne() ? 1 : roundEnd(values), values));
    }
    return new HeatMapFigure(
        title,
        isMean() ? numbers + ", mean of all pairs of networks" : numbers,
        new HeatMapFigure.Axis(x(), matrix.rows()),
        new HeatMapFigure.Axis(y(), matrix.columns()),
        drawn,
        matrix.map(pooled -> pooled.codes(warnings), ""));
  }

  /**
   * Prints a matrix of cells.
   *
   * @param heading what they are
   * @param cell that of a pair of layers
   */
  void print(String heading, Function<Pooled<T>, String> cell, PrintStream out) {
    TerminalStream.printFolded(
        DisplayName.printable(
            heading
                + (isMean() ? ", mean of all pairs of networks" : "")
                + "; rows: layers of "
                + x()
                + ", columns: layers of "
                + y()),
        out);
    MatrixTable.print("layer", matrix.rows(), matrix.columns(), matrix.map(cell, NONE), out);
  }

  private String x() {
    return isMean() ? "the first network" : networks.names().x();
  }

  private String y() {
    return isMean() ? "the second network" : networks.names().y();
  }

  private boolean isMean() {
    return networks.networks().size() > 2;
  }

  /** The least of 1, 2 and 5, times a power of ten, that no value exceeds. */
  private static double roundEnd(List<List<Double>> values) {
    double most =
        values.stream()
            .flatMap(List::stream)
            .filter(Objects::nonNull)
            .mapToDouble(Math::abs)
            .max()
            .orElse(0);
    if (most <= Double.MIN_NORMAL) {
      return 1;
    }
    double power = Math.pow(10, Math.floor(Math.log10(most)));
    for (int digit : new int[] {1, 2, 5}) {
      if (most <= digit * power) {
        return Math.min(digit * power, Double.MAX_VALUE);
      }
    }
    return Math.min(10 * power, Double.MAX_VALUE);
  }
}
