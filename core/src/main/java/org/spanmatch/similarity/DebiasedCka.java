package org.spanmatch.similarity;

import java.util.Optional;
import java.util.OptionalDouble;
import org.spanmatch.gram.GramPair.NormProducts;
import org.spanmatch.kernel.Group;

/**
 * Debiased linear centred kernel alignment: HSIC₁(X, Y) / √(HSIC₁(X, X)·HSIC₁(Y, Y)) with the
 * unbiased estimator HSIC₁ of the Hilbert–Schmidt independence criterion. Near 0 for unrelated
 * layers however few the samples, where {@link LinearCka} is large; slightly negative values occur;
 * at most 1.
 *
 * <p>With G the Gram matrix, s the sums, a and b the squared norms of the samples, and d samples,
 *
 * <pre>HSIC₁ = [‖G_XY‖² − aᵀb + k·l/((d − 1)(d − 2)) − 2·q/(d − 2)] / (d(d − 3))
 * k = ‖s_X‖² − tr G_XX,  l = ‖s_Y‖² − tr G_YY
 * q = s_Xᵀ G_XY s_Y − (Xᵀb)·s_X − (Yᵀa)·s_Y + aᵀb</pre>
 *
 * <p>It centres by itself. Takes dead neurons too, whose inner products are nearly 0. Empty without
 * norm products, below four samples, and where a layer's HSIC₁ can't be told from 0. Costs O(n²)
 * operations. (Song, Smola, Gretton, Bedo and Borgwardt, Feature Selection via Dependence
 * Maximization, 2012, equation 4; for CKA, Kornblith et al. 2019 and the program
 * representation_similarity that goes with it.)
 */
final class DebiasedCka implements Measure {
  @Override
  public String name() {
    return "debiasedCka";
  }

  @Override
  public String title() {
    return "deb. CKA";
  }

  @Override
  public String description() {
    return "debiased linear CKA, near 0 for unrelated layers, at most 1: centred, from unbiased HSIC"
        + " (Song et al. 2012, Kornblith et al. 2019)";
  }

  @Override
  public boolean needsNormProducts() {
    return true;
  }

  @Override
  public OptionalDouble of(LayerGrams layers) {
    if (!layers.bothVary() || layers.samples() < 4) {
      return OptionalDouble.empty();
    }
    Optional<Double> x = deviation(layers, Group.X);
    Optional<Double> y = deviation(layers, Group.Y);
    if (x.isEmpty() || y.isEmpty()) {
      return OptionalDouble.empty();
    }
    return layers.normProducts(Group.X, Group.Y).stream()
        .mapToDouble(sums -> hsic(layers, Group.X, Group.Y, sums).value() / x.get() / y.get())
        .map(value -> Math.max(-1, Math.min(1, value)))
        .findFirst();
  }

  /** The square root of a layer's HSIC₁ with itself; empty if it can't be told from 0. */
  private static Optional<Double> deviation(LayerGrams layers, Group group) {
    return layers
        .normProducts(group, group)
        .map(sums -> hsic(layers, group, group, sums))
        .filter(hsic -> hsic.value() > hsic.terms() * layers.roundoff())
        .map(hsic -> Math.sqrt(hsic.value()));
  }

  /** d(d − 3)·HSIC₁ of two layers, and the sum of the sizes of its terms. */
  private record Hsic(double value, double terms) {}

  private static Hsic hsic(LayerGrams layers, Group x, Group y, NormProducts sums) {
    double[][] gram = layers.uncentred(x, y);
    double[] sumX = layers.sums(x);
    double[] sumY = layers.sums(y);
    double d = layers.samples();
    double bilinear = 0;
    for (int i = 0; i < gram.length; i++) {
      bilinear += sumX[i] * dot(gram[i], sumY);
    }
    double q =
        bilinear - dot(sums.firstSums(), sumX) - dot(sums.secondSums(), sumY) + sums.product();
    double k = dot(sumX, sumX) - layers.squares(x);
    double l = dot(sumY, sumY) - layers.squares(y);
    double squares = Products.squares(gram);
    double means = k / (d - 1) * (l / (d - 2));
    double value = squares - sums.product() + means - 2 / (d - 2) * q;
    double terms = squares + sums.product() + Math.abs(means) + 2 / (d - 2) * Math.abs(bilinear);
    return new Hsic(value, terms);
  }

  private static double dot(double[] one, double[] other) {
    return Products.dot(one, other, 0, one.length);
  }
}
