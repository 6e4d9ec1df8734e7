package org.spanmatch.similarity;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.GramPair.NormProducts;
import org.spanmatch.gram.Moments;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.PerGroup;

/**
 * The inner products of two layers as {@link Measure}s need them, and what several measures share.
 * Everything is computed when it is first needed, and kept.
 *
 * <p>Each layer is in units of its own: a power of two brings its largest activation vector near
 * norm 1, so that squares neither overflow nor underflow. Measures don't depend on these units.
 *
 * <p>Two sets of neurons occur. <em>All</em> neurons of a layer include dead ones, whose inner
 * products are (nearly) 0. <em>Varying</em> neurons are neither dead nor constant: more of the
 * squared norm is left after centring than the rounding of its sums explains.
 *
 * <p>Takes O(n²) memory beside the Gram matrix. For one thread at a time.
 */
public final class LayerGrams {
  private static final double ROUNDOFF = 0x1p-53;

  private final Gram gram;
  private final Products products;
  private final PerGroup<Layer> layers;
  private double[][] xx;
  private double[][] yy;
  private double[][] xy;
  private double[][] correlations;

  /** One of the two layers: its position, unit, means and varying neurons. */
  private static final class Layer {
    final int position;
    final double unit;
    final double[] factors; // by neuron, from the units of the Gram matrix to that of the layer
    final double[] sums;
    final double squares;
    final int[] varying;

    Layer(
        int position, double unit, double[] factors, double[] sums, double squares, int[] varying) {
      this.position = position;
      this.unit = unit;
      this.factors = factors;
      this.sums = sums;
      this.squares = squares;
      this.varying = varying;
    }
  }

  private LayerGrams(Gram gram, int x, int y, int threads) {
    this.gram = gram;
    this.products = new Products(threads);
    this.layers = PerGroup.of(layer(x), layer(y));
  }

  /**
   * Looks at two layers of a Gram matrix, and computes on all processors.
   *
   * @param gram the Gram matrix, of either precision
   * @param x position of the first layer in it
   * @param y position of the second layer in it
   * @return the layers
   * @throws IllegalArgumentException if the pair was not added up
   */
  public static LayerGrams of(Gram gram, int x, int y) {
    return of(gram, x, y, Runtime.getRuntime().availableProcessors());
  }

  /**
   * Looks at two layers of a Gram matrix.
   *
   * @param gram the Gram matrix, of either precision
   * @param x position of the first layer in it
   * @param y position of the second layer in it
   * @param threads number of threads for what is computed, at least 1
   * @return the layers
   * @throws IllegalArgumentException if the pair was not added up
   */
  public static LayerGrams of(Gram gram, int x, int y, int threads) {
    Objects.requireNonNull(gram, "gram").requirePair(x, y);
    if (threads < 1) {
      throw new IllegalArgumentException("expected at least 1 thread, found " + threads);
    }
    return new LayerGrams(gram, x, y, threads);
  }

  private Layer layer(int position) {
    Moments moments = gram.layers().get(position).moments();
    int neurons = moments.neurons();
    double[] squares = new double[neurons];
    Arrays.setAll(squares, i -> gram.innerProduct(position, i, position, i));
    int largest = -Double.MAX_EXPONENT;
    for (int i = 0; i < neurons; i++) {
      if (squares[i] > 0) {
        largest =
            Math.max(largest, Math.getExponent(Math.sqrt(squares[i])) - moments.scaleExponent(i));
      }
    }
    double[] factors = new double[neurons];
    double[] sums = new double[neurons];
    for (int i = 0; i < neurons; i++) {
      // What is 10^150 times smaller than another neuron of the layer vanishes.
      factors[i] = Math.scalb(1.0, -largest - moments.scaleExponent(i));
      sums[i] = moments.scaledSum(i) * factors[i];
    }
    double total =
        IntStream.range(0, neurons).mapToDouble(i -> squares[i] * factors[i] * factors[i]).sum();
    int[] varying =
        IntStream.range(0, neurons)
            .filter(i -> moments.norm(i) > gram.deadThreshold())
            .filter(i -> varies(squares[i] * factors[i] * factors[i], sums[i]))
            .toArray();
    return new Layer(position, Math.scalb(1.0, -largest), factors, sums, total, varying);
  }

  // The rounding of the square, and of the sum, which may have been added up one by one.
  private boolean varies(double square, double sum) {
    return square - sum / gram.samples() * sum > roundoff() * square;
  }

  /** {@return the number of samples} */
  public long samples() {
    return gram.samples();
  }

  /** {@return the relative error that rounding may leave in sums of activations} */
  double roundoff() {
    return 3 * gram.error() + 2 * gram.samples() * ROUNDOFF;
  }

  /** {@return whether both layers have a neuron that varies} */
  public boolean bothVary() {
    return varying(Group.X).length > 0 && varying(Group.Y).length > 0;
  }

