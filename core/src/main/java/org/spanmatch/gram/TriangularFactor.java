package org.spanmatch.gram;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.spanmatch.gram.GramPair.NormProducts;
import org.spanmatch.gram.orthogonal.Householder;

/**
 * The triangular factor R of A = QR, where A has the activation vectors of all layers as columns.
 * The columns of R have the inner products, norms and distances of the activation vectors, with an
 * error that grows with the coefficients of a projection and not with their square.
 *
 * <p>Takes about 4·m² bytes for m neurons in all layers. Has the inner products of all pairs of
 * layers.
 */
public final class TriangularFactor extends Gram {
  // A mean that makes up less of a vector than this counts as an error of the vector.
  private static final double NEGLIGIBLE_MEAN = 0x1p-26;

  private final double[][] rows;
  private final int[] first; // the column of each layer's first neuron
  private final int[] multipleOf; // for each column, one that it is a multiple of

  /**
   * Takes a factor.
   *
   * @param layers the layers, whose neurons are the columns, in order
   * @param samples number of samples, at least 1
   * @param deadThreshold the norm up to which neurons are dead, at least 0
   * @param error bound on the relative backward error η of each column: R is the exact factor of a
   *     matrix whose columns differ by at most η times their norm
   * @param rows at most m rows, row i with the elements from column i on. Not copied; must not be
   *     changed afterwards
   * @param normProducts the sums for debiased CKA, by pair; may be empty
   */
  public TriangularFactor(
      List<GramLayer> layers,
      long samples,
      double deadThreshold,
      double error,
      double[][] rows,
      Map<GramPair, NormProducts> normProducts) {
    this(layers, samples, deadThreshold, error, rows, normProducts, null);
  }

