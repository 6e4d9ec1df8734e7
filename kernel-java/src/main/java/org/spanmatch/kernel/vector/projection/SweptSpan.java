package org.spanmatch.kernel.vector.projection;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import java.util.stream.IntStream;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.vector.gemm.Gemm;
import org.spanmatch.kernel.vector.gemm.Gemm.Factor;

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
  // A fresh start with this part of the rows costs so little that the cheaper sweeps pay for it.
  private static final int FEW_LEFT = 4;
  // With fewer rows sweeps cost too little for that.
  private static final int SMALL = 64;

  // The sums that bound norms grow with each pending update. They are renewed early when they may
  // be this many times too large; with fewer updates than half of the room that is not worth a pass
  // over the tableau.
  private static final double LOOSE = 2;

  // Drift is allowed to be this part of what else bounds the error of a distance.
  private static final double DRIFT_SHARE = 0.1;

  private final CompressedVectors vectors;
  private final Gemm gemm;
  private final Work work = new Work();
  private final FreshStart freshStart;
  private final Sweeper sweeper;
  private SpanState state;
  private ColumnSums sums;

  /**
   * Creates a span; the first call of {@link #distances} computes it.
   *
   * @param spanning the columns of the spanning vectors
   * @param projected the columns of the vectors to project
   */
  SweptSpan(CompressedVectors vectors, Gemm gemm, int[] spanning, int[] projected) {
    this(vectors, gemm, new SpanState(bits(spanning), bits(projected)));
  }

  private SweptSpan(CompressedVectors vectors, Gemm gemm, SpanState state) {
    this.vectors = vectors;
    this.gemm = gemm;
    this.freshStart = new FreshStart(vectors, gemm, work);
    this.sweeper = new Sweeper(gemm, work);
    this.state = state;
  }

  /**
   * Returns a copy for another thread. Both share the tableau, which they copy before changing it;
   * pending updates are written in place, so the copy has its own.
   */
  SweptSpan copy(CompressedVectors ownVectors, Gemm ownMultiplier) {
    if (state.tableau != null
        && !freshStart.prepareSweeps(state)) { // which fills in W in place, too
      state.forget(null);
    }
    SpanState copy = state.copy();
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

  /** Returns a copy of the state. */
  SpanState mark() {
    if (state.tableau != null) {
      // Otherwise each trial from here would soon have to do this again.
      if (2 * state.pending > state.tableau.pendingRows.rows) {
        sharpen();
      }
      if (state.tableau != null && isFewLeft(2)) {
        state.forget(IntStream.of(state.tableau.rows).filter(state.spanning::get).toArray());
      }
      if (state.tableau == null) {
        freshStart.run(state);
      }
    }
    SpanState mark = state.copy();
    mark.soften();
    return mark;
  }

  /** Whether less than a part of the rows is of vectors that still span. */
  private boolean isFewLeft(int parts) {
    int rows = state.tableau.rows.length;
    return rows > SMALL && parts * state.spanning.cardinality() < rows;
  }

  /** Returns to a state. */
  void rollback(SpanState mark) {
    state = mark.copy();
    state.harden();
  }

  /** Stops projecting some vectors. */
  void removeProjected(int... removed) {
    for (int vector : removed) {
      state.removeProjected(vector, gemm);
    }
  }

  /** Removes vectors from the span. */
  void removeSpanning(int... removed) {
    // More sweeps than this cost more than a fresh start with the remaining vectors.
    if (removed.length > Math.max(1, state.spanning.cardinality() / 4)) {
      state.forget(null);
    }
    try {
      for (int vector : removed) {
        removeSpanning(vector);
      }
    } catch (RuntimeException | Error e) {
      // Such as an interruption, which leaves the tableau half swept.
      state.forget(null);
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
        state.forget(null);
        throw e;
      }
    }
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
        freshStart.run(state);
      }
      Tableau tableau = state.tableau;
      boolean dependent = isDependent();
      int next = 0;
      for (int i = 0; i < tableau.others(); i++) {
        if (state.projected.get(tableau.columns[i])) {
          distances[next] = state.distance(i);
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
      freshStart.run(state);
    }
    Tableau tableau = state.tableau;
    boolean dependent = isDependent();
    Peaks peaks = state.peaks(gemm);
    double least = leastToMatter(peaks.highest(gemm), dependent);
    int vector = -1;
    double distance = 0;
    double errorBound = 0;
    double highest = 0;
    int end = tableau.first + tableau.others();
    for (int chunk = tableau.first / Gemm.LINE_CHUNK; chunk < Peaks.chunks(end); chunk++) {
      if (peaks.of(chunk) < least) {
        continue;
      }
      int begin = Math.max(tableau.first, chunk * Gemm.LINE_CHUNK);
      for (int j = begin; j < Math.min(end, (chunk + 1) * Gemm.LINE_CHUNK); j++) {
        int i = j - tableau.first;
        if (!(state.squares[j] < least) && state.projected.get(tableau.columns[i])) {
          double found = state.distance(i);
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
   *
   * @param largest the largest square, which rounding can make negative
   */
  private double leastToMatter(double largest, boolean dependent) {
    int started = state.independent.length;
    double norm = state.largestNorm;
    double drift = state.drift == null ? 0 : state.drift.highest();
    double bound = 0;
    for (int end = 0; end <= 1; end++) {
      double atEnd = vectors.errorBound(end, norm, started, state.inverseTrace, dependent);
      bound = Math.max(bound, atEnd); // NaN if it overflowed
    }
    double least = Math.min(1, Math.sqrt(Math.max(0, largest))) - 1.001 * (bound + drift);
    // Rounding makes squares negative, and bounds overflow to NaN.
    return least > 0 ? least * least : Double.NEGATIVE_INFINITY;
  }

  /** Returns what a fresh start has found; empty once vectors have been swept out since. */
  Optional<Coefficients> coefficients() {
    if (state.spanning.isEmpty() || state.projected.isEmpty()) {
      return Optional.of(Coefficients.NONE);
    }
    if (state.tableau == null) {
      freshStart.run(state);
    }
    Tableau tableau = state.tableau;
    // R⁻ᵀ lies in the first columns until there is a triangle no longer.
    return tableau.triangle == null || state.drift != null
        ? Optional.empty()
        : Optional.of(new Coefficients(tableau));
  }

  /** Returns the dimension of the span. */
  int rank() {
    if (state.spanning.isEmpty()) {
      return 0;
    }
    if (state.tableau == null) {
      freshStart.run(state);
    }
    return (int) IntStream.of(state.tableau.rows).filter(state.spanning::get).count();
  }

  /** Returns what was computed so far. */
  ProjectionTable.Effort effort() {
    return work.effort();
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

  private double bound(int projected, boolean dependent) {
    double bound = boundWithoutDrift(projected, dependent) + drift(projected);
    return bound < 1 ? bound : 1; // also if it overflowed to NaN
  }

  private double boundWithoutDrift(int projected, boolean dependent) {
    // The rounding of the factorisation stays, even if few of its rows are left.
    int started = state.independent.length;
    double norm = state.norms[state.tableau.first + projected];
    return vectors.errorBound(
        state.distance(projected), norm, started, state.inverseTrace, dependent);
  }

  /** Bounds the error of a distance from sweeps. */
  private double drift(int projected) {
    return state.drift == null ? 0 : state.drift.ofDistance(state.tableau.first + projected);
  }

  // Sweeps.

  private void sweepOut(int vector) {
    if (!(freshStart.prepareSweeps(state) && sweeper.sweepOut(state, vector))) {
      state.forget(null);
    } else if (isDriftTooLarge() || isFewLeft(FEW_LEFT)) {
      state.forget(null);
    } else if (state.pending == state.tableau.pendingRows.rows || areNormsLoose()) {
      applyAll();
    }
  }

  /** Whether bounds would become much smaller if enough pending updates were applied now. */
  private boolean areNormsLoose() {
    return 2 * state.pending >= state.tableau.pendingRows.rows
        && state.largestNorm > LOOSE * state.appliedNorm;
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

  /** Applies all pending updates, and closes gaps if there are many. */
  private void applyAll() {
    Tableau tableau = state.tableau;
    if (!state.drift.isSound(
        j -> state.spanning.get(tableau.spanning[j]), tableau.spanning.length, state.norms)) {
      state.forget(null);
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
    work.operations += 2.0 * state.pending * rows * width;
    state.pending = 0;
    state.norms = sums.spanning(rows, width);
    state.findLargestNorm(gemm);
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
    state.keepSquares(kept, old.first);
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
      state.forget(IntStream.concat(independent, taken).toArray());
    }
  }
}
