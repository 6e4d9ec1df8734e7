package org.spanmatch.report.figures;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Moves lines that would hide one another apart, just as far as it takes to see each: at each
 * point, the closest values in the same order that are a line's width apart.
 */
final class SideBySide {
  // Of the height of a plot: about a line's width, and what all lines together may take.
  private static final double GAP = 0.005;
  private static final double MOST = 0.04;

  private SideBySide() {}

  /**
   * Returns the values to draw.
   *
   * @param lines the values of each line, one per point; null for none. Of equal values, that of an
   *     earlier line is drawn higher
   * @param height the range of the y axis
   */
  static List<List<Double>> apart(List<List<Double>> lines, double height) {
    if (lines.isEmpty()) {
      return lines;
    }
    double gap = height * Math.min(GAP, MOST / lines.size());
    List<List<Double>> moved = lines.stream().<List<Double>>map(ArrayList::new).toList();
    for (int point = 0; point < lines.get(0).size(); point++) {
      int at = point;
      List<Integer> ascending =
          IntStream.range(0, lines.size())
              .boxed()
              .filter(line -> lines.get(line).get(at) != null)
              .sorted(
                  Comparator.comparingDouble((Integer line) -> lines.get(line).get(at))
                      .thenComparing(Comparator.reverseOrder()))
              .toList();
      List<Double> values = ascending.stream().map(line -> lines.get(line).get(at)).toList();
      List<Double> spread = spread(values, gap);
      for (int i = 0; i < ascending.size(); i++) {
        moved.get(ascending.get(i)).set(at, spread.get(i));
      }
    }
    return moved;
  }

  /** Values that stay together: evenly spaced around their mean. */
  private record Group(double sum, int count, double gap) {
    private double first() {
      return sum / count - (count - 1) / 2.0 * gap;
    }

    private DoubleStream values() {
      return IntStream.range(0, count).mapToDouble(i -> first() + i * gap);
    }

    private double next() {
      return first() + count * gap;
    }

    private Group plus(Group above) {
      return new Group(sum + above.sum, count + above.count, gap);
    }
  }

  private static List<Double> spread(List<Double> ascending, double gap) {
    List<Group> groups = new ArrayList<>();
    for (double value : ascending) {
      Group last = new Group(value, 1, gap);
      while (!groups.isEmpty() && groups.get(groups.size() - 1).next() > last.first()) {
        last = groups.remove(groups.size() - 1).plus(last);
      }
      groups.add(last);
    }
    return groups.stream().flatMapToDouble(Group::values).boxed().toList();
  }
}