  private TriangularFactor(
      List<GramLayer> layers,
      long samples,
      double deadThreshold,
      double error,
      double[][] rows,
      Map<GramPair, NormProducts> normProducts,
      int[] multipleOf) {
    super(
        layers,
        GramPair.all(Objects.requireNonNull(layers, "layers").size()),
        samples,
        deadThreshold,
        error,
        normProducts);
    this.rows = Objects.requireNonNull(rows, "rows");
    this.first = new int[layers.size() + 1];
    for (int i = 0; i < layers.size(); i++) {
      first[i + 1] = Math.addExact(first[i], layers.get(i).neurons());
    }
    this.multipleOf =
        multipleOf == null ? IntStream.range(0, columns()).toArray() : multipleOf.clone();
    if (rows.length > columns()) {
      throw new IllegalArgumentException(
          "expected at most " + columns() + " rows, found " + rows.length);
    }
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length != columns() - i) {
        throw new IllegalArgumentException(
            "row " + i + ": expected " + (columns() - i) + " elements, found " + rows[i].length);
      }
    }
  }

  /**
   * {@return this factor with the knowledge of which neurons are exact multiples of others, which
   * its rounded columns don't show} A sum and a Gram file don't keep it.
   *
   * @param columns for each column the first one that it is a multiple of, itself if there is none
   *     before it
   */
  public TriangularFactor withMultiples(int[] columns) {
    if (columns.length != columns()) {
      throw new IllegalArgumentException(
          "expected " + columns() + " columns, found " + columns.length);
    }
    return new TriangularFactor(
        layers(), samples(), deadThreshold(), error(), rows, normProducts(), columns);
  }

  /**
   * {@return a column that stands for all exact multiples of a column: equal for two if they are
   * known to be multiples of each other}
   *
   * @param column a column, below {@link #columns()}
   */
  public int multipleOf(int column) {
    return multipleOf[column];
  }

  @Override
  public Precision precision() {
    return Precision.HIGH;
  }

  /** {@return the number of columns m, the number of neurons of all layers} */
  public int columns() {
    return first[first.length - 1];
  }

  /** {@return the number of rows, at most that of columns; rows that are left out are zero} */
  public int rows() {
    return rows.length;
  }

  /**
   * {@return the column of a neuron}
   *
   * @param layer the layer's position in {@link #layers()}
   * @param neuron the neuron's position in its layer
   */
  public int column(int layer, int neuron) {
    return first[layer] + Objects.checkIndex(neuron, layers().get(layer).neurons());
  }

  /**
   * {@return an element of R; 0 below the diagonal}
   *
   * @param row a row, below {@link #rows()}
   * @param column a column, below {@link #columns()}
   */
  public double get(int row, int column) {
    return column < row ? 0 : rows[row][column - row];
  }

  @Override
  public double innerProduct(int layer, int neuron, int otherLayer, int otherNeuron) {
    requirePair(layer, otherLayer);
    int column = column(layer, neuron);
    int other = column(otherLayer, otherNeuron);
    double sum = 0;
    for (int i = 0; i <= Math.min(rows.length - 1, Math.min(column, other)); i++) {
      sum += get(i, column) * get(i, other);
    }
    return sum;
  }

  @Override
  public long bytes() {
    return Arrays.stream(rows).mapToLong(row -> (long) Double.BYTES * row.length).sum();
  }

  @Override
  TriangularFactor withLayers(List<GramLayer> labelled) {
    return new TriangularFactor(
        labelled, samples(), deadThreshold(), error(), rows, normProducts(), multipleOf);
  }

  /**
   * Takes what is left of the means, such as the rounding of shifts, for a backward error. Where
   * more is left, a factor can't be corrected without the loss that its inner products have.
   */
  @Override
  Gram movedToMeans() {
    double left = largestMean();
    if (left > NEGLIGIBLE_MEAN) {
      return ShiftedMatrix.centred(products());
    }
    List<GramLayer> centred = new ArrayList<>();
    for (GramLayer layer : layers()) {
      Moments moments = layer.moments();
      double[] squares = moments.scaledSquares();
      for (int i = 0; i < squares.length; i++) {
        double doubt = layer.storageRoundoff() * layer.storageRoundoff();
        if (squares[i] <= doubt * moments.storedSquare(i, samples())) {
          squares[i] = 0;
        }
      }
      centred.add(
          layer.with(
              moments.moved(
                  new double[squares.length], squares, moments.means(samples()), samples())));
    }
    return new TriangularFactor(
        centred, samples(), deadThreshold(), error() + left, rows, normProducts());
  }

  /** The largest √κ of a living neuron: the share of its vector that its mean makes up. */
  private double largestMean() {
    double largest = 0;
    for (GramLayer layer : layers()) {
      Moments moments = layer.moments();
      for (int i = 0; i < layer.neurons(); i++) {
        if (moments.norm(i) > deadThreshold()) {
          largest = Math.max(largest, Math.sqrt(moments.meanShare(i, samples())));
        }
      }
    }
    return largest;
  }

  /** The inner products RᵀR, in O(m³) operations. */
  private GramMatrix products() {
    Map<GramPair, double[]> blocks = new TreeMap<>();
    List<GramLayer> described = new ArrayList<>();
    for (int i = 0; i < layers().size(); i++) {
      double[] triangle = product(new GramPair(i, i));
      int neurons = layers().get(i).neurons();
      Moments moments = layers().get(i).moments();
      double[] squares = new double[neurons];
      Arrays.setAll(squares, n -> triangle[GramMatrix.triangleRow(neurons, n) + n]);
      described.add(
          layers()
              .get(i)
              .with(moments.moved(moments.scaledSums(), squares, moments.shifts(), samples())));
      blocks.put(new GramPair(i, i), triangle);
    }
    pairs().forEach(pair -> blocks.put(pair, product(pair)));
    double error = (2 + error()) * error() + rows.length * ROUNDOFF;
    return new GramMatrix(described, samples(), deadThreshold(), error, blocks, normProducts());
  }

  private double[] product(GramPair pair) {
    int from = first[pair.first()];
    int end = first[pair.first() + 1];
    int otherFrom = first[pair.second()];
    int otherEnd = first[pair.second() + 1];
    boolean triangle = pair.first() == pair.second();
    double[] block = new double[Math.toIntExact(GramMatrix.blockSize(layers(), pair))];
    for (int row = 0; row < Math.min(rows.length, end); row++) {
      for (int i = Math.max(row, from); i < end; i++) {
        double factor = rows[row][i - row];
        int start =
            triangle
                ? GramMatrix.triangleRow(end - from, i - from) - otherFrom
                : (i - from) * (otherEnd - otherFrom) - otherFrom;
        for (int j = triangle ? i : Math.max(row, otherFrom); j < otherEnd; j++) {
          block[start + j] += factor * rows[row][j - row];
        }
      }
    }
    return block;
  }

  /**
   * Adds what the new shifts put on every activation. Vectors about their means are orthogonal to
   * that, so it is one more row.
   */
  @Override
  TriangularFactor movedTo(List<double[]> shifts) {
    if (largestMean() > NEGLIGIBLE_MEAN) {
      throw new GramException(
          layers().get(0).description()
              + ": with high precision, what was added up without --center and what was added up"
              + " with it can't be added; add up all parts alike");
    }
    double[] row = new double[columns()];
    List<GramLayer> moved = new ArrayList<>();
    for (int layer = 0; layer < layers().size(); layer++) {
      GramLayer old = layers().get(layer);
      double[] steps = old.moments().stepsTo(shifts.get(layer));
      double[] sums = old.moments().scaledSums();
      double[] squares = old.moments().scaledSquares();
      for (int i = 0; i < steps.length; i++) {
        squares[i] = Math.max(0, squares[i] + steps[i] * (2 * sums[i] + samples() * steps[i]));
        sums[i] += samples() * steps[i];
        row[first[layer] + i] = sums[i] / Math.sqrt((double) samples());
      }
      moved.add(old.with(old.moments().moved(sums, squares, shifts.get(layer), samples())));
    }
    double[][] whole = merged(rescaled(layers(), columns()), new double[][] {row});
    for (int i = 0; i < whole.length; i++) {
      whole[i] = Arrays.copyOfRange(whole[i], i, columns());
    }
    double step = columns() * Householder.backwardError(2);
    return new TriangularFactor(
        moved, samples(), deadThreshold(), error() + largestMean() + step, whole, Map.of());
  }

  /** The means of both, about which a factor loses nothing. */
  @Override
  List<double[]> commonShifts(Gram other) {
    double share = (double) other.samples() / (samples() + other.samples());
    List<double[]> common = new ArrayList<>();
    for (int layer = 0; layer < layers().size(); layer++) {
      double[] means = layers().get(layer).moments().means(samples());
      double[] others = other.layers().get(layer).moments().means(other.samples());
      Arrays.setAll(means, i -> means[i] + share * (others[i] - means[i]));
      common.add(means);
    }
    return common;
  }

  @Override
  TriangularFactor plus(
      Gram other, List<GramLayer> sums, long allSamples, Map<GramPair, NormProducts> products) {
    TriangularFactor factor = (TriangularFactor) other;
    int columns = columns();
    double[][] merged =
        rows.length + factor.rows.length <= columns
            ? factorised(rescaled(sums, rows.length), factor.rescaled(sums, factor.rows.length))
            : merged(rescaled(sums, columns), factor.rescaled(sums, factor.rows.length));
    for (int i = 0; i < merged.length; i++) {
      merged[i] = Arrays.copyOfRange(merged[i], i, columns);
    }
    boolean unscaled = !isScaled() && !factor.isScaled();
    // Reflections act on columns / 2 + 2 rows or fewer, on average.
    double step = columns * Householder.backwardError(columns / 2 + 2);
    return new TriangularFactor(
        sums,
        allSamples,
        deadThreshold(),
        Math.max(error(), other.error()) + step,
        merged,
        unscaled ? products : Map.of());
  }

  /**
   * The factor of few rows: none is dropped, since columns of zeros leave rows behind that no later
   * reflection takes up.
   */
  private static double[][] factorised(double[][] upper, double[][] lower) {
    double[][] all = Arrays.copyOf(upper, upper.length + lower.length);
    System.arraycopy(lower, 0, all, upper.length, lower.length);
    for (int k = 0; k < all.length; k++) {
      Householder.reflect(all[k], all, k + 1, all.length, k, all[k].length);
    }
    return all;
  }

  /** The factor of a row per column, with zeros where there are fewer, and a triangle below. */
  private static double[][] merged(double[][] upper, double[][] lower) {
    for (int k = 0; k < upper.length; k++) {
      Householder.reflect(upper[k], lower, 0, Math.min(k + 1, lower.length), k, upper.length);
    }
    return upper;
  }

  /** Whole rows, in the units of other layers' scales. */
  private double[][] rescaled(List<GramLayer> target, int count) {
    double[] factors = new double[columns()];
    for (int layer = 0; layer < layers().size(); layer++) {
      double[] own =
          layers().get(layer).moments().factorsTo(target.get(layer).moments().scaleExponents());
      System.arraycopy(own, 0, factors, first[layer], own.length);
    }
    double[][] whole = new double[count][columns()];
    for (int i = 0; i < Math.min(count, rows.length); i++) {
      for (int j = i; j < columns(); j++) {
        whole[i][j] = rows[i][j - i] * factors[j];
      }
    }
    return whole;
  }

  /** Whether all numbers are bitwise identical. */
  @Override
  public boolean equals(Object other) {
    return other instanceof TriangularFactor factor
        && layers().equals(factor.layers())
        && samples() == factor.samples()
        && deadThreshold() == factor.deadThreshold()
        && error() == factor.error()
        && normProducts().equals(factor.normProducts())
        && Arrays.deepEquals(rows, factor.rows);
  }

  @Override
  public int hashCode() {
    return layers().hashCode();
  }
}
