package org.spanmatch.kernel.reference;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.TriangularFactor;
import org.spanmatch.gram.orthogonal.Householder;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.backend.LivingPair;
import org.spanmatch.kernel.backend.OrthogonalErrors;
import org.spanmatch.kernel.backend.RecomputingTable;
import org.spanmatch.kernel.vector.qr.PivotedQr;

/**
 * A table of a triangular factor, with both groups as columns. Computes distances by a fresh
 * factorisation of the remaining columns.
 */
final class ReferenceTable extends RecomputingTable {
  private final double[][] factor;
  private final int[] multipleOf; // equal for columns that are exact multiples of each other
  private final double compressionError;
  private final double storageRoundoff;
  private final double rankTolerance;

  /** Creates a table in which every living neuron of two layers remains. */
  ReferenceTable(TriangularFactor compressed, LivingPair pair) {
    super(pair);
    this.factor = unitColumns(compressed, pair);
    this.multipleOf = IntStream.of(columns(compressed, pair)).map(compressed::multipleOf).toArray();
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
    int[] columns = columns(compressed, pair);
    for (int j = 0; j < columns.length; j++) {
      for (int i = 0; i < rows.length; i++) {
        rows[i][j] = compressed.get(i, columns[j]);
        norms[j] += rows[i][j] * rows[i][j];
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

  /** Returns the factor's columns of the living neurons. */
  private static int[] columns(TriangularFactor compressed, LivingPair pair) {
    int[] columns = new int[pair.count()];
    int next = 0;
    for (Group group : Group.values()) {
      for (int neuron : pair.neurons(group)) {
        columns[next++] = compressed.column(pair.layer(group), neuron);
      }
    }
    return columns;
  }

  private ReferenceTable(ReferenceTable other) {
    super(other);
    factor = other.factor;
    multipleOf = other.multipleOf;
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
    PivotedQr qr = factorise(spanningColumns, projectedColumns);
    double[] distances = new double[projected.length];
    double[] errorBounds = new double[projected.length];
    double[] coefficientNorms = new double[projected.length];
    double vectorError = compressionError + qr.backwardError();
    double inverseTrace = qr.inverseTrace();
    boolean dependent = losesDirections(spanningColumns, qr.pivots());
    for (int i = 0; i < projected.length; i++) {
      double coefficients = qr.coefficientNorm(i);
      distances[i] = Math.min(1, qr.distance(i));
      double bound =
          OrthogonalErrors.ofDistance(
              vectorError, distances[i], coefficients, qr.rank(), inverseTrace, dependent);
      errorBounds[i] = bound < 1 ? bound : 1; // also if it overflowed to NaN
      coefficientNorms[i] = coefficients;
    }
    return new Distances(projected, distances, errorBounds, coefficientNorms, storageRoundoff);
  }

  @Override
  protected int rank(int[] spanningColumns) {
    return factorise(spanningColumns, new int[0]).rank();
  }

  private PivotedQr factorise(int[] spanningColumns, int[] projectedColumns) {
    int spanning = spanningColumns.length;
    int columns = spanning + projectedColumns.length;
    double[][] rows = new double[factor.length][columns];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < spanning; j++) {
        rows[i][j] = factor[i][spanningColumns[j]];
      }
      for (int j = 0; j < projectedColumns.length; j++) {
        rows[i][spanning + j] = factor[i][projectedColumns[j]];
      }
    }
    return new PivotedQr(rows, spanning, columns, rankTolerance);
  }

  @Override
  public int multiples(Group group) {
    int[] left = columns(group, remaining(group));
    return left.length
        - (int) IntStream.of(left).map(column -> multipleOf[column]).distinct().count();
  }

  /** Whether some spanning column is neither taken nor an exact multiple of one that is. */
  private boolean losesDirections(int[] spanning, int[] taken) {
    Set<Integer> known =
        IntStream.of(taken).mapToObj(i -> multipleOf[spanning[i]]).collect(Collectors.toSet());
    return !IntStream.of(spanning).allMatch(column -> known.contains(multipleOf[column]));
  }
}
