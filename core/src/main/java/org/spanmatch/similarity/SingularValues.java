package org.spanmatch.similarity;

import java.util.Arrays;

/**
 * The singular values of a matrix with at most as many rows as columns, and its left singular
 * vectors.
 *
 * <p>The vectors are eigenvectors of AAᵀ. The values are not the roots of its eigenvalues, which
 * would hide what is below 10⁻⁸·‖A‖, but the norms of the rows of UA, with U the vectors as rows:
 * their error is of second order in that of U. Where they fall below a small part of the largest
 * one, U is good to few digits; the rows there are a matrix of smaller norm, and are decomposed in
 * turn. So values are within a small multiple of n·2⁻⁵³·‖A‖. Costs a {@link SymmetricEigen} of AAᵀ
 * and two products, and as much again for the rows that are decomposed in turn.
 */
final class SingularValues {
  /** What is below this part of the largest value is decomposed again. */
  private static final double RESOLVED = 1e-4;

  private static final double ROUNDOFF = 0x1p-53;

  private final double[] values;
  private final double[][] vectors;

  private SingularValues(double[] values, double[][] vectors) {
    this.values = values;
    this.vectors = vectors;
  }

  /**
   * Computes the decomposition.
   *
   * @param matrix the rows; not changed
   */
  static SingularValues of(double[][] matrix, Products products) {
    return of(matrix, Math.sqrt(Products.squares(matrix)) * ROUNDOFF, products);
  }

  private static SingularValues of(double[][] matrix, double negligible, Products products) {
    double[][] vectors = SymmetricEigen.of(products.withTranspose(matrix), products).vectors();
    double[][] turned = products.of(vectors, matrix);
    double[] values = Arrays.stream(turned).mapToDouble(SingularValues::norm).toArray();
    int resolved = 0;
    while (resolved < values.length && values[resolved] > RESOLVED * values[0]) {
      resolved++;
    }
    double rest = Arrays.stream(values).skip(resolved).max().orElse(0);
    if (resolved == 0 || rest <= negligible) {
      return new SingularValues(values, vectors);
    }
    int end = values.length;
    SingularValues small = of(Arrays.copyOfRange(turned, resolved, end), negligible, products);
    double[][] turnedVectors =
        products.of(small.vectors(), Arrays.copyOfRange(vectors, resolved, end));
    System.arraycopy(small.values(), 0, values, resolved, end - resolved);
    System.arraycopy(turnedVectors, 0, vectors, resolved, end - resolved);
    return new SingularValues(values, vectors);
  }

  /** {@return σ ≥ 0, one per row of the matrix, about descending; not copied} */
  double[] values() {
    return values;
  }

  /** {@return the left singular vectors: row i belongs to value i; not copied} */
  double[][] vectors() {
    return vectors;
  }

  /** {@return ‖A‖_*, the sum of the values} */
  double sum() {
    return Arrays.stream(values).sum();
  }

  private static double norm(double[] row) {
    return Math.sqrt(Products.dot(row, row, 0, row.length));
  }
}
