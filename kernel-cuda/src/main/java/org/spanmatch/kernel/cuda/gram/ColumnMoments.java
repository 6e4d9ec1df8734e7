package org.spanmatch.kernel.cuda.gram;

import java.util.Arrays;
import org.spanmatch.gram.GramLayer;

/** The moments of all columns of some layers, as they come from a device. */
public final class ColumnMoments {
  private final double[] sums; // by column, as all that follow
  private final double[] fourthPowers;
  private final double[] active;

  private ColumnMoments(double[] sums, double[] fourthPowers, double[] active) {
    this.sums = sums;
    this.fourthPowers = fourthPowers;
    this.active = active;
  }

  /** Splits three rows of numbers that lie one after the other. */
  static ColumnMoments of(double[] rows) {
    int columns = rows.length / 3;
    return new ColumnMoments(
        Arrays.copyOf(rows, columns),
        Arrays.copyOfRange(rows, columns, 2 * columns),
        Arrays.copyOfRange(rows, 2 * columns, 3 * columns));
  }

  /** The moments over the samples of both. */
  public ColumnMoments plus(ColumnMoments other) {
    return new ColumnMoments(
        sum(sums, other.sums), sum(fourthPowers, other.fourthPowers), sum(active, other.active));
  }

  private static double[] sum(double[] one, double[] other) {
    double[] sum = new double[one.length];
    Arrays.setAll(sum, i -> one[i] + other[i]);
    return sum;
  }

  /**
   * What a Gram matrix keeps of a layer.
   *
   * @param squares the diagonal of the joint Gram matrix
   */
  public GramLayer describe(JointLayers layers, int layer, double[] squares) {
    int from = layers.first(layer);
    int to = layers.first(layer + 1);
    return layers
        .layers()
        .get(layer)
        .describe(
            layer,
            Arrays.copyOfRange(sums, from, to),
            Arrays.copyOfRange(squares, from, to),
            Arrays.copyOfRange(fourthPowers, from, to),
            Arrays.stream(active, from, to).mapToLong(count -> (long) count).toArray());
  }
}
