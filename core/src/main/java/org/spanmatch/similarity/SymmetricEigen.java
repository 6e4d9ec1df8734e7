package org.spanmatch.similarity;

import java.util.Arrays;

/**
 * All eigenvalues and eigenvectors of a symmetric matrix: A = VᵀΛV with the eigenvectors as the
 * rows of V.
 *
 * <p>Costs about 4/3·n³ operations to make the matrix {@link Tridiagonal}, at most 4/3·n³ for that
 * one ({@link TridiagonalEigen}), and 2·n² to reflect each vector. Values are within a small
 * multiple of n·2⁻⁵³·‖A‖ of those of the matrix, however small they are, and vectors orthonormal
 * within such a multiple of n·2⁻⁵³.
 */
final class SymmetricEigen {
  private final double[] values;
  private final TridiagonalEigen eigen;
  private final Tridiagonal reduced;
  private final Products products;

  private SymmetricEigen(
      double[] values, TridiagonalEigen eigen, Tridiagonal reduced, Products products) {
    this.values = values;
    this.eigen = eigen;
    this.reduced = reduced;
    this.products = products;
  }

  /**
   * Computes the decomposition.
   *
   * @param matrix the rows of a symmetric matrix; not changed
   */
  static SymmetricEigen of(double[][] matrix, Products products) {
    int n = matrix.length;
    double largest = 0;
    for (double[] row : matrix) {
      for (double element : row) {
        largest = Math.max(largest, Math.abs(element));
      }
    }
    int exponent = largest == 0 ? 0 : Math.getExponent(largest);
    double factor = Math.scalb(1.0, -exponent);
    double[][] a = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        a[i][j] = matrix[i][j] * factor;
      }
    }
    Tridiagonal reduced = Tridiagonal.of(a, products);
    TridiagonalEigen eigen = TridiagonalEigen.of(reduced.diagonal, reduced.beside, products);
    double[] values = new double[n];
    Arrays.setAll(values, i -> Math.scalb(eigen.values()[n - 1 - i], exponent));
    return new SymmetricEigen(values, eigen, reduced, products);
  }

  /** {@return the eigenvalues, descending; not copied} */
  double[] values() {
    return values;
  }

  /** {@return the eigenvectors: row i belongs to value i} */
  double[][] vectors() {
    return vectors(values.length);
  }

  /**
   * {@return the eigenvectors of the largest eigenvalues: row i belongs to value i} Each takes at
   * most 3·n² of the operations, with each call.
   *
   * @param count how many
   */
  double[][] vectors(int count) {
    double[][] vectors = eigen.largest(count);
    reduced.reflect(vectors, products);
    return vectors;
  }
}
