package org.spanmatch.kernel.vector.projection;

import java.util.stream.IntStream;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.TriangularFactor;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.backend.LivingPair;
import org.spanmatch.kernel.backend.OrthogonalErrors;
import org.spanmatch.kernel.vector.gemm.Gemm;
import org.spanmatch.kernel.vector.gemm.Matrix;
import org.spanmatch.kernel.vector.qr.PivotedQr;
import org.spanmatch.kernel.vector.qr.Reflections;

/**
 * Vectors represented by the columns of a triangular factor, which have the same distances;
 * projects by Householder reflections of some columns.
 */
public final class TriangularVectors implements CompressedVectors {
  private final Matrix unit;
  private final int[] profile;
  private final int[] multipleOf;
  private final double backwardError;
  private final double storageRoundoff;
  private final double rankTolerance;
  private final Gemm gemm;

  private TriangularVectors(
      Matrix unit,
      int[] profile,
      int[] multipleOf,
      double backwardError,
      double storageRoundoff,
      Gemm gemm) {
    this.unit = unit; // one unit-norm column per vector
    this.profile = profile; // for each vector, the last row that may be nonzero
    this.multipleOf = multipleOf; // equal for vectors that are exact multiples of each other
    this.backwardError = backwardError; // η: each column may have been moved by at most this much
    this.storageRoundoff = storageRoundoff;
    // τ of the orthogonal method: m·2⁻⁵²·8, m being the number of living neurons in both groups.
    this.rankTolerance = unit.columns * 0x1p-52 * 8;
    this.gemm = gemm;
  }

  /** Returns the vectors of two layers' living neurons, scaled to unit norm. */
  public static TriangularVectors of(TriangularFactor factor, LivingPair pair, Gemm gemm) {
    int[] columns = new int[pair.count()];
    int next = 0;
    for (Group group : Group.values()) {
      for (int neuron : pair.neurons(group)) {
        columns[next++] = factor.column(pair.layer(group), neuron);
      }
    }
    Matrix unit = gemm.matrix(factor.columns(), columns.length);
    for (int j = 0; j < columns.length; j++) {
      int last = Math.min(columns[j], factor.rows() - 1);
      double square = 0;
      for (int i = 0; i <= last; i++) {
        square += factor.get(i, columns[j]) * factor.get(i, columns[j]);
      }
      double norm = Math.sqrt(square);
      for (int i = 0; i <= last; i++) {
        unit.set(i, j, factor.get(i, columns[j]) / norm);
      }
    }
    // Norms and divisions add a few roundings to those of the factorisation.
    double error = factor.error() + (factor.columns() + 4) * 0x1p-53;
    int[] multipleOf = IntStream.of(columns).map(factor::multipleOf).toArray();
    return new TriangularVectors(unit, columns, multipleOf, error, pair.storageRoundoff(), gemm);
  }

  @Override
  public CompressedVectors with(Gemm other) {
    return new TriangularVectors(unit, profile, multipleOf, backwardError, storageRoundoff, other);
  }

  @Override
  public Precision precision() {
    return Precision.HIGH;
  }

  @Override
  public double storageRoundoff() {
    return storageRoundoff;
  }

  @Override
  public double rankTolerance() {
    return rankTolerance;
  }

  /** The least that any error bound contains. */
  @Override
  public double allowedDrift() {
    return backwardError;
  }

  @Override
  public Projection project(int[] spanning, int[] projected) {
    int first = Matrix.padded(spanning.length, gemm.tile());
    Matrix tableau = gemm.matrix(spanning.length, first + projected.length);
    Matrix rows = gemm.matrix(unit.rows, tableau.columns);
    int[] lengths = new int[spanning.length + 1];
    for (int j = 0; j < spanning.length; j++) {
      copyColumn(spanning[j], rows, j);
      lengths[j + 1] = Math.max(lengths[j], profile[spanning[j]] + 1);
    }
    for (int j = 0; j < projected.length; j++) {
      copyColumn(projected[j], rows, first + j);
    }
    Reflections.absorb(tableau, rows, spanning.length, pivots -> lengths[pivots], gemm);
    for (int i = 0; i < spanning.length; i++) {
      if (tableau.get(i, i) == 0) {
        return null;
      }
    }
    double[] squares = new double[projected.length];
    for (int i = 0; i < rows.rows; i++) {
      int place = rows.at(i, first);
      for (int j = 0; j < projected.length; j++) {
        squares[j] += rows.values[place + j] * rows.values[place + j];
      }
    }
    double rank = spanning.length;
    double operations =
        2 * rank * (rank + 2.0 * projected.length) * unit.rows
            - 2 * rank * rank * (rank / 3 + projected.length);
    return new Projection(tableau, first, squares, operations);
  }

  private void copyColumn(int vector, Matrix target, int column) {
    for (int i = 0; i <= profile[vector]; i++) {
      target.set(i, column, unit.get(i, vector));
    }
  }

  @Override
  public boolean areMultiples(int vector, int other) {
    return multipleOf[vector] == multipleOf[other];
  }

  @Override
  public int[] independent(int[] spanning) {
    double[][] rows = new double[unit.rows][spanning.length];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < spanning.length; j++) {
        rows[i][j] = unit.get(i, spanning[j]);
      }
    }
    int[] pivots = new PivotedQr(rows, spanning.length, spanning.length, rankTolerance).pivots();
    for (int i = 0; i < pivots.length; i++) {
      pivots[i] = spanning[pivots[i]];
    }
    return pivots;
  }

  @Override
  public double errorBound(
      double distance, double coefficientNorm, int rank, double inverseTrace, boolean dependent) {
    double vectorError = backwardError + Reflections.backwardError(rank, unit.rows + 1L);
    return OrthogonalErrors.ofDistance(
        vectorError, distance, coefficientNorm, rank, inverseTrace, dependent);
  }
}
