package org.spanmatch.kernel.vector.projection;

import java.util.function.IntPredicate;
import org.spanmatch.kernel.vector.gemm.Gemm;

/**
 * Bounds on what sweeps add to the errors of a {@link Tableau} and of the distances.
 *
 * <p>Let A be the spanning vectors, of norm 1, as given by the triangular factor R of the start, S
 * those that still span, Π the projection on their span, and c̃_j = c_j + E_j a column of the
 * tableau, computed and exact. The error of the column is ‖A_S E_j‖₂. Sweeping row k out subtracts
 * β_j(c̃_k + κ), where β_j is the multiplier as it is stored and κ the rounding of the column as it
 * was read. Exactly, without a first-order argument, that makes the error
 *
 * <pre>  A_S′ E′_j = Π_S′ [A E_j − β_j A(E_k + κ) − a_k h_j]</pre>
 *
 * <p>where h_j is what rounding leaves of the element that becomes 0: the error of β_j itself
 * multiplies the dual vector of k, which is orthogonal to all others. Spans are nested, so the
 * projections of earlier sweeps vanish in those of later ones. What is left is a sum over the
 * vectors that have left:
 *
 * <pre>  ‖A_S E_j‖ ≤ F_j = f_j + Σ_k |ũ_kj| f_k</pre>
 *
 * <p>f_j is the sum of the local errors of column j, which ends when j leaves, and ũ_kj is row k of
 * the tableau, kept and swept on after k has left as if it still spanned. Therefore errors add up
 * instead of growing with every sweep: a sweep adds to f what rounds in it, and no more. The rows
 * that are kept are scaled by √W_kk, so their weight is φ_k = f_k/√W_kk. {@code carried} is Σ_k φ_k
 * |row k|, exact when the updates have been applied and a bound between.
 *
 * <p>The rows that are kept have rounding too. It obeys the same recursion with its own local
 * errors, which are added to f; if these are at most 0.004 f_k for each k (which the conditions of
 * {@link #begin} and {@link #isSound} see to), then F_j ≤ 1.01 (f_j + carried_j).
 *
 * <p><b>Distances.</b> A sweep adds (m_kx/√W_kk)² to the squared distance of x, the square of a
 * component of the vector in a new direction, so errors of different sweeps are added as squares.
 * The component of A E_x in that direction is at most F_x ({@code components} sums F_x²). But it
 * also leaves the error of the column, so that all these components together are at most the error
 * at the start and what has joined it since ({@code joined}). The smaller sum counts; {@code own}
 * sums the squares of the errors of reading the row and of the pivot.
 *
 * <p>All of this is to first order in the rounding of the bounds themselves. Each array has one
 * element per column of the tableau, but for {@code weights}.
 */
final class Drift {
  private static final double ROUNDOFF = 0x1p-53;

  /** Covers the rounding of the rows that are kept, and of the sums of these bounds. */
  private static final double SAFETY = 1.01;

  // A pivot with a larger relative error is not used.
  private static final double WORST_PIVOT_ERROR = 1e-3;
  // The largest rounding of kept rows as a part of the other local errors of a column.
  private static final double WORST_KEPT = 2e-3;
  private static final double WORST_CARRIED = 1e-3;

  private final int projected; // the first projected column
  private final double[] local;
  private final double[] carried;
  private final double[] components;
  private final double[] joined;
  private final double[] own;
  private final double[] weights; // φ per row; 0 while the vector spans
  private int sweeps;
  private double highestCarriedOn; // the largest of the lesser of components and joined
  private double highestOwn;

  /**
   * What the elements of a column of W add up to when it is read.
   *
   * @param read the sizes of the terms in rows of vectors that span
   * @param keptRead the weighted sizes of the terms in rows of vectors that have left
   * @param keptCarried the weighted absolute values in these rows
   */
  record Reading(double read, double keptRead, double keptCarried) {
    static final Reading NOTHING = new Reading(0, 0, 0);

    Reading plus(Reading other) {
      return new Reading(
          read + other.read, keptRead + other.keptRead, keptCarried + other.keptCarried);
    }
  }

  /** The numbers of a sweep that the bounds of all columns need. */
  record Sweep(
      double gamma,
      double pivot,
      double root,
      double error,
      double read,
      double relative,
      double weight,
      double leavingAndCarried) {}

