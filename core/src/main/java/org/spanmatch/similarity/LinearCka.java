package org.spanmatch.similarity;

import java.util.OptionalDouble;
import org.spanmatch.kernel.Group;

/**
 * Linear centred kernel alignment, ‖K_XY‖²_F / (‖K_XX‖_F ‖K_YY‖_F) of the centred Gram matrix K, in
 * [0, 1].
 *
 * <p>It is the RV coefficient (Robert and Escoufier 1976), and does not change when a layer is
 * rotated or multiplied by a factor. With few samples for the neurons it is large even for
 * unrelated layers; {@link DebiasedCka} is not. Costs O(n²) operations. (Kornblith, Norouzi, Lee
 * and Hinton, Similarity of Neural Network Representations Revisited, ICML 2019, section 3.)
 */
final class LinearCka implements Measure {
  @Override
  public String name() {
    return "linearCka";
  }

  @Override
  public String title() {
    return "CKA";
  }

  @Override
  public String description() {
    return "linear CKA, the RV coefficient, in [0, 1]: centred, normalised by the Frobenius norms of"
        + " both covariances (Kornblith et al. 2019)";
  }

  @Override
  public boolean onlyReads() {
    return true;
  }

  @Override
  public OptionalDouble of(LayerGrams layers) {
    if (!layers.bothVary()) {
      return OptionalDouble.empty();
    }
    double x = layers.squares(Group.X, Group.X);
    double y = layers.squares(Group.Y, Group.Y);
    double xy = layers.squares(Group.X, Group.Y);
    return OptionalDouble.of(Math.min(1, xy / (Math.sqrt(x) * Math.sqrt(y))));
  }
}
