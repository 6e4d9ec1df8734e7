package org.spanmatch.kernel.reference;

import java.util.Arrays;
import java.util.Optional;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.backend.GramErrors;
import org.spanmatch.kernel.backend.RecomputingTable;
import org.spanmatch.kernel.backend.UnitGram;

/**
 * A table of a Gram matrix that another backend or program added up. Computes distances by a fresh
 * pivoted Cholesky factorisation of the spanning neurons. (Golub and Van Loan, Matrix Computations,
 * 4.2.8.)
 */
final class ReferenceGramTable extends RecomputingTable {
  private final UnitGram gram;

  /** Creates a table in which every living neuron remains. */
  ReferenceGramTable(UnitGram gram) {
    super(gram.pair());
    this.gram = gram;
  }

  private ReferenceGramTable(ReferenceGramTable other) {
    super(other);
    this.gram = other.gram;
  }

  @Override
  public Precision precision() {
    return Precision.STANDARD;
  }

  @Override
  public Optional<ProjectionTable> copy() {
    return Optional.of(new ReferenceGramTable(this));
  }

  @Override
  protected Distances project(int[] projected, int[] projectedColumns, int[] spanningColumns) {
    PivotedFactor factor = new PivotedFactor(gram.rows(), spanningColumns);
    boolean dependent = factor.rank < spanningColumns.length;
    double inverseTrace = factor.inverseTrace();
    double[] distances = new double[projected.length];
    double[] errorBounds = new double[projected.length];
    double[] coefficientNorms = new double[projected.length];
    for (int i = 0; i < projected.length; i++) {
      double[] coordinates = factor.coordinates(gram.rows()[projectedColumns[i]]);
      double square = 1;
      for (double coordinate : coordinates) {
        square -= coordinate * coordinate;
      }
      coefficientNorms[i] = factor.coefficientNorm(coordinates);
      // Exactly 1 if nothing spans; rounding may make the square negative.
      distances[i] = Math.sqrt(Math.max(0, Math.min(1, square)));
      double bound =
          factor.rank == 0
              ? 0
              : GramErrors.ofDistance(
                  gram.error(),
                  distances[i],
                  coefficientNorms[i],
                  factor.rank,
                  inverseTrace,
                  dependent);
      errorBounds[i] = bound < 1 ? bound : 1; // also if it is NaN
    }
    return new Distances(
        projected, distances, errorBounds, coefficientNorms, gram.pair().storageRoundoff());
  }

  @Override
  protected int rank(int[] spanningColumns) {
    return new PivotedFactor(gram.rows(), spanningColumns).rank;
  }

  /**
   * The factor L with LLᵀ = G_SS for a largest independent subset S, found by always taking the
   * farthest vector next.
   */
  private static final class PivotedFactor {
    private final int[] columns; // the first {@code rank} are independent
    private final double[][] lower;
    private int rank;

    PivotedFactor(double[][] gram, int[] spanning) {
      columns = spanning.clone();
      lower = new double[spanning.length][spanning.length];
      double[] squares = new double[spanning.length];
      Arrays.fill(squares, 1);
      for (; rank < columns.length; rank++) {
        int farthest = rank;
        for (int i = rank + 1; i < columns.length; i++) {
          farthest = squares[i] > squares[farthest] ? i : farthest;
        }
        if (squares[farthest] <= Precision.GRAM_FLOOR * Precision.GRAM_FLOOR) {
          return;
        }
        swap(squares, farthest);
        lower[rank][rank] = Math.sqrt(squares[rank]);
        for (int i = rank + 1; i < columns.length; i++) {
          double value = gram[columns[i]][columns[rank]];
          for (int j = 0; j < rank; j++) {
            value -= lower[i][j] * lower[rank][j];
          }
          lower[i][rank] = value / lower[rank][rank];
          squares[i] -= lower[i][rank] * lower[i][rank];
        }
      }
    }

    private void swap(double[] squares, int other) {
      int column = columns[rank];
      columns[rank] = columns[other];
      columns[other] = column;
      double square = squares[rank];
      squares[rank] = squares[other];
      squares[other] = square;
      double[] row = lower[rank];
      lower[rank] = lower[other];
      lower[other] = row;
    }

    /** Returns L⁻¹g, the coordinates of a projection in an orthonormal basis of the span. */
    double[] coordinates(double[] products) {
      double[] coordinates = new double[rank];
      for (int i = 0; i < rank; i++) {
        double value = products[columns[i]];
        for (int j = 0; j < i; j++) {
          value -= lower[i][j] * coordinates[j];
        }
        coordinates[i] = value / lower[i][i];
      }
      return coordinates;
    }

    /** Returns ‖c‖₁ of the coefficients c = L⁻ᵀ(L⁻¹g). */
    double coefficientNorm(double[] coordinates) {
      double[] coefficients = new double[rank];
      double norm = 0;
      for (int i = rank - 1; i >= 0; i--) {
        double value = coordinates[i];
        for (int j = i + 1; j < rank; j++) {
          value -= lower[j][i] * coefficients[j];
        }
        coefficients[i] = value / lower[i][i];
        norm += Math.abs(coefficients[i]);
      }
      return norm;
    }

    /** Returns the trace of (LLᵀ)⁻¹, which is ‖L⁻¹‖²_F. */
    double inverseTrace() {
      double trace = 0;
      for (int k = 0; k < rank; k++) {
        double[] column = new double[rank];
        for (int i = k; i < rank; i++) {
          double value = i == k ? 1 : 0;
          for (int j = k; j < i; j++) {
            value -= lower[i][j] * column[j];
          }
          column[i] = value / lower[i][i];
          trace += column[i] * column[i];
        }
      }
      return trace;
    }
  }
}
