package org.spanmatch.kernel.vector.projection;

import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;
import org.spanmatch.kernel.vector.factor.TriangularSolve;
import org.spanmatch.kernel.vector.gemm.Gemm;
import org.spanmatch.kernel.vector.gemm.Matrix;

/**
 * The part of a swept span with one number per pair of vectors: [W C], a row per vector that
 * spanned at the start, and the updates that are still to be applied to it.
 *
 * <p>W has a column per spanning vector, C one per projected vector. A vector that leaves the span
 * loses its column of W, but keeps its row, which bounds the drift.
 */
final class Tableau {
  // Largest number of pending updates: more make a sweep slower, fewer make the products less
  // efficient. From LARGE rows on, the tableau fits in no cache and each product costs a pass
  // through memory.
  private static final int PENDING = 32;
  private static final int LARGE = 1024;
  private static final int LARGE_PENDING = 128;

  // Rows at a time while norms are computed, which come from memory.
  private static final int NORM_ROWS = 8;

  final Matrix values;
  final int first; // first column of the projected vectors
  final int[] rows; // the vectors that spanned at the start
  final int[] spanning; // the vectors of W's columns, in the order of their rows
  final int[] columns; // the projected vectors, those of the other group first
  final int dependent; // number of last ones, which depend on the spanning vectors
  final Matrix pendingColumns;
  final Matrix pendingRows;

  // Without pending updates.
  double[] norms; // ‖·‖₁ of the columns, those of W once the first sweep needs them
  double[] inverseDiagonal; // of W, from the columns of R⁻ᵀ
  Drift drift; // null until the first sweep needs W
  TriangularSolve triangle; // set until then, while W's columns hold R⁻ᵀ
  boolean shared; // with a mark

  /**
   * Creates a tableau without pending updates.
   *
   * @param gemm the gemm that gets its matrices
   */
  Tableau(
      Matrix values,
      int first,
      int[] rows,
      int[] spanning,
      int[] columns,
      int dependent,
      Gemm gemm) {
    this(
        values,
        first,
        rows,
        spanning,
        columns,
        dependent,
        gemm.matrix(room(rows), rows.length),
        gemm.matrix(room(rows), values.columns));
  }

  private Tableau(
      Matrix values,
      int first,
      int[] rows,
      int[] spanning,
      int[] columns,
      int dependent,
      Matrix pendingColumns,
      Matrix pendingRows) {
    this.values = values;
    this.first = first;
    this.rows = rows;
    this.spanning = spanning;
    this.columns = columns;
    this.dependent = dependent;
    this.pendingColumns = pendingColumns;
    this.pendingRows = pendingRows;
  }

  private static int room(int[] rows) {
    return rows.length < LARGE ? PENDING : LARGE_PENDING;
  }

  private Tableau(Tableau other, int pending) {
    values = other.values;
    first = other.first;
    rows = other.rows;
    spanning = other.spanning;
    columns = other.columns;
    dependent = other.dependent;
    pendingColumns = other.pendingColumns.copy(pending);
    pendingRows = other.pendingRows.copy(pending);
    norms = other.norms;
    inverseDiagonal = other.inverseDiagonal;
    drift = other.drift;
    triangle = other.triangle;
    shared = true;
  }

  /**
   * Returns a tableau that shares everything but the pending updates, the first of which it copies.
   */
  Tableau withOwnPending(int count) {
    return new Tableau(this, count);
  }

  /** Number of projected vectors of the other group. */
  int others() {
    return columns.length - dependent;
  }

  /** Returns the row of a vector, or −1. */
  int row(int vector) {
    return find(rows, vector);
  }

  /** Returns the column of W of a spanning vector. */
  int spanningColumn(int vector) {
    return find(spanning, vector);
  }

