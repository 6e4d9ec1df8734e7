package org.spanmatch.spark.gram;

import java.io.Serializable;
import org.spanmatch.activations.Layer;
import org.spanmatch.kernel.PerGroup;

/**
 * Consecutive samples of the layers of two networks, such as a file of each, which one task reads.
 *
 * <p>A shard travels to the executor that reads it, so it names files and holds no activations.
 */
public interface Shard extends Serializable {
  /**
   * Opens both layers of a pair on the samples of this shard; an executor calls it.
   *
   * @param pair the number of the pair in the list of {@link ShardedPair}s
   * @return the layers, with the neurons that the pair says and equal samples
   * @throws org.spanmatch.activations.ActivationsException if they can't be opened, with the file
   */
  PerGroup<Layer> open(int pair);
}
