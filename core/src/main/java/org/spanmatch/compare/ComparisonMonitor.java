package org.spanmatch.compare;

import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;

/** Observes the comparison of a layer and may end it. */
public interface ComparisonMonitor extends Progress {
  /** Ignores everything and ends nothing. */
  ComparisonMonitor NONE = (step, done, total) -> {};

  /**
   * Called before a layer is compressed, which happens twice if the first answer is in doubt.
   *
   * @param layers the two layers
   * @param precision the precision of the attempt
   * @param heapBytes an upper estimate of the Java heap needed
   */
  default void compressing(ComparedLayers layers, Precision precision, long heapBytes) {}

  /**
   * Called after an answer that is in doubt was kept, since the layers are those of a Gram matrix
   * of standard precision.
   *
   * @param layers the two layers
   */
  default void leftInDoubt(ComparedLayers layers) {}

  /**
   * {@return whether to stop} Called from time to time while a layer is compressed and at no other
   * time, so a question that takes long must check for itself.
   */
  default boolean isStopped() {
    return false;
  }
}