  /**
   * Creates bounds for a tableau before its first sweep.
   *
   * @param errors bounds on the errors of the columns; taken
   * @param projected the first column of a projected vector
   * @param rows number of rows
   */
  Drift(double[] errors, int projected, int rows) {
    this(
        projected,
        errors,
        new double[errors.length],
        new double[errors.length],
        new double[errors.length],
        new double[errors.length],
        new double[rows],
        0);
    for (int j = projected; j < errors.length; j++) {
      joined[j] = errors[j] * errors[j];
    }
    renewHighest();
  }

  private Drift(
      int projected,
      double[] local,
      double[] carried,
      double[] components,
      double[] joined,
      double[] own,
      double[] weights,
      int sweeps) {
    this.projected = projected;
    this.local = local;
    this.carried = carried;
    this.components = components;
    this.joined = joined;
    this.own = own;
    this.weights = weights;
    this.sweeps = sweeps;
  }

  Drift copy() {
    Drift copy =
        new Drift(
            projected,
            local.clone(),
            carried.clone(),
            components.clone(),
            joined.clone(),
            own.clone(),
            weights.clone(),
            sweeps);
    copy.highestCarriedOn = highestCarriedOn;
    copy.highestOwn = highestOwn;
    return copy;
  }

  /** Returns the bounds for the columns that a tableau keeps. */
  Drift of(Tableau.Kept kept) {
    Drift drift =
        new Drift(
            kept.first,
            kept.of(local, projected),
            kept.of(carried, projected),
            kept.of(components, projected),
            kept.of(joined, projected),
            kept.of(own, projected),
            weights.clone(),
            sweeps);
    drift.renewHighest();
    return drift;
  }

  /** Bounds ‖A E‖₂ of a column. */
  double error(int column) {
    return SAFETY * (local[column] + carried[column]);
  }

  /** Bounds what sweeps have added to the error of the distance of a projected column. */
  double ofDistance(int column) {
    return Math.sqrt(Math.min(components[column], joined[column]))
        + Math.sqrt(own[column])
        + 2 * ROUNDOFF * sweeps;
  }

  /** Returns at least the largest {@link #ofDistance}. */
  double highest() {
    return Math.sqrt(highestCarriedOn) + Math.sqrt(highestOwn) + 2 * ROUNDOFF * sweeps;
  }

  private void renewHighest() {
    highestCarriedOn = 0;
    highestOwn = 0;
    for (int x = projected; x < local.length; x++) {
      highestCarriedOn = Math.max(highestCarriedOn, Math.min(components[x], joined[x]));
      highestOwn = Math.max(highestOwn, own[x]);
    }
  }

  /** Returns whether the vector of a row has left the span. */
  boolean hasLeft(int row) {
    return weights[row] > 0;
  }

  /**
   * Adds up a part of a column of W that is swept out.
   *
   * @param line the column, as computed
   * @param sizes sums of the absolute values of the terms that it was computed from
   * @param from the first row
   * @param to the end of the rows, exclusive
   */
  Reading read(double[] line, double[] sizes, int from, int to) {
    double read = 0;
    double keptRead = 0;
    double keptCarried = 0;
    for (int i = from; i < to; i++) {
      if (hasLeft(i)) {
        keptRead += weights[i] * sizes[i];
        keptCarried += weights[i] * Math.abs(line[i]);
      } else {
        read += sizes[i];
      }
    }
    return new Reading(read, keptRead, keptCarried);
  }

  /**
   * Begins a sweep, without a change.
   *
   * @param column the column of W that is swept out
   * @param pivot its element in the row that is swept out, as computed
   * @param pivotSize the sum of the absolute values of the terms that it was computed from
   * @param reading what the column adds up to
   * @param pending number of updates that were pending
   * @return null if the pivot or the bound is not good enough
   */
  Sweep begin(int column, double pivot, double pivotSize, Reading reading, int pending) {
    double gamma = (pending + 2) * ROUNDOFF;
    double read = reading.read * gamma; // ‖κ‖₁
    double keptRead = reading.keptRead * gamma;
    double keptCarried = reading.keptCarried;
    double root = Math.sqrt(pivot);
    double leaving = local[column] + read + keptRead; // f_k
    double error = SAFETY * (local[column] + keptCarried); // F_k
    double relative = (error + gamma * pivotSize / root) / root;
    if (!(relative <= WORST_PIVOT_ERROR && keptRead <= WORST_KEPT * leaving)) {
      return null;
    }
    return new Sweep(
        gamma, pivot, root, error, read, relative, leaving / root, keptCarried + leaving);
  }

