package org.spanmatch.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.spanmatch.report.results.PairNames;

/**
 * What was found of pairs of layers, by the layers of the first network (rows) and those of the
 * second (columns), both in the order in which they first occur.
 *
 * @param <T> what was found of a pair
 */
final class LayerMatrix<T> {
  private final List<String> rows;
  private final List<String> columns;
  private final Map<String, Map<String, T>> cells;

  private LayerMatrix(Set<String> rows, Set<String> columns, Map<String, Map<String, T>> cells) {
    this.rows = List.copyOf(rows);
    this.columns = List.copyOf(columns);
    this.cells = cells;
  }

  /** Whether some layer is in several pairs, so that a list of layers would not show them. */
  static boolean isNeeded(List<PairNames> pairs) {
    return pairs.stream().map(PairNames::xLayer).distinct().count() < pairs.size()
        || pairs.stream().map(PairNames::yLayer).distinct().count() < pairs.size();
  }

  /** Arranges what was found of pairs. */
  static <T> LayerMatrix<T> of(List<T> found, Function<T, PairNames> names) {
    Set<String> rows = new LinkedHashSet<>();
    Set<String> columns = new LinkedHashSet<>();
    Map<String, Map<String, T>> cells = new LinkedHashMap<>();
    for (T each : found) {
      PairNames pair = names.apply(each);
      rows.add(pair.xLayer());
      columns.add(pair.yLayer());
      cells.computeIfAbsent(pair.xLayer(), row -> new LinkedHashMap<>()).put(pair.yLayer(), each);
    }
    return new LayerMatrix<>(rows, columns, cells);
  }

  /** The layers of the first network. */
  List<String> rows() {
    return rows;
  }

  /** The layers of the second network. */
  List<String> columns() {
    return columns;
  }

  /** What was found of a pair, if it was asked. */
  Optional<T> at(String row, String column) {
    return Optional.ofNullable(cells.getOrDefault(row, Map.of()).get(column));
  }

  /**
   * Returns something of each pair by row and column.
   *
   * @param otherwise for a pair that is missing
   */
  <V> List<List<V>> map(Function<T, V> of, V otherwise) {
    List<List<V>> all = new ArrayList<>();
    for (String row : rows) {
      List<V> line = new ArrayList<>();
      for (String column : columns) {
        Optional<T> found = at(row, column);
        line.add(found.isPresent() ? of.apply(found.get()) : otherwise);
      }
      all.add(Collections.unmodifiableList(line));
    }
    return all;
  }
}
