package org.spanmatch.kernel.vector.projection;

import java.lang.ref.Reference;
import java.lang.ref.SoftReference;
import java.util.BitSet;
import org.spanmatch.kernel.vector.gemm.Gemm;

/** What a {@link SweptSpan} knows between two removals; a mark keeps a copy. */
final class SpanState {
  final BitSet spanning;
  final BitSet projected;
  // Spanning vectors that a tableau started from or will start from; may be null.
  int[] independent;
  Tableau tableau; // null if a fresh start is needed
  Reference<Tableau> fresh; // in a mark, instead of a tableau that a start gives again
  int pending;
  double inverseTrace;
  Drift drift; // null before the first sweep
  double[] norms; // at least ‖·‖₁ of the tableau's columns over rows that span
  double largestNorm; // of a projected vector
  double appliedNorm; // the same when no update was pending
  // Squared distances, in the projected vectors' columns of the tableau; negative infinity if the
  // vector is no longer projected.
  double[] squares;
  private Peaks peaks; // of the squares; null if not known, as in a copy

  SpanState(BitSet spanning, BitSet projected) {
    this.spanning = spanning;
    this.projected = projected;
  }

  SpanState copy() {
    SpanState copy = new SpanState((BitSet) spanning.clone(), (BitSet) projected.clone());
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
  void soften() {
    if (tableau != null && drift == null) {
      fresh = new SoftReference<>(tableau);
      tableau = null;
    }
  }

  void harden() {
    if (fresh != null) {
      tableau = fresh.get();
      fresh = null;
    }
  }

  /** Requires a fresh start, from some vectors if they are known to be independent. */
  void forget(int[] startFrom) {
    tableau = null;
    peaks = null;
    independent = startFrom;
  }

  /** Returns the distance of a projected vector. */
  double distance(int projected) {
    return Math.min(1, Math.sqrt(Math.max(0, squares[tableau.first + projected])));
  }

  void findLargestNorm(Gemm gemm) {
    largestNorm = Math.max(0, gemm.largest(norms, tableau.first, norms.length));
  }

  /** Stops projecting a vector. */
  void removeProjected(int vector, Gemm gemm) {
    projected.clear(vector);
    if (tableau != null) {
      int column = tableau.first + Tableau.find(tableau.columns, vector);
      squares[column] = Double.NEGATIVE_INFINITY;
      if (peaks != null) {
        peaks.findAround(column, this, gemm);
      }
    }
  }

  /** Drops squares with the columns of vectors that have left. */
  void keepSquares(Tableau.Kept kept, int oldFirst) {
    squares = kept.of(squares, oldFirst);
    peaks = null;
  }

  /** Returns the peaks, which it finds if they are not known. */
  Peaks peaks(Gemm gemm) {
    if (peaks == null) {
      Peaks found = new Peaks(squares.length);
      gemm.onLine(squares.length, (from, to) -> found.find(from, to, this, gemm), 1);
      peaks = found; // only now, since an interruption leaves some out
    }
    return peaks;
  }

  /** Returns peaks to be found all anew, because all squares grow. */
  Peaks newPeaks() {
    if (peaks == null) {
      peaks = new Peaks(squares.length);
    }
    return peaks;
  }
}
