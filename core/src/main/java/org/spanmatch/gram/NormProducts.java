package org.spanmatch.gram;

import java.util.Arrays;

/**
 * The sums that debiased linear CKA of two layers needs beside their Gram matrix: products with the
 * squared norms a_s = ‖x_s‖² and b_s = ‖y_s‖² of the samples s, the rows of the activation matrices
 * X and Y.
 *
 * <p>(Unbiased HSIC₁: Song et al., Feature Selection via Dependence Maximization, 2012. Its use in
 * CKA: Kornblith et al. 2019.)
 */
public final class NormProducts {
  private final double product;
  private final double[] firstSums;
  private final double[] secondSums;

  /**
   * Takes the sums of one pair of layers.
   *
   * @param product aᵀb
   * @param firstSums Xᵀb, an element per neuron of the first layer
   * @param secondSums Yᵀa, an element per neuron of the second layer
   */
  public NormProducts(double product, double[] firstSums, double[] secondSums) {
    this.product = product;
    this.firstSums = firstSums.clone();
    this.secondSums = secondSums.clone();
  }

  /** {@return aᵀb, summed over all samples} */
  public double product() {
    return product;
  }

  /** {@return Xᵀb, an element per neuron of the first layer} */
  public double[] firstSums() {
    return firstSums.clone();
  }

  /** {@return Yᵀa, an element per neuron of the second layer} */
  public double[] secondSums() {
    return secondSums.clone();
  }

  /** Returns the sums on the samples of both. */
  NormProducts plus(NormProducts other) {
    double[] first = new double[firstSums.length];
    double[] second = new double[secondSums.length];
    Arrays.setAll(first, i -> firstSums[i] + other.firstSums[i]);
    Arrays.setAll(second, i -> secondSums[i] + other.secondSums[i]);
    return new NormProducts(product + other.product, first, second);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NormProducts products
        && product == products.product
        && Arrays.equals(firstSums, products.firstSums)
        && Arrays.equals(secondSums, products.secondSums);
  }

  @Override
  public int hashCode() {
    return Double.hashCode(product);
  }
}
