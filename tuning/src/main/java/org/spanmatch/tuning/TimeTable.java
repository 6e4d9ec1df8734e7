package org.spanmatch.tuning;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The times of several backends at several sizes.
 *
 * @param times in any order; each backend once at each size
 */
public record TimeTable(List<LayerTime> times) {
  /** Copies the list. */
  public TimeTable {
    times = List.copyOf(times);
  }

  /** Returns the sizes, by neurons and then samples. */
  public List<GridPoint> points() {
    return times.stream()
        .map(LayerTime::point)
        .distinct()
        .sorted(Comparator.comparingInt(GridPoint::neurons).thenComparingLong(GridPoint::samples))
        .toList();
  }

  /** Returns the backends, in order of first occurrence. */
  public List<String> backends() {
    return times.stream().map(LayerTime::backend).distinct().toList();
  }

  /** Returns the time of a backend at a size, if measured. */
  public Optional<LayerTime> time(String backend, GridPoint point) {
    return times.stream()
        .filter(time -> time.backend().equals(backend) && time.point().equals(point))
        .findFirst();
  }

  /** Returns the times at a size, fastest first. */
  public List<LayerTime> ranking(GridPoint point) {
    return times.stream()
        .filter(time -> time.point().equals(point))
        .sorted(Comparator.comparingDouble(LayerTime::milliseconds))
        .toList();
  }

  /**
   * Whether the fastest backend at a size leads by more than the intervals of its time and the next
   * one's.
   */
  public boolean isClear(GridPoint point) {
    List<LayerTime> ranking = ranking(point);
    return ranking.size() == 1
        || ranking.get(0).milliseconds() + ranking.get(0).error()
            < ranking.get(1).milliseconds() - ranking.get(1).error();
  }

  /**
   * The number of samples at which another backend becomes the fastest, for a number of neurons.
   *
   * @param neurons number of neurons of each network
   * @param from the backend that is faster with fewer samples
   * @param to the backend that is faster with more samples
   * @param samples the number of samples at the crossing, interpolated between two sizes
   */
  public record Crossing(int neurons, String from, String to, long samples) {}

  /** Returns all crossings, by neurons and then samples. */
  public List<Crossing> crossings() {
    Map<Integer, List<GridPoint>> rows =
        points().stream()
            .collect(
                Collectors.groupingBy(GridPoint::neurons, LinkedHashMap::new, Collectors.toList()));
    return rows.values().stream()
        .flatMap(
            row ->
                IntStream.range(1, row.size())
                    .mapToObj(i -> crossing(row.get(i - 1), row.get(i)))
                    .flatMap(Optional::stream))
        .toList();
  }

  private Optional<Crossing> crossing(GridPoint less, GridPoint more) {
    String from = ranking(less).get(0).backend();
    String to = ranking(more).get(0).backend();
    Optional<LayerTime> fromLater = time(from, more);
    Optional<LayerTime> toEarlier = time(to, less);
    if (from.equals(to) || fromLater.isEmpty() || toEarlier.isEmpty()) {
      return Optional.empty();
    }
    // The logarithm of the ratio of the times is taken as linear in the logarithm of the samples.
    double before = Math.log(toEarlier.get().milliseconds() / ranking(less).get(0).milliseconds());
    double after = Math.log(ranking(more).get(0).milliseconds() / fromLater.get().milliseconds());
    double share = before == after ? 0 : before / (before - after);
    double samples = less.samples() * Math.pow((double) more.samples() / less.samples(), share);
    return Optional.of(new Crossing(less.neurons(), from, to, Math.round(samples)));
  }
}
