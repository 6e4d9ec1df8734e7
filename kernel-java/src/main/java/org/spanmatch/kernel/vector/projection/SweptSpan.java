package org.spanmatch.kernel.vector.projection;

import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.vector.factor.TriangularSolve;
import org.spanmatch.kernel.vector.gemm.Gemm;
import org.spanmatch.kernel.vector.gemm.Gemm.Factor;
import org.spanmatch.kernel.vector.gemm.Matrix;

/**
 * The span of one group's remaining neurons, with the other group's neurons projected on it.
 *
 * <p>With G the Gram matrix of the spanning vectors, it holds the tableau [W C], where W = G⁻¹ and
 * C = G⁻¹G_SP has the coefficients of the projections. Removing vector k from the span is a
 * rank-one update of the tableau, an inverse sweep (Goodnight, A tutorial on the SWEEP operator,
 * 1979):
 *
 * <pre>  ρ_x += C_kx² / W_kk    [W C] −= W_·k [W_k· C_k·] / W_kk</pre>
 *
 * <p>A sweep reads only one row and one column of the tableau, so updates stay pending and are
 * applied in blocks, as a matrix product. With s spanning and p projected neurons, a fresh start
 * costs about 2·s²·(s + p) operations and a removal 2·s·(s + p) on average. A {@link #mark()} costs
 * a copy of the arrays with one element per neuron, and applies the pending updates if there are
 * many.
 *
 * <p>Vectors that depend on others of their group are projected too. They join the span when a
 * removal has made them independent.
 *
 * <p><b>Drift.</b> Let A be the spanning vectors, as given by the triangular factor. For each
 * column of the tableau, {@code errors} bounds ‖A(c̃ − c)‖₂, where c̃ is the computed column and c
 * the exact one: the projection's coefficients, or for a column of W those of the dual vector. A
 * sweep of row k adds at most
 *
 * <pre>  |m_kj| (2 f_k + ‖δ_s‖₁ + δ_k/√W_kk) / W_kk + 2 |δ_j| + 4u |m_kj|</pre>
 *
 * <p>where m_kj is the tableau's element, f_k the error of W's column k, and δ the rounding of row
 * k and column k, which are computed from the pending updates (running error analysis: sums of
 * absolute values are kept alongside). One f_k would do; the other covers the omitted element of
 * the removed row. The squared distance grows by the square of |m_kx|/√W_kk, a component of the
 * vector, whose error is thus known. Errors of different sweeps belong to orthogonal components, so
 * {@code drift} sums their squares.
 */
final class SweptSpan {
  private static final double ROUNDOFF = 0x1p-53;

  // Largest number of pending updates: more make a sweep slower, fewer make the products less
  // efficient. From LARGE rows on, the tableau fits in no cache and each product costs a pass
  // through memory.
  private static final int PENDING = 32;
  private static final int LARGE = 1024;
  private static final int LARGE_PENDING = 128;

  // A pivot with a larger relative error is not used.
  private static final double WORST_PIVOT_ERROR = 1e-3;

  private final CompressedVectors vectors;
  private final Gemm gemm;
  private State state;

  /**
   * Creates a span; the first call of {@link #distances} computes it.
   *
   * @param spanning the columns of the spanning vectors
   * @param projected the columns of the vectors to project
   */
  SweptSpan(CompressedVectors vectors, Gemm gemm, int[] spanning, int[] projected) {
    this.vectors = vectors;
    this.gemm = gemm;
    this.state = new State(bits(spanning), bits(projected));
  }

  private SweptSpan(CompressedVectors vectors, Gemm gemm, State state) {
    this.vectors = vectors;
    this.gemm = gemm;
    this.state = state;
  }

  /**
   * Returns a copy for another thread. Both share the tableau, which they copy before changing it;
   * pending updates are written in place, so the copy has its own.
   */
  SweptSpan copy(CompressedVectors ownVectors, Gemm ownMultiplier) {
    if (state.tableau != null && !prepareSweeps()) { // W is filled in in place too
      forget(null);
    }
    State copy = state.copy();
    if (copy.tableau != null) {
      copy.tableau = state.tableau.withOwnPending(state.pending);
    }
    return new SweptSpan(ownVectors, ownMultiplier, copy);
  }

