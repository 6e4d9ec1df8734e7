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
 * The span of what remains of one group, and the other group's neurons projected on it.
 *
 * <p>With G the Gram matrix of the vectors that span, it holds the tableau [W C], W = G⁻¹ and C =
 * G⁻¹G_SP the coefficients of the projections. Removing vector k from the span is a rank-one update
 * of the tableau, an inverse sweep (Goodnight, A tutorial on the SWEEP operator, 1979):
 *
 * <pre>  ρ_x += C_kx² / W_kk    [W C] −= W_·k [W_k· C_k·] / W_kk</pre>
 *
 * <p>The updates are kept aside and applied in blocks, as a matrix product, since a sweep reads no
 * more of the tableau than one row and one column. With s neurons that span and p projected, a
 * fresh start costs about 2·s²·(s + p) operations and a removal 2·s·(s + p) on average. A {@link
 * #mark()} costs a copy of what has one element a neuron, and applies the updates that are kept
 * aside where they are many.
 *
 * <p>Vectors that depend on others of their group are projected too, and become part of the span
 * when a removal has made them independent.
 *
 * <p><b>Drift.</b> Let A be the vectors that span, as given by the triangular factor. For each
 * column of the tableau {@code errors} bounds ‖A(c̃ − c)‖₂, c̃ being the column as it is and c what
 * it should be: the projection's coefficients, or for a column of W those of the dual vector. One
 * sweep out of row k adds at most
 *
 * <pre>  |m_kj| (2 f_k + ‖δ_s‖₁ + δ_k/√W_kk) / W_kk + 2 |δ_j| + 4u |m_kj|</pre>
 *
 * <p>where m_kj is the tableau's element, f_k the error of W's column k, and δ the rounding of row
 * k and column k, which are computed from the pending updates (running error analysis: their
 * absolute values are summed along). One f_k would do; the other covers the element of the removed
 * row that is left out. The squared distance grows by the square of |m_kx|/√W_kk, a component of
 * the vector whose error is therefore known, and the errors of different sweeps belong to
 * orthogonal components, so that {@code drift} sums their squares.
 */
final class SweptSpan {
  private static final double ROUNDOFF = 0x1p-53;

  // Pending updates: more make a sweep slower, fewer the products less efficient; from so many rows
  // on, which no cache holds, each product costs a pass through memory.
  private static final int PENDING = 32;
  private static final int LARGE = 1024;
  private static final int LARGE_PENDING = 128;

  // A pivot that is less certain than this is not used.
  private static final double WORST_PIVOT_ERROR = 1e-3;

  private final CompressedVectors vectors;
  private final Gemm gemm;
  private State state;

  /**
   * Starts; nothing is computed before the first question.
   *
   * @param spanning the columns of the vectors that span
   * @param projected the columns of those to project
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
   * The same span for another thread. The tableau is shared, since both sides copy it before they
   * change it; pending updates are written in place, and so are not.
   */
  SweptSpan copy(CompressedVectors ownVectors, Gemm ownMultiplier) {
    if (state.tableau != null && !prepareSweeps()) { // W is filled in in place, too
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

  /** The part of the state that has a number for each pair of neurons. */
  private static final class Tableau {
    final Matrix values;
    final int first; // of the columns that belong to projected vectors
    final int[] rows; // the vectors that span
    final int[] columns; // the vectors that are projected: first those of the other group
    final int dependent; // how many of the last ones depend on those that span
    final Matrix pendingColumns;
    final Matrix pendingRows;
    double[] norms; // ‖·‖₁ of the columns, when no update is pending
    double[] errors; // of the columns, likewise; null until the first sweep needs W
    TriangularSolve triangle; // until then, when W's columns hold R⁻ᵀ
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

    /** The same, shared, with a copy of the first pending updates. */
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

    /** How many of the projected vectors are of the other group. */
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

  /** What a mark has to remember. */
  static final class State {
    private final BitSet spanning;
    private final BitSet projected;
    private int[] independent; // what a tableau started from, or is to start from; or null
    private Tableau tableau; // null when a fresh start is needed
    private int pending;
    private int sweeps;
    private double inverseTrace;
    private double[] errors; // of the tableau's columns; null before the first sweep
    private double[] norms; // at least ‖·‖₁ of the tableau's columns
    private double[] squares; // squared distances of projected vectors
    private double[] drift; // squares of the errors of distances by sweeps

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

  /** Remembers the state. */
  State mark() {
    // Trials from here would each have to apply what is pending as soon as there is no more room.
    if (state.tableau != null && 2 * state.pending > state.tableau.pendingRows.rows) {
      sharpen();
    }
    return state.copy();
  }

  /** Returns to a state. */
  void rollback(State mark) {
    state = mark.copy();
  }

  /** Takes vectors out of those that are projected. */
  void removeProjected(int... removed) {
    for (int vector : removed) {
      state.projected.clear(vector);
    }
  }

  /** Takes vectors out of the span. */
  void removeSpanning(int... removed) {
    // More sweeps than this cost more than a fresh start with what is left.
    if (removed.length > state.spanning.cardinality() / 4) {
      forget(null);
    }
    try {
      for (int vector : removed) {
        removeSpanning(vector);
      }
    } catch (RuntimeException | Error e) { // such as an interruption: the tableau is half swept
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

  /** Makes the norms of the coefficients exact, and the bounds that grow with them. */
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
   * The distances of the projected vectors that remain.
   *
   * @param neurons their neurons, in the order of their columns
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
      // The rounding of the factorisation stays, however few of its rows are left.
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
          errorBounds[next] = bound < 1 ? bound : 1; // also where it overflowed to NaN
          next++;
        }
      }
    }
    return new Distances(
        neurons, distances, errorBounds, coefficientNorms, vectors.storageRoundoff());
  }

  private boolean isDependent() {
    int[] columns = state.tableau.columns;
    return IntStream.range(state.tableau.others(), columns.length)
        .anyMatch(i -> state.spanning.get(columns[i]));
  }

  /** What sweeps may have added to the error of a distance. */
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
      // The last ones are the nearest to the others: rounding may hide them once more.
      while (!start(independent, spanning, projected, true)) {
        independent = Arrays.copyOf(independent, independent.length - 1);
      }
    }
  }

  /**
   * Fills the tableau.
   *
   * @param chosen whether the independent ones are a largest subset by choice
   * @return false if they are not independent
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
   * Computes W, which only sweeps need, in the place of R⁻ᵀ.
   *
   * @return false if an interruption once left it half computed
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
      // columns have norm 1. W's right side R⁻ᵀ has an error of its own, that R⁻ᵀ carries on; its
      // norm is the root of W's, which no row sum of W is below.
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

  /** The diagonal of R⁻¹R⁻ᵀ, from the columns of R⁻ᵀ. */
  private static double[] inverseDiagonal(Matrix values, int rank) {
    double[] diagonal = new double[rank];
    for (int i = 0; i < rank; i++) {
      for (int j = 0; j <= i; j++) {
        diagonal[j] += values.get(i, j) * values.get(i, j);
      }
    }
    return diagonal;
  }

  /** Moves the triangle out of the first columns of the tableau, which become zero. */
  private Matrix takeTriangle(Matrix values, int rank, int first) {
    Matrix factor = gemm.matrix(rank, rank);
    for (int i = 0; i < rank; i++) {
      System.arraycopy(values.values, values.at(i, i), factor.values, factor.at(i, i), rank - i);
      Arrays.fill(values.values, values.at(i, 0), values.at(i, first), 0);
    }
    return factor;
  }

  /**
   * ‖·‖₁ of the tableau's columns, when no update is pending. Rows that were removed are zero but
   * for rounding, so they may count.
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

  /** The trace of W, when no update is pending. */
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
   * Brings one row (or column) of the tableau up to date.
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

  /** Applies all pending updates, and closes the gaps when there are many. */
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

  /** Copies what remains to a new tableau, if a mark needs the old one or gaps waste much. */
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
    // Where each column of the new tableau was in the old one; the padding takes any.
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

  /** Copies elements of a row, except for a gap from {@code gapFrom} to {@code gapTo}. */
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

  /** Lets vectors that have become independent span. */
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
