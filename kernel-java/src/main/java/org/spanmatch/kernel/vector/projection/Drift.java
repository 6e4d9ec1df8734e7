package org.spanmatch.kernel.vector.projection;

import java.util.function.IntPredicate;

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
 * {@link #sweep} and {@link #isSound} see to), then F_j ≤ 1.01 (f_j + carried_j).
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
    return new Drift(
        projected,
        local.clone(),
        carried.clone(),
        components.clone(),
        joined.clone(),
        own.clone(),
        weights.clone(),
        sweeps);
  }

  /** Returns the bounds for the columns that a tableau keeps. */
  Drift of(Tableau.Kept kept) {
    return new Drift(
        kept.first,
        kept.of(local, projected),
        kept.of(carried, projected),
        kept.of(components, projected),
        kept.of(joined, projected),
        kept.of(own, projected),
        weights.clone(),
        sweeps);
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
    double carriedOn = 0;
    double found = 0;
    for (int x = projected; x < local.length; x++) {
      carriedOn = Math.max(carriedOn, Math.min(components[x], joined[x]));
      found = Math.max(found, own[x]);
    }
    return Math.sqrt(carriedOn) + Math.sqrt(found) + 2 * ROUNDOFF * sweeps;
  }

  /** Returns whether the vector of a row has left the span. */
  boolean hasLeft(int row) {
    return weights[row] > 0;
  }

  /**
   * Records a sweep.
   *
   * @param row position of the row that is swept out
   * @param column position of its column in W
   * @param line the row, as computed
   * @param lineSizes sums of the absolute values of the terms that it was computed from
   * @param lineOfColumn the column, as computed
   * @param columnSizes sums of the absolute values of its terms
   * @param pending number of updates that were pending
   * @return false if the pivot or the bound is not good enough; then nothing was recorded
   */
  boolean sweep(
      int row,
      int column,
      double[] line,
      double[] lineSizes,
      double[] lineOfColumn,
      double[] columnSizes,
      int pending) {
    double gamma = (pending + 2) * ROUNDOFF;
    double read = 0; // ‖κ‖₁
    double keptRead = 0;
    double keptCarried = 0;
    for (int i = 0; i < weights.length; i++) {
      if (hasLeft(i)) {
        keptRead += weights[i] * columnSizes[i];
        keptCarried += weights[i] * Math.abs(lineOfColumn[i]);
      } else {
        read += columnSizes[i];
      }
    }
    read *= gamma;
    keptRead *= gamma;
    double pivot = line[column];
    double root = Math.sqrt(pivot);
    double leaving = local[column] + read + keptRead; // f_k
    double error = SAFETY * (local[column] + keptCarried); // F_k
    double relative = (error + gamma * lineSizes[column] / root) / root;
    if (!(relative <= WORST_PIVOT_ERROR && keptRead <= WORST_KEPT * leaving)) {
      return false;
    }
    double weight = leaving / root;
    for (int x = projected; x < local.length; x++) {
      double before = error(x);
      components[x] += before * before;
    }
    double keptToo = 1 + 2 * weight;
    double leavingAndCarried = keptCarried + leaving;
    for (int j = 0; j < local.length; j++) {
      double size = Math.abs(line[j]);
      local[j] += (gamma * lineSizes[j] + 4 * ROUNDOFF * size) * keptToo;
      carried[j] += size / pivot * leavingAndCarried;
    }
    double shift = (error + read) / pivot;
    double ofRow = SAFETY * gamma / root;
    double ofPivot = (relative + ROUNDOFF) / root;
    for (int x = projected; x < local.length; x++) {
      double size = Math.abs(line[x]);
      double moved = size * (shift + 4 * ROUNDOFF) + gamma * lineSizes[x];
      joined[x] += 2 * error(x) * moved;
      double seen = size * ofPivot + ofRow * lineSizes[x];
      own[x] += seen * seen;
    }
    weights[row] = weight;
    sweeps++;
    return true;
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
