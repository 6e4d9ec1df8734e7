package org.spanmatch.kernel.reference;

import java.util.Arrays;
import java.util.Optional;
import org.spanmatch.gram.Householder;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.TriangularFactor;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.backend.LivingPair;
import org.spanmatch.kernel.backend.RecomputingTable;
import org.spanmatch.kernel.vector.qr.PivotedQr;

/**
 * A table of a triangular factor, with both groups as columns. Computes distances by a fresh
 * factorisation of the remaining columns.
 */
final class ReferenceTable extends RecomputingTable {
  private final double[][] factor;
  private final double compressionError;
  private final double storageRoundoff;
  private final double rankTolerance;

  /** Creates a table in which every living neuron of two layers remains. */
  ReferenceTable(TriangularFactor compressed, LivingPair pair) {
    super(pair);
    this.factor = unitColumns(compressed, pair);
    // Norms and divisions add a few roundings to those of the factorisation.
    this.compressionError =
        compressed.error() + (compressed.columns() + 4) * Householder.UNIT_ROUNDOFF;
    this.storageRoundoff = pair.storageRoundoff();
    // τ of the orthogonal method: m·2⁻⁵²·8, m being the number of living neurons in both groups.
    this.rankTolerance = pair.count() * 0x1p-52 * 8;
  }

  /** Returns the rows of the factor, with the living neurons' columns only, scaled to unit norm. */
  private static double[][] unitColumns(TriangularFactor compressed, LivingPair pair) {
    double[][] rows = new double[compressed.rows()][pair.count()];
    double[] norms = new double[pair.count()];
    int next = 0;
    for (Group group : Group.values()) {
      for (int neuron : pair.neurons(group)) {
        int column = compressed.column(pair.layer(group), neuron);
        for (int i = 0; i < rows.length; i++) {
          rows[i][next] = compressed.get(i, column);
          norms[next] += rows[i][next] * rows[i][next];
        }
        next++;
      }
    }
    Arrays.setAll(norms, j -> Math.sqrt(norms[j]));
    for (double[] row : rows) {
      for (int j = 0; j < norms.length; j++) {
        row[j] /= norms[j];
      }
    }
    return rows;
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
      errorBounds[i] = bound < 1 ? bound : 1; // also if it overflowed to NaN
      coefficientNorms[i] = coefficients;
    }
    return new Distances(projected, distances, errorBounds, coefficientNorms, storageRoundoff);
  }
}
