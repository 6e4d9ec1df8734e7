package org.spanmatch.kernel.vector.projection;

import java.util.Arrays;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.backend.GramErrors;
import org.spanmatch.kernel.backend.UnitGram;
import org.spanmatch.kernel.vector.factor.Cholesky;
import org.spanmatch.kernel.vector.factor.PivotedCholesky;
import org.spanmatch.kernel.vector.gemm.Gemm;
import org.spanmatch.kernel.vector.gemm.Matrix;

/** Vectors represented by their Gram matrix; projects with Cholesky factors of its parts. */
public final class GramVectors implements CompressedVectors {
  private final double[][] gram;
  private final double gramError;
  private final double storageRoundoff;
  private final Gemm gemm;

  /** Takes a unit-norm Gram matrix; does not copy it. */
  public GramVectors(UnitGram unit, Gemm gemm) {
    this(unit.rows(), unit.error(), unit.pair().storageRoundoff(), gemm);
  }

  /** Takes the elements of a symmetric Gram matrix, and a bound on the absolute error of each. */
  GramVectors(double[][] gram, double gramError, double storageRoundoff, Gemm gemm) {
    this.gram = gram;
    this.gramError = gramError;
    this.storageRoundoff = storageRoundoff;
    this.gemm = gemm;
  }

  @Override
  public CompressedVectors with(Gemm other) {
    return new GramVectors(gram, gramError, storageRoundoff, other);
  }

  @Override
  public Precision precision() {
    return Precision.STANDARD;
  }

  @Override
  public double storageRoundoff() {
    return storageRoundoff;
  }

  @Override
  public double rankTolerance() {
    return Precision.GRAM_FLOOR;
  }

  @Override
  public double allowedDrift() {
    return GramErrors.ALLOWED_DRIFT;
  }

  @Override
  public Projection project(int[] spanning, int[] projected) {
    int first = Matrix.padded(spanning.length, gemm.tile());
    Matrix tableau = gemm.matrix(spanning.length, first + projected.length);
    boolean together = areNeighbours(spanning);
    boolean projectedTogether = areNeighbours(projected);
    gemm.onRows(
        spanning.length,
        tableau.columns,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            double[] row = gram[spanning[i]];
            copy(row, spanning, together, tableau.values, tableau.at(i, 0));
            copy(row, projected, projectedTogether, tableau.values, tableau.at(i, first));
          }
        });
    if (!Cholesky.factorise(tableau, 0, gemm)) {
      return null;
    }
    double[] squares = new double[projected.length];
    Arrays.setAll(squares, j -> gram[projected[j]][projected[j]]);
    gemm.onColumns(
        0,
        projected.length,
        spanning.length,
        (from, to) -> {
          for (int i = 0; i < spanning.length; i++) {
            int place = tableau.at(i, first);
            for (int j = from; j < to; j++) {
              squares[j] -= tableau.values[place + j] * tableau.values[place + j];
            }
          }
        });
    double rank = spanning.length;
    double operations = rank * rank * (rank / 3 + projected.length);
    return new Projection(tableau, first, squares, operations);
  }

  /** Whether the columns are consecutive. */
  private static boolean areNeighbours(int[] columns) {
    for (int i = 1; i < columns.length; i++) {
      if (columns[i] != columns[i - 1] + 1) {
        return false;
      }
    }
    return columns.length > 0;
  }

  private static void copy(
      double[] row, int[] columns, boolean neighbours, double[] target, int place) {
    if (neighbours) {
      System.arraycopy(row, columns[0], target, place, columns.length);
      return;
    }
    for (int j = 0; j < columns.length; j++) {
      target[place + j] = row[columns[j]];
    }
  }

  /** Rounded products don't show it. */
  @Override
  public boolean areMultiples(int vector, int other) {
    return false;
  }

  @Override
  public int[] independent(int[] spanning) {
    return PivotedCholesky.independent(gram, spanning, rankTolerance() * rankTolerance());
  }

  @Override
  public double errorBound(
      double distance, double coefficientNorm, int rank, double inverseTrace, boolean dependent) {
    return GramErrors.ofDistance(
        gramError, distance, coefficientNorm, rank, inverseTrace, dependent);
  }
}
