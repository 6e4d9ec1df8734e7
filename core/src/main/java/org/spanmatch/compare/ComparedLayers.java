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
  /** The layer's name, as results show it. */
  String name();

  /** "file, layer 'name'" of the first network: the start of a message about the two. */
  String description();

  /** Number of neurons of both layers, dead ones included. */
  PerGroup<Integer> neurons();

  /** Number of samples. */
  long samples();

  /** Whether a table of at least this precision can be made of them. */
  boolean offers(Precision precision);

  /**
   * Makes their table.
   *
   * @param options of a Gram matrix the dead threshold is what it was added up with
   * @return the table, which the caller closes
   * @throws org.spanmatch.activations.ActivationsException if activations can't be read
   * @throws org.spanmatch.gram.GramException if the precision is not {@linkplain #offers offered}
   * @throws org.spanmatch.kernel.NotEnoughMemoryException if memory can't hold what it takes
   */
  ProjectionTable table(ProjectionKernel kernel, GramOptions options);

  /** Returns equal layers whose reading, if any, counts as the step "read" and as no other. */
  default ComparedLayers timed(LayerSteps steps) {
    return this;
  }
}
