package org.spanmatch.similarity;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.spanmatch.gram.Moments;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.ProjectionTable.Projected;

/**
 * R² of the linear regression of one layer's neurons on the other's, in [0, 1]: the share of the
 * variance of all neurons of a layer that the other layer predicts, with an intercept.
 *
 * <p>It is Σ‖x‖²(1 − δ_x²)/Σ‖x‖² with the centred neurons x and their distances δ to the centred
 * span of the other layer. Dependent neurons are set aside as {@link GramFactor} says. Costs O(n³)
 * operations. (Kornblith, Norouzi, Lee and Hinton, Similarity of Neural Network Representations
 * Revisited, ICML 2019, table 1.)
 *
 * @param group the network whose layer is predicted
 */
record RegressionR2(Group group) implements Measure {
  // Where the constant vector, or all that varies, is nearly lost in what does not, a table that is
  // not centred lacks digits.
  private static final double LEAST_REST = 1e-3;

  @Override
  public String name() {
    return "r2" + group;
  }

  @Override
  public String title() {
    return "R² of " + group;
  }

  @Override
  public String description() {
    return "R² of "
        + group
        + " from "
        + group.other()
        + ", the share of its variance that a linear regression predicts, in [0, 1]: centred, not"
        + " normalised (Kornblith et al. 2019)";
  }

  @Override
  public boolean asksTable() {
    return true;
  }

  /**
   * Computes it from distances δ to the span of Y. Of a table that is not centred, with the cosines
   * m of all neurons with the constant vector, its projection's square τ, and x's coefficients c,
   * what is left of x without its mean is
   *
   * <pre>δ_x² − (m_x − cᵀm_Y)²/(1 − τ)</pre>
   *
   * of its squared norm: the part in the direction that the constant vector adds to the span.
   */
  @Override
  public OptionalDouble of(ProjectionTable table) {
    Distances distances = table.distances(group);
    double[] left = new double[distances.size()];
    double[] varying = new double[left.length]; // the share of the squared norm
    Arrays.setAll(left, i -> distances.distance(i) * distances.distance(i));
    Arrays.fill(varying, 1);
    if (!table.moments(group).areCentred()) {
      double[] means = meanCosines(table, group);
      Optional<Projected> constant =
          table.project(group.other(), meanCosines(table, group.other()));
      double rest = constant.map(projected -> 1 - projected.square()).orElse(0.0);
      if (!(rest >= LEAST_REST)) {
        return OptionalDouble.empty();
      }
      for (int i = 0; i < left.length; i++) {
        double more = means[i] - constant.get().product(i);
        left[i] -= more * more / rest;
        varying[i] -= means[i] * means[i];
      }
    }
    return share(table, distances, left, varying);
  }

  private OptionalDouble share(
      ProjectionTable table, Distances distances, double[] left, double[] varying) {
    double largest = 0;
    for (int i = 0; i < left.length; i++) {
      largest = Math.max(largest, table.moments(group).norm(distances.neuron(i)));
    }
    double all = 0;
    double unexplained = 0;
    double variance = 0;
    for (int i = 0; i < left.length; i++) {
      double norm = table.moments(group).norm(distances.neuron(i)) / largest;
      all += norm * norm;
      unexplained += norm * norm * left[i];
      variance += norm * norm * varying[i];
    }
    boolean hasDigits = variance > 0 && variance >= LEAST_REST * all;
    return hasDigits && table.rank(group.other()) > 0
        ? OptionalDouble.of(Math.max(0, Math.min(1, 1 - unexplained / variance)))
        : OptionalDouble.empty();
  }

  /** The cosine of each living neuron with the constant vector. */
  private static double[] meanCosines(ProjectionTable table, Group group) {
    Moments moments = table.moments(group);
    return IntStream.of(table.remaining(group))
        .mapToDouble(
            i -> Math.copySign(Math.sqrt(moments.meanShare(i, table.samples())), moments.sum(i)))
        .toArray();
  }

  @Override
  public OptionalDouble of(LayerGrams layers) {
    if (!layers.bothVary()) {
      return OptionalDouble.empty();
    }
    double[] deviations = layers.deviations(group);
    double predicted = 0;
    for (double[] row : layers.coordinates(group.other(), group)) {
      for (int i = 0; i < row.length; i++) {
        double part = row[i] * deviations[i];
        predicted += part * part;
      }
    }
    return OptionalDouble.of(Math.min(1, predicted / layers.variance(group)));
  }
}
