package org.spanmatch.similarity;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * Soft matching of neurons: the mean over a network's neurons of their largest correlation with a
 * neuron of the other network, averaged over both directions; in [−1, 1].
 *
 * <p>Of neurons that vary; several may choose the same partner. Costs O(n²) operations. (Li,
 * Yosinski, Clune, Lipson and Hopcroft, Convergent Learning, ICLR 2016, as soft_correlation_match
 * in the benchmark ReSi.)
 */
final class SoftMatching implements Measure {
  @Override
  public String name() {
    return "softMatching";
  }

  @Override
  public String title() {
    return "soft match";
  }

  @Override
  public String description() {
    return "mean correlation of each neuron with the most similar one of the other network, both ways,"
        + " in [-1, 1]: centred, each neuron normalised (Li et al. 2016)";
  }

  @Override
  public OptionalDouble of(LayerGrams layers) {
    if (!layers.bothVary()) {
      return OptionalDouble.empty();
    }
    double[][] correlations = layers.correlations();
    double[] columns = new double[correlations[0].length];
    Arrays.fill(columns, -1);
    double rowSum = 0;
    for (double[] row : correlations) {
      double largest = -1;
      for (int j = 0; j < row.length; j++) {
        largest = Math.max(largest, row[j]);
        columns[j] = Math.max(columns[j], row[j]);
      }
      rowSum += largest;
    }
    double x = rowSum / correlations.length;
    double y = Arrays.stream(columns).sum() / columns.length;
    return OptionalDouble.of((x + y) / 2);
  }
}
