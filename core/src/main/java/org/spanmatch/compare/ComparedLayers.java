package org.spanmatch.compare;

import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;

/**
 * Two layers to compare: their activations ({@link LayerPair}), or what a Gram matrix holds of them
 * ({@link GramLayerPair}).
 */
public sealed interface ComparedLayers permits LayerPair, GramLayerPair {
  /** {@return the layer's name in results} */
  String name();

  /** {@return "file, layer 'name'" of the first network: the start of a message about the two} */
  String description();

  /** {@return number of neurons of both layers, dead ones included} */
  PerGroup<Integer> neurons();

  /** {@return number of samples} */
  long samples();

  /**
   * {@return whether a table of at least some precision can be made of them}
   *
   * @param precision the least precision
   */
  boolean offers(Precision precision);

  /**
   * Returns the projection table of the two layers.
   *
   * @param kernel makes it
   * @param options how to add up activations; a Gram matrix keeps the dead threshold that it was
   *     added up with
   * @return the table, which the caller closes
   * @throws org.spanmatch.activations.ActivationsException if activations can't be read
   * @throws org.spanmatch.gram.GramException if the precision is not {@linkplain #offers offered}
   * @throws org.spanmatch.kernel.NotEnoughMemoryException if memory can't hold what it takes
   */
  ProjectionTable table(ProjectionKernel kernel, GramOptions options);

  /**
   * {@return equal layers whose reading, if any, counts as the step "read" and as no other}
   *
   * @param steps measures the time
   */
  default ComparedLayers timed(LayerSteps steps) {
    return this;
  }
}
