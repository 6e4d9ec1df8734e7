package org.spanmatch.similarity;

import java.util.List;
import java.util.OptionalDouble;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;

/**
 * A measure of how similar two layers are, or of one of them, computed from their inner products
 * alone.
 *
 * <p>Measures are of centred activations, the mean of each neuron subtracted, unless their
 * description says otherwise. Dead neurons take no part. A measure is never NaN: where it is
 * undefined, as for a layer without a neuron that varies, it is empty.
 */
public interface Measure {
  /** {@return the name in results, such as {@code linearCka}} */
  String name();

  /** {@return the head of a column, at most a dozen characters} */
  String title();

  /**
   * {@return one line of what is measured, with its range, centring, normalisation and source; no
   * full stop at the end}
   */
  String description();

  /**
   * {@return whether it needs the sums that {@link org.spanmatch.gram.GramOptions#normProducts}
   * asks for} Without them it is empty.
   */
  default boolean needsNormProducts() {
    return false;
  }

  /** {@return whether it only reads inner products, and takes no memory for more of them} */
  default boolean onlyReads() {
    return false;
  }

  /** {@return what the values are, and which way is closer} */
  default Scale scale() {
    return Scale.SIMILARITY;
  }

  /**
   * Computes the measure.
   *
   * @param layers the inner products of both layers
   * @return the value; empty where it is undefined
   */
  OptionalDouble of(LayerGrams layers);

  /**
   * {@return whether {@link #of(ProjectionTable)} may have a value, for less than it costs to
   * compute it from inner products}
   */
  default boolean asksTable() {
    return false;
  }

  /**
   * Computes the measure from a table of both layers, centred or not, which costs O(n²) operations
   * beside its distances.
   *
   * @param table the table, from which nothing has been removed yet
   * @return the value; empty where the table can't give it, and inner products may
   */
  default OptionalDouble of(ProjectionTable table) {
    return OptionalDouble.empty();
  }

  /** {@return all measures, in the order of results} */
  static List<Measure> all() {
    return List.of(
        new LinearCka(),
        new DebiasedCka(),
        new MeanCca(),
        new Svcca(),
        new Pwcca(),
        new RegressionR2(Group.X),
        new RegressionR2(Group.Y),
        new EigenspaceOverlap(),
        new Procrustes(),
        new HardMatching(),
        new SoftMatching(),
        new EffectiveRank(Group.X),
        new EffectiveRank(Group.Y));
  }

  /** What the values of a measure are. */
  enum Scale {
    /** A similarity of at most 1, which equal layers have. */
    SIMILARITY,
    /** A distance of at least 0, which equal layers have. */
    DISTANCE,
    /** A number of dimensions of one layer. */
    SIZE
  }
}
