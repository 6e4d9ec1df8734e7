package org.spanmatch.compare;

import java.util.List;
import java.util.stream.Stream;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionTable;

/**
 * What to find out about a layer of two networks.
 *
 * @param <T> the answer
 */
public interface Question<T> {
  /**
   * Answers for one layer; may be called a second time, with a table of high precision.
   *
   * @param layer its name
   * @param table the compressed layer; closed after the call
   * @param steps times the steps of the answer, and takes their progress
   */
  T answer(String layer, ProjectionTable table, LayerSteps steps);

  /** How to compress a layer at first, unless the options fix that. */
  default Precision precision() {
    return Precision.STANDARD;
  }

  /** Whether standard precision may not have been enough for an answer. */
  boolean inDoubt(T answer);

  /** Which of two answers to take: the second is of high precision. */
  default T better(T standard, T precise) {
    return precise;
  }

  /**
   * Whether any of these error bounds is larger than what high precision is for, {@link
   * Precision#GRAM_FLOOR}.
   *
   * @param bounds of each neuron; null for one that is dead
   */
  static boolean anyInDoubt(PerGroup<List<Double>> bounds) {
    return Stream.of(bounds.x(), bounds.y())
        .flatMap(List::stream)
        .anyMatch(bound -> bound != null && bound > Precision.GRAM_FLOOR);
  }
}
