package org.spanmatch.validation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.spanmatch.validation.DoubleDoubleColumns.Reflection;

/**
 * The arbiter: distances to the span of vectors, by column-pivoted Householder QR in double-double
 * arithmetic.
 *
 * <p>Vectors are scaled to unit norm first. Each pivot's distance to the span of those before it is
 * kept, so that one factorisation answers for every rank.
 */
public final class DoubleDoubleProjection {
  // Far below the rounding of unit vectors, and far above numbers whose squares lose digits.
  private static final double NOTHING = 0x1p-300;

  private final int samples;
  private final List<Reflection> reflections = new ArrayList<>();
  private final DoubleDoubleColumns triangle; // the k-th pivot in column k
  private final double[] residuals;

  /** A vector projected on the spans of the first pivots. */
  public final class Projected {
    private final DoubleDoubleColumns x;

    private Projected(DoubleDoubleColumns x) {
      this.x = x;
    }

    /** Returns the relative distance to the span of the first {@code rank} pivots. */
    public double distance(int rank) {
      return x.norms(rank, 0)[0].value();
    }

    /**
     * Returns ‖c‖₁ of the coefficients that express the projection by the first {@code rank}
     * unit-norm pivots.
     */
    public double coefficientNorm(int rank) {
      DoubleDouble[] c = new DoubleDouble[rank];
      double sum = 0;
      for (int i = rank - 1; i >= 0; i--) {
        DoubleDouble value = x.at(i, 0);
        for (int j = i + 1; j < rank; j++) {
          value = value.subtract(triangle.at(i, j).multiply(c[j]));
        }
        c[i] = value.divide(triangle.at(i, i));
        sum += c[i].abs().value();
      }
      return sum;
    }
  }

  /**
   * Factorises the spanning vectors.
   *
   * @param samples the length of the vectors
   * @param vectors the spanning vectors; none of them zero
   */
  public DoubleDoubleProjection(int samples, List<double[]> vectors) {
    this.samples = samples;
    triangle = DoubleDoubleColumns.unit(samples, vectors);
    residuals = new double[Math.min(samples, vectors.size())];
    int[] order = new int[vectors.size()];
    Arrays.setAll(order, j -> j);
    for (int k = 0; k < residuals.length; k++) {
      DoubleDouble[] norms = triangle.norms(k, k);
      int farthest = farthest(norms, order, k);
      if (norms[farthest].value() < NOTHING) {
        break;
      }
      residuals[k] = norms[farthest].value();
      triangle.swap(k, farthest);
      int first = order[k];
      order[k] = order[farthest];
      order[farthest] = first;
      Reflection reflection = triangle.reflection(k, k, norms[farthest]);
      reflections.add(reflection);
      triangle.reflect(reflection, k);
    }
  }

  /** Returns the column from the k-th on with the largest norm, the first vector of equals. */
  private static int farthest(DoubleDouble[] norms, int[] order, int k) {
    int farthest = k;
    for (int j = k + 1; j < norms.length; j++) {
      double norm = norms[j].value();
      double largest = norms[farthest].value();
      if (norm > largest || (norm == largest && order[j] < order[farthest])) {
        farthest = j;
      }
    }
    return farthest;
  }

  private DoubleDoubleColumns reflected(List<double[]> vectors) {
    DoubleDoubleColumns x = DoubleDoubleColumns.unit(samples, vectors);
    reflections.forEach(reflection -> x.reflect(reflection, 0));
    return x;
  }

  /**
   * Projects a vector.
   *
   * @param vector as long as the spanning vectors; not zero
   */
  public Projected project(double[] vector) {
    return new Projected(reflected(List.of(vector)));
  }

  /**
   * Returns the relative distances of vectors to the span of the first {@code rank} pivots, in much
   * less time than one by one.
   *
   * @param vectors as long as the spanning vectors; none of them zero
   */
  double[] distances(List<double[]> vectors, int rank) {
    return Arrays.stream(reflected(vectors).norms(rank, 0))
        .mapToDouble(DoubleDouble::value)
        .toArray();
  }

  /**
   * Returns the number of independent vectors, if those within this distance of the others don't
   * count.
   */
  public int rank(double tolerance) {
    int rank = 0;
    while (rank < reflections.size() && residuals[rank] > tolerance) {
      rank++;
    }
    return rank;
  }

  /** Bounds the relative backward error: 6·(length + 4) roundings per reflection. */
  public double backwardError() {
    return reflections.size() * 6 * (samples + 4) * DoubleDouble.ROUNDOFF;
  }
}