  static int find(int[] vectors, int vector) {
    for (int i = 0; i < vectors.length; i++) {
      if (vectors[i] == vector) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Writes ‖·‖₁ of some columns over all rows.
   *
   * @param norms receives them, in the columns' places
   * @param from the first column
   * @param to the end of the columns, exclusive
   */
  void norms(double[] norms, int from, int to, Gemm gemm) {
    int[] all = IntStream.range(0, rows.length).toArray();
    double[] ones = new double[NORM_ROWS];
    Arrays.fill(ones, 1);
    gemm.onColumns(
        from,
        to,
        rows.length,
        (first, last) -> {
          for (int i = 0; i < rows.length; i += NORM_ROWS) {
            int end = Math.min(rows.length, i + NORM_ROWS);
            int[] some = Arrays.copyOfRange(all, i, end);
            gemm.addSizes(values, some, ones, end - i, norms, first, last);
          }
        });
  }

  /** Returns the trace of W, without the vectors that have left. */
  double trace(BitSet left) {
    double trace = 0;
    int column = 0;
    for (int i = 0; i < rows.length && column < spanning.length; i++) {
      if (rows[i] == spanning[column]) {
        trace += left.get(rows[i]) ? values.get(i, column) : 0;
        column++;
      }
    }
    return trace;
  }

  /** The columns to keep when some vectors have left. */
  static final class Kept {
    final int[] spanning; // positions in W
    final int[] columns; // positions among the projected vectors
    final int first; // the new first column of the projected vectors

    private Kept(int[] spanning, int[] columns, int first) {
      this.spanning = spanning;
      this.columns = columns;
      this.first = first;
    }

    /** Returns the elements of the kept columns of a line; those of the padding are 0. */
    double[] of(double[] line, int oldFirst) {
      double[] kept = new double[first + columns.length];
      gather(line, 0, oldFirst, kept, 0);
      return kept;
    }

    /** Gathers the elements of a line; it may be the same line, since no element moves forward. */
    private void gather(double[] from, int source, int oldFirst, double[] to, int place) {
      for (int j = 0; j < spanning.length; j++) {
        to[place + j] = from[source + spanning[j]];
      }
      Arrays.fill(to, place + spanning.length, place + first, 0);
      for (int j = 0; j < columns.length; j++) {
        to[place + first + j] = from[source + oldFirst + columns[j]];
      }
    }

    void gather(Matrix from, int row, int oldFirst, Matrix to) {
      gather(from.values, from.at(row, 0), oldFirst, to.values, to.at(row, 0));
    }
  }

  /** Returns the columns of vectors that still span or are still projected. */
  Kept kept(BitSet spanningLeft, BitSet projectedLeft, int tile) {
    int[] left =
        IntStream.range(0, spanning.length).filter(j -> spanningLeft.get(spanning[j])).toArray();
    int others = others();
    int[] projected =
        IntStream.range(0, columns.length)
            .filter(j -> (j < others ? projectedLeft : spanningLeft).get(columns[j]))
            .toArray();
    return new Kept(left, projected, Matrix.padded(left.length, tile));
  }

  /** Whether fewer columns are due: a mark needs these, or gaps waste much. */
  boolean isDue(Kept kept) {
    int before = spanning.length + columns.length;
    return shared || 8 * (kept.spanning.length + kept.columns.length) <= 7 * before;
  }

  /**
   * Returns a tableau for some columns, with the first {@code pending} updates, whose rows {@link
   * #gather} is still to fill: a new one if a mark needs this one, otherwise in its place.
   */
  Tableau of(Kept kept, int pending, Gemm gemm) {
    int width = kept.first + kept.columns.length;
    Matrix target = shared ? gemm.matrix(rows.length, width) : values.first(width);
    Matrix targetRows = shared ? gemm.matrix(pendingRows.rows, width) : pendingRows.first(width);
    gemm.onRows(
        pending,
        width,
        (from, to) -> {
          for (int t = from; t < to; t++) {
            kept.gather(pendingRows, t, first, targetRows);
          }
        });
    int others = others();
    return new Tableau(
        target,
        kept.first,
        rows,
        IntStream.of(kept.spanning).map(j -> spanning[j]).toArray(),
        IntStream.of(kept.columns).map(j -> columns[j]).toArray(),
        (int) IntStream.of(kept.columns).filter(j -> j >= others).count(),
        shared ? pendingColumns.copy(pending) : pendingColumns,
        targetRows);
  }

  /** Moves the kept columns of some rows to the tableau that {@link #of} has returned. */
  void gather(Kept kept, int from, int to, Tableau target) {
    for (int i = from; i < to; i++) {
      kept.gather(values, i, first, target.values);
    }
  }
}
