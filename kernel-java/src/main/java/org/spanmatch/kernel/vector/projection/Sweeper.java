package org.spanmatch.kernel.vector.projection;

import java.util.Arrays;
import java.util.concurrent.atomic.DoubleAccumulator;
import org.spanmatch.kernel.vector.gemm.Gemm;
import org.spanmatch.kernel.vector.gemm.Matrix;

/**
 * Sweeps rows out of the tableau of a {@link SweptSpan}, and updates the distances, norms and
 * {@link Drift} of its columns, all threads together.
 */
final class Sweeper {
  // Per element of a line, what else reading it or updating what is kept for it costs, beside four
  // operations per pending update: in such operations, which vectors do fast.
  private static final long READING = 60;
  private static final long UPDATING = 60;

  private final Gemm gemm;
  private final Work work;
  private Scratch scratch;

  /** The lines that a sweep works on. After columns were dropped they are longer than needed. */
  private static final class Scratch {
    final double[] row;
    final double[] rowSizes;
    final double[] column;
    final double[] columnSizes;
    final double[] multipliers;
    final Drift.Reading[] readings; // per chunk of the column
    final double[] spanNorms;
    // The order of what they get does not matter.
    final DoubleAccumulator norm = largest();
    final DoubleAccumulator carriedOn = largest();
    final DoubleAccumulator own = largest();

    Scratch(int rows, int width) {
      row = new double[width];
      rowSizes = new double[width];
      multipliers = new double[width];
      readings = new Drift.Reading[Peaks.chunks(rows)];
      spanNorms = new double[Peaks.chunks(rows)];
      column = new double[rows];
      columnSizes = new double[rows];
    }

    boolean fits(int rows, int width) {
      return column.length >= rows && row.length >= width;
    }

    private static DoubleAccumulator largest() {
      return new DoubleAccumulator(Math::max, 0);
    }
  }

  Sweeper(Gemm gemm, Work work) {
    this.gemm = gemm;
    this.work = work;
  }

  /**
   * Sweeps the row of a vector out, as one more pending update.
   *
   * @param state prepared for sweeps, with room for an update
   * @return false, without a change, if the pivot or its bound is not good enough
   */
  boolean sweepOut(SpanState state, int vector) {
    Tableau tableau = state.tableau;
    int pending = state.pending;
    int width = tableau.values.columns;
    int rows = tableau.rows.length;
    int k = tableau.row(vector);
    int pivotColumn = tableau.spanningColumn(vector);
    scratch = scratch != null && scratch.fits(rows, width) ? scratch : new Scratch(rows, width);
    double[] row = scratch.row;
    double[] rowSizes = scratch.rowSizes;
    double[] rowFactors = factors(tableau.pendingColumns, pending, k);
    double[] columnFactors = factors(tableau.pendingRows, pending, pivotColumn);
    // First, since each task needs it.
    readRow(state, k, pivotColumn, pivotColumn + 1, rowFactors);
    double pivot = row[pivotColumn];
    double pivotSize = rowSizes[pivotColumn];
    double root = Math.sqrt(pivot);
    gemm.onLines(
        width,
        (from, to) -> readRow(state, k, from, to, rowFactors),
        rows,
        (from, to) -> readColumn(state, pivotColumn, from, to, columnFactors, k, root),
        4L * pending + READING);
    work.operations += 4.0 * pending * (width + rows);
    Drift.Reading reading = Drift.Reading.NOTHING;
    double spanNorm = 0;
    for (int chunk = 0; chunk < Peaks.chunks(rows); chunk++) {
      reading = reading.plus(scratch.readings[chunk]);
      spanNorm += scratch.spanNorms[chunk];
    }
    Drift.Sweep sweep = state.drift.begin(pivotColumn, pivot, pivotSize, reading, pending);
    if (sweep == null) {
      return false;
    }
    // Row k becomes the multipliers, as kept by Drift, instead of 0.
    tableau.pendingColumns.set(pending, k, scratch.column[k] / root - 1);
    scratch.norm.reset();
    scratch.carriedOn.reset();
    scratch.own.reset();
    Peaks peaks = state.newPeaks();
    double sizeOfColumn = spanNorm;
    gemm.onLine(
        width,
        (from, to) -> {
          update(state, sweep, from, to, sizeOfColumn);
          peaks.find(from, to, state, gemm);
        },
        UPDATING);
    state.drift.end(sweep, k, scratch.carriedOn.get(), scratch.own.get());
    state.largestNorm = scratch.norm.get();
    state.pending++;
    return true;
  }

  /** Reads a part of row k. */
  private void readRow(SpanState state, int k, int from, int to, double[] factors) {
    Matrix values = state.tableau.values;
    System.arraycopy(values.values, values.at(k, from), scratch.row, from, to - from);
    gemm.subtractTerms(scratch.row, scratch.rowSizes, from, to, state.tableau.pendingRows, factors);
  }

  /**
   * Reads a chunk of a column of W, and writes its part of the next update.
   *
   * @param k the row that is swept out
   * @param root the root of the pivot
   */
  private void readColumn(
      SpanState state, int column, int from, int to, double[] factors, int k, double root) {
    Tableau tableau = state.tableau;
    double[] line = scratch.column;
    for (int i = from; i < to; i++) {
      line[i] = tableau.values.get(i, column);
    }
    gemm.subtractTerms(line, scratch.columnSizes, from, to, tableau.pendingColumns, factors);
    double[] update = tableau.pendingColumns.values;
    int place = tableau.pendingColumns.at(state.pending, 0);
    double norm = 0;
    for (int i = from; i < to; i++) {
      double factor = line[i] / root;
      update[place + i] = factor;
      norm += i == k || state.drift.hasLeft(i) ? 0 : Math.abs(factor);
    }
    int chunk = from / Gemm.LINE_CHUNK;
    scratch.spanNorms[chunk] = norm;
    scratch.readings[chunk] = state.drift.read(line, scratch.columnSizes, from, to);
  }

  /**
   * Writes a chunk of the next update's row, and updates what is kept for each column.
   *
   * @param sizeOfColumn ‖·‖₁ of the next update's column over the rows that still span
   */
  private void update(SpanState state, Drift.Sweep sweep, int from, int to, double sizeOfColumn) {
    Tableau tableau = state.tableau;
    double[] row = scratch.row;
    double[] multipliers = scratch.multipliers;
    double[] norms = state.norms;
    double[] squares = state.squares;
    // Plain loops over the same places of each array, which C2 turns into vectors.
    for (int j = from; j < to; j++) {
      multipliers[j] = row[j] / sweep.root();
      norms[j] += sizeOfColumn * Math.abs(multipliers[j]);
    }
    Matrix pendingRows = tableau.pendingRows;
    System.arraycopy(
        multipliers, from, pendingRows.values, pendingRows.at(state.pending, from), to - from);
    int projected = Math.max(from, tableau.first);
    for (int j = projected; j < to; j++) {
      squares[j] += multipliers[j] * multipliers[j];
    }
    Drift drift = state.drift;
    drift.sweep(sweep, row, scratch.rowSizes, from, to);
    scratch.norm.accumulate(gemm.largest(norms, projected, to));
    scratch.carriedOn.accumulate(drift.highestCarriedOn(gemm, from, to));
    scratch.own.accumulate(drift.highestOwn(gemm, from, to));
  }

  /** Returns the elements of a column of the pending updates. */
  private static double[] factors(Matrix updates, int pending, int k) {
    double[] factors = new double[pending];
    Arrays.setAll(factors, t -> updates.get(t, k));
    return factors;
  }
}
