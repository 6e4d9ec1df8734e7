package org.spanmatch.similarity;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Moments;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionKernel.MatrixProducts.Block;

/**
 * Relative distances of neurons on samples that the projections were not fitted to.
 *
 * <p>For a neuron x and spanning neurons Y, the coefficients c minimise ‖z_x − Y·c‖ on the training
 * samples; the held-out distance is ‖z_x − Y·c‖/‖z_x‖ on the others. With G¹ and G² the Gram
 * matrices of both, c = (G¹_YY)⁻¹G¹_Yx and δ² = (G²_xx − 2cᵀG²_Yx + cᵀG²_YY·c)/G²_xx, with the sums
 * over all folds in numerator and denominator. It may exceed 1, where a projection is farther off
 * than none, and unlike the distance it is not monotone: a larger span may have a larger held-out
 * distance. So it verifies a match, and can't find one.
 *
 * <p>A neuron that is hardly ever active says little: see {@link #LEAST_ACTIVE}. Rounding is far
 * below the sampling error; distances below about 1e-6 can't be resolved.
 */
public final class HeldOut {
  /**
   * The least number of active training samples of a fold with which a neuron takes part in it, and
   * of active held-out samples in all: with fewer, a spanning neuron is left out of the span, since
   * its coefficient would be made up, and a neuron has no held-out distance.
   */
  public static final int LEAST_ACTIVE = 10;

  /** The step that {@link Progress} names. */
  public static final String STEP = "held out";

  private static final PerGroup<Integer> LAYERS = PerGroup.of(0, 1);

  private final PerGroup<double[][]> distances; // by span and neuron; NaN where there is none

  private HeldOut(PerGroup<double[][]> distances) {
    this.distances = distances;
  }

  /**
   * Computes the held-out distances of all neurons of two layers to the full span of the other one.
   *
   * @param parts the parts of two layers
   * @param threads number of threads, at least 1
   * @param progress receives the number of projections done, as the step {@link #STEP}
   * @return the distances, to span 0
   */
  public static HeldOut ofAll(Parts parts, int threads, Progress progress) {
    Gram gram = parts.grams().get(0);
    PerGroup<int[]> all = LAYERS.map(layer -> IntStream.range(0, neurons(gram, layer)).toArray());
    return of(parts, List.of(all), threads, progress);
  }

  /**
   * Computes the held-out distances of all neurons of two layers to several nested spans of the
   * other one, such as those of the matched neurons at several ε.
   *
   * <p>Costs 5.3·n³ operations for each fold and each of the two layers, with n neurons each, and
   * about 48·n² bytes beside the parts, whatever the number of spans: a Cholesky factor that begins
   * with the smallest span has those of all, and the sums of all spans begin with those of the
   * smaller ones.
   *
   * @param parts the parts of two layers, some of them held out
   * @param spans the spanning neurons of both layers, each set containing the one before
   * @param threads number of threads, at least 1
   * @param progress receives the number of projections done, as the step {@link #STEP}
   * @return the distances
   * @throws IllegalArgumentException if the sets are not nested
   */
  public static HeldOut of(
      Parts parts, List<PerGroup<int[]>> spans, int threads, Progress progress) {
    Objects.requireNonNull(parts, "parts");
    Objects.requireNonNull(progress, "progress");
    Gram whole = parts.whole();
    PerGroup<int[]> firstSpans =
        PerGroup.from(group -> firstSpans(neurons(whole, LAYERS.get(group)), group, spans));
    PerGroup<Fit> fits =
        PerGroup.from(
            group -> new Fit(whole, group, firstSpans.get(group.other()), spans.size(), threads));
    int folds = parts.folds();
    parts.forEachFold(
        (fold, tested, training) -> {
          for (Group group : Group.values()) {
            fits.get(group).add((GramMatrix) training, (GramMatrix) tested);
            progress.update(STEP, 2L * fold + (group == Group.X ? 1 : 2), 2L * folds);
          }
        });
    return new HeldOut(fits.map(Fit::distances));
  }

  /** Returns the smallest span that each neuron is in; the number of spans if it is in none. */
  private static int[] firstSpans(int neurons, Group group, List<PerGroup<int[]>> spans) {
    int[] first = new int[neurons];
    Arrays.fill(first, spans.size());
    for (int span = spans.size() - 1; span >= 0; span--) {
      for (int neuron : spans.get(span).get(group)) {
        if (span + 1 < spans.size() && first[neuron] != span + 1) {
          throw new IllegalArgumentException(
              "expected nested spans, found neuron " + neuron + " in a smaller one alone");
        }
        first[neuron] = span;
      }
    }
    return first;
  }

