package org.spanmatch.kernel;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.spanmatch.gram.Moments;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;

/**
 * Two groups of neurons in compressed form. It gives the distances of each group's neurons to the
 * span of the other group's remaining neurons while neurons are removed.
 *
 * <p>Neurons are identified by their position in their layer, from 0. Dead neurons count as removed
 * from the start.
 *
 * <p>A table is for one thread at a time, which is not checked, and so are the kernel and its other
 * tables meanwhile; {@link #copy()} makes a table for another thread. A closed table refuses to
 * answer about what remains, and to change, with an {@link IllegalStateException}.
 */
public interface ProjectionTable extends AutoCloseable {
  /** A state to return to; see {@link #mark()}. */
  interface Mark {}

  /**
   * One step of {@link #peel}: the removed neuron, which was the farthest from the span of the
   * other group's remaining neurons.
   *
   * @param group the neuron's group
   * @param neuron the neuron's position in its layer
   * @param distance the neuron's relative distance
   * @param errorBound bound on the absolute error of that distance
   * @param highest the largest distance plus error bound of all neurons then left in either group,
   *     this one included: an upper bound on the largest true distance
   */
  record Peeled(Group group, int neuron, double distance, double errorBound, double highest) {}

  /**
   * Counts of what a table has computed.
   *
   * @param factorisations how often a group's vectors were factorised, as the first answer needs
   *     and removals may need again
   * @param operations number of floating-point operations, to leading order
   */
  record Effort(long factorisations, double operations) {
    /** No factorisation and no operation. */
    public static final Effort NONE = new Effort(0, 0);

    /**
     * {@return the sums of both}
     *
     * @param other what another table has computed
     */
    public Effort plus(Effort other) {
      return new Effort(factorisations + other.factorisations, operations + other.operations);
    }
  }

  /** {@return how the activations were compressed, which may be more precise than requested} */
  Precision precision();

  /** {@return the number of samples d, the length of the activation vectors} */
  long samples();

  /**
   * {@return the number of neurons of a group, dead and removed ones included}
   *
   * @param group the group
   */
  int neurons(Group group);

  /**
   * {@return the dead neurons of a group, ascending}
   *
   * @param group the group
   */
  List<Integer> dead(Group group);

  /**
   * {@return the norms and sums of a group's activation vectors, dead and removed neurons included}
   *
   * @param group the group
   */
  Moments moments(Group group);

  /**
   * {@return whether a group has at least as many living neurons as {@link #dimensions}, so that it
   * usually spans the whole space and distances to it are trivially 0}
   *
   * @param group the group
   */
  default boolean fillsSpace(Group group) {
    return neurons(group) - dead(group).size() >= dimensions(group);
  }

  /**
   * {@return the dimension of the space in which a group's activation vectors lie: the number of
   * samples, less 1 if the Gram matrix is {@linkplain Moments#areCentred centred}}
   *
   * @param group the group
   */
  default long dimensions(Group group) {
    return moments(group).areCentred() ? samples() - 1 : samples();
  }

  /**
   * {@return the neurons of a group that are neither dead nor removed, ascending}
   *
   * @param group the group
   */
  int[] remaining(Group group);

  /**
   * {@return the dimension of the span of a group's remaining neurons, as this table sees it} It is
   * the size of a largest subset in which no neuron is within relative distance τ, the backend's
   * rank tolerance, of the span of the others. Backends may differ in it only where a distance is
   * as near to τ as rounding reaches.
   *
   * <p>From 0, for no neurons, to the smaller of the number of remaining neurons and {@link
   * #samples()}. Costs nothing after {@link #distances} of the other group, which are distances to
   * this span, and otherwise a factorisation: O(n³) operations for n neurons.
   *
   * @param group the group
   */
  int rank(Group group);

  /**
   * {@return the number of a group's remaining neurons that are proven multiples of one before them
   * among these, such as copies} Without them the span is the same, and it makes no difference
   * which of several multiples of unit norm stands for all.
   *
   * <p>0 if the table can't tell, which is what this method returns unless a backend overrides it:
   * a Gram matrix has rounded products, which prove nothing.
   *
   * @param group the group
   */
  default int multiples(Group group) {
    return 0;
  }

