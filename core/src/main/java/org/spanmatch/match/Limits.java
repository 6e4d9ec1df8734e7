package org.spanmatch.match;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionTable;

/**
 * The distance up to which each neuron matches at one ε, fixed before the first removal.
 *
 * <p>For ε > 0 it is ε. ε = 0 asks for exactness within the rounding of the stored values, which
 * moves the distance of neuron v by up to s_v = u_data (1 + ‖c_v‖₁). Its limit is e_v + s_v, with
 * the error bound e_v and the coefficients c_v of its projection on the whole other group. Limits
 * that follow the coefficients through the removals would grow on the way: the match would then
 * depend on the order of removal.
 *
 * <p>At ε = 0 a neuron whose limit exceeds {@value #MOST} is undecidable, and has none: rounding
 * has blurred the span that it is compared with.
 */
final class Limits {
  /** The largest limit at ε = 0. */
  static final double MOST = 0.01;

  private static final double NONE = Double.NEGATIVE_INFINITY;

  private final double epsilon;
  private final PerGroup<Limit[]> limits; // by position

  /**
   * The limit of one neuron.
   *
   * @param low the least limit of a correct backend: without errors, or none
   * @param value the limit, or none
   * @param high the largest limit of a correct backend whose errors are no larger
   */
  private record Limit(double low, double value, double high) {}

  private Limits(double epsilon, PerGroup<Limit[]> limits) {
    this.epsilon = epsilon;
    this.limits = limits;
  }

  /**
   * Returns the limits of the neurons that remain in a table.
   *
   * @throws IllegalArgumentException if ε is outside [0, 1]
   */
  static Limits of(ProjectionTable table, double epsilon) {
    if (!(epsilon >= 0 && epsilon <= 1)) {
      throw new IllegalArgumentException("expected an epsilon in [0, 1], found " + epsilon);
    }
    if (epsilon == 0) {
      table.sharpen();
      return new Limits(0, PerGroup.from(group -> exact(table, group)));
    }
    return new Limits(
        epsilon,
        PerGroup.from(
            group -> {
              Limit[] same = new Limit[table.neurons(group)];
              Arrays.fill(same, new Limit(epsilon, epsilon, epsilon));
              return same;
            }));
  }

  private static Limit[] exact(ProjectionTable table, Group group) {
    Limit[] limits = new Limit[table.neurons(group)];
    Distances distances = table.distances(group);
    // Then many coefficients give the same projection, and which ones depends on the order of
    // neurons, in each backend in another way.
    boolean isAmbiguous = table.remaining(group.other()).length > table.samples();
    for (int i = 0; i < distances.size(); i++) {
      double storage = distances.storageError(i);
      double limit = storage + distances.errorBound(i);
      limits[distances.neuron(i)] =
          isAmbiguous
              ? new Limit(NONE, limit <= MOST ? limit : NONE, MOST)
              : limit <= MOST
                  ? new Limit(storage, limit, limit)
                  : new Limit(NONE, NONE, storage <= MOST ? MOST : NONE);
    }
    return limits;
  }

  double epsilon() {
    return epsilon;
  }

  /** Returns a limit that none of those of correct backends exceeds. */
  double highest() {
    double highest = epsilon;
    for (Group group : Group.values()) {
      for (Limit limit : limits.get(group)) {
        highest = limit == null ? highest : Math.max(highest, limit.high());
      }
    }
    return highest;
  }

  /** Returns the neurons without a limit, ascending; none for ε > 0. */
  List<Integer> undecidable(Group group) {
    List<Integer> undecidable = new ArrayList<>();
    Limit[] all = limits.get(group);
    for (int neuron = 0; neuron < all.length; neuron++) {
      if (all[neuron] != null && all[neuron].value() == NONE) {
        undecidable.add(neuron);
      }
    }
    return undecidable;
  }

  private Limit limit(Group group, Distances distances, int index) {
    return limits.get(group)[distances.neuron(index)];
  }

  /** Returns whether a neuron is within its limit. */
  boolean within(Group group, Distances distances, int index) {
    return distances.within(index, limit(group, distances, index).value());
  }

  /** Returns whether a neuron is within its limit whatever the error of its distance is. */
  boolean surelyWithin(Group group, Distances distances, int index) {
    double low = limit(group, distances, index).low();
    return distances.within(index, low) && !distances.borderline(index, low);
  }

  /** Returns whether the error of its distance may bring a neuron within its limit. */
  boolean maybeWithin(Group group, Distances distances, int index) {
    double high = limit(group, distances, index).high();
    return distances.within(index, high) || distances.borderline(index, high);
  }
}