  /**
   * {@return the held-out distance of a neuron, at least 0; empty for a neuron that is active at
   * too few samples}
   *
   * @param group the neuron's group
   * @param span the number of the other group's span
   * @param neuron the neuron's position in its layer
   */
  public OptionalDouble distance(Group group, int span, int neuron) {
    double distance = distances.get(group)[span][neuron];
    return Double.isNaN(distance) ? OptionalDouble.empty() : OptionalDouble.of(distance);
  }

  /** The projections of one layer's neurons on spans of the other one, added up over folds. */
  private static final class Fit {
    private final int layer;
    private final int other;
    private final boolean[] dead; // neurons of the other layer
    private final int[] firstSpan; // by neuron of the other layer
    private final Products products;
    private final int[] exponents; // of a power of two near each norm
    private final double[][] residuals; // by span and neuron: squares, in units of such powers
    private final double[] squares; // of the held-out activations, in the same units
    private final long[] active; // held-out samples
    private final boolean[] isRare; // in the training samples of a fold

    Fit(Gram whole, Group group, int[] firstSpan, int spans, int threads) {
      this.layer = LAYERS.get(group);
      this.other = LAYERS.get(group.other());
      this.dead = new boolean[neurons(whole, other)];
      this.isRare = new boolean[neurons(whole, layer)];
      this.exponents = new int[isRare.length];
      for (int neuron = 0; neuron < dead.length; neuron++) {
        dead[neuron] = norm(whole, other, neuron).isDead();
      }
      for (int neuron = 0; neuron < isRare.length; neuron++) {
        Norm norm = norm(whole, layer, neuron);
        isRare[neuron] = norm.isDead();
        exponents[neuron] = norm.exponent();
      }
      this.firstSpan = firstSpan;
      this.products = new Products(threads);
      this.residuals = new double[spans][isRare.length];
      this.squares = new double[isRare.length];
      this.active = new long[isRare.length];
    }

    /**
     * The norm of an activation vector on the samples of all parts.
     *
     * @param exponent of a power of two near it
     */
    private record Norm(boolean isDead, int exponent) {}

    private static Norm norm(Gram whole, int layer, int neuron) {
      int scale = exponent(whole, layer, neuron);
      double norm = Math.sqrt(whole.innerProduct(layer, neuron, layer, neuron));
      return new Norm(
          Math.scalb(norm, -scale) <= whole.deadThreshold(),
          norm == 0 ? 0 : Math.getExponent(norm) - scale);
    }

    /** The neurons to factorise, the smallest span first. */
    private int[] order(GramMatrix training) {
      Moments fitted = training.layers().get(other).moments();
      return IntStream.range(0, dead.length)
          .filter(neuron -> firstSpan[neuron] < residuals.length && !dead[neuron])
          .filter(neuron -> fitted.activeSamples(neuron) >= LEAST_ACTIVE)
          .filter(neuron -> training.innerProduct(other, neuron, other, neuron) > 0)
          .boxed()
          .sorted(Comparator.comparingInt(neuron -> firstSpan[neuron]))
          .mapToInt(Integer::intValue)
          .toArray();
    }

    /** Adds the squares of a fold. */
    void add(GramMatrix training, GramMatrix tested) {
      int[] all = IntStream.range(0, isRare.length).toArray();
      int[] order = order(training);
      // Divisors that scale a spanning neuron to unit norm on the training samples, and a projected
      // one to a norm near 1, the same for all folds, whose squares are added up.
      double[] spanning = new double[dead.length];
      double[] projected = new double[isRare.length];
      double[] held = new double[isRare.length];
      for (int neuron : order) {
        spanning[neuron] = Math.sqrt(training.innerProduct(other, neuron, other, neuron));
      }
      for (int neuron : all) {
        projected[neuron] = Math.scalb(1.0, exponents[neuron] + exponent(training, layer, neuron));
        double factor = toUnits(tested, training, layer, neuron) / projected[neuron];
        held[neuron] = factor * factor * tested.innerProduct(layer, neuron, layer, neuron);
        squares[neuron] += held[neuron];
      }
      GramFactor factor =
          GramFactor.of(
              products(training, training, other, order, spanning, other, order, spanning),
              order,
              products);
      int[] kept = factor.independent();
      // With G¹_YY = LLᵀ, and u = L⁻¹G¹_Yx, w = L⁻¹G²_Yx, T = L⁻¹G²_YY·L⁻ᵀ, the square is
      // G²_xx − 2uᵀw + uᵀTu, whose sums over the first rows are those of the smaller spans.
      double[][] u = products(training, training, other, kept, spanning, layer, all, projected);
      factor.forward(u);
      double[][] w = products(tested, training, other, kept, spanning, layer, all, projected);
      factor.forward(w);
      double[][] t = products(tested, training, other, kept, spanning, other, kept, spanning);
      factor.forward(t);
      transpose(t);
      factor.forward(t);
      subtractLower(w, t, u, 0, kept.length);
      double[] sums = held.clone();
      int row = 0;
      for (int span = 0; span < residuals.length; span++) {
        for (; row < kept.length && firstSpan[kept[row]] <= span; row++) {
          double own = t[row][row];
          for (int x = 0; x < sums.length; x++) {
            sums[x] += u[row][x] * (own * u[row][x] - 2 * w[row][x]);
          }
        }
        for (int x = 0; x < sums.length; x++) {
          residuals[span][x] += Math.max(0, sums[x]);
        }
      }
      count(training.layers().get(layer).moments(), tested.layers().get(layer).moments());
    }

