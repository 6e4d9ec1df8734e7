package org.spanmatch.similarity;

import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;

/**
 * Eigenspace overlap of two layers as they are, not centred, in [0, 1]: ‖Q_XᵀQ_Y‖²_F / max(r_X,
 * r_Y) with orthonormal bases Q of the spans of the neurons and their dimensions r. It is the sum
 * of the squared cosines of all principal angles, Σρ², over the larger dimension.
 *
 * <p>Empty for a triangular factor of shifted activations, whose shifts can't be undone. Dependent
 * neurons are set aside as {@link GramFactor} says; for independent ones r is the number of living
 * neurons. Costs O(n³) operations. (May, Zhang, Dao and Ré, On the Downstream Performance of
 * Compressed Word Embeddings, NeurIPS 2019, definition 1.)
 */
final class EigenspaceOverlap implements Measure {
  @Override
  public String name() {
    return "eigenspaceOverlap";
  }

  @Override
  public String title() {
    return "overlap";
  }

  @Override
  public String description() {
    return "eigenspace overlap, the sum of squared cosines of the principal angles over the larger"
        + " dimension, in [0, 1]: not centred, both layers whitened (May et al. 2019)";
  }

  @Override
  public boolean asksTable() {
    return true;
  }

  @Override
  public OptionalDouble of(ProjectionTable table) {
    int least = Math.min(table.rank(Group.X), table.rank(Group.Y));
    int larger = Math.max(table.rank(Group.X), table.rank(Group.Y));
    return least > 0 && isStored(table, Group.X) && isStored(table, Group.Y)
        ? table.squaredCosines().stream().map(sum -> Math.min(1, sum / larger)).findFirst()
        : OptionalDouble.empty();
  }

  private static boolean isStored(ProjectionTable table, Group group) {
    return IntStream.range(0, table.neurons(group))
        .allMatch(neuron -> table.moments(group).shift(neuron) == 0);
  }

  @Override
  public OptionalDouble of(LayerGrams layers) {
    return layers.uncentred().map(EigenspaceOverlap::of).orElse(OptionalDouble.empty());
  }

  private static OptionalDouble of(LayerGrams.Uncentred uncentred) {
    GramFactor x = uncentred.factor(Group.X);
    GramFactor y = uncentred.factor(Group.Y);
    if (x.rank() == 0 || y.rank() == 0) {
      return OptionalDouble.empty();
    }
    double[][] cosines = uncentred.cosines(x.independent(), y.independent());
    x.forward(cosines);
    double[][] whitened = Products.transpose(cosines);
    y.forward(whitened);
    double overlap = Products.squares(whitened) / Math.max(x.rank(), y.rank());
    return OptionalDouble.of(Math.min(1, overlap));
  }
}
