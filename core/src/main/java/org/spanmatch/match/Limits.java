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
 *
 * <p><b>Ambiguous limits.</b> The coefficients c express a projection p by unit vectors y_i, a
 * largest independent subset of the other group. Where the rank r of that group is smaller than its
 * number of neurons, there are several such subsets, and backends, or orders of the neurons, pick
 * different ones, each with its own c. Multiples of a neuron don't count: of unit norm they are
 * equal up to sign, and so are their coefficients. Every other dependent neuron does, and so do
 * multiples in a table that can't prove them (see {@link ProjectionTable#multiples}). What is known
 * of all choices then:
 *
 * <ul>
 *   <li>Each limit is at least u_data (1 + ‖p‖), since ‖c‖₁ = Σ |c_i| ‖y_i‖ ≥ ‖Σ c_i y_i‖ = ‖p‖,
 *       and ‖p‖² = 1 − δ² ≥ 1 − min(1, δ + e)² for a vector of unit norm.
 *   <li>Of two subsets let the vectors of one have coefficients t_ij in the other. By Cramer's rule
 *       t_ij is a quotient of two volumes, that of a subset with one vector exchanged and that of
 *       the subset itself. Pivoting picks a subset of nearly the largest volume, so |t_ij| ≤ 1, and
 *       ‖c‖₁ in one subset is at most r times that in the other; so are e, which is proportional to
 *       1 + ‖c‖₁, and the limit. (What pivoting guarantees is weaker, and exponential in r; see
 *       Golub and Van Loan, Matrix Computations, section 5.4. That is met only in matrices made for
 *       it.) If r times the limit is at most {@value #MOST}, the neuron is decidable by every
 *       choice.
 *   <li>A limit is at most {@value #MOST}.
 * </ul>
 *
 * <p>So such a neuron matches for certain up to the first of these, if the second holds, and may
 * match up to the last.
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
    Group other = group.other();
    int rank = table.rank(other);
    boolean isAmbiguous = rank < table.remaining(other).length - table.multiples(other);
    for (int i = 0; i < distances.size(); i++) {
      double storage = distances.storageError(i);
      double limit = storage + distances.errorBound(i);
      limits[distances.neuron(i)] =
          isAmbiguous
              ? new Limit(
                  rank * limit <= MOST ? leastStorageError(distances, i) : NONE,
                  limit <= MOST ? limit : NONE,
                  MOST)
              : limit <= MOST
                  ? new Limit(storage, limit, limit)
                  : new Limit(NONE, NONE, storage <= MOST ? MOST : NONE);
    }
    return limits;
  }

  /** Returns u_data (1 + ‖p‖), where p is the projection of a unit vector, or less. */
  private static double leastStorageError(Distances distances, int index) {
    double distance = Math.min(1, distances.distance(index) + distances.errorBound(index));
    double projection = Math.sqrt(1 - distance * distance);
    return distances.storageRoundoff() * (1 + projection);
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
