package org.spanmatch.kernel.backend;

import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramPair;
import org.spanmatch.kernel.Group;

/**
 * The cosines of all pairs of living neurons of two layers: their joint Gram matrix, scaled to unit
 * norm.
 */
public final class UnitGram {
  private static final int BLOCK = 64;

  private final LivingPair pair;
  private final double[][] rows;
  private final double error;

  private UnitGram(LivingPair pair, double[][] rows, double error) {
    this.pair = pair;
    this.rows = rows;
    this.error = error;
  }

  /**
   * Scales the blocks of two layers to unit norm. Costs O(m²) operations and 8·m² bytes for m
   * living neurons.
   *
   * @param gram the Gram matrix
   * @param x position of the first group's layer in the Gram matrix
   * @param y position of the second group's layer in the Gram matrix
   * @return the cosines
   * @throws IllegalArgumentException if the pair was not added up
   */
  public static UnitGram of(GramMatrix gram, int x, int y) {
    LivingPair pair = LivingPair.of(gram, x, y);
    double[][] rows = new double[pair.count()][pair.count()];
    int[] ofX = pair.neurons(Group.X);
    int[] ofY = pair.neurons(Group.Y);
    double[] xBlock = gram.block(new GramPair(x, x));
    double[] yBlock = gram.block(new GramPair(y, y));
    double[] norms = new double[pair.count()];
    int xNeurons = gram.layers().get(x).neurons();
    int yNeurons = gram.layers().get(y).neurons();
    int first = ofX.length;
    for (int i = 0; i < first; i++) {
      norms[i] = Math.sqrt(xBlock[GramMatrix.triangleRow(xNeurons, ofX[i]) + ofX[i]]);
    }
    for (int i = 0; i < ofY.length; i++) {
      norms[first + i] = Math.sqrt(yBlock[GramMatrix.triangleRow(yNeurons, ofY[i]) + ofY[i]]);
    }
    putTriangle(rows, norms, xBlock, ofX, xNeurons, 0);
    putTriangle(rows, norms, yBlock, ofY, yNeurons, first);
    putRectangle(rows, norms, gram, x, y, ofX, ofY);
    return new UnitGram(pair, rows, GramErrors.ofUnitNorm(gram.error()));
  }

  private static void putTriangle(
      double[][] rows, double[] norms, double[] block, int[] neurons, int size, int first) {
    // Go in square tiles, so that the transposed elements stay in the cache.
    for (int row = 0; row < neurons.length; row += BLOCK) {
      for (int column = row; column < neurons.length; column += BLOCK) {
        int lastRow = Math.min(neurons.length, row + BLOCK);
        int lastColumn = Math.min(neurons.length, column + BLOCK);
        for (int i = row; i < lastRow; i++) {
          int start = GramMatrix.triangleRow(size, neurons[i]);
          for (int j = Math.max(column, i + 1); j < lastColumn; j++) {
            put(rows, norms, first + i, first + j, block[start + neurons[j]]);
          }
          rows[first + i][first + i] = 1;
        }
      }
    }
  }

  private static void putRectangle(
      double[][] rows, double[] norms, GramMatrix gram, int x, int y, int[] ofX, int[] ofY) {
    double[] block = x == y ? null : gram.block(GramPair.of(x, y));
    int first = ofX.length;
    for (int row = 0; row < ofX.length; row += BLOCK) {
      for (int column = 0; column < ofY.length; column += BLOCK) {
        int lastRow = Math.min(ofX.length, row + BLOCK);
        int lastColumn = Math.min(ofY.length, column + BLOCK);
        for (int i = row; i < lastRow; i++) {
          for (int j = column; j < lastColumn; j++) {
            double product =
                x < y
                    ? block[ofX[i] * gram.layers().get(y).neurons() + ofY[j]]
                    : x > y
                        ? block[ofY[j] * gram.layers().get(x).neurons() + ofX[i]]
                        : gram.innerProduct(x, ofX[i], y, ofY[j]);
            put(rows, norms, i, first + j, product);
          }
        }
      }
    }
  }

  private static void put(double[][] rows, double[] norms, int i, int j, double product) {
    double cosine = product / norms[i] / norms[j];
    rows[i][j] = cosine;
    rows[j][i] = cosine;
  }

  /** {@return the living neurons, which give the rows and columns} */
  public LivingPair pair() {
    return pair;
  }

  /**
   * {@return the rows of the symmetric matrix, with 1 on the diagonal} Neurons have the rows and
   * columns that {@link LivingPair} assigns. Not copied; must not be changed.
   */
  public double[][] rows() {
    return rows;
  }

  /** {@return the bound on the absolute error of every element} */
  public double error() {
    return error;
  }

  /** Such as "cosines of 64 + 64 neurons". */
  @Override
  public String toString() {
    return "cosines of "
        + pair.living().x().count()
        + " + "
        + pair.living().y().count()
        + " neurons";
  }
}
