package org.spanmatch.kernel.vector.projection;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.spanmatch.kernel.vector.factor.TriangularSolve;
import org.spanmatch.kernel.vector.gemm.Gemm;
import org.spanmatch.kernel.vector.gemm.Matrix;

/**
 * Computes the tableau of a {@link SweptSpan} from the vectors: C at once, and W before the first
 * sweep, which needs it.
 */
final class FreshStart {
  private static final double ROUNDOFF = 0x1p-53;

  private final CompressedVectors vectors;
  private final Gemm gemm;
  private final Work work;

  FreshStart(CompressedVectors vectors, Gemm gemm, Work work) {
    this.vectors = vectors;
    this.gemm = gemm;
    this.work = work;
  }

  /** Computes a tableau of a largest independent subset of the spanning vectors. */
  void run(SpanState state) {
    int[] spanning = state.spanning.stream().toArray();
    int[] projected = state.projected.stream().toArray();
    int[] independent = state.independent == null ? spanning : state.independent;
    if (!run(state, independent, spanning, projected, false)) {
      independent = vectors.independent(spanning);
      // The last ones are nearest to the span of the others, so rounding may still make them look
      // dependent.
      while (!run(state, independent, spanning, projected, true)) {
        independent = Arrays.copyOf(independent, independent.length - 1);
      }
    }
  }

  /**
   * Computes a fresh tableau.
   *
   * @param chosen whether {@code independent} was chosen as a largest independent subset
   * @return false if the vectors are not independent
   */
  private boolean run(
      SpanState state, int[] independent, int[] spanning, int[] projected, boolean chosen) {
    int[] dependent =
        IntStream.of(spanning).filter(v -> Tableau.find(independent, v) < 0).toArray();
    int[] columns = IntStream.concat(IntStream.of(projected), IntStream.of(dependent)).toArray();
    work.factorisations++;
    Projection projection = vectors.project(independent, columns);
    if (projection == null) {
      return false;
    }
    Matrix values = projection.tableau;
    int rank = independent.length;
    double square = (double) rank * rank;
    work.operations += projection.operations + square * (rank / 3.0 + columns.length);
    int first = projection.first;
    TriangularSolve triangle = new TriangularSolve(takeTriangle(values, rank, first), rank, gemm);
    triangle.invertTransposed(values);
    double[] inverseDiagonal = inverseDiagonal(values, rank);
    double nearest = 1 / Math.sqrt(Arrays.stream(inverseDiagonal).max().orElseThrow());
    if (!(chosen || nearest > vectors.rankTolerance())) {
      return false;
    }
    triangle.solve(values, first, values.columns);
    Tableau tableau =
        new Tableau(values, first, independent, independent, columns, dependent.length, gemm);
    tableau.triangle = triangle;
    tableau.inverseDiagonal = inverseDiagonal;
    tableau.norms = new double[values.columns];
    tableau.norms(tableau.norms, first, values.columns, gemm);
    state.forget(independent);
    state.tableau = tableau;
    state.pending = 0;
    state.squares = new double[values.columns];
    System.arraycopy(projection.squares, 0, state.squares, first, columns.length);
    state.drift = null;
    state.norms = tableau.norms.clone();
    state.findLargestNorm(gemm);
    state.appliedNorm = state.largestNorm;
    state.inverseTrace = Arrays.stream(inverseDiagonal).sum();
    return true;
  }

  /**
   * Computes W, which only sweeps need, in place of R⁻ᵀ.
   *
   * @return false if an earlier interruption left it half computed
   */
  boolean prepareSweeps(SpanState state) {
    if (state.drift != null) {
      return true; // not the first sweep
    }
    Tableau tableau = state.tableau;
    if (tableau.drift == null) {
      TriangularSolve triangle = tableau.triangle;
      if (triangle == null) {
        return false;
      }
      int rank = tableau.rows.length;
      tableau.triangle = null;
      triangle.solve(tableau.values, 0, rank);
      work.operations += Math.pow(rank, 3);
      tableau.norms(tableau.norms, 0, rank, gemm);
      // Each column solves a triangular system with a small relative error of the triangle, whose
      // columns have norm 1. W's right-hand side R⁻ᵀ has an error too, z of which no element
      // exceeds γ times the column's norm, and which R⁻ᵀ amplifies: zᵀWz ≤ max |z|² Σ |W|.
      double gamma = TriangularSolve.roundings(rank) * ROUNDOFF;
      double sum = Arrays.stream(tableau.norms, 0, rank).sum();
      double[] errors = new double[tableau.norms.length];
      Arrays.setAll(errors, j -> gamma * tableau.norms[j]);
      for (int j = 0; j < rank; j++) {
        errors[j] += gamma * Math.sqrt(sum * tableau.inverseDiagonal[j]);
      }
      tableau.drift = new Drift(errors, tableau.first, rank);
    }
    state.drift = tableau.drift.copy();
    state.norms = tableau.norms.clone();
    return true;
  }

  /** Returns the diagonal of R⁻¹R⁻ᵀ, from the columns of R⁻ᵀ. */
  private double[] inverseDiagonal(Matrix values, int rank) {
    double[] diagonal = new double[rank];
    gemm.onColumns(
        0,
        rank,
        rank,
        (from, to) -> {
          for (int i = from; i < rank; i++) {
            int place = values.at(i, 0);
            for (int j = from; j < Math.min(to, i + 1); j++) {
              diagonal[j] += values.values[place + j] * values.values[place + j];
            }
          }
        });
    return diagonal;
  }

  /**
   * Moves the triangle out of the first columns of the tableau, which become zero, and returns it.
   */
  private Matrix takeTriangle(Matrix values, int rank, int first) {
    Matrix factor = gemm.matrix(rank, rank);
    gemm.onRows(
        rank,
        2 * rank,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            int place = values.at(i, i);
            System.arraycopy(values.values, place, factor.values, factor.at(i, i), rank - i);
            Arrays.fill(values.values, values.at(i, 0), values.at(i, first), 0);
          }
        });
    return factor;
  }
}
