package org.spanmatch.kernel.vector.projection;

import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.LivingNeurons;
import org.spanmatch.kernel.Moments;
import org.spanmatch.kernel.vector.gemm.Gemm;

/** What one pass over the activations of both groups leaves of them. */
public interface JointMatrix {
  /** The norms and sums of a group's activation vectors, as they were scaled. */
  Moments moments(Group group);

  /**
   * The living neurons' vectors, scaled to unit norm.
   *
   * @param columns the columns of this matrix that belong to living neurons, in the order in which
   *     {@link LivingNeurons} numbers them
   * @param storageRoundoff u_data, the relative rounding of the stored activations
   */
  CompressedVectors unitVectors(int[] columns, double storageRoundoff, Gemm gemm);

  /** The column of a neuron. */
  int column(Group group, int neuron);
}