    private void count(Moments training, Moments tested) {
      for (int neuron = 0; neuron < active.length; neuron++) {
        active[neuron] += tested.activeSamples(neuron);
        isRare[neuron] |= training.activeSamples(neuron) < LEAST_ACTIVE;
      }
    }

    /** Subtracts the product of a matrix' strictly lower triangle with another, by halves. */
    private void subtractLower(
        double[][] target, double[][] lower, double[][] b, int from, int to) {
      int columns = isRare.length;
      if (to - from > Rows.HEIGHT) {
        int middle = (from + to) / 2;
        subtractLower(target, lower, b, from, middle);
        products.add(
            Block.of(target, middle, to, 0, columns),
            true,
            Block.of(lower, middle, to, from, middle),
            Block.of(b, from, middle, 0, columns),
            false);
        subtractLower(target, lower, b, middle, to);
        return;
      }
      for (int i = from; i < to; i++) {
        Rows.add(
            Block.of(target, i, i + 1, 0, columns),
            true,
            Block.of(lower, i, i + 1, from, i),
            Block.of(b, from, i, 0, columns));
      }
    }

    double[][] distances() {
      double[][] distances = new double[residuals.length][];
      for (int span = 0; span < distances.length; span++) {
        double[] squared = residuals[span];
        distances[span] = new double[squares.length];
        Arrays.setAll(
            distances[span],
            neuron ->
                isRare[neuron] || active[neuron] < LEAST_ACTIVE
                    ? Double.NaN
                    : Math.sqrt(squared[neuron] / squares[neuron]));
      }
      return distances;
    }
  }

  /** The power of two from the scale of a neuron in one Gram matrix to that in another. */
  private static double toUnits(Gram gram, Gram units, int layer, int neuron) {
    return Math.scalb(1.0, exponent(units, layer, neuron) - exponent(gram, layer, neuron));
  }

  private static int exponent(Gram gram, int layer, int neuron) {
    return gram.layers().get(layer).moments().scaleExponent(neuron);
  }

  /**
   * Returns inner products, divided by two divisors per element.
   *
   * @param units a Gram matrix in whose scales the divisors are
   * @param rowDivisors by neuron of the layer of the rows
   * @param columnDivisors by neuron of the layer of the columns
   */
  private static double[][] products(
      GramMatrix gram,
      GramMatrix units,
      int rowLayer,
      int[] rows,
      double[] rowDivisors,
      int columnLayer,
      int[] columns,
      double[] columnDivisors) {
    double[] block = gram.block(GramPair.of(rowLayer, columnLayer));
    int width = gram.layers().get(Math.max(rowLayer, columnLayer)).neurons();
    double[] columnFactors = new double[columns.length];
    for (int j = 0; j < columns.length; j++) {
      columnFactors[j] = toUnits(gram, units, columnLayer, columns[j]) / columnDivisors[columns[j]];
    }
    double[][] products = new double[rows.length][columns.length];
    for (int i = 0; i < rows.length; i++) {
      int row = rows[i];
      double factor = toUnits(gram, units, rowLayer, row) / rowDivisors[row];
      for (int j = 0; j < columns.length; j++) {
        int place = InnerProducts.place(rowLayer, row, columnLayer, columns[j], width);
        products[i][j] = block[place] * factor * columnFactors[j];
      }
    }
    return products;
  }

  private static void transpose(double[][] square) {
    for (int i = 0; i < square.length; i++) {
      for (int j = 0; j < i; j++) {
        double other = square[i][j];
        square[i][j] = square[j][i];
        square[j][i] = other;
      }
    }
  }

  private static int neurons(Gram gram, int layer) {
    return gram.layers().get(layer).neurons();
  }
}
