package org.spanmatch.similarity;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Products of dense matrices stored as rows.
 *
 * <p>The inner loops add multiples of rows to rows, which C2 turns into vector instructions; two
 * targets and four sources at a time are as much as one such loop can hold. The order of every sum
 * does not depend on the number of threads.
 *
 * @param threads number of threads, at least 1, for products that repay them
 */
record Products(int threads) {
  private static final int COLUMNS = 256; // of 16 rows they stay in the first-level cache
  private static final int DEPTH = 16;
  private static final int ROWS = 32;

  // Below this many multiplications, starting threads takes longer than they save.
  private static final long PARALLEL_WORK = 100_000;

  /** Returns A·B, of the rows of A and of B. */
  double[][] of(double[][] a, double[][] b) {
    int columns = b.length == 0 ? 0 : b[0].length;
    double[][] product = new double[a.length][columns];
    add(product, 0, a.length, a, b, 0, b.length, 0, columns);
    return product;
  }

  /** Returns A·Aᵀ, of the rows of A. */
  double[][] withTranspose(double[][] a) {
    return of(a, transpose(a));
  }

  /**
   * Adds multiples of rows: {@code target[i] += Σ factors[i][k]·sources[k]} for rows i from {@code
   * fromRow} to {@code toRow − 1}, sources k from {@code from} to {@code to − 1}, and columns from
   * {@code fromColumn} to {@code toColumn − 1}.
   */
  void add(
      double[][] target,
      int fromRow,
      int toRow,
      double[][] factors,
      double[][] sources,
      int from,
      int to,
      int fromColumn,
      int toColumn) {
    int strips = ceil(toColumn - fromColumn, COLUMNS);
    int stacks = ceil(toRow - fromRow, ROWS);
    long work = (long) (toColumn - fromColumn) * (toRow - fromRow) * (to - from);
    each(
        work,
        strips * stacks,
        task -> {
          int row = fromRow + task / strips * ROWS;
          int column = fromColumn + task % strips * COLUMNS;
          int lastRow = Math.min(toRow, row + ROWS);
          int lastColumn = Math.min(toColumn, column + COLUMNS);
          for (int k = from; k < to; k += DEPTH) {
            int lastK = Math.min(to, k + DEPTH);
            for (int i = row; i < lastRow; i += 2) {
              if (i + 1 < lastRow) {
                addRows(
                    target[i],
                    factors[i],
                    target[i + 1],
                    factors[i + 1],
                    sources,
                    k,
                    lastK,
                    column,
                    lastColumn);
              } else {
                addRows(target[i], factors[i], sources, k, lastK, column, lastColumn);
              }
            }
          }
        });
  }

  private static void addRows(
      double[] target,
      double[] factors,
      double[] other,
      double[] otherFactors,
      double[][] sources,
      int from,
      int to,
      int column,
      int last) {
    int k = from;
    for (; k + 4 <= to; k += 4) {
      addFour(
          target,
          factors[k],
          factors[k + 1],
          factors[k + 2],
          factors[k + 3],
          other,
          otherFactors[k],
          otherFactors[k + 1],
          otherFactors[k + 2],
          otherFactors[k + 3],
          sources[k],
          sources[k + 1],
          sources[k + 2],
          sources[k + 3],
          column,
          last);
    }
    for (; k < to; k++) {
      addMultiple(target, factors[k], sources[k], column, last);
      addMultiple(other, otherFactors[k], sources[k], column, last);
    }
  }

  private static void addFour(
      double[] target,
      double a,
      double b,
      double c,
      double d,
      double[] other,
      double e,
      double f,
      double g,
      double h,
      double[] p,
      double[] q,
      double[] r,
      double[] s,
      int from,
      int to) {
    for (int j = from; j < to; j++) {
      target[j] += a * p[j] + b * q[j] + (c * r[j] + d * s[j]);
      other[j] += e * p[j] + f * q[j] + (g * r[j] + h * s[j]);
    }
  }

  private static void addRows(
      double[] target,
      double[] factors,
      double[][] sources,
      int from,
      int to,
      int column,
      int last) {
    int k = from;
    for (; k + 4 <= to; k += 4) {
      addFour(
          target,
          factors[k],
          factors[k + 1],
          factors[k + 2],
          factors[k + 3],
          sources[k],
          sources[k + 1],
          sources[k + 2],
          sources[k + 3],
          column,
          last);
    }
    for (; k < to; k++) {
      addMultiple(target, factors[k], sources[k], column, last);
    }
  }

  private static void addFour(
      double[] target,
      double a,
      double b,
      double c,
      double d,
      double[] p,
      double[] q,
      double[] r,
      double[] s,
      int from,
      int to) {
    for (int j = from; j < to; j++) {
      target[j] += a * p[j] + b * q[j] + (c * r[j] + d * s[j]);
    }
  }

  static void addMultiple(double[] target, double factor, double[] source, int from, int to) {
    for (int j = from; j < to; j++) {
      target[j] += factor * source[j];
    }
  }

  /** Runs independent tasks on several threads if they are worth it. */
  void each(long work, int tasks, IntConsumer task) {
    int workers = work < PARALLEL_WORK ? 1 : Math.min(threads, tasks);
    if (workers == 1) {
      for (int i = 0; i < tasks; i++) {
        task.accept(i);
      }
      return;
    }
    AtomicInteger next = new AtomicInteger();
    IntStream.range(0, workers)
        .parallel()
        .forEach(
            worker -> {
              for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
                task.accept(i);
              }
            });
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
    int columns = rows.length == 0 ? 0 : rows[0].length;
    double[][] transposed = new double[columns][rows.length];
    for (int row = 0; row < rows.length; row += ROWS) {
      for (int column = 0; column < columns; column += ROWS) {
        int lastColumn = Math.min(columns, column + ROWS);
        for (int i = row; i < Math.min(rows.length, row + ROWS); i++) {
          for (int j = column; j < lastColumn; j++) {
            transposed[j][i] = rows[i][j];
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
