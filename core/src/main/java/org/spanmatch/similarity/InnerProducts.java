package org.spanmatch.similarity;

import java.util.Arrays;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.TriangularFactor;

/** Reads inner products out of either form of a {@link Gram}, as rows. */
final class InnerProducts {
  private InnerProducts() {}

  /**
   * Returns the inner products of all neurons of two layers in the units of the Gram matrix: a row
   * per neuron of the first layer, a column per neuron of the second one. Costs O(n²) copies, or
   * O(m·n²) operations for a factor of m rows.
   */
  static double[][] of(Gram gram, int first, int second, Products products) {
    gram.requirePair(first, second);
    if (gram instanceof TriangularFactor factor) {
      return products.of(
          Products.whole(columns(factor, first)).transpose(),
          Products.whole(columns(factor, second)));
    }
    GramMatrix matrix = (GramMatrix) gram;
    if (first > second) {
      return Products.transpose(of(gram, second, first, products));
    }
    double[] block = matrix.block(new GramPair(first, second));
    double[][] rows =
        new double[gram.layers().get(first).neurons()][gram.layers().get(second).neurons()];
    for (int i = 0; i < rows.length; i++) {
      if (first < second) {
        System.arraycopy(block, i * rows[i].length, rows[i], 0, rows[i].length);
      } else {
        int start = GramMatrix.triangleRow(rows.length, i);
        System.arraycopy(block, start + i, rows[i], i, rows.length - i);
        for (int j = 0; j < i; j++) {
          rows[i][j] = rows[j][i];
        }
      }
    }
    return rows;
  }

  /**
   * Returns where a block of a {@link GramMatrix} has the inner product of two neurons.
   *
   * @param width number of neurons of the later one of the two layers
   */
  static int place(int layer, int neuron, int other, int otherNeuron, int width) {
    if (layer == other) {
      return GramMatrix.triangleRow(width, Math.min(neuron, otherNeuron))
          + Math.max(neuron, otherNeuron);
    }
    return layer < other ? neuron * width + otherNeuron : otherNeuron * width + neuron;
  }

  /** The columns of a layer in the factor, as far as they are long, by rows of the factor. */
  private static double[][] columns(TriangularFactor factor, int layer) {
    int neurons = factor.layers().get(layer).neurons();
    double[][] rows = new double[factor.rows()][neurons];
    for (int i = 0; i < rows.length && neurons > 0; i++) {
      int row = i;
      int first = factor.column(layer, 0);
      Arrays.setAll(rows[i], j -> factor.get(row, first + j));
    }
    return rows;
  }
}
