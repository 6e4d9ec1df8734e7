package org.spanmatch.benchmarks;

import static org.bytedeco.openblas.global.openblas.CblasColMajor;
import static org.bytedeco.openblas.global.openblas.CblasLeft;
import static org.bytedeco.openblas.global.openblas.CblasLower;
import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasNonUnit;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dpotrf;
import static org.bytedeco.openblas.global.openblas.LAPACK_COL_MAJOR;
import static org.bytedeco.openblas.global.openblas.cblas_dasum;
import static org.bytedeco.openblas.global.openblas.cblas_ddot;
import static org.bytedeco.openblas.global.openblas.cblas_dtrsm;

import java.util.EnumMap;
import java.util.Map;
import org.bytedeco.javacpp.DoublePointer;
import org.spanmatch.kernel.Group;

/**
 * Computes all distances between two groups of n neurons from their Gram matrix with OpenBLAS: with
 * G_YY = LLᵀ (dpotrf) and B = L⁻¹G_YX (dtrsm), the squared distance of x is 1 minus the squared
 * norm of its column of B; the coefficients are L⁻ᵀB (a second dtrsm).
 */
final class OpenBlasProjection implements AutoCloseable {
  /** The data for projecting one group on the span of the other. */
  private static final class Direction {
    final DoublePointer spanning;
    final DoublePointer crossing;
    final double[] distances;
    final double[] coefficientNorms;

    Direction(double[] spanning, double[] crossing, int n) {
      this.spanning = new DoublePointer(spanning);
      this.crossing = new DoublePointer(crossing);
      distances = new double[n];
      coefficientNorms = new double[n];
    }
  }

  private final int n;
  private final Map<Group, Direction> directions = new EnumMap<>(Group.class);
  // Scratch space, used by both directions in turn.
  private final DoublePointer factor;
  private final DoublePointer solved;

  /** Takes the Gram matrix of the neurons of X and then Y, and scales it to norm 1. */
  OpenBlasProjection(GramPeer gram, int neurons, int threads) {
    OpenBlas.open(threads);
    n = neurons;
    factor = new DoublePointer((long) n * n);
    solved = new DoublePointer((long) n * n);
    double[] norms = new double[2 * n];
    for (int i = 0; i < 2 * n; i++) {
      norms[i] = Math.sqrt(gram.get(i, i));
    }
    for (Group group : Group.values()) {
      int own = group == Group.X ? 0 : n;
      int other = n - own;
      directions.put(
          group,
          new Direction(block(gram, norms, other, other), block(gram, norms, other, own), n));
    }
  }

  /** Returns the block of n × n elements from a row and column on, column-major. */
  private double[] block(GramPeer gram, double[] norms, int firstRow, int firstColumn) {
    double[] block = new double[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        int row = firstRow + i;
        int column = firstColumn + j;
        double product = gram.get(Math.max(row, column), Math.min(row, column));
        block[j * n + i] = product / norms[row] / norms[column];
      }
    }
    return block;
  }

  int neurons() {
    return n;
  }

  /** Computes all distances. */
  void project() {
    for (Direction direction : directions.values()) {
      project(direction);
    }
  }

  /** Computes all distances and the ‖c‖₁ of the coefficients. */
  void projectWithCoefficients() {
    for (Direction direction : directions.values()) {
      project(direction);
      solve(CblasTrans);
      for (int i = 0; i < n; i++) {
        solved.position((long) i * n);
        direction.coefficientNorms[i] = cblas_dasum(n, solved, 1);
      }
      solved.position(0);
    }
  }

  private void project(Direction direction) {
    long bytes = (long) Double.BYTES * n * n;
    DoublePointer.memcpy(factor, direction.spanning, bytes);
    DoublePointer.memcpy(solved, direction.crossing, bytes);
    int info = LAPACKE_dpotrf(LAPACK_COL_MAJOR, (byte) 'L', n, factor, n);
    if (info != 0) {
      throw new IllegalStateException("dpotrf stopped at column " + info);
    }
    solve(CblasNoTrans);
    for (int i = 0; i < n; i++) {
      solved.position((long) i * n);
      direction.distances[i] = Math.sqrt(Math.max(0, 1 - cblas_ddot(n, solved, 1, solved, 1)));
    }
    solved.position(0);
  }

  private void solve(int transposition) {
    cblas_dtrsm(
        CblasColMajor,
        CblasLeft,
        CblasLower,
        transposition,
        CblasNonUnit,
        n,
        n,
        1,
        factor,
        n,
        solved,
        n);
  }

  /** Returns the last computed distance of a group's neuron. */
  double distance(Group group, int neuron) {
    return directions.get(group).distances[neuron];
  }

  /** Returns the last computed ‖c‖₁ of a group's neuron. */
  double coefficientNorm(Group group, int neuron) {
    return directions.get(group).coefficientNorms[neuron];
  }

  @Override
  public void close() {
    for (Direction direction : directions.values()) {
      direction.spanning.close();
      direction.crossing.close();
    }
    factor.close();
    solved.close();
  }
}
