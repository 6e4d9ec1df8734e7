package org.spanmatch.kernel.vector.qr;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.spanmatch.kernel.vector.gemm.Gemm;
import org.spanmatch.kernel.vector.gemm.Gemm.Factor;
import org.spanmatch.kernel.vector.gemm.Matrix;

/**
 * Absorbs rows into a triangular factor by blocked Householder reflections: [R; rows] = Q [R'; 0].
 *
 * <p>The vector of a column's reflection has a 1 in the column's diagonal row of R and its other
 * elements in the rows below, so a block of reflections is I − VTVᵀ with V = [I; V₂]. Blocks are
 * found by recursive halving (Elmroth and Gustavson, Applying recursion to serial and parallel QR
 * factorization, 2000), and applied to all other columns as matrix products (Schreiber and Van
 * Loan, A storage-efficient WY representation for products of Householder transformations, 1989).
 */
public final class Reflections {
  // Columns per block, few enough that the matrix T costs little.
  private static final int BLOCK = 64;

  // Number of columns at which halving stops; these are reflected one by one.
  private static final int LEAF = 16;

  // A remainder of a unit-norm column counts as zero if its square is smaller: that would lose
  // digits to underflow, and the reflection would no longer be orthogonal.
  private static final double NEGLIGIBLE = 0x1p-900;

  private final Matrix top;
  private final Matrix rows;
  private final Gemm gemm;
  private int used;

  private Reflections(Matrix top, Matrix rows, Gemm gemm) {
    this.top = top;
    this.rows = rows;
    this.gemm = gemm;
  }

  /**
   * Absorbs rows into a factor. Costs about 2·rows·pivots·(2·columns − pivots) operations.
   *
   * @param top [R B]: R upper triangular in the first {@code pivots} columns, with as many rows
   * @param rows more rows of the same columns; overwritten, in the columns beyond R with the
   *     components orthogonal to its columns
   * @param pivots number of columns of R; columns from the next whole tile on are only reflected
   * @param profile for a number of first columns, the number of first rows that may be nonzero in
   *     them
   */
  public static void absorb(
      Matrix top, Matrix rows, int pivots, IntUnaryOperator profile, Gemm gemm) {
    Reflections reflections = new Reflections(top, rows, gemm);
    for (int from = 0; from < pivots; from += BLOCK) {
      int to = Math.min(pivots, from + BLOCK);
      reflections.used = profile.applyAsInt(to);
      Matrix t = reflections.factorise(from, to);
      int rest = Matrix.padded(to, gemm.tile());
      reflections.apply(from, to, t, rest, top.columns);
    }
  }

  /**
   * Bounds the relative backward error of each column: the result is that of exact reflections of a
   * column that differs by at most this fraction of its norm.
   *
   * <p>6·(length + 4) roundings per reflection (Higham, Accuracy and Stability of Numerical
   * Algorithms, section 19.3, with its constants written out), and as many again for applying them
   * in blocks (section 19.5).
   *
   * @param pivots number of reflections
   * @param length number of rows that each one acts on
   */
  public static double backwardError(int pivots, long length) {
    return pivots * 12 * (length + 4.0) * 0x1p-53;
  }

  /** Reflects the columns {@code from} to {@code to − 1}; returns the block's T. */
  private Matrix factorise(int from, int to) {
    if (to - from <= LEAF) {
      return factoriseLeaf(from, to);
    }
    int middle = from + Matrix.padded((to - from) / 2, LEAF);
    Matrix left = factorise(from, middle);
    apply(from, middle, left, middle, to);
    Matrix right = factorise(middle, to);
    return combined(from, middle, to, left, right);
  }

  /** Returns T of two adjacent blocks; the part that couples them is −T₁(V₁ᵀV₂)T₂. */
  private Matrix combined(int from, int middle, int to, Matrix left, Matrix right) {
    Matrix products = gemm.matrix(middle - from, to - middle);
    gemm.subtractProduct(
        Factor.columns(rows, 0, from, middle - from),
        Factor.columns(rows, 0, middle, to - middle),
        used,
        products,
        0,
        0,
        false);
    Matrix t = gemm.matrix(to - from, to - from);
    copy(left, t, 0);
    copy(right, t, middle - from);
    for (int i = 0; i < left.rows; i++) {
      // One row of −T₁(V₁ᵀV₂), then multiplied by T₂.
      double[] row = new double[right.rows];
      for (int l = i; l < left.rows; l++) {
        for (int j = 0; j < row.length; j++) {
          row[j] += left.get(i, l) * products.get(l, j);
        }
      }
      for (int j = 0; j < row.length; j++) {
        double sum = 0;
        for (int l = 0; l <= j; l++) {
          sum += row[l] * right.get(l, j);
        }
        t.set(i, left.rows + j, sum);
      }
    }
    return t;
  }

