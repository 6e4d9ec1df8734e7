package org.spanmatch.similarity;

import java.util.OptionalDouble;
import org.spanmatch.kernel.Group;

/**
 * Projection-weighted canonical correlation, in [0, 1]: the mean of the canonical correlations ρ_i,
 * weighted with α_i = Σ_j |⟨h_i, x_j⟩|, how much of the centred neurons x_j the canonical variate
 * h_i of unit norm accounts for.
 *
 * <p>Variates and neurons are those of the layer of smaller rank, X if both are equal. With the
 * singular vectors U of the whitened cross-covariance and the coordinates Q of the neurons in the
 * whitened basis, α = Σ_j |UᵀQ|. Not unique where several correlations are equal, since their
 * variates can be rotated: then it depends on the vectors that the decomposition happens to give.
 * Costs O(n³) operations. (Morcos, Raghu and Bengio, Insights on representational similarity in
 * neural networks with canonical correlation, NeurIPS 2018, equation 4. The program google/svcca
 * leaves the variates unwhitened and projects uncentred activations.)
 */
final class Pwcca implements Measure {
  @Override
  public String name() {
    return "pwcca";
  }

  @Override
  public String title() {
    return "PWCCA";
  }

  @Override
  public String description() {
    return "canonical correlations weighted by what they account for in the layer of smaller rank, in"
        + " [0, 1]: centred, both layers whitened (Morcos et al. 2018)";
  }

  @Override
  public OptionalDouble of(LayerGrams layers) {
    if (!layers.bothVary()) {
      return OptionalDouble.empty();
    }
    Group group = layers.smaller();
    SingularValues correlations = layers.canonicalCorrelations();
    double[][] projections =
        layers.products().of(correlations.vectors(), layers.coordinates(group, group));
    double[] norms = layers.deviations(group);
    double sum = 0;
    double weights = 0;
    for (int i = 0; i < projections.length; i++) {
      double weight = 0;
      for (int j = 0; j < norms.length; j++) {
        weight += Math.abs(projections[i][j]) * norms[j];
      }
      weights += weight;
      sum += weight * correlations.values()[i];
    }
    return OptionalDouble.of(Math.min(1, sum / weights));
  }
}
