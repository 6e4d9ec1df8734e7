package org.spanmatch.similarity;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramException;
import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.GramPair.NormProducts;
import org.spanmatch.gram.Moments;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionKernel;

/**
 * The inner products of two layers as {@link Measure}s need them, and what several measures share.
 * Everything is computed when it is first needed, and kept.
 *
 * <p>Activations are centred ({@link Gram#centred}), but for what says otherwise. Each layer is in
 * units of its own: a power of two brings its largest activation vector near norm 1, so that
 * squares neither overflow nor underflow. Measures don't depend on these units.
 *
 * <p><em>Varying</em> neurons are those that live on after centring: neither dead nor constant, as
 * far as the Gram matrix can tell.
 *
 * <p>From a triangular factor R the inner products are those of RᵀR, so high precision makes
 * measures no more precise. Takes O(n²) memory beside the Gram matrix. For one thread at a time.
 */
public final class LayerGrams {
  private static final double ROUNDOFF = 0x1p-53;
  private static final int BAND = 64; // rows that a task reads

  private final LayerPairGram plain;
  private final LayerPairGram centred;
  private final String problem;
  private final Products products;
  private final PerGroup<Layer> layers;
  private double[][] xx;
  private double[][] yy;
  private double[][] xy;
  private double[][] correlations;
  private GramFactor xFactor;
  private GramFactor yFactor;
  private SingularValues canonical;

  /** Two layers of a Gram matrix. */
  private record LayerPairGram(Gram gram, int x, int y) {
    /** Leaves out other layers, which would be centred too. */
    static LayerPairGram of(Gram gram, int x, int y) {
      if (!(gram instanceof GramMatrix matrix)) {
        return new LayerPairGram(gram, x, y);
      }
      Gram restricted = matrix.restrictedTo(Math.min(x, y), Math.max(x, y));
      return new LayerPairGram(restricted, x > y ? 1 : 0, y > x ? 1 : 0);
    }

    int position(Group group) {
      return group == Group.X ? x : y;
    }
  }

  /** The units of a layer, and its varying neurons. */
  private static final class Layer {
    final double unit;
    final double[] factors; // by neuron, from the units of the Gram matrix to that of the layer
    final int[] varying;

    Layer(Gram gram, int position) {
      Moments moments = gram.layers().get(position).moments();
      int neurons = moments.neurons();
      double[] squares = new double[neurons];
      Arrays.setAll(squares, i -> gram.innerProduct(position, i, position, i));
      int largest = -Double.MAX_EXPONENT;
      for (int i = 0; i < neurons; i++) {
        if (squares[i] > 0) {
          int exponent = Math.getExponent(Math.sqrt(squares[i])) - moments.scaleExponent(i);
          largest = Math.max(largest, exponent);
        }
      }
      unit = Math.scalb(1.0, -largest);
      factors = new double[neurons];
      for (int i = 0; i < neurons; i++) {
        // What is 10^150 times smaller than another neuron of the layer vanishes.
        factors[i] = Math.scalb(1.0, -largest - moments.scaleExponent(i));
      }
      varying =
          IntStream.range(0, neurons)
              .filter(i -> moments.norm(i) > gram.deadThreshold())
              .filter(i -> squares[i] * factors[i] * factors[i] > 0)
              .toArray();
    }
  }

