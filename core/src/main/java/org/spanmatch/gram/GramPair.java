package org.spanmatch.gram;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;

/**
 * Two layers of a {@link Gram}, by position.
 *
 * <p>Sets of pairs say which inner products between layers to add up. Those within a layer need no
 * request: every Gram matrix has them.
 *
 * @param first position of one layer, from 0
 * @param second position of the other, at least {@code first}
 */
public record GramPair(int first, int second) implements Comparable<GramPair> {
  /**
   * Checks the positions and their order.
   *
   * @param first position of one layer, from 0
   * @param second position of the other, at least {@code first}
   */
  public GramPair {
    if (first < 0 || second < first) {
      throw new IllegalArgumentException(
          "expected positions 0 ≤ first ≤ second, found " + first + " and " + second);
    }
  }

  /**
   * {@return the pair of two layers, given in either order}
   *
   * @param one a layer's position
   * @param other another layer's position, or the same
   */
  public static GramPair of(int one, int other) {
    return new GramPair(Math.min(one, other), Math.max(one, other));
  }

  /**
   * {@return all pairs of different layers}
   *
   * @param layers number of layers, at least 0
   */
  public static Set<GramPair> all(int layers) {
    Set<GramPair> pairs = new LinkedHashSet<>();
    for (int first = 0; first < layers; first++) {
      for (int second = first + 1; second < layers; second++) {
        pairs.add(new GramPair(first, second));
      }
    }
    return pairs;
  }

  /** Orders by the first layer, then by the second. */
  @Override
  public int compareTo(GramPair other) {
    int byFirst = Integer.compare(first, other.first);
    return byFirst != 0 ? byFirst : Integer.compare(second, other.second);
  }

  /**
   * The sums that debiased linear CKA of two layers needs beside their Gram matrix: products with
   * the squared norms a_s = ‖x_s‖² and b_s = ‖y_s‖² of the samples s, the rows of the activation
   * matrices X and Y.
   *
   * <p>(Unbiased HSIC₁: Song et al., Feature Selection via Dependence Maximization, 2012. Its use
   * in CKA: Kornblith et al. 2019.)
   */
  public static final class NormProducts {
    private final double product;
    private final double[] firstSums;
    private final double[] secondSums;
    private final double moved;

    /**
     * Takes the sums of one pair of layers.
     *
     * @param product aᵀb
     * @param firstSums Xᵀb, an element per neuron of the first layer
     * @param secondSums Yᵀa, an element per neuron of the second layer
     */
    public NormProducts(double product, double[] firstSums, double[] secondSums) {
      this(product, firstSums, secondSums, 0);
    }

    /** Takes the sums of one pair of layers after a change of shifts. */
    NormProducts(double product, double[] firstSums, double[] secondSums, double moved) {
      this.product = product;
      this.moved = moved;
      this.firstSums = Objects.requireNonNull(firstSums, "firstSums").clone();
      this.secondSums = Objects.requireNonNull(secondSums, "secondSums").clone();
    }

    /** {@return aᵀb, summed over all samples} */
    public double product() {
      return product;
    }

    /**
     * {@return how far rounding may have moved aᵀb when shifts changed, at least 0} That of adding
     * up comes on top of it. It does not count for equality, and files don't keep it.
     */
    public double moved() {
      return moved;
    }

    /** {@return Xᵀb, an element per neuron of the first layer} */
    public double[] firstSums() {
      return firstSums.clone();
    }

    /** {@return Yᵀa, an element per neuron of the second layer} */
    public double[] secondSums() {
      return secondSums.clone();
    }

    /**
     * {@return the sums on the samples of both}
     *
     * @param other the products of the same pair on other samples
     */
    public NormProducts plus(NormProducts other) {
      double[] first = new double[firstSums.length];
      double[] second = new double[secondSums.length];
      Arrays.setAll(first, i -> firstSums[i] + other.firstSums[i]);
      Arrays.setAll(second, i -> secondSums[i] + other.secondSums[i]);
      return new NormProducts(product + other.product, first, second, moved + other.moved);
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
}
