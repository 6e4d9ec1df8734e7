package org.spanmatch.kernel.cuda;

import java.util.Map;
import org.spanmatch.gram.Moments;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.LivingNeurons;
import org.spanmatch.kernel.ProjectionTable;

/** The Gram matrix of both groups' activation vectors, as one pass over them leaves it. */
interface JointGram extends AutoCloseable {
  /** The norms and sums of a group's activation vectors, as they were scaled. */
  Moments moments(Group group);

  /**
   * A table of the living neurons; nothing else may be asked of this afterwards.
   *
   * @param columns the columns of this matrix that belong to living neurons, in the order in which
   *     {@link LivingNeurons} numbers them
   * @param living the neurons of each group
   * @param moments their norms and sums, unscaled
   */
  ProjectionTable table(
      int[] columns, Map<Group, LivingNeurons> living, Map<Group, Moments> moments);

  /** Frees what was not handed on to a table. */
  @Override
  void close();
}
