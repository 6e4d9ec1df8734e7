package org.spanmatch.kernel.vector.projection;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.LivingPair;
import org.spanmatch.kernel.NeuronTable;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.vector.gemm.Gemm;

/** Both groups' neurons, each projected on the span of what remains of the other group. */
public final class SweptTable extends NeuronTable {
  private final CompressedVectors vectors;
  private final Gemm gemm;
  // By the group that is projected.
  private final Map<Group, SweptSpan> spans = new EnumMap<>(Group.class);

  private record Saved(SweptSpan.State x, SweptSpan.State y) {}

  /** A table in which every living neuron remains. */
  public SweptTable(CompressedVectors vectors, Gemm gemm, LivingPair pair) {
    super(pair);
    this.vectors = vectors;
    this.gemm = gemm;
    for (Group group : Group.values()) {
      int[] spanning = columns(group.other(), remaining(group.other()));
      int[] projected = columns(group, remaining(group));
      spans.put(group, new SweptSpan(vectors, gemm, spanning, projected));
    }
  }

  /** A table of the neurons that remain in another, for one thread. */
  private SweptTable(SweptTable other) {
    super(other);
    gemm = other.gemm.alone();
    vectors = other.vectors.with(gemm);
    other.spans.forEach((group, span) -> spans.put(group, span.copy(vectors, gemm)));
  }

  @Override
  public Optional<ProjectionTable> copy() {
    return Optional.of(new SweptTable(this));
  }

  /**
   * Memory: the vectors, for each group its tableau and a copy that leaves gaps out, and the factor
   * from which one starts afresh.
   */
  public static double bytes(double xNeurons, double yNeurons) {
    double all = xNeurons + yNeurons;
    return Double.BYTES * (3 * all * all + xNeurons * xNeurons + yNeurons * yNeurons);
  }

  @Override
  public Precision precision() {
    return vectors.precision();
  }

  @Override
  public Distances distances(Group group) {
    return spans.get(group).distances(remaining(group));
  }

  @Override
  public void sharpen() {
    requireOpen();
    spans.values().forEach(SweptSpan::sharpen);
  }

  @Override
  protected void removed(Group group, int[] neurons) {
    int[] columns = columns(group, neurons);
    spans.get(group).removeProjected(columns);
    spans.get(group.other()).removeSpanning(columns);
  }

  @Override
  protected Object save() {
    return new Saved(spans.get(Group.X).mark(), spans.get(Group.Y).mark());
  }

  @Override
  protected void restore(Object saved) {
    Saved state = (Saved) saved;
    spans.get(Group.X).rollback(state.x());
    spans.get(Group.Y).rollback(state.y());
  }
}
