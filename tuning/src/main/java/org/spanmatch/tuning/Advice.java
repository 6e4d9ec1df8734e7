package org.spanmatch.tuning;

import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** Recommends a backend in one sentence. */
public final class Advice {
  private Advice() {}

  /**
   * Returns the recommendation.
   *
   * @param table at least one time
   */
  public static String of(TimeTable table) {
    List<GridPoint> points = table.points();
    List<String> backends = table.backends();
    if (backends.size() == 1) {
      DoubleSummaryStatistics times =
          table.times().stream().mapToDouble(LayerTime::milliseconds).summaryStatistics();
      return backends.get(0)
          + " is the only one measured: a layer of "
          + (times.getCount() == 1
              ? "this size takes it " + duration(times.getMin())
              : "these sizes takes it "
                  + duration(times.getMin())
                  + " to "
                  + duration(times.getMax()))
          + ".";
    }
    StringJoiner parts = new StringJoiner("; ", "", ".");
    for (String backend : backends) {
      List<GridPoint> won =
          points.stream()
              .filter(point -> table.ranking(point).get(0).backend().equals(backend))
              .toList();
      if (!won.isEmpty()) {
        parts.add(wins(table, backend, won, points.size()));
      }
    }
    for (TimeTable.Crossing crossing : table.crossings()) {
      parts.add(
          String.format(
              Locale.ROOT,
              "with %,d + %,d neurons %s is faster than %s from about %,d samples on",
              crossing.neurons(),
              crossing.neurons(),
              crossing.to(),
              crossing.from(),
              crossing.samples()));
    }
    return parts.toString();
  }

  private static String wins(TimeTable table, String backend, List<GridPoint> won, int all) {
    double least = Double.POSITIVE_INFINITY;
    double most = 0;
    for (GridPoint point : won) {
      List<LayerTime> ranking = table.ranking(point);
      if (ranking.size() > 1) {
        double lead = ranking.get(1).milliseconds() / ranking.get(0).milliseconds();
        least = Math.min(least, lead);
        most = Math.max(most, lead);
      }
    }
    String sizes =
        all == 1
            ? "this size"
            : won.size() == all ? "all " + all + " sizes" : won.size() + " of " + all + " sizes";
    String lead = String.format(Locale.ROOT, "%.1f", least);
    String largest = String.format(Locale.ROOT, "%.1f", most);
    return backend
        + " is the fastest at "
        + sizes
        + (most == 0
            ? ""
            : ", "
                + lead
                + (lead.equals(largest) ? "" : " to " + largest)
                + " × as fast as the next");
  }

  /** Returns a time in a suitable unit. */
  private static String duration(double milliseconds) {
    return milliseconds < 1000
        ? String.format(Locale.ROOT, milliseconds < 10 ? "%.2f ms" : "%.0f ms", milliseconds)
        : String.format(Locale.ROOT, "%.1f s", milliseconds / 1000);
  }
}