  private static void copy(Matrix from, Matrix to, int offset) {
    for (int i = 0; i < from.rows; i++) {
      System.arraycopy(
          from.values, from.at(i, 0), to.values, to.at(offset + i, offset), from.columns);
    }
  }

  /** Reflects a leaf's columns in a copy, where they are contiguous; returns the leaf's T. */
  private Matrix factoriseLeaf(int from, int to) {
    int width = to - from;
    double[] leaf = new double[used * width];
    for (int i = 0; i < used; i++) {
      System.arraycopy(rows.values, rows.at(i, from), leaf, i * width, width);
    }
    Matrix t = gemm.matrix(width, width);
    double[] products = new double[width];
    for (int k = 0; k < width; k++) {
      double tau = reflect(leaf, width, from, k, products);
      // products now holds the inner products of all earlier reflections with this one.
      t.set(k, k, tau);
      for (int i = 0; i < k; i++) {
        double sum = 0;
        for (int l = i; l < k; l++) {
          sum += t.get(i, l) * products[l];
        }
        t.set(i, k, -tau * sum);
      }
    }
    for (int i = 0; i < used; i++) {
      System.arraycopy(leaf, i * width, rows.values, rows.at(i, from), width);
    }
    return t;
  }

  /**
   * Computes the reflection of column k of a leaf and applies it to the columns right of it.
   *
   * @param products receives the inner product of every column with the part of the reflection's
   *     vector in the rows below R
   * @return τ, or 0 if there is nothing to reflect
   */
  private double reflect(double[] leaf, int width, int first, int k, double[] products) {
    double squares = 0;
    for (int i = k; i < leaf.length; i += width) {
      squares += leaf[i] * leaf[i];
    }
    int pivotRow = top.at(first + k, first);
    double alpha = top.values[pivotRow + k];
    Arrays.fill(products, 0);
    if (squares == 0 || alpha * alpha + squares < NEGLIGIBLE) {
      for (int i = k; i < leaf.length; i += width) {
        leaf[i] = 0;
      }
      return 0;
    }
    double beta = -Math.copySign(Math.sqrt(alpha * alpha + squares), alpha);
    double tau = (beta - alpha) / beta;
    for (int i = 0; i < leaf.length; i += width) {
      double v = leaf[i + k] / (alpha - beta);
      leaf[i + k] = v;
      for (int j = 0; j < width; j++) {
        products[j] += v * leaf[i + j];
      }
    }
    top.values[pivotRow + k] = beta;
    double[] steps = new double[width];
    for (int j = k + 1; j < width; j++) {
      steps[j] = tau * (top.values[pivotRow + j] + products[j]);
      top.values[pivotRow + j] -= steps[j];
    }
    for (int i = 0; i < leaf.length; i += width) {
      double v = leaf[i + k];
      for (int j = 0; j < width; j++) {
        leaf[i + j] -= v * steps[j]; // 0 up to column k
      }
    }
    return tau;
  }

  /** Applies a block of reflections to the columns {@code first} to {@code last − 1}. */
  private void apply(int from, int to, Matrix t, int first, int last) {
    int columns = last - first;
    if (columns <= 0) {
      return;
    }
    int size = to - from;
    // −(top + V₂ᵀ rows)
    Matrix z = gemm.matrix(size, columns);
    for (int i = 0; i < size; i++) {
      int source = top.at(from + i, first);
      int place = z.at(i, 0);
      for (int j = 0; j < columns; j++) {
        z.values[place + j] = -top.values[source + j];
      }
    }
    gemm.subtractProduct(
        Factor.columns(rows, 0, from, size),
        Factor.columns(rows, 0, first, columns),
        used,
        z,
        0,
        0,
        false);
    // Tᵀ(top + V₂ᵀ rows), from the last row up, since row i needs those before it.
    gemm.onColumns(
        0,
        columns,
        (long) size * size,
        (begin, end) -> {
          double[] factors = new double[size];
          for (int i = size - 1; i >= 0; i--) {
            for (int l = 0; l < i; l++) {
              factors[l] = t.get(l, i);
            }
            z.multiplyRow(i, -t.get(i, i), begin, end);
            gemm.subtractRows(z, i, factors, 0, i, begin, end);
          }
        });
    for (int i = 0; i < size; i++) {
      int target = top.at(from + i, first);
      int place = z.at(i, 0);
      for (int j = 0; j < columns; j++) {
        top.values[target + j] -= z.values[place + j];
      }
    }
    gemm.subtractProduct(
        Factor.rows(rows, 0, from, used),
        Factor.columns(z, 0, 0, columns),
        size,
        rows,
        0,
        first,
        false);
  }
}