  private static BitSet bits(int[] columns) {
    BitSet bits = new BitSet();
    for (int column : columns) {
      bits.set(column);
    }
    return bits;
  }

  /** The part of the state with one number per pair of neurons. */
  private static final class Tableau {
    final Matrix values;
    final int first; // first column of the projected vectors
    final int[] rows; // the spanning vectors
    final int[] columns; // the projected vectors, those of the other group first
    final int dependent; // number of last ones, which depend on the spanning vectors
    final Matrix pendingColumns;
    final Matrix pendingRows;
    double[] norms; // ‖·‖₁ of the columns, when no update is pending
    double[]
        errors; // of the columns, when no update is pending; null until the first sweep needs W
    TriangularSolve triangle; // set until then, while W's columns hold R⁻ᵀ
    boolean shared; // with a mark

    Tableau(
        Matrix values, int first, int[] rows, int[] columns, int dependent, int pending, int tile) {
      this.values = values;
      this.first = first;
      this.rows = rows;
      this.columns = columns;
      this.dependent = dependent;
      int room = Math.max(pending, rows.length < LARGE ? PENDING : LARGE_PENDING);
      this.pendingColumns = new Matrix(room, rows.length, tile);
      this.pendingRows = new Matrix(room, values.columns, tile);
    }

    /**
     * Returns a tableau that shares everything but the pending updates, the first of which it
     * copies.
     */
    Tableau withOwnPending(int count) {
      return new Tableau(this, count);
    }

    private Tableau(Tableau other, int pending) {
      values = other.values;
      first = other.first;
      rows = other.rows;
      columns = other.columns;
      dependent = other.dependent;
      pendingColumns = other.pendingColumns.copy(pending);
      pendingRows = other.pendingRows.copy(pending);
      norms = other.norms;
      errors = other.errors;
      triangle = other.triangle;
      shared = true;
    }

    /** Number of projected vectors of the other group. */
    int others() {
      return columns.length - dependent;
    }

    int row(int vector) {
      return find(rows, vector);
    }

    private static int find(int[] vectors, int vector) {
      for (int i = 0; i < vectors.length; i++) {
        if (vectors[i] == vector) {
          return i;
        }
      }
      return -1;
    }
  }

  /** The state that a mark keeps. */
  static final class State {
    private final BitSet spanning;
    private final BitSet projected;
    private int[]
        independent; // spanning vectors that a tableau started from or will start from; may be null
    private Tableau tableau; // null if a fresh start is needed
    private int pending;
    private int sweeps;
    private double inverseTrace;
    private double[] errors; // of the tableau's columns; null before the first sweep
    private double[] norms; // at least ‖·‖₁ of the tableau's columns
    private double[] squares; // squared distances of projected vectors
    private double[] drift; // squared errors of the distances from sweeps

    private State(BitSet spanning, BitSet projected) {
      this.spanning = spanning;
      this.projected = projected;
    }

    private State copy() {
      State copy = new State((BitSet) spanning.clone(), (BitSet) projected.clone());
      copy.independent = independent;
      copy.tableau = tableau;
      copy.pending = pending;
      copy.sweeps = sweeps;
      copy.inverseTrace = inverseTrace;
      if (tableau != null) {
        tableau.shared = true;
        copy.errors = errors == null ? null : errors.clone();
        copy.norms = norms.clone();
        copy.squares = squares.clone();
        copy.drift = drift.clone();
      }
      return copy;
    }
  }

  /** Returns a copy of the state. */
  State mark() {
    // Otherwise each trial from here would soon have to apply the pending updates again.
    if (state.tableau != null && 2 * state.pending > state.tableau.pendingRows.rows) {
      sharpen();
    }
    return state.copy();
  }

  /** Returns to a state. */
  void rollback(State mark) {
    state = mark.copy();
  }

