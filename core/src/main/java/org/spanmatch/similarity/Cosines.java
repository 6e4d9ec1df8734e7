package org.spanmatch.similarity;

import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.TriangularFactor;

/**
 * Cosines of the angles between activation vectors: a Gram matrix scaled to unit norm, read from
 * either of its forms. Neurons must be living, since dead ones may have no direction.
 */
final class Cosines {
  private Cosines() {}

  /**
   * Returns the cosines between neurons of one layer, with 1 on the diagonal. Costs O(n²) for n of
   * them, with a {@link TriangularFactor} of k rows k·n² operations.
   *
   * @param neurons in any order, which is that of the rows and columns
   * @return rows of n elements, of which only those from the diagonal on are meant to be read
   */
  static double[][] within(Gram gram, int layer, int[] neurons, Products products) {
    gram.requirePair(layer, layer);
    double[][] cosines = of(gram, layer, neurons, layer, neurons, true, products);
    for (int i = 0; i < neurons.length; i++) {
      cosines[i][i] = 1;
    }
    return cosines;
  }

  /**
   * Returns the cosines between neurons of one layer and those of another, or of the same one.
   *
   * @param rows neurons of the first layer, in any order
   * @param columns neurons of the second layer, in any order
   * @throws IllegalArgumentException if the pair of layers was not added up
   */
  static double[][] between(
      Gram gram, int layer, int[] rows, int other, int[] columns, Products products) {
    gram.requirePair(layer, other);
    return of(gram, layer, rows, other, columns, false, products);
  }

  private static double[][] of(
      Gram gram,
      int layer,
      int[] rows,
      int other,
      int[] columns,
      boolean upper,
      Products products) {
    return gram instanceof GramMatrix matrix
        ? of(matrix, layer, rows, other, columns, upper, products)
        : of((TriangularFactor) gram, layer, rows, other, columns, upper, products);
  }

  private static double[][] of(
      GramMatrix gram,
      int layer,
      int[] rows,
      int other,
      int[] columns,
      boolean upper,
      Products products) {
    double[] rowNorms = norms(gram, layer, rows);
    double[] columnNorms = norms(gram, other, columns);
    double[] block = gram.block(GramPair.of(layer, other));
    int width = gram.layers().get(Math.max(layer, other)).neurons();
    double[][] cosines = new double[rows.length][columns.length];
    products.each(
        (double) rows.length * columns.length,
        rows.length,
        i -> {
          double[] row = cosines[i];
          for (int j = upper ? i : 0; j < row.length; j++) {
            double product = block[InnerProducts.place(layer, rows[i], other, columns[j], width)];
            row[j] = product / rowNorms[i] / columnNorms[j];
          }
        });
    return cosines;
  }

  private static double[] norms(GramMatrix gram, int layer, int[] neurons) {
    double[] block = gram.block(new GramPair(layer, layer));
    int width = gram.layers().get(layer).neurons();
    double[] norms = new double[neurons.length];
    for (int i = 0; i < norms.length; i++) {
      norms[i] = Math.sqrt(block[InnerProducts.place(layer, neurons[i], layer, neurons[i], width)]);
    }
    return norms;
  }

  private static double[][] of(
      TriangularFactor gram,
      int layer,
      int[] rows,
      int other,
      int[] columns,
      boolean upper,
      Products products) {
    double[][] a = unitColumns(gram, layer, rows);
    double[][] b = unitColumns(gram, other, columns);
    double[][] cosines = new double[rows.length][columns.length];
    products.add(
        Products.whole(cosines), false, Products.whole(a).transpose(), Products.whole(b), upper);
    return cosines;
  }

  /** Columns of the factor, divided by their norms. */
  private static double[][] unitColumns(TriangularFactor gram, int layer, int[] neurons) {
    double[][] columns = new double[gram.rows()][neurons.length];
    double[] squares = new double[neurons.length];
    for (int i = 0; i < columns.length; i++) {
      for (int j = 0; j < neurons.length; j++) {
        double value = gram.get(i, gram.column(layer, neurons[j]));
        columns[i][j] = value;
        squares[j] += value * value;
      }
    }
    for (double[] row : columns) {
      for (int j = 0; j < row.length; j++) {
        row[j] /= Math.sqrt(squares[j]);
      }
    }
    return columns;
  }
}
