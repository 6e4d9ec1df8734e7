package org.spanmatch.similarity;

import java.util.OptionalDouble;
import org.spanmatch.kernel.Group;

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
