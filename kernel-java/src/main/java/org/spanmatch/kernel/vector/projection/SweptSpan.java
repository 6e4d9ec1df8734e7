package org.spanmatch.kernel.vector.projection;

import java.lang.ref.Reference;
import java.lang.ref.SoftReference;
import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.atomic.DoubleAccumulator;
import java.util.stream.IntStream;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.ProjectionTable;
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
 * costs about 2·s²·(s + p) operations and a removal 2·s·(s + p), where s counts the neurons that
 * spanned at the start and p those that are still projected. A {@link #mark()} costs a copy of the
 * arrays with one element per neuron, and applies the pending updates if there are many.
 *
 * <p>Vectors that depend on others of their group are projected too. They join the span when a
 * removal has made them independent.
 *
 * <p>What sweeps add to the errors is bounded by {@link Drift}. The span starts afresh when that
 * bound is too large, and when few of the vectors that spanned at the start are left.
 */
final class SweptSpan {
  private static final double ROUNDOFF = 0x1p-53;

  // A fresh start with this part of the rows costs so little that the cheaper sweeps pay for it.
  private static final int FEW_LEFT = 4;
  // With fewer rows sweeps cost too little for that.
  private static final int SMALL = 64;

  // The sums that bound norms grow with each pending update. They are renewed early when they may
  // be this many times too large; with fewer updates than half of the room that is not worth a pass
  // over the tableau.
  private static final double LOOSE = 2;

  // Per element of a line, what else reading it or updating what is kept for it costs, beside four
  // operations per pending update: in such operations, which vectors do fast.
  private static final long READING = 60;
  private static final long UPDATING = 60;

  // Drift is allowed to be this part of what else bounds the error of a distance.
  private static final double DRIFT_SHARE = 0.1;

  private final CompressedVectors vectors;
  private final Gemm gemm;
  private State state;
  private Scratch scratch;
  private ColumnSums sums;
  // The largest square in each chunk of the tableau's columns; null if that is not known.
  private double[] peaks;
  private long factorisations;
  private double operations;

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
      readings = new Drift.Reading[chunks(rows)];
      spanNorms = new double[chunks(rows)];
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

  private static int chunks(int length) {
    return (length + Gemm.LINE_CHUNK - 1) / Gemm.LINE_CHUNK;
  }

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
    if (state.tableau != null && !prepareSweeps()) { // which fills in W in place, too
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

  /** The state that a mark keeps. */
  static final class State {
    private final BitSet spanning;
    private final BitSet projected;
    // Spanning vectors that a tableau started from or will start from; may be null.
    private int[] independent;
    private Tableau tableau; // null if a fresh start is needed
    private Reference<Tableau> fresh; // in a mark, instead of a tableau that a start gives again
    private int pending;
    private double inverseTrace;
    private Drift drift; // null before the first sweep
    private double[] norms; // at least ‖·‖₁ of the tableau's columns over rows that span
    private double largestNorm; // of a projected vector
    private double appliedNorm; // the same when no update was pending
    // Squared distances, in the projected vectors' columns of the tableau; negative infinity if the
    // vector is no longer projected.
    private double[] squares;

    private State(BitSet spanning, BitSet projected) {
      this.spanning = spanning;
      this.projected = projected;
    }

    private State copy() {
      State copy = new State((BitSet) spanning.clone(), (BitSet) projected.clone());
      copy.independent = independent;
      copy.tableau = tableau;
      copy.pending = pending;
      copy.inverseTrace = inverseTrace;
      copy.fresh = fresh;
      if (tableau != null) {
        tableau.shared = true;
      }
      if (tableau != null || fresh != null) {
        copy.drift = drift == null ? null : drift.copy();
        copy.norms = norms.clone();
        copy.largestNorm = largestNorm;
        copy.appliedNorm = appliedNorm;
        copy.squares = squares.clone();
      }
      return copy;
    }

    /** Lets a tableau go before the memory runs out, if a fresh start gives it again. */
    private void soften() {
      if (tableau != null && drift == null) {
        fresh = new SoftReference<>(tableau);
        tableau = null;
      }
    }

    private void harden() {
      if (fresh != null) {
        tableau = fresh.get();
        fresh = null;
      }
    }
  }

  /** Returns a copy of the state. */
  State mark() {
    if (state.tableau != null) {
      // Otherwise each trial from here would soon have to do this again.
      if (2 * state.pending > state.tableau.pendingRows.rows) {
        sharpen();
      }
      if (state.tableau != null && isFewLeft(2)) {
        forget(IntStream.of(state.tableau.rows).filter(state.spanning::get).toArray());
      }
      if (state.tableau == null) {
        start();
      }
    }
    State mark = state.copy();
    mark.soften();
    return mark;
  }

  /** Whether less than a part of the rows is of vectors that still span. */
  private boolean isFewLeft(int parts) {
    int rows = state.tableau.rows.length;
    return rows > SMALL && parts * state.spanning.cardinality() < rows;
  }

  /** Returns to a state. */
  void rollback(State mark) {
    state = mark.copy();
    state.harden();
    peaks = null;
  }

  /** Stops projecting some vectors. */
  void removeProjected(int... removed) {
    for (int vector : removed) {
      state.projected.clear(vector);
      if (state.tableau != null) {
        int column = state.tableau.first + Tableau.find(state.tableau.columns, vector);
        state.squares[column] = Double.NEGATIVE_INFINITY;
        if (peaks != null) {
          int chunk = column / Gemm.LINE_CHUNK * Gemm.LINE_CHUNK;
          findPeak(chunk, Math.min(chunk + Gemm.LINE_CHUNK, state.squares.length));
        }
      }
    }
  }

  /** Finds the largest square of a projected vector in a chunk of columns. */
  private void findPeak(int from, int to) {
    int first = state.tableau.first;
    int begin = Math.max(from, first);
    int end = Math.min(to, first + state.tableau.others());
    peaks[from / Gemm.LINE_CHUNK] = gemm.largest(state.squares, begin, end);
  }

  private double largestSquare() {
    if (peaks == null) {
      int width = state.squares.length;
      peaks = new double[chunks(width)];
      gemm.onLine(width, this::findPeak, 1);
    }
    return gemm.largest(peaks, 0, peaks.length);
  }

  /** Removes vectors from the span. */
  void removeSpanning(int... removed) {
    // More sweeps than this cost more than a fresh start with the remaining vectors.
    if (removed.length > Math.max(1, state.spanning.cardinality() / 4)) {
      forget(null);
    }
    try {
      for (int vector : removed) {
        removeSpanning(vector);
      }
    } catch (RuntimeException | Error e) {
      // Such as an interruption, which leaves the tableau half swept.
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
    if (state.tableau.row(vector) >= 0) {
      sweepOut(vector);
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
      int next = 0;
      for (int i = 0; i < tableau.others(); i++) {
        if (state.projected.get(tableau.columns[i])) {
          distances[next] = distance(i);
          coefficientNorms[next] = state.norms[tableau.first + i];
          errorBounds[next] = bound(i, dependent);
          next++;
        }
      }
    }
    return new Distances(
        neurons, distances, errorBounds, coefficientNorms, vectors.storageRoundoff());
  }

  /**
   * The projected vector with the largest distance.
   *
   * @param vector its column in the joint matrix; −1 if none is left
   * @param distance the distance; negative infinity if none is left
   * @param errorBound the error bound of the distance
   * @param highest the largest sum of a distance and its error bound; 0 if none is left
   */
  record Farthest(int vector, double distance, double errorBound, double highest) {}

  /**
   * Returns what {@link #distances} has at the first of its largest distances, without a bound for
   * each: distances that are smaller than the largest by more than any bound don't matter.
   */
  Farthest farthest() {
    int first = state.projected.nextSetBit(0);
    if (first < 0) {
      return new Farthest(first, Double.NEGATIVE_INFINITY, 0, 0);
    }
    if (state.spanning.isEmpty()) {
      return new Farthest(first, 1, 0, 1); // by definition
    }
    if (state.tableau == null) {
      start();
    }
    Tableau tableau = state.tableau;
    boolean dependent = isDependent();
    double least = leastToMatter(dependent);
    int vector = -1;
    double distance = 0;
    double errorBound = 0;
    double highest = 0;
    int end = tableau.first + tableau.others();
    for (int chunk = tableau.first / Gemm.LINE_CHUNK; chunk < chunks(end); chunk++) {
      if (peaks[chunk] < least) {
        continue;
      }
      int begin = Math.max(tableau.first, chunk * Gemm.LINE_CHUNK);
      for (int j = begin; j < Math.min(end, (chunk + 1) * Gemm.LINE_CHUNK); j++) {
        int i = j - tableau.first;
        if (!(state.squares[j] < least) && state.projected.get(tableau.columns[i])) {
          double found = distance(i);
          double bound = bound(i, dependent);
          highest = Math.max(highest, found + bound);
          if (vector < 0 || found > distance) {
            vector = tableau.columns[i];
            distance = found;
            errorBound = bound;
          }
        }
      }
    }
    return new Farthest(vector, distance, errorBound, highest);
  }

  /**
   * Returns a square below which a distance is smaller than the largest by more than any bound. A
   * bound grows with the norm, and is largest at distance 0 or 1.
   */
  private double leastToMatter(boolean dependent) {
    double largest = Math.max(0, largestSquare());
    int started = state.independent.length;
    double norm = state.largestNorm;
    double drift = state.drift == null ? 0 : state.drift.highest();
    double bound = 0;
    for (int end = 0; end <= 1; end++) {
      double atEnd = vectors.errorBound(end, norm, started, state.inverseTrace, dependent);
      bound = Math.max(bound, atEnd); // NaN if it overflowed
    }
    double least = Math.min(1, Math.sqrt(largest)) - 1.001 * (bound + drift);
    // Rounding makes squares negative, and bounds overflow to NaN.
    return least > 0 ? least * least : Double.NEGATIVE_INFINITY;
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

  /** Returns what was computed so far. */
  ProjectionTable.Effort effort() {
    return new ProjectionTable.Effort(factorisations, operations);
  }

  /** Whether vectors were set aside that may add directions to the span. */
  private boolean isDependent() {
    int[] columns = state.tableau.columns;
    return state.tableau.dependent > 0
        && IntStream.range(state.tableau.others(), columns.length)
            .anyMatch(i -> state.spanning.get(columns[i]) && !isMultipleOfRow(columns[i]));
  }

  private boolean isMultipleOfRow(int vector) {
    return IntStream.of(state.tableau.rows)
        .anyMatch(row -> state.spanning.get(row) && vectors.areMultiples(vector, row));
  }

  private double distance(int projected) {
    return Math.min(1, Math.sqrt(Math.max(0, state.squares[state.tableau.first + projected])));
  }

  private double bound(int projected, boolean dependent) {
    double bound = boundWithoutDrift(projected, dependent) + drift(projected);
    return bound < 1 ? bound : 1; // also if it overflowed to NaN
  }

  private double boundWithoutDrift(int projected, boolean dependent) {
    // The rounding of the factorisation stays, even if few of its rows are left.
    int started = state.independent.length;
    double norm = state.norms[state.tableau.first + projected];
    return vectors.errorBound(distance(projected), norm, started, state.inverseTrace, dependent);
  }

  /** Bounds the error of a distance from sweeps. */
  private double drift(int projected) {
    return state.drift == null ? 0 : state.drift.ofDistance(state.tableau.first + projected);
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
    factorisations++;
    Projection projection = vectors.project(independent, columns);
    if (projection == null) {
      return false;
    }
    Matrix values = projection.tableau;
    int rank = independent.length;
    double square = (double) rank * rank;
    operations += projection.operations + square * (rank / 3.0 + columns.length);
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
    state.tableau = tableau;
    state.independent = independent;
    state.pending = 0;
    state.squares = new double[values.columns];
    System.arraycopy(projection.squares, 0, state.squares, first, columns.length);
    peaks = null;
    state.drift = null;
    state.norms = tableau.norms.clone();
    findLargestNorm();
    state.appliedNorm = state.largestNorm;
    state.inverseTrace = Arrays.stream(inverseDiagonal).sum();
    return true;
  }

  /**
   * Computes W, which only sweeps need, in place of R⁻ᵀ.
   *
   * @return false if an earlier interruption left it half computed
   */
  boolean prepareSweeps() {
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
      operations += Math.pow(rank, 3);
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

  // Sweeps.

  private void sweepOut(int vector) {
    if (!prepareSweeps()) {
      forget(null);
      return;
    }
    Tableau tableau = state.tableau;
    int pending = state.pending;
    int width = tableau.values.columns;
    int rows = tableau.rows.length;
    int k = tableau.row(vector);
    int pivotColumn = tableau.spanningColumn(vector);
    scratch = scratch != null && scratch.fits(rows, width) ? scratch : new Scratch(rows, width);
    double[] row = scratch.row;
    double[] rowSizes = scratch.rowSizes;
    double[] rowFactors = factors(tableau.pendingColumns, k);
    double[] columnFactors = factors(tableau.pendingRows, pivotColumn);
    // First, since each task needs it.
    readRow(k, pivotColumn, pivotColumn + 1, rowFactors);
    double pivot = row[pivotColumn];
    double pivotSize = rowSizes[pivotColumn];
    double root = Math.sqrt(pivot);
    gemm.onLines(
        width,
        (from, to) -> readRow(k, from, to, rowFactors),
        rows,
        (from, to) -> readColumn(pivotColumn, from, to, columnFactors, k, root),
        4L * pending + READING);
    operations += 4.0 * pending * (width + rows);
    Drift.Reading reading = Drift.Reading.NOTHING;
    double spanNorm = 0;
    for (int chunk = 0; chunk < chunks(rows); chunk++) {
      reading = reading.plus(scratch.readings[chunk]);
      spanNorm += scratch.spanNorms[chunk];
    }
    Drift.Sweep sweep = state.drift.begin(pivotColumn, pivot, pivotSize, reading, pending);
    if (sweep == null) {
      forget(null);
      return;
    }
    // Row k becomes the multipliers, as kept by Drift, instead of 0.
    tableau.pendingColumns.set(pending, k, scratch.column[k] / root - 1);
    scratch.norm.reset();
    scratch.carriedOn.reset();
    scratch.own.reset();
    peaks = peaks != null && peaks.length == chunks(width) ? peaks : new double[chunks(width)];
    double sizeOfColumn = spanNorm;
    gemm.onLine(width, (from, to) -> update(sweep, from, to, sizeOfColumn), UPDATING);
    state.drift.end(sweep, k, scratch.carriedOn.get(), scratch.own.get());
    state.largestNorm = scratch.norm.get();
    state.pending++;
    if (isDriftTooLarge() || isFewLeft(FEW_LEFT)) {
      forget(null);
    } else if (state.pending == tableau.pendingRows.rows || areNormsLoose()) {
      applyAll();
    }
  }

  /** Reads a part of row k. */
  private void readRow(int k, int from, int to, double[] factors) {
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
  private void readColumn(int column, int from, int to, double[] factors, int k, double root) {
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
  private void update(Drift.Sweep sweep, int from, int to, double sizeOfColumn) {
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
    findPeak(from, to);
  }

  /** Whether bounds would become much smaller if enough pending updates were applied now. */
  private boolean areNormsLoose() {
    return 2 * state.pending >= state.tableau.pendingRows.rows
        && state.largestNorm > LOOSE * state.appliedNorm;
  }

  private void findLargestNorm() {
    int first = state.tableau.first;
    state.largestNorm = Math.max(0, gemm.largest(state.norms, first, state.norms.length));
  }

  private boolean isDriftTooLarge() {
    double allowed = vectors.allowedDrift();
    if (state.drift.highest() <= allowed) {
      return false;
    }
    Tableau tableau = state.tableau;
    boolean dependent = isDependent();
    for (int x = 0; x < tableau.others(); x++) {
      if (state.projected.get(tableau.columns[x])) {
        double drift = drift(x);
        if (drift > allowed && drift > DRIFT_SHARE * boundWithoutDrift(x, dependent)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Returns the elements of a column of the pending updates. */
  private double[] factors(Matrix updates, int k) {
    double[] factors = new double[state.pending];
    Arrays.setAll(factors, t -> updates.get(t, k));
    return factors;
  }

  /** Applies all pending updates, and closes gaps if there are many. */
  private void applyAll() {
    Tableau tableau = state.tableau;
    if (!state.drift.isSound(
        j -> state.spanning.get(tableau.spanning[j]), tableau.spanning.length, state.norms)) {
      forget(null);
      return;
    }
    state.drift.applied(state.pending, state.norms);
    Tableau.Kept kept = tableau.kept(state.spanning, state.projected, gemm.tile());
    boolean compacts = tableau.isDue(kept);
    if (compacts) {
      compact(kept);
    }
    Tableau compacted = state.tableau;
    int rows = compacted.rows.length;
    int width = compacted.values.columns;
    sums = sums != null && sums.fits(rows, width) ? sums : new ColumnSums(rows, width, gemm);
    gemm.subtractProduct(
        Factor.columns(compacted.pendingColumns, 0, 0, rows),
        Factor.columns(compacted.pendingRows, 0, 0, width),
        state.pending,
        compacted.values,
        (from, to) -> {
          if (compacts) {
            tableau.gather(kept, from, to, compacted);
          }
        },
        (firstRow, lastRow, firstColumn, lastColumn) ->
            sums.of(compacted.values, state.drift, firstRow, lastRow, firstColumn, lastColumn));
    operations += 2.0 * state.pending * rows * width;
    state.pending = 0;
    state.norms = sums.spanning(rows, width);
    findLargestNorm();
    state.appliedNorm = state.largestNorm;
    state.drift.renew(sums.left(rows, width));
    state.inverseTrace = compacted.trace(state.spanning);
  }

  /**
   * Drops the columns of vectors that have left, but for the elements of the rows, which are still
   * to be gathered.
   */
  private void compact(Tableau.Kept kept) {
    Tableau old = state.tableau;
    state.tableau = old.of(kept, state.pending, gemm);
    state.drift = state.drift.of(kept);
    state.norms = kept.of(state.norms, old.first);
    state.squares = kept.of(state.squares, old.first);
    peaks = null;
  }

  // Dependent vectors.

  /** Prepares a fresh start with the farthest dependent vector, if it has become independent. */
  private void takeInDependent() {
    Tableau tableau = state.tableau;
    if (tableau == null || tableau.dependent == 0) {
      return;
    }
    double[] squares = state.squares;
    int first = tableau.first;
    int farthest = -1;
    for (int i = tableau.others(); i < tableau.columns.length; i++) {
      if (state.spanning.get(tableau.columns[i])
          && (farthest < 0 || squares[first + i] > squares[first + farthest])) {
        farthest = i;
      }
    }
    if (farthest >= 0 && Math.sqrt(squares[first + farthest]) > vectors.rankTolerance()) {
      IntStream independent = IntStream.of(tableau.rows).filter(state.spanning::get);
      IntStream taken = IntStream.of(tableau.columns[farthest]);
      forget(IntStream.concat(independent, taken).toArray());
    }
  }
}
