package org.spanmatch.compare;

import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;

/** Follows the comparison of a layer, and may end it. */
public interface ComparisonMonitor extends Progress {
  /** Ignores everything and ends nothing. */
  ComparisonMonitor NONE = (step, done, total) -> {};

  /**
   * Called before a layer is compressed, which happens twice where the first answer is in doubt.
   *
   * @param heapBytes an estimate of the Java heap that it takes at most
   */
  default void compressing(ComparedLayers layers, Precision precision, long heapBytes) {}

  /**
   * Called after an answer that is in doubt was kept, since the layers are those of a Gram matrix
   * of standard precision.
   */
  default void leftInDoubt(ComparedLayers layers) {}

  /**
   * Whether to give up. Asked now and then while a layer is compressed, and at no other time: a
   * question whose answer takes long has to ask by itself.
   */
  default boolean isStopped() {
    return false;
  }
}