  /**
   * {@return the positions of the varying neurons of a layer, ascending; not copied}
   *
   * @param group the layer
   */
  int[] varying(Group group) {
    return layers.get(group).varying;
  }

  /**
   * {@return the sums of the activations of all neurons of a layer; not copied}
   *
   * @param group the layer
   */
  double[] sums(Group group) {
    return layers.get(group).sums;
  }

  /**
   * {@return the sum of the squared norms of all activation vectors of a layer, not centred}
   *
   * @param group the layer
   */
  double squares(Group group) {
    return layers.get(group).squares;
  }

  /**
   * {@return the sums for debiased CKA, in the units of the layers; empty if the Gram matrix does
   * not have them}
   *
   * @param first the layer whose squared norms are a, with neurons X
   * @param second the layer whose squared norms are b, with neurons Y
   */
  Optional<NormProducts> normProducts(Group first, Group second) {
    int x = layers.get(first).position;
    int y = layers.get(second).position;
    return gram.normProducts(GramPair.of(x, y))
        .map(
            sums ->
                inUnits(
                    x <= y ? sums.firstSums() : sums.secondSums(),
                    x <= y ? sums.secondSums() : sums.firstSums(),
                    sums.product(),
                    layers.get(first).unit,
                    layers.get(second).unit));
  }

  private static NormProducts inUnits(
      double[] first, double[] second, double product, double x, double y) {
    return new NormProducts(
        product * x * x * y * y,
        Arrays.stream(first).map(sum -> sum * x * y * y).toArray(),
        Arrays.stream(second).map(sum -> sum * y * x * x).toArray());
  }

  /**
   * {@return the inner products of all neurons of two layers, as they are: not centred} A row per
   * neuron of the first one, a column per neuron of the second one. They are computed anew with
   * each call.
   *
   * @param rows the layer of the rows
   * @param columns the layer of the columns
   */
  double[][] uncentred(Group rows, Group columns) {
    Layer first = layers.get(rows);
    Layer second = layers.get(columns);
    double[][] block = InnerProducts.of(gram, first.position, second.position, products);
    for (int i = 0; i < block.length; i++) {
      for (int j = 0; j < block[i].length; j++) {
        block[i][j] *= first.factors[i] * second.factors[j];
      }
    }
    return block;
  }

  /**
   * {@return the inner products of the centred activations of the varying neurons of two layers} A
   * row per neuron of the first one, a column per neuron of the second one. Not copied; must not be
   * changed.
   *
   * @param rows the layer of the rows
   * @param columns the layer of the columns
   */
  double[][] centred(Group rows, Group columns) {
    if (rows != columns) {
      if (xy == null) {
        xy = centre(Group.X, Group.Y);
      }
      return rows == Group.X ? xy : Products.transpose(xy);
    }
    if (rows == Group.X) {
      if (xx == null) {
        xx = centre(rows, rows);
      }
      return xx;
    }
    if (yy == null) {
      yy = centre(rows, rows);
    }
    return yy;
  }

  private double[][] centre(Group rows, Group columns) {
    double[][] block = uncentred(rows, columns);
    int[] kept = varying(columns);
    double[][] centred = new double[varying(rows).length][kept.length];
    for (int i = 0; i < centred.length; i++) {
      int row = varying(rows)[i];
      double mean = sums(rows)[row] / samples();
      for (int j = 0; j < kept.length; j++) {
        centred[i][j] = block[row][kept[j]] - mean * sums(columns)[kept[j]];
      }
    }
    return centred;
  }

  /**
   * {@return the sum of the squared norms of a layer's centred activation vectors, which is the
   * trace of {@link #centred}}
   *
   * @param group the layer
   */
  double variance(Group group) {
    double[][] covariance = centred(group, group);
    double sum = 0;
    for (int i = 0; i < covariance.length; i++) {
      sum += covariance[i][i];
    }
    return sum;
  }

  /**
   * {@return the correlations of the varying neurons, in [−1, 1]} A row per neuron of X, a column
   * per neuron of Y. Not copied; must not be changed.
   */
  double[][] correlations() {
    if (correlations == null) {
      double[] x = norms(Group.X);
      double[] y = norms(Group.Y);
      double[][] cross = centred(Group.X, Group.Y);
      correlations = new double[x.length][y.length];
      for (int i = 0; i < x.length; i++) {
        for (int j = 0; j < y.length; j++) {
          correlations[i][j] = Math.max(-1, Math.min(1, cross[i][j] / x[i] / y[j]));
        }
      }
    }
    return correlations;
  }

  private double[] norms(Group group) {
    double[][] covariance = centred(group, group);
    double[] norms = new double[covariance.length];
    Arrays.setAll(norms, i -> Math.sqrt(covariance[i][i]));
    return norms;
  }
}
