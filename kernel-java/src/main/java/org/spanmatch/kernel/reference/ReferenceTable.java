package org.spanmatch.kernel.reference;

import java.util.Map;
import java.util.Optional;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.LivingNeurons;
import org.spanmatch.kernel.Moments;
import org.spanmatch.kernel.Precision;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.RecomputingTable;
import org.spanmatch.kernel.vector.qr.PivotedQr;

/**
 * Both groups as the columns of one triangular factor; every question is answered by a fresh
 * factorisation of the columns that remain.
 */
final class ReferenceTable extends RecomputingTable {
  private final double[][] factor;
  private final double compressionError;
  private final double storageRoundoff;
  private final double rankTolerance;

  /**
   * A table in which every living neuron remains.
   *
   * @param factor rows of the triangular factor of the living neurons' activation vectors, scaled
   *     to unit norm
   * @param compressionError relative backward error η of its columns
   */
  ReferenceTable(
      long samples,
      double[][] factor,
      double compressionError,
      double storageRoundoff,
      Map<Group, LivingNeurons> groups,
      Map<Group, Moments> moments) {
    super(samples, groups, moments);
    this.factor = factor;
    this.compressionError = compressionError;
    this.storageRoundoff = storageRoundoff;
    // τ of the orthogonal method: m·2⁻⁵²·8, m being the number of living neurons in both groups.
    int living = groups.values().stream().mapToInt(LivingNeurons::count).sum();
    this.rankTolerance = living * 0x1p-52 * 8;
  }

  private ReferenceTable(ReferenceTable other) {
    super(other);
    factor = other.factor;
    compressionError = other.compressionError;
    storageRoundoff = other.storageRoundoff;
    rankTolerance = other.rankTolerance;
  }

  @Override
  public Optional<ProjectionTable> copy() {
    return Optional.of(new ReferenceTable(this));
  }

  @Override
  public Precision precision() {
    return Precision.HIGH;
  }

  @Override
  protected Distances project(int[] projected, int[] projectedColumns, int[] spanningColumns) {
    int spanning = spanningColumns.length;
    int columns = spanning + projected.length;
    double[][] rows = new double[factor.length][columns];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < spanning; j++) {
        rows[i][j] = factor[i][spanningColumns[j]];
      }
      for (int j = 0; j < projected.length; j++) {
        rows[i][spanning + j] = factor[i][projectedColumns[j]];
      }
    }
    PivotedQr qr = new PivotedQr(rows, spanning, columns, rankTolerance);
    double[] distances = new double[projected.length];
    double[] errorBounds = new double[projected.length];
    double[] coefficientNorms = new double[projected.length];
    double vectorError = compressionError + qr.backwardError();
    for (int i = 0; i < projected.length; i++) {
      double coefficients = qr.coefficientNorm(i);
      // Moving every unit vector by at most η moves the distance by at most η(1 + ‖c‖₁); taking
      // another maximal independent subset moves it by at most τ‖c‖₁.
      double bound = vectorError * (1 + coefficients);
      if (qr.rank() < spanning) {
        bound += rankTolerance * coefficients;
      }
      distances[i] = Math.min(1, qr.distance(i));
      errorBounds[i] = bound < 1 ? bound : 1; // also where it overflowed to NaN
      coefficientNorms[i] = coefficients;
    }
    return new Distances(projected, distances, errorBounds, coefficientNorms, storageRoundoff);
  }
}
