package org.spanmatch.similarity;

import java.util.OptionalDouble;
import org.spanmatch.kernel.Group;

/**
 * The squared Procrustes distance of two layers of norm 1, in [0, 2]: 2 − 2·‖K_XY‖_* / √(tr K_XX ·
 * tr K_YY) with the sum ‖·‖_* of singular values. It is what the best rotation leaves between the
 * centred layers, each divided by its Frobenius norm; 0 for layers that are rotations of each
 * other.
 *
 * <p>The layer with fewer neurons gets neurons that are 0. Its error is that of the Gram matrix, so
 * distances below about 1e-7, squares below 1e-14, can't be told from 0. Costs O(n³) operations.
 * (Schönemann 1966; Ding, Denain and Steinhardt, Grounding Representation Similarity with
 * Statistical Testing, NeurIPS 2021. ReSi and netrep return its root and the angle arccos(1 −
 * p/2).)
 */
final class Procrustes implements Measure {
  @Override
  public String name() {
    return "procrustes";
  }

  @Override
  public String title() {
    return "Procrustes";
  }

  @Override
  public String description() {
    return "squared Procrustes distance, from 0 for rotations of each other to 2: centred, each layer"
        + " divided by its Frobenius norm (Ding et al. 2021)";
  }

  @Override
  public Scale scale() {
    return Scale.DISTANCE;
  }

  @Override
  public OptionalDouble of(LayerGrams layers) {
    if (!layers.bothVary()) {
      return OptionalDouble.empty();
    }
    double sum = layers.covariances().sum();
    double norms = Math.sqrt(layers.variance(Group.X)) * Math.sqrt(layers.variance(Group.Y));
    return OptionalDouble.of(Math.max(0, 2 - 2 * (sum / norms)));
  }
}
