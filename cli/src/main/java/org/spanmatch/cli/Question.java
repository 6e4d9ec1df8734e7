package org.spanmatch.cli;

import java.util.Optional;
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
   * @param doubted the answer at standard precision, if it was in doubt and this is the second
   */
  T answer(String layer, ProjectionTable table, LayerSteps steps, Optional<T> doubted);

  /** Whether standard precision may not have been enough for an answer. */
  boolean inDoubt(T answer);
}
