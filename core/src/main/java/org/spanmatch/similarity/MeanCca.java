package org.spanmatch.similarity;

import java.util.OptionalDouble;

/**
 * The mean canonical correlation of two layers, in [0, 1]: the mean of the cosines of the principal
 * angles between the spans of their centred neurons, as many as the smaller span has dimensions.
 *
 * <p>It does not change under any invertible linear map of a layer. It is 1 where there are no more
 * samples than neurons, and every direction counts the same, however little variance it has. Costs
 * O(n³) operations. (Hotelling 1936; Raghu et al., SVCCA, NeurIPS 2017; Kornblith et al. 2019,
 * table 1. The program google/svcca cuts off small correlations at the end before it takes the
 * mean.)
 */
final class MeanCca implements Measure {
  @Override
  public String name() {
    return "meanCca";
  }

  @Override
  public String title() {
    return "mean CCA";
  }

  @Override
  public String description() {
    return "mean canonical correlation, in [0, 1]: centred, both layers whitened (Raghu et al. 2017,"
        + " Kornblith et al. 2019)";
  }

  @Override
  public OptionalDouble of(LayerGrams layers) {
    if (!layers.bothVary()) {
      return OptionalDouble.empty();
    }
    SingularValues correlations = layers.canonicalCorrelations();
    return OptionalDouble.of(Math.min(1, correlations.sum() / correlations.values().length));
  }
}
