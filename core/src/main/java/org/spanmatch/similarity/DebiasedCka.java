package org.spanmatch.similarity;

import java.util.Optional;
import java.util.OptionalDouble;
import org.spanmatch.kernel.Group;

/**
 * Debiased linear centred kernel alignment: HSIC₁(X, Y) / √(HSIC₁(X, X)·HSIC₁(Y, Y)) with the
 * unbiased estimator HSIC₁ of the Hilbert–Schmidt independence criterion. Near 0 for unrelated
 * layers however few the samples, where {@link LinearCka} is large; slightly negative values occur;
 * at most 1.
 *
 * <p>With K the centred Gram matrix, a and b the squared norms of the centred samples, and d
 * samples,
 *
 * <pre>HSIC₁ = [‖K_XY‖² − (1 + 2/(d − 2))·aᵀb + tr K_XX·tr K_YY/((d − 1)(d − 2))] / (d(d − 3))
 * </pre>
 *
 * <p>(which is the general formula for sums that are 0). Empty without norm products, below four
 * samples, and where a layer's HSIC₁ can't be told from 0: centring takes the digits of aᵀb that
 * the fourth power of the mean has, unless activations were added up with shifts, so 1e-4 of HSIC₁
 * must be more than rounding may have done. Costs O(n²) operations. (Song, Smola, Gretton, Bedo and
 * Borgwardt, Feature Selection via Dependence Maximization, 2012, equation 4; for CKA, Kornblith et
 * al. 2019 and the program representation_similarity that goes with it.)
 */
final class DebiasedCka implements Measure {
  /** The relative error of HSIC₁ from which on it says nothing. */
  private static final double LARGEST_ERROR = 1e-4;

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
  public boolean onlyReads() {
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
    return layers.normProduct(Group.X, Group.Y).stream()
        .map(product -> hsic(layers, Group.X, Group.Y, product).value() / x.get() / y.get())
        .map(value -> Math.max(-1, Math.min(1, value)))
        .findFirst();
  }

  /** The square root of a layer's HSIC₁ with itself; empty if it can't be told from 0. */
  private static Optional<Double> deviation(LayerGrams layers, Group group) {
    return layers.normProduct(group, group).stream()
        .mapToObj(product -> hsic(layers, group, group, product))
        .filter(hsic -> hsic.value() > hsic.terms() * layers.roundoff())
        .filter(hsic -> hsic.value() * LARGEST_ERROR > layers.normProductRoundoff(group))
        .map(hsic -> Math.sqrt(hsic.value()))
        .findFirst();
  }

  /** d(d − 3)·HSIC₁ of two layers, and the sum of the sizes of its terms. */
  private record Hsic(double value, double terms) {}

  private static Hsic hsic(LayerGrams layers, Group x, Group y, double product) {
    double d = layers.samples();
    double squares = layers.squares(x, y);
    double norms = (1 + 2 / (d - 2)) * product;
    double traces = layers.variance(x) / (d - 1) * (layers.variance(y) / (d - 2));
    return new Hsic(squares - norms + traces, squares + norms + traces);
  }
}
