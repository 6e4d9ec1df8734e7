package org.spanmatch.similarity;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * One-to-one matching of neurons: the mean correlation under the assignment of neurons of one
 * network to those of the other that makes it largest; in [−1, 1].
 *
 * <p>Of neurons that vary. The network with fewer of them is matched completely, and what is left
 * over of the other does not count. Costs O(n²·m) operations for n neurons in the smaller network
 * and m in the larger one. (Li, Yosinski, Clune, Lipson and Hopcroft, Convergent Learning, ICLR
 * 2016, as hard_correlation_match in the benchmark ReSi.)
 */
final class HardMatching implements Measure {
  @Override
  public String name() {
    return "hardMatching";
  }

  @Override
  public String title() {
    return "1:1 match";
  }

  @Override
  public String description() {
    return "mean correlation of neurons under the best one-to-one matching, in [-1, 1]: centred, each"
        + " neuron normalised (Li et al. 2016)";
  }

  @Override
  public OptionalDouble of(LayerGrams layers) {
    if (!layers.bothVary()) {
      return OptionalDouble.empty();
    }
    double[][] correlations = layers.correlations();
    double[][] rows =
        correlations.length <= correlations[0].length
            ? correlations
            : Products.transpose(correlations);
    int[] partners = assignment(rows);
    double sum = 0;
    for (int i = 0; i < rows.length; i++) {
      sum += rows[i][partners[i]];
    }
    return OptionalDouble.of(sum / rows.length);
  }

  /**
   * Returns a column for each row, all different, with the largest sum of values. By successive
   * shortest paths. (Jonker and Volgenant 1987, after Crouse, On implementing 2D rectangular
   * assignment algorithms, 2016.)
   *
   * @param values at least as many columns as rows
   */
  static int[] assignment(double[][] values) {
    int columns = values[0].length;
    double[] rowPrices = new double[values.length];
    double[] columnPrices = new double[columns];
    int[] columnOf = new int[values.length];
    int[] rowOf = new int[columns];
    Arrays.fill(columnOf, -1);
    Arrays.fill(rowOf, -1);
    double[] shortest = new double[columns];
    int[] previous = new int[columns];
    int[] open = new int[columns]; // columns that the search has not reached for good, then others
    for (int start = 0; start < values.length; start++) {
      Arrays.fill(shortest, Double.POSITIVE_INFINITY);
      Arrays.setAll(open, j -> j);
      int count = columns;
      double length = 0;
      int row = start;
      int end = -1;
      while (end < 0) {
        int nearest = -1;
        double least = Double.POSITIVE_INFINITY;
        for (int k = 0; k < count; k++) {
          int j = open[k];
          double path = length - values[row][j] - rowPrices[row] - columnPrices[j];
          if (path < shortest[j]) {
            shortest[j] = path;
            previous[j] = row;
          }
          // Of equally near columns prefer a free one, which ends the search.
          if (shortest[j] < least || (shortest[j] == least && rowOf[j] < 0)) {
            least = shortest[j];
            nearest = k;
          }
        }
        length = least;
        int column = open[nearest];
        open[nearest] = open[--count];
        open[count] = column;
        if (rowOf[column] < 0) {
          end = column;
        } else {
          row = rowOf[column];
        }
      }
      rowPrices[start] += length;
      for (int k = count; k < columns; k++) {
        int j = open[k];
        if (j != end) {
          rowPrices[rowOf[j]] += length - shortest[j];
        }
        columnPrices[j] -= length - shortest[j];
      }
      for (int j = end; j >= 0; ) {
        int i = previous[j];
        rowOf[j] = i;
        int next = columnOf[i];
        columnOf[i] = j;
        j = i == start ? -1 : next;
      }
    }
    return columnOf;
  }
}
