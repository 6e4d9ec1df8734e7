package org.spanmatch.kernel.vector.projection;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.backend.LivingPair;
import org.spanmatch.kernel.backend.NeuronTable;
import org.spanmatch.kernel.vector.gemm.Gemm;

/**
 * A table of two swept spans: each group's neurons, projected on the span of the other group's
 * remaining ones.
 */
public final class SweptTable extends NeuronTable {
  private final CompressedVectors vectors;
  private final Gemm gemm;
  // By projected group.
  private final Map<Group, SweptSpan> spans = new EnumMap<>(Group.class);

  private record Saved(SpanState x, SpanState y) {}

  /** Creates a table in which every living neuron remains. */
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

  /** Copies a table for use by one other thread. */
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
   * Returns the memory needed, in bytes: the vectors, each group's tableau and a compacted copy of
   * it, and the factor of a fresh start.
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
  public List<Peeled> peel(Progress progress) {
    requireOpen();
    PerGroup<int[]> neurons = PerGroup.from(this::remaining);
    int total = neurons.x().length + neurons.y().length;
    PerGroup<int[]> columns = PerGroup.from(group -> columns(group, neurons.get(group)));
    List<Peeled> peeled = new ArrayList<>(total);
    while (peeled.size() < total) {
      PerGroup<SweptSpan.Farthest> farthest = PerGroup.from(group -> spans.get(group).farthest());
      Group group = farthest.x().distance() >= farthest.y().distance() ? Group.X : Group.Y;
      SweptSpan.Farthest found = farthest.get(group);
      int index = Arrays.binarySearch(columns.get(group), found.vector());
      int neuron = neurons.get(group)[index];
      double highest = Math.max(farthest.x().highest(), farthest.y().highest());
      remove(group, neuron);
      peeled.add(new Peeled(group, neuron, found.distance(), found.errorBound(), highest));
      progress.update("spectrum", peeled.size(), total);
    }
    return peeled;
  }

  @Override
  public OptionalDouble squaredCosines() {
    requireOpen();
    return Coefficients.sumOfProducts(
        spans.get(Group.X).coefficients(), spans.get(Group.Y).coefficients(), gemm);
  }

  @Override
  public Optional<Projected> project(Group span, double[] cosines) {
    requireOpen();
    int[] spanning = columns(span, remaining(span));
    return spans
        .get(span.other())
        .coefficients()
        .map(coefficients -> coefficients.project(spanning, cosines, gemm));
  }

  @Override
  public int rank(Group group) {
    requireOpen();
    return spans.get(group.other()).rank();
  }

  @Override
  public int multiples(Group group) {
    int[] left = columns(group, remaining(group));
    return (int)
        IntStream.range(0, left.length)
            .filter(
                i -> IntStream.range(0, i).anyMatch(j -> vectors.areMultiples(left[i], left[j])))
            .count();
  }

  @Override
  public Optional<Effort> effort() {
    return Optional.of(spans.get(Group.X).effort().plus(spans.get(Group.Y).effort()));
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