  /** Stops projecting some vectors. */
  void removeProjected(int... removed) {
    for (int vector : removed) {
      state.projected.clear(vector);
    }
  }

  /** Removes vectors from the span. */
  void removeSpanning(int... removed) {
    // More sweeps than this cost more than a fresh start with the remaining vectors.
    if (removed.length > state.spanning.cardinality() / 4) {
      forget(null);
    }
    try {
      for (int vector : removed) {
        removeSpanning(vector);
      }
    } catch (RuntimeException
        | Error e) { // such as an interruption, which leaves the tableau half swept
      forget(null);
      for (int vector : removed) {
        state.spanning.clear(vector);
      }
      throw e;
    }
  }

  private void removeSpanning(int vector) {
    state.spanning.clear(vector);
    if (state.tableau == null) {
      state.independent = null;
      return;
    }
    int row = state.tableau.row(vector);
    if (row >= 0) {
      sweepOut(row);
      takeInDependent();
    }
  }

  /**
   * Makes the norms of the coefficients, and the bounds that grow with them, as small as possible.
   */
  void sharpen() {
    if (state.tableau != null && state.pending > 0) {
      try {
        applyAll();
      } catch (RuntimeException | Error e) {
        forget(null);
        throw e;
      }
    }
  }

  private void forget(int[] independent) {
    state.tableau = null;
    state.independent = independent;
  }

  /**
   * Returns the distances of the remaining projected vectors.
   *
   * @param neurons the vectors' neurons, in the order of their columns
   */
  Distances distances(int[] neurons) {
    int count = neurons.length;
    double[] distances = new double[count];
    double[] errorBounds = new double[count];
    double[] coefficientNorms = new double[count];
    int rank = state.spanning.cardinality();
    if (rank == 0) {
      Arrays.fill(distances, 1); // by definition
    } else if (count > 0) {
      if (state.tableau == null) {
        start();
      }
      Tableau tableau = state.tableau;
      boolean dependent = isDependent();
      // The rounding of the factorisation stays, even if few of its rows are left.
      int started = state.independent.length;
      int next = 0;
      for (int i = 0; i < tableau.others(); i++) {
        if (state.projected.get(tableau.columns[i])) {
          double distance = Math.min(1, Math.sqrt(Math.max(0, state.squares[i])));
          double norm = state.norms[tableau.first + i];
          double bound =
              vectors.errorBound(distance, norm, started, state.inverseTrace, dependent) + drift(i);
          distances[next] = distance;
          coefficientNorms[next] = norm;
          errorBounds[next] = bound < 1 ? bound : 1; // also if it overflowed to NaN
          next++;
        }
      }
    }
    return new Distances(
        neurons, distances, errorBounds, coefficientNorms, vectors.storageRoundoff());
  }

  /** Returns the dimension of the span. */
  int rank() {
    if (state.spanning.isEmpty()) {
      return 0;
    }
    if (state.tableau == null) {
      start();
    }
    return (int) IntStream.of(state.tableau.rows).filter(state.spanning::get).count();
  }

  /** Whether vectors were set aside that may add directions to the span. */
  private boolean isDependent() {
    int[] columns = state.tableau.columns;
    return IntStream.range(state.tableau.others(), columns.length)
        .anyMatch(i -> state.spanning.get(columns[i]) && !isMultipleOfRow(columns[i]));
  }

  private boolean isMultipleOfRow(int vector) {
    return IntStream.of(state.tableau.rows)
        .anyMatch(row -> state.spanning.get(row) && vectors.areMultiples(vector, row));
  }

  /** Bounds the error of a distance from sweeps. */
  private double drift(int projected) {
    return Math.sqrt(state.drift[projected]) + 2 * ROUNDOFF * state.sweeps;
  }

  // A fresh start.

