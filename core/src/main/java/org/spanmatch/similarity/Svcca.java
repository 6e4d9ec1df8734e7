package org.spanmatch.similarity;

import java.util.OptionalDouble;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionKernel.MatrixProducts.Block;

/**
 * Singular vector canonical correlation, in [0, 1]: the mean canonical correlation of the leading
 * principal components of both layers, as few as have 99 % of the variance.
 *
 * <p>Costs O(n³) operations. (Raghu, Gilmer, Yosinski and Sohl-Dickstein, SVCCA: Singular Vector
 * Canonical Correlation Analysis for Deep Learning Dynamics and Interpretability, NeurIPS 2017.)
 */
final class Svcca implements Measure {
  private static final double VARIANCE = 0.99;

  @Override
  public String name() {
    return "svcca";
  }

  @Override
  public String title() {
    return "SVCCA";
  }

  @Override
  public String description() {
    return "mean canonical correlation of the principal components with 99 % of the variance, in"
        + " [0, 1]: centred, components whitened (Raghu et al. 2017)";
  }

  @Override
  public OptionalDouble of(LayerGrams layers) {
    if (!layers.bothVary()) {
      return OptionalDouble.empty();
    }
    Products products = layers.products();
    double[][] x = whitening(layers, Group.X);
    double[][] y = whitening(layers, Group.Y);
    Block half = Products.whole(products.of(x, layers.centred(Group.X, Group.Y)));
    double[][] rows = // a row for each component of the layer that has fewer
        y.length <= x.length
            ? products.of(Products.whole(y), half.transpose())
            : products.of(half, Products.whole(y).transpose());
    double sum = SingularValues.of(rows, products).sum();
    return OptionalDouble.of(Math.min(1, sum / rows.length));
  }

  /** The leading eigenvectors of the covariance as rows, each divided by its root eigenvalue. */
  private static double[][] whitening(LayerGrams layers, Group group) {
    SymmetricEigen eigen = SymmetricEigen.of(layers.centred(group, group), layers.products());
    double enough = VARIANCE * layers.variance(group);
    double[] variances = eigen.values();
    int count = 0;
    for (double sum = 0; count < variances.length && sum < enough; count++) {
      sum += variances[count];
    }
    double[][] whitening = eigen.vectors(count);
    for (int i = 0; i < count; i++) {
      Rows.divide(whitening[i], Math.sqrt(variances[i]), 0, whitening[i].length);
    }
    return whitening;
  }
}