  /**
   * Records a sweep in the bounds of some columns; others may be recorded at the same time.
   *
   * @param line the row that is swept out, as computed
   * @param sizes sums of the absolute values of its terms
   * @param from the first column
   * @param to the end of the columns, exclusive
   */
  void sweep(Sweep sweep, double[] line, double[] sizes, int from, int to) {
    double gamma = sweep.gamma;
    double pivot = sweep.pivot;
    int firstProjected = Math.max(from, projected);
    for (int x = firstProjected; x < to; x++) {
      double before = error(x);
      components[x] += before * before;
    }
    double keptToo = 1 + 2 * sweep.weight;
    double leavingAndCarried = sweep.leavingAndCarried;
    for (int j = from; j < to; j++) {
      double size = Math.abs(line[j]);
      local[j] += (gamma * sizes[j] + 4 * ROUNDOFF * size) * keptToo;
      carried[j] += size / pivot * leavingAndCarried;
    }
    double shift = (sweep.error + sweep.read) / pivot;
    double ofRow = SAFETY * gamma / sweep.root;
    double ofPivot = (sweep.relative + ROUNDOFF) / sweep.root;
    for (int x = firstProjected; x < to; x++) {
      double size = Math.abs(line[x]);
      double moved = size * (shift + 4 * ROUNDOFF) + gamma * sizes[x];
      joined[x] += 2 * error(x) * moved;
      double seen = size * ofPivot + ofRow * sizes[x];
      own[x] += seen * seen;
    }
  }

  /** Returns the largest of the lesser bounds of the components among some columns. */
  double highestCarriedOn(Gemm gemm, int from, int to) {
    return gemm.largestOfLesser(components, joined, Math.max(from, projected), to);
  }

  /** Returns the largest square of an error that a column has on its own, among some columns. */
  double highestOwn(Gemm gemm, int from, int to) {
    return gemm.largest(own, Math.max(from, projected), to);
  }

  /**
   * Ends a sweep that is recorded in the bounds of all columns.
   *
   * @param row position of the row that was swept out
   * @param carriedOn the largest {@link #highestCarriedOn}, at least 0
   * @param ofOwn the largest {@link #highestOwn}, at least 0
   */
  void end(Sweep sweep, int row, double carriedOn, double ofOwn) {
    weights[row] = sweep.weight;
    sweeps++;
    highestCarriedOn = carriedOn;
    highestOwn = ofOwn;
  }

  /**
   * Returns whether the rounding of applying updates to rows that are kept is small beside that of
   * the others, for each column of W that a later sweep may use.
   *
   * @param spans whether the vector of a column of W still spans
   * @param columns number of columns of W
   * @param norms at least ‖·‖₁ of the columns and of what is applied
   */
  boolean isSound(IntPredicate spans, int columns, double[] norms) {
    for (int j = 0; j < columns; j++) {
      if (spans.test(j) && !(carried[j] <= WORST_CARRIED * norms[j])) {
        return false;
      }
    }
    return true;
  }

  /**
   * Records that updates are applied.
   *
   * @param count number of updates
   * @param norms at least ‖·‖₁ of the columns and of what is applied
   */
  void applied(int count, double[] norms) {
    double gamma = (count + 1) * ROUNDOFF;
    for (int j = 0; j < local.length; j++) {
      local[j] += gamma * (1.001 * norms[j] + carried[j]);
    }
    for (int x = projected; x < local.length; x++) {
      joined[x] += 2 * error(x) * gamma * (1.001 * norms[x] + carried[x]);
    }
    renewHighest();
  }

  /** Returns the weight of a row whose vector has left. */
  double weight(int row) {
    return weights[row];
  }

  /**
   * Renews what is carried, when no update is pending.
   *
   * @param sums the sums of the absolute values of the rows that have left, times their weights
   */
  void renew(double[] sums) {
    System.arraycopy(sums, 0, carried, 0, carried.length);
  }
}
