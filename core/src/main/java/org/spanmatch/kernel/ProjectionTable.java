package org.spanmatch.kernel;

import java.util.List;
import java.util.Optional;
import org.spanmatch.gram.Moments;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;

/**
 * Two groups of neurons in compressed form: the distances of each group's neurons to the span of
 * what is left of the other group, while neurons are removed.
 *
 * <p>Neurons are named by their position in their layer, from 0. Dead neurons are out from the
 * start.
 */
public interface ProjectionTable extends AutoCloseable {
  /** A state to return to; see {@link #mark()}. */
  interface Mark {}

  /** How the activations were compressed, which may be better than what was asked for. */
  Precision precision();

  /** Number of samples d that the activation vectors have. */
  long samples();

  /** Number of neurons of a group, dead and removed ones included. */
  int neurons(Group group);

  /** The dead neurons of a group, ascending. */
  List<Integer> dead(Group group);

  /** The norms and sums of a group's activation vectors, dead and removed neurons included. */
  Moments moments(Group group);

  /**
   * Whether a group has at least as many living neurons as there are samples, so that it usually
   * spans the whole space and distances to it are trivially 0.
   */
  default boolean fillsSpace(Group group) {
    return neurons(group) - dead(group).size() >= samples();
  }

  /** The neurons of a group that are neither dead nor removed, ascending. */
  int[] remaining(Group group);

  /**
   * The current relative distances of the remaining neurons of {@code group} to the span of the
   * remaining neurons of the other group, which may be empty.
   */
  Distances distances(Group group);

  /**
   * Removes neurons from a group: they are no longer projected and no longer span.
   *
   * @throws IllegalArgumentException if one is not among the remaining neurons
   */
  void remove(Group group, int... neurons);

  /**
   * Removes all neurons that remain, one at a time: always the one with the largest distance, and
   * of several the one in X before those in Y, and in a group the one of lowest position.
   *
   * <p>Costs as many questions and removals as there are neurons, unless a backend has a loop of
   * its own, which removes the same neurons wherever the error bounds leave no choice.
   *
   * @param progress is told the number of neurons removed so far, as the step "spectrum"
   * @return a step for each neuron, in the order of removal
   */
  default List<Peeled> peel(Progress progress) {
    return Peeling.all(this, progress);
  }

  /**
   * Makes the error bounds and coefficient norms of the next distances as small as the backend can:
   * where answers are updated after removals, they may have become too large on the way. Worth
   * calling where exactness is asked for, which allows for the coefficients.
   */
  default void sharpen() {}

  /** Remembers which neurons remain. */
  Mark mark();

  /**
   * Brings back all neurons that were removed since the mark was made. Marks made after it become
   * invalid; it stays valid itself.
   *
   * @throws IllegalArgumentException if the mark is another table's
   */
  void rollback(Mark mark);

  /**
   * An independent table of the neurons that remain in this one, for another thread: what never
   * changes is shared, so that a copy costs little. Marks of this table are none of the copy's.
   *
   * @return empty if this backend's tables can't be copied; the caller closes a copy, before this
   *     table's kernel is closed
   */
  default Optional<ProjectionTable> copy() {
    return Optional.empty();
  }

  /** Frees what the table holds. */
  @Override
  void close();
}
