package org.spanmatch.kernel.vector.qr;

import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.spanmatch.gram.GramLayer;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.GramPair.NormProducts;
import org.spanmatch.kernel.backend.ScaledLayer;
import org.spanmatch.kernel.vector.gemm.Matrix;

/**
 * Adds up the moments of some layers' neurons from rows with all layers' activations side by side,
 * and on request the norm products.
 */
public final class ColumnMoments {
  private final int[] first; // the column of each layer's first neuron, and the number of columns
  private final double[] sums;
  private final double[] squares;
  private final double[] fourthPowers;
  private final long[] active;
  private final Map<GramPair, Products> products = new TreeMap<>();

  /** The norm products of one pair while they are added up. */
  private static final class Products {
    double product;
    final double[] firstSums;
    final double[] secondSums;

    Products(int firstNeurons, int secondNeurons) {
      firstSums = new double[firstNeurons];
      secondSums = new double[secondNeurons];
    }
  }

  /**
   * Starts with no rows.
   *
   * @param first the column of each layer's first neuron, and the number of columns
   * @param pairs the pairs of layers whose norm products to add up
   * @param ofSelves whether to add up those of each layer with itself too
   */
  public ColumnMoments(int[] first, Collection<GramPair> pairs, boolean ofSelves) {
    this.first = first;
    int columns = first[first.length - 1];
    sums = new double[columns];
    squares = new double[columns];
    fourthPowers = new double[columns];
    active = new long[columns];
    TreeSet<GramPair> all = new TreeSet<>(pairs);
    for (int i = 0; ofSelves && i < first.length - 1; i++) {
      all.add(new GramPair(i, i));
    }
    for (GramPair pair : all) {
      products.put(pair, new Products(neurons(pair.first()), neurons(pair.second())));
    }
  }

  private int neurons(int layer) {
    return first[layer + 1] - first[layer];
  }

  /**
   * Returns the moments of the first rows of a matrix with the same columns, for the same pairs.
   */
  ColumnMoments of(Matrix matrix, int rows) {
    ColumnMoments moments = new ColumnMoments(first, products.keySet(), false);
    for (int i = 0; i < rows; i++) {
      moments.addRow(matrix.values, matrix.at(i, 0));
    }
    return moments;
  }

  /**
   * Adds a sample: the activations of all layers side by side, from index {@code place} of an
   * array.
   */
  public void addRow(double[] values, int place) {
    for (int j = 0; j < sums.length; j++) {
      double value = values[place + j];
      double square = value * value;
      sums[j] += value;
      squares[j] += square;
      fourthPowers[j] += square * square;
      active[j] += value == 0 ? 0 : 1;
    }
    if (!products.isEmpty()) {
      addProducts(values, place);
    }
  }

  private void addProducts(double[] values, int place) {
    double[] norms = new double[first.length - 1];
    for (int layer = 0; layer < norms.length; layer++) {
      for (int j = first[layer]; j < first[layer + 1]; j++) {
        norms[layer] += values[place + j] * values[place + j];
      }
    }
    products.forEach(
        (pair, sum) -> {
          double a = norms[pair.first()];
          double b = norms[pair.second()];
          sum.product += a * b;
          addMultiple(sum.firstSums, b, values, place + first[pair.first()]);
          addMultiple(sum.secondSums, a, values, place + first[pair.second()]);
        });
  }

  private static void addMultiple(double[] target, double factor, double[] source, int from) {
    for (int j = 0; j < target.length; j++) {
      target[j] += factor * source[from + j];
    }
  }

  /** Adds the moments of other rows. */
  void add(ColumnMoments other) {
    for (int j = 0; j < sums.length; j++) {
      sums[j] += other.sums[j];
      squares[j] += other.squares[j];
      fourthPowers[j] += other.fourthPowers[j];
      active[j] += other.active[j];
    }
    products.forEach(
        (pair, sum) -> {
          Products others = other.products.get(pair);
          sum.product += others.product;
          addMultiple(sum.firstSums, 1, others.firstSums, 0);
          addMultiple(sum.secondSums, 1, others.secondSums, 0);
        });
  }

  /** Returns a layer's description and moments for a triangular factor. */
  public GramLayer describe(ScaledLayer layer, int position) {
    int from = first[position];
    int to = first[position + 1];
    return layer.describe(
        position,
        Arrays.copyOfRange(sums, from, to),
        Arrays.copyOfRange(squares, from, to),
        Arrays.copyOfRange(fourthPowers, from, to),
        Arrays.copyOfRange(active, from, to));
  }

  /** Returns the norm products of all requested pairs. */
  public Map<GramPair, NormProducts> normProducts() {
    Map<GramPair, NormProducts> all = new TreeMap<>();
    products.forEach(
        (pair, sum) -> all.put(pair, new NormProducts(sum.product, sum.firstSums, sum.secondSums)));
    return all;
  }
}
