package org.spanmatch.similarity;

import java.util.OptionalDouble;
import org.spanmatch.kernel.Group;

/**
 * The participation ratio of the variances of a layer's principal components, (tr K)²/tr(K²) of its
 * centred Gram matrix K: from 1, where one component has all the variance, to the number of
 * neurons.
 *
 * <p>Costs O(n²) operations. (Gao et al., A theory of multineuronal dimensionality, dynamics and
 * measurement, 2017; as effective rank r(Σ) of a covariance, Bartlett et al. 2020 have a close
 * relative.)
 *
 * @param group the network whose layer is measured
 */
record EffectiveRank(Group group) implements Measure {
  @Override
  public String name() {
    return "effectiveRank" + group;
  }

  @Override
  public String title() {
    return "eff. rank " + group;
  }

  @Override
  public String description() {
    return "effective rank of "
        + group
        + ", the participation ratio of the variances of its principal components, from 1 to the"
        + " number of neurons: centred (Gao et al. 2017)";
  }

  @Override
  public Scale scale() {
    return Scale.SIZE;
  }

  @Override
  public boolean onlyReads() {
    return true;
  }

  @Override
  public OptionalDouble of(LayerGrams layers) {
    if (layers.varying(group).length == 0) {
      return OptionalDouble.empty();
    }
    double trace = layers.variance(group);
    return OptionalDouble.of(Math.max(1, trace / layers.squares(group, group) * trace));
  }
}