  private void start() {
    int[] spanning = state.spanning.stream().toArray();
    int[] projected = state.projected.stream().toArray();
    int[] independent = state.independent == null ? spanning : state.independent;
    if (!start(independent, spanning, projected, false)) {
      independent = vectors.independent(spanning);
      // The last ones are nearest to the span of the others, so rounding may still make them look
      // dependent.
      while (!start(independent, spanning, projected, true)) {
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
  private boolean start(int[] independent, int[] spanning, int[] projected, boolean chosen) {
    int[] dependent =
        IntStream.of(spanning).filter(v -> Tableau.find(independent, v) < 0).toArray();
    int[] columns = IntStream.concat(IntStream.of(projected), IntStream.of(dependent)).toArray();
    Projection projection = vectors.project(independent, columns);
    if (projection == null) {
      return false;
    }
    Matrix values = projection.tableau;
    int rank = independent.length;
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
        new Tableau(values, first, independent, columns, dependent.length, 0, gemm.tile());
    tableau.triangle = triangle;
    state.tableau = tableau;
    state.independent = independent;
    state.pending = 0;
    state.sweeps = 0;
    state.squares = projection.squares;
    state.drift = new double[columns.length];
    state.errors = null;
    state.norms = norms(tableau);
    state.inverseTrace = Arrays.stream(inverseDiagonal).sum();
    return true;
  }

  /**
   * Computes W, which only sweeps need, in place of R⁻ᵀ.
   *
   * @return false if an earlier interruption left it half computed
   */
  boolean prepareSweeps() {
    if (state.errors != null) {
      return true; // not the first sweep
    }
    Tableau tableau = state.tableau;
    if (tableau.errors == null) {
      TriangularSolve triangle = tableau.triangle;
      if (triangle == null) {
        return false;
      }
      int rank = tableau.rows.length;
      double[] inverseDiagonal = inverseDiagonal(tableau.values, rank);
      tableau.triangle = null;
      triangle.solve(tableau.values, 0, rank);
      tableau.norms = norms(tableau);
      // Each column solves a triangular system with a small relative error of the triangle, whose
      // columns have norm 1. W's right-hand side R⁻ᵀ has an error too, which R⁻ᵀ amplifies; the
      // norm of R⁻ᵀ is the square root of W's norm, which the largest row sum of W bounds.
      double gamma = (rank + 4) * ROUNDOFF;
      double inverseNorm = Arrays.stream(tableau.norms, 0, rank).max().orElseThrow();
      double[] errors = new double[tableau.norms.length];
      Arrays.setAll(errors, j -> gamma * tableau.norms[j]);
      for (int j = 0; j < rank; j++) {
        errors[j] += gamma * Math.sqrt(inverseNorm * rank * inverseDiagonal[j]);
      }
      tableau.errors = errors;
    }
    state.errors = tableau.errors.clone();
    state.norms = tableau.norms.clone();
    return true;
  }

  /** Returns the diagonal of R⁻¹R⁻ᵀ, from the columns of R⁻ᵀ. */
  private static double[] inverseDiagonal(Matrix values, int rank) {
    double[] diagonal = new double[rank];
    for (int i = 0; i < rank; i++) {
      for (int j = 0; j <= i; j++) {
        diagonal[j] += values.get(i, j) * values.get(i, j);
      }
    }
    return diagonal;
  }

  /**
   * Moves the triangle out of the first columns of the tableau, which become zero, and returns it.
   */
  private Matrix takeTriangle(Matrix values, int rank, int first) {
    Matrix factor = gemm.matrix(rank, rank);
    for (int i = 0; i < rank; i++) {
      System.arraycopy(values.values, values.at(i, i), factor.values, factor.at(i, i), rank - i);
      Arrays.fill(values.values, values.at(i, 0), values.at(i, first), 0);
    }
    return factor;
  }

  /**
   * Returns ‖·‖₁ of the tableau's columns; no update may be pending. Removed rows are zero up to
   * rounding, so including them does no harm.
   */
  private static double[] norms(Tableau tableau) {
    Matrix values = tableau.values;
    double[] norms = new double[values.columns];
    for (int i = 0; i < tableau.rows.length; i++) {
      int place = values.at(i, 0);
      for (int j = 0; j < norms.length; j++) {
        norms[j] += Math.abs(values.values[place + j]);
      }
    }
    return norms;
  }

  /** Returns the trace of W; no update may be pending. */
  private double trace(Tableau tableau) {
    return IntStream.range(0, tableau.rows.length)
        .filter(i -> state.spanning.get(tableau.rows[i]))
        .mapToDouble(i -> tableau.values.get(i, i))
        .sum();
  }

  // Sweeps.

  private void sweepOut(int k) {
    if (!prepareSweeps()) {
      forget(null);
      return;
    }
    Tableau tableau = state.tableau;
    int pending = state.pending;
    int width = tableau.values.columns;
    int rows = tableau.rows.length;
    double[] row = new double[width];
    double[] rowSizes = new double[width];
    System.arraycopy(tableau.values.values, tableau.values.at(k, 0), row, 0, width);
    applyPending(tableau.pendingColumns, k, tableau.pendingRows, row, rowSizes);
    double[] column = new double[rows];
    double[] columnSizes = new double[rows];
    for (int i = 0; i < rows; i++) {
      column[i] = tableau.values.get(i, k);
    }
    applyPending(tableau.pendingRows, k, tableau.pendingColumns, column, columnSizes);

    double pivot = row[k];
    double root = Math.sqrt(pivot);
    double gamma = (pending + 2) * ROUNDOFF;
    double columnRounding = gamma * Arrays.stream(columnSizes).sum();
    double pivotRounding = gamma * rowSizes[k];
    double pivotError = (2 * state.errors[k] + columnRounding + pivotRounding / root) / pivot;
    if (!(pivotError * root <= WORST_PIVOT_ERROR)) {
      forget(null);
      return;
    }
    double spanNorm = 0;
    for (int i = 0; i < rows; i++) {
      tableau.pendingColumns.set(pending, i, column[i] / root);
      spanNorm += Math.abs(column[i] / root);
    }
    int first = tableau.first;
    double relative = state.errors[k] / root + pivotRounding / pivot;
    for (int x = 0; x < tableau.columns.length; x++) {
      double step = Math.abs(row[first + x]) / root;
      double error =
          state.errors[first + x]
              + step * (relative + ROUNDOFF)
              + gamma * rowSizes[first + x] / root;
      state.squares[x] += step * step;
      state.drift[x] += error * error;
    }
    int place = tableau.pendingRows.at(pending, 0);
    for (int j = 0; j < width; j++) {
      double size = Math.abs(row[j]);
      state.errors[j] += size * (pivotError + 4 * ROUNDOFF) + 2 * gamma * rowSizes[j];
      tableau.pendingRows.values[place + j] = row[j] / root;
      state.norms[j] += spanNorm * size / root;
    }
    state.sweeps++;
    state.pending++;
    if (largestDrift() > vectors.allowedDrift()) {
      forget(null);
    } else if (state.pending == tableau.pendingRows.rows) {
      applyAll();
    }
  }

  private double largestDrift() {
    double largest = 0;
    for (int x = 0; x < state.tableau.others(); x++) {
      if (state.projected.get(state.tableau.columns[x])) {
        largest = Math.max(largest, drift(x));
      }
    }
    return largest;
  }

  /**
   * Applies the pending updates to one row (or column) of the tableau.
   *
   * @param sizes receives the sum of the absolute values of all terms
   */
  private void applyPending(Matrix factors, int k, Matrix updates, double[] line, double[] sizes) {
    for (int j = 0; j < line.length; j++) {
      sizes[j] = Math.abs(line[j]);
    }
    for (int t = 0; t < state.pending; t++) {
      double factor = factors.get(t, k);
      int place = updates.at(t, 0);
      for (int j = 0; j < line.length; j++) {
        double term = factor * updates.values[place + j];
        line[j] -= term;
        sizes[j] += Math.abs(term);
      }
    }
  }

  /** Applies all pending updates, and closes gaps if there are many. */
  private void applyAll() {
    for (int j = 0; j < state.errors.length; j++) {
      state.errors[j] += (state.pending + 1) * ROUNDOFF * state.norms[j];
    }
    compact();
    Tableau tableau = state.tableau;
    int rows = tableau.rows.length;
    gemm.subtractProduct(
        Factor.columns(tableau.pendingColumns, 0, 0, rows),
        Factor.columns(tableau.pendingRows, 0, 0, tableau.values.columns),
        state.pending,
        tableau.values,
        0,
        0,
        false);
    state.pending = 0;
    state.norms = norms(tableau);
    state.inverseTrace = trace(tableau);
  }

  /**
   * Copies the remaining rows and columns to a new tableau if a mark needs the old one or gaps
   * waste much.
   */
  private void compact() {
    Tableau old = state.tableau;
    int[] rows =
        IntStream.range(0, old.rows.length).filter(i -> state.spanning.get(old.rows[i])).toArray();
    int others = old.others();
    int[] columns =
        IntStream.range(0, old.columns.length)
            .filter(i -> (i < others ? state.projected : state.spanning).get(old.columns[i]))
            .toArray();
    int before = old.rows.length + old.columns.length;
    if (!old.shared && 8 * (rows.length + columns.length) > 7 * before) {
      return;
    }
    int first = Matrix.padded(rows.length, gemm.tile());
    // The old position of each column of the new tableau; the padding's does not matter.
    int[] sources = new int[first + columns.length];
    System.arraycopy(rows, 0, sources, 0, rows.length);
    for (int i = 0; i < columns.length; i++) {
      sources[first + i] = old.first + columns[i];
    }
    Matrix values = gemm.matrix(rows.length, sources.length);
    for (int i = 0; i < rows.length; i++) {
      gather(old.values, rows[i], sources, values, i, rows.length, first);
    }
    Tableau tableau =
        new Tableau(
            values,
            first,
            IntStream.of(rows).map(i -> old.rows[i]).toArray(),
            IntStream.of(columns).map(i -> old.columns[i]).toArray(),
            (int) IntStream.of(columns).filter(i -> i >= others).count(),
            state.pending,
            gemm.tile());
    for (int t = 0; t < state.pending; t++) {
      gather(old.pendingRows, t, sources, tableau.pendingRows, t, rows.length, first);
      gather(old.pendingColumns, t, rows, tableau.pendingColumns, t, rows.length, rows.length);
    }
    state.tableau = tableau;
    state.errors = gather(state.errors, sources);
    state.norms = gather(state.norms, sources);
    state.squares = gather(state.squares, columns);
    state.drift = gather(state.drift, columns);
  }

  private static double[] gather(double[] values, int[] sources) {
    return IntStream.of(sources).mapToDouble(i -> values[i]).toArray();
  }

  /** Copies elements of a row, except for the gap from {@code gapFrom} to {@code gapTo − 1}. */
  private static void gather(
      Matrix from, int row, int[] sources, Matrix to, int target, int gapFrom, int gapTo) {
    int source = from.at(row, 0);
    int place = to.at(target, 0);
    for (int j = 0; j < gapFrom; j++) {
      to.values[place + j] = from.values[source + sources[j]];
    }
    for (int j = gapTo; j < sources.length; j++) {
      to.values[place + j] = from.values[source + sources[j]];
    }
  }

  // Dependent vectors.

  /** Prepares a fresh start with the farthest dependent vector, if it has become independent. */
  private void takeInDependent() {
    Tableau tableau = state.tableau;
    if (tableau == null || tableau.dependent == 0) {
      return;
    }
    int farthest = -1;
    for (int i = tableau.others(); i < tableau.columns.length; i++) {
      if (state.spanning.get(tableau.columns[i])
          && (farthest < 0 || state.squares[i] > state.squares[farthest])) {
        farthest = i;
      }
    }
    if (farthest >= 0 && Math.sqrt(state.squares[farthest]) > vectors.rankTolerance()) {
      IntStream independent = IntStream.of(tableau.rows).filter(state.spanning::get);
      IntStream taken = IntStream.of(tableau.columns[farthest]);
      forget(IntStream.concat(independent, taken).toArray());
    }
  }
}
