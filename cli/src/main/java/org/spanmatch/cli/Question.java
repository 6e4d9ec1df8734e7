package org.spanmatch.cli;

import org.spanmatch.kernel.Precision;
import org.spanmatch.kernel.ProjectionTable;

/**
 * What a command finds out about each layer.
 *
 * @param <T> the answer for one layer
 */
interface Question<T> {
  /**
   * Answers for one layer.
   *
   * @param layer its name
   * @param table the compressed layer
   * @param steps takes the steps of the answer
   */
  T answer(String layer, ProjectionTable table, LayerSteps steps);

  /** How to compress a layer at first, unless the user says it. */
  default Precision precision() {
    return Precision.STANDARD;
  }

  /** Whether standard precision may not have been enough for an answer. */
  boolean inDoubt(T answer);

  /** Which of two answers for one layer to take: the second is of high precision. */
  default T better(T standard, T precise) {
    return precise;
  }
}
