package org.spanmatch.gram;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The triangular factor R of A = QR, where A has the activation vectors of all layers as columns.
 * The columns of R have the inner products, norms and distances of the activation vectors, with an
 * error that grows with the coefficients of a projection and not with their square.
 *
 * <p>Takes about 4·m² bytes for m neurons in all layers. Has the inner products of all pairs of
 * layers.
 */
public final class TriangularFactor extends Gram {
  private final double[][] rows;
  private final int[] first; // the column of each layer's first neuron

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
    super(layers, GramPair.all(layers.size()), samples, deadThreshold, error, normProducts);
    this.rows = rows;
    this.first = new int[layers.size() + 1];
    for (int i = 0; i < layers.size(); i++) {
      first[i + 1] = Math.addExact(first[i], layers.get(i).neurons());
    }
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

  @Override
  public Precision precision() {
    return Precision.HIGH;
  }

  /** {@return the number of columns m, the number of neurons of all layers} */
  public int columns() {
    return first[first.length - 1];
  }

  /** {@return the number of rows, at most the number of columns and the number of samples} */
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
    return first[layer] + neuron;
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
        labelled, samples(), deadThreshold(), error(), rows, normProducts());
  }

  @Override
  TriangularFactor plus(
      Gram other, List<GramLayer> sums, long allSamples, Map<GramPair, NormProducts> products) {
    TriangularFactor factor = (TriangularFactor) other;
    int columns = columns();
    double[][] upper = rescaled(sums, columns);
    double[][] lower = factor.rescaled(sums, factor.rows.length);
    for (int k = 0; k < columns; k++) {
      Householder.reflect(upper[k], lower, 0, Math.min(k + 1, lower.length), k, columns);
    }
    int count = (int) Math.min(columns, allSamples);
    double[][] merged = new double[count][];
    Arrays.setAll(merged, i -> Arrays.copyOfRange(upper[i], i, columns));
    boolean unscaled = sums.stream().noneMatch(layer -> layer.moments().areScaled());
    // Reflection k acts on k + 2 rows, columns / 2 + 2 on average.
    double step = columns * Householder.backwardError(columns / 2 + 2);
    return new TriangularFactor(
        sums,
        allSamples,
        deadThreshold(),
        Math.max(error(), other.error()) + step,
        merged,
        unscaled ? products : Map.of());
  }

  /** Returns full rows, zeros included, in the scales of other layers. */
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