  private LayerGrams(
      LayerPairGram plain, LayerPairGram centred, String problem, Products products) {
    this.plain = plain;
    this.centred = centred;
    this.problem = problem;
    this.products = products;
    this.layers = PerGroup.from(group -> new Layer(centred.gram(), centred.position(group)));
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
   * Looks at two layers of a Gram matrix, and centres them.
   *
   * @param gram the Gram matrix, of either precision; for large means, added up with {@link
   *     org.spanmatch.gram.GramOptions#shifted}
   * @param x position of the first layer in it
   * @param y position of the second layer in it
   * @param threads number of threads for what is computed, at least 1
   * @return the layers
   * @throws IllegalArgumentException if the pair was not added up
   */
  public static LayerGrams of(Gram gram, int x, int y, int threads) {
    return of(gram, x, y, new Products(threads));
  }

  /**
   * Looks at two layers of a Gram matrix, centres them, and computes with the {@linkplain
   * ProjectionKernel#products products} of a kernel, which may be several times as fast.
   *
   * @param gram the Gram matrix, of either precision; for large means, added up with {@link
   *     org.spanmatch.gram.GramOptions#shifted}
   * @param x position of the first layer in it
   * @param y position of the second layer in it
   * @param kernel computes, on its threads, for as long as the result is used
   * @return the layers
   * @throws IllegalArgumentException if the pair was not added up
   */
  public static LayerGrams of(Gram gram, int x, int y, ProjectionKernel kernel) {
    return of(gram, x, y, Products.of(kernel));
  }

  private static LayerGrams of(Gram gram, int x, int y, Products products) {
    Objects.requireNonNull(gram, "gram").requirePair(x, y);
    LayerPairGram plain = LayerPairGram.of(gram, x, y);
    try {
      LayerPairGram centred = new LayerPairGram(plain.gram().centred(), plain.x(), plain.y());
      return new LayerGrams(plain, centred, null, products);
    } catch (GramException e) {
      return new LayerGrams(plain, plain, e.getMessage(), products);
    }
  }

  /**
   * Estimates, from above, the Java heap that some measures of two layers take, that of their Gram
   * matrix included.
   *
   * @param measures the measures
   * @param x number of neurons of the first layer
   * @param y number of neurons of the second layer
   * @return bytes
   */
  public static long heapBytes(List<Measure> measures, int x, int y) {
    double all = (double) x + y;
    return measures.stream().allMatch(Measure::onlyReads)
        ? (long) (Double.BYTES * 1.5 * all * all) // as it was added up, centred and as stored
        : heapBytes(x, y);
  }

  /**
   * Estimates, from above, the Java heap that all measures of two layers take, that of their Gram
   * matrix included: 324 MB for 1500 + 1500 neurons, for which a heap of 340 MB is large enough and
   * one of 300 MB is not.
   *
   * @param x number of neurons of the first layer
   * @param y number of neurons of the second layer
   * @return bytes
   */
  public static long heapBytes(int x, int y) {
    double all = (double) x + y;
    double larger = Math.max(x, y);
    // The Gram matrix, centred too, and its blocks by rows; and an eigendecomposition.
    double elements = 3 * all * all + 6 * larger * larger;
    return (long) (Double.BYTES * elements);
  }

  /**
   * {@return why all measures of centred activations are empty, if the Gram matrix can't be
   * centred}
   */
  public Optional<String> problem() {
    return Optional.ofNullable(problem);
  }

  /** {@return the number of samples} */
  public long samples() {
    return centred.gram().samples();
  }

  /** {@return the relative error that rounding may leave in sums of centred activations} */
  double roundoff() {
    return 3 * centred.gram().error() + 2 * samples() * ROUNDOFF;
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
    return problem == null ? layers.get(group).varying : new int[0];
  }

  /**
   * {@return the sums for debiased CKA, of centred activations in the units of the layers; empty if
   * the Gram matrix does not have them}
   *
   * @param first the layer whose squared norms are a, with neurons X
   * @param second the layer whose squared norms are b, with neurons Y
   */
  OptionalDouble normProduct(Group first, Group second) {
    return sum(centred, first, second, NormProducts::product);
  }

  /**
   * {@return how far rounding may have moved {@link #normProduct} of a layer with itself, which
   * comes from that of the activations as they were added up, and of centring them before, if that
   * was done} 0 without norm products.
   *
   * @param group the layer
   */
  double normProductRoundoff(Group group) {
    double addingUp =
        2 * samples() * ROUNDOFF * sum(plain, group, group, NormProducts::product).orElse(0);
    return addingUp + sum(plain, group, group, NormProducts::moved).orElse(0);
  }

  private OptionalDouble sum(
      LayerPairGram of, Group first, Group second, ToDoubleFunction<NormProducts> sum) {
    GramPair pair = GramPair.of(of.position(first), of.position(second));
    double unit = layers.get(first).unit * layers.get(second).unit;
    return of.gram().normProducts(pair).stream()
        .mapToDouble(sums -> sum.applyAsDouble(sums) * unit * unit)
        .findFirst();
  }

  /**
   * {@return the inner products of the varying neurons of two layers} A row per neuron of the first
   * one, a column per neuron of the second one. Not copied; must not be changed.
   *
   * @param rows the layer of the rows
   * @param columns the layer of the columns
   */
  double[][] centred(Group rows, Group columns) {
    if (rows != columns) {
      if (xy == null) {
        xy = block(Group.X, Group.Y);
      }
      return rows == Group.X ? xy : Products.transpose(xy);
    }
    if (rows == Group.X) {
      xx = xx == null ? block(rows, rows) : xx;
      return xx;
    }
    yy = yy == null ? block(rows, rows) : yy;
    return yy;
  }

  /**
   * {@return the sum of the squares of {@link #centred}} Reads the Gram matrix once, and copies
   * nothing.
   *
   * @param rows the layer of the rows
   * @param columns the layer of the columns
   */
  double squares(Group rows, Group columns) {
    if (!(centred.gram() instanceof GramMatrix matrix)) {
      return Products.squares(centred(rows, columns));
    }
    GramPair pair = GramPair.of(centred.position(rows), centred.position(columns));
    boolean swapped = pair.first() != centred.position(rows);
    return sumOfSquares(
        matrix.block(pair),
        varyingFactors(swapped ? columns : rows),
        varyingFactors(swapped ? rows : columns),
        pair.first() == pair.second());
  }

  /** The factors of a layer, 0 for neurons that don't vary. */
  private double[] varyingFactors(Group group) {
    double[] factors = new double[layers.get(group).factors.length];
    IntStream.of(varying(group)).forEach(i -> factors[i] = layers.get(group).factors[i]);
    return factors;
  }

  private double sumOfSquares(double[] block, double[] rows, double[] columns, boolean triangle) {
    double[] sums = new double[rows.length];
    products.each(
        3.0 * block.length,
        (rows.length + BAND - 1) / BAND,
        band -> {
          for (int i = band * BAND; i < Math.min(rows.length, (band + 1) * BAND); i++) {
            int first = triangle ? i + 1 : 0;
            int place = triangle ? GramMatrix.triangleRow(rows.length, i) : i * columns.length;
            double sum = sumOfSquares(block, place, columns, first);
            double own = triangle ? block[place + i] * columns[i] : 0;
            sums[i] = rows[i] * rows[i] * (triangle ? 2 * sum + own * own : sum);
          }
        });
    return Arrays.stream(sums).sum();
  }

  private static double sumOfSquares(double[] block, int place, double[] factors, int from) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int j = from;
    for (; j + 4 <= factors.length; j += 4) {
      double one = block[place + j] * factors[j];
      double two = block[place + j + 1] * factors[j + 1];
      double three = block[place + j + 2] * factors[j + 2];
      double four = block[place + j + 3] * factors[j + 3];
      a += one * one;
      b += two * two;
      c += three * three;
      d += four * four;
    }
    for (; j < factors.length; j++) {
      double one = block[place + j] * factors[j];
      a += one * one;
    }
    return a + b + (c + d);
  }

  private double[][] block(Group rows, Group columns) {
    double[][] all =
        InnerProducts.of(
            centred.gram(), centred.position(rows), centred.position(columns), products);
    int[] first = varying(rows);
    int[] second = varying(columns);
    double[] rowFactors = layers.get(rows).factors;
    double[] columnFactors = layers.get(columns).factors;
    double[][] block = new double[first.length][second.length];
    for (int i = 0; i < first.length; i++) {
      for (int j = 0; j < second.length; j++) {
        block[i][j] = all[first[i]][second[j]] * rowFactors[first[i]] * columnFactors[second[j]];
      }
    }
    return block;
  }

  /**
   * {@return the sum of the squared norms of a layer's centred activation vectors, which is the
   * trace of {@link #centred}}
   *
   * @param group the layer
   */
  double variance(Group group) {
    return Arrays.stream(deviations(group)).map(norm -> norm * norm).sum();
  }

  /**
   * {@return the norms of a layer's centred activation vectors, by varying neuron}
   *
   * @param group the layer
   */
  double[] deviations(Group group) {
    int position = centred.position(group);
    double[] factors = layers.get(group).factors;
    return IntStream.of(varying(group))
        .mapToDouble(
            i -> Math.sqrt(centred.gram().innerProduct(position, i, position, i)) * factors[i])
        .toArray();
  }

  /**
   * {@return the correlations of the varying neurons, in [−1, 1]} A row per neuron of X, a column
   * per neuron of Y. Not copied; must not be changed.
   */
  double[][] correlations() {
    if (correlations == null) {
      correlations = correlations(Group.X, Group.Y);
    }
    return correlations;
  }

  private double[][] correlations(Group rows, Group columns) {
    double[] first = deviations(rows);
    double[] second = deviations(columns);
    double[][] covariance = centred(rows, columns);
    double[][] cosines = new double[first.length][second.length];
    for (int i = 0; i < first.length; i++) {
      for (int j = 0; j < second.length; j++) {
        cosines[i][j] = Math.max(-1, Math.min(1, covariance[i][j] / first[i] / second[j]));
      }
    }
    return cosines;
  }

  /**
   * {@return the Cholesky factor of the correlations of a layer's varying neurons, which are named
   * by their place among these}
   *
   * @param group the layer
   */
  GramFactor factor(Group group) {
    if (group == Group.X) {
      xFactor = xFactor == null ? factorise(group) : xFactor;
      return xFactor;
    }
    yFactor = yFactor == null ? factorise(group) : yFactor;
    return yFactor;
  }

  private GramFactor factorise(Group group) {
    double[][] cosines = correlations(group, group);
    for (int i = 0; i < cosines.length; i++) {
      cosines[i][i] = 1;
    }
    int[] order = IntStream.range(0, cosines.length).toArray();
    return GramFactor.of(cosines, order, products);
  }

  /**
   * {@return the coordinates of a layer's centred activation vectors, scaled to unit norm, in an
   * orthonormal basis of the span of the centred neurons of the same layer or the other one} A row
   * per dimension of the span, a column per varying neuron. The squares of a column add up to the
   * share of the neuron's variance that lies in the span. Costs r²·n operations with each call.
   *
   * @param span the layer that spans
   * @param group the layer whose vectors are projected
   */
  double[][] coordinates(Group span, Group group) {
    double[][] cosines = correlations(span, group);
    double[][] coordinates =
        IntStream.of(factor(span).positions()).mapToObj(i -> cosines[i]).toArray(double[][]::new);
    factor(span).forward(coordinates);
    return coordinates;
  }

  /** {@return the layer of smaller rank, X if both are equal} */
  Group smaller() {
    return factor(Group.X).rank() <= factor(Group.Y).rank() ? Group.X : Group.Y;
  }

  /**
   * {@return the canonical correlations of both layers as singular values of the whitened
   * cross-covariance, whose rows belong to the basis of the {@link #smaller} layer's span}
   */
  SingularValues canonicalCorrelations() {
    if (canonical == null) {
      Group rows = smaller();
      double[][] half = coordinates(rows.other(), rows);
      int[] independent = factor(rows).positions();
      double[][] whitened = new double[independent.length][half.length];
      for (int i = 0; i < whitened.length; i++) {
        for (int j = 0; j < half.length; j++) {
          whitened[i][j] = half[j][independent[i]];
        }
      }
      factor(rows).forward(whitened);
      canonical = SingularValues.of(whitened, products);
    }
    return canonical;
  }

  /**
   * {@return the singular values of the cross-covariance of both layers, one per neuron of the
   * smaller one}
   */
  SingularValues covariances() {
    double[][] cross = centred(Group.X, Group.Y);
    boolean fewer = cross.length <= cross[0].length;
    return SingularValues.of(fewer ? cross : Products.transpose(cross), products);
  }

  /** {@return the layers as they are: not centred; empty if shifts can't be undone} */
  Optional<Uncentred> uncentred() {
    try {
      return Optional.of(new Uncentred(plain.gram().unshifted()));
    } catch (GramException e) {
      return Optional.empty();
    }
  }

  /** The layers as they are: not centred. Nothing is kept. */
  final class Uncentred {
    private final Gram gram;

    private Uncentred(Gram gram) {
      this.gram = gram;
    }

    /**
     * {@return the Cholesky factor of the inner products of a layer's living neurons}
     *
     * @param group the layer
     */
    GramFactor factor(Group group) {
      return GramFactor.of(
          gram, plain.position(group), GramFactor.living(gram, plain.position(group)), products);
    }

    /**
     * {@return the cosines of the angles between some neurons' activation vectors} A row per neuron
     * of X, a column per neuron of Y.
     *
     * @param x living neurons of X
     * @param y living neurons of Y
     */
    double[][] cosines(int[] x, int[] y) {
      return Cosines.between(gram, plain.x(), x, plain.y(), y, products);
    }
  }

  /** {@return how to multiply matrices} */
  Products products() {
    return products;
  }
}
