package org.spanmatch.similarity;

import java.util.function.IntConsumer;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionKernel.MatrixProducts;
import org.spanmatch.kernel.ProjectionKernel.MatrixProducts.Block;

/**
 * Products of dense matrices stored as rows, with the same bits for any number of threads: on what
 * a kernel offers where they are large, and in plain loops.
 *
 * @param on computes large products
 */
record Products(MatrixProducts on) {
  private static final int TILE = 32;

  // Products of fewer rows, or less depth, take longer to be packed than they are worth.
  private static final int DEEP = 64;

  /** Computes without a kernel, on some threads where they are worth it. */
  Products(int threads) {
    this(new PlainProducts(threads));
  }

  /** What a kernel offers, or else plain loops on as many threads. */
  static Products of(ProjectionKernel kernel) {
    return kernel
        .products()
        .map(Products::new)
        .orElseGet(() -> new Products(kernel.info().threads()));
  }

  int threads() {
    return on.threads();
  }

  /** Returns A·B, of the rows of A and of B. */
  double[][] of(double[][] a, double[][] b) {
    return of(whole(a), whole(b));
  }

  /** Returns A·B. */
  double[][] of(Block a, Block b) {
    int rows = a.isTransposed() ? a.columns() : a.rows();
    int columns = b.isTransposed() ? b.rows() : b.columns();
    double[][] product = new double[rows][columns];
    add(whole(product), false, a, b, false);
    return product;
  }

  /** Returns A·Aᵀ, of the rows of A. */
  double[][] withTranspose(double[][] a) {
    double[][] product = new double[a.length][a.length];
    add(whole(product), false, whole(a), whole(a).transpose(), true);
    mirror(product);
    return product;
  }

  /** Copies what is right of the diagonal to the left of it. */
  static void mirror(double[][] matrix) {
    for (int row = 0; row < matrix.length; row += TILE) {
      for (int column = 0; column <= row; column += TILE) {
        for (int i = row; i < Math.min(matrix.length, row + TILE); i++) {
          for (int j = column; j < Math.min(i, column + TILE); j++) {
            matrix[i][j] = matrix[j][i];
          }
        }
      }
    }
  }

  /** Returns all of a matrix. */
  static Block whole(double[][] matrix) {
    return Block.of(matrix, 0, matrix.length, 0, matrix.length == 0 ? 0 : matrix[0].length);
  }

  /** Adds a product to a block, or subtracts it: see {@link MatrixProducts#add}. */
  void add(Block target, boolean subtract, Block left, Block right, boolean upper) {
    int depth = left.isTransposed() ? left.rows() : left.columns();
    boolean isSmall = Math.min(depth, Math.min(target.rows(), target.columns())) < DEEP;
    if (isSmall && !right.isTransposed()) {
      addInStrips(on, target, subtract, left, right, upper);
    } else {
      on.add(target, subtract, left, right, upper);
    }
  }

  /** Adds a product in plain loops, or subtracts it; the right factor is not transposed. */
  static void addInStrips(
      MatrixProducts on, Block target, boolean subtract, Block left, Block right, boolean upper) {
    int strips = Rows.ranges(target.columns());
    int stacks = ceil(target.rows(), Rows.HEIGHT);
    on.run(
        2.0 * target.rows() * target.columns() * right.rows(),
        strips * stacks,
        task -> {
          int row = task / strips * Rows.HEIGHT;
          int lastRow = Math.min(target.rows(), row + Rows.HEIGHT);
          int column = task % strips * Rows.WIDTH;
          int lastColumn = Math.min(target.columns(), column + Rows.WIDTH);
          if (!upper || lastColumn > row) {
            Rows.add(
                target.part(row, lastRow, column, lastColumn),
                subtract,
                left.isTransposed()
                    ? left.part(0, left.rows(), row, lastRow)
                    : left.part(row, lastRow, 0, left.columns()),
                right.part(0, right.rows(), column, lastColumn));
          }
        });
  }

  /** Runs independent tasks, on several threads if their operations are worth it. */
  void each(double operations, int tasks, IntConsumer task) {
    on.run(operations, tasks, task);
  }

  /** Returns the sum of products, in four chains that the processor can overlap. */
  static double dot(double[] one, double[] other, int from, int to) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = from;
    for (; i + 4 <= to; i += 4) {
      a += one[i] * other[i];
      b += one[i + 1] * other[i + 1];
      c += one[i + 2] * other[i + 2];
      d += one[i + 3] * other[i + 3];
    }
    for (; i < to; i++) {
      a += one[i] * other[i];
    }
    return a + b + (c + d);
  }

  /** Returns the sum of the squares of all elements. */
  static double squares(double[][] rows) {
    double sum = 0;
    for (double[] row : rows) {
      sum += dot(row, row, 0, row.length);
    }
    return sum;
  }

  /** Returns the columns of a matrix as rows. */
  static double[][] transpose(double[][] rows) {
    return transpose(whole(rows));
  }

  /** Returns the columns of a block as rows, as they are before it is transposed. */
  static double[][] transpose(Block of) {
    double[][] transposed = new double[of.columns()][of.rows()];
    for (int row = 0; row < of.rows(); row += TILE) {
      for (int column = 0; column < of.columns(); column += TILE) {
        int lastColumn = Math.min(of.columns(), column + TILE);
        for (int i = row; i < Math.min(of.rows(), row + TILE); i++) {
          double[] source = of.matrix()[of.row() + i];
          for (int j = column; j < lastColumn; j++) {
            transposed[j][i] = source[of.column() + j];
          }
        }
      }
    }
    return transposed;
  }

  private static int ceil(int size, int part) {
    return (size + part - 1) / part;
  }
}