  /**
   * {@return the current relative distances of the remaining neurons of {@code group} to the span
   * of the remaining neurons of the other group, which may be empty}
   *
   * @param group the group
   */
  Distances distances(Group group);

  /**
   * {@return the sum of the squared cosines of all principal angles between the spans of both
   * groups: Σ C_ij·C′_ji with the coefficients C of the projections of one group, and C′ of the
   * other; empty if the table does not have them any more, or its backend never} Costs {@link
   * #distances} of both groups, and O(n²) operations. A table has the coefficients until neurons
   * are removed.
   */
  default OptionalDouble squaredCosines() {
    return OptionalDouble.empty();
  }

  /** The projection of one more vector on the span of a group. */
  final class Projected {
    private final double square;
    private final double[] products;

    /**
     * Takes a projection.
     *
     * @param square its squared norm
     * @param products its inner product with each remaining neuron of the other group, divided by
     *     the neuron's norm; not copied
     */
    public Projected(double square, double[] products) {
      this.square = square;
      this.products = products;
    }

    /** {@return the squared norm} */
    public double square() {
      return square;
    }

    /**
     * {@return the inner product with a neuron of the other group, divided by the neuron's norm}
     *
     * @param neuron the neuron's place among those that remain
     */
    public double product(int neuron) {
      return products[neuron];
    }
  }

  /**
   * {@return the projection of a vector on the span of a group's remaining neurons; empty if this
   * table can't have it, as for {@link #squaredCosines}} Costs {@link #distances} of the other
   * group, and O(n²) operations.
   *
   * @param span the group
   * @param cosines the vector's inner product with each of the group's remaining neurons, divided
   *     by the neuron's norm
   */
  default Optional<Projected> project(Group span, double[] cosines) {
    return Optional.empty();
  }

  /**
   * Removes neurons from a group: they are no longer projected, nor part of its span.
   *
   * @param group the group
   * @param neurons positions in the layer
   * @throws IllegalArgumentException if one is not among the remaining neurons
   */
  void remove(Group group, int... neurons);

  /**
   * Removes all remaining neurons one at a time, always the one with the largest distance. Of equal
   * distances, X comes before Y, and in a group the lowest position comes first.
   *
   * <p>Costs one {@link #distances} of both groups and one removal per neuron. A backend may
   * override it with a faster loop, which must remove the same neurons wherever the error bounds
   * leave no choice.
   *
   * @param progress receives the number of neurons removed so far, as the step "spectrum"
   * @return one step per neuron, in the order of removal
   */
  default List<Peeled> peel(Progress progress) {
    return Peeling.all(this, progress);
  }

  /**
   * Makes the error bounds and coefficient norms of the next distances as small as the backend can.
   * A backend that updates distances after removals may have let them grow. Worth calling before
   * the limits at ε = 0 are fixed, which depend on the coefficients.
   */
  default void sharpen() {}

  /** {@return a mark of the neurons that remain now} */
  Mark mark();

  /**
   * Restores all neurons removed since the mark was made. The mark stays valid; marks made after it
   * become invalid.
   *
   * @param mark a mark of this table
   * @throws IllegalArgumentException if the mark is another table's
   */
  void rollback(Mark mark);

  /**
   * Returns an independent table of the neurons that remain in this one, for another thread. Copies
   * are cheap, since they share what never changes. Marks of this table are invalid in the copy.
   *
   * @return empty if this backend's tables can't be copied; the caller closes the copy before the
   *     kernel of this table
   */
  default Optional<ProjectionTable> copy() {
    return Optional.empty();
  }

  /**
   * {@return what this table has computed since it was made, without its copies; empty if the
   * backend does not count it} A rollback does not reset the counts.
   */
  default Optional<Effort> effort() {
    return Optional.empty(); // not counted
  }

  /** Frees the table's resources. */
  @Override
  void close();
}
