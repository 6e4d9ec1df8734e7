package org.spanmatch.cli;

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

  /** Whether standard precision may not have been enough for an answer. */
  boolean inDoubt(T answer);
}
