package org.spanmatch.kernel.vector.projection;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.spanmatch.kernel.ProjectionTable.Projected;
import org.spanmatch.kernel.vector.gemm.Gemm;

/**
 * The coefficients C of projections on a span as a {@link FreshStart} leaves them: a row per
 * independent spanning vector, a column per projected one.
 */
final class Coefficients {
  /** Those of an empty group, or on one. */
  static final Coefficients NONE = new Coefficients(null);

  private static final int TILE = 32;

  private final Tableau tableau;

  /** Takes a tableau with R⁻ᵀ in its first columns, and without pending updates. */
  Coefficients(Tableau tableau) {
    this.tableau = tableau;
  }

  /**
   * Returns Σ C_ij·C′_ji of both directions, over independent vectors.
   *
   * @param one projections on the second span
   * @param other projections on the first span
   */
  static OptionalDouble sumOfProducts(
      Optional<Coefficients> one, Optional<Coefficients> other, Gemm gemm) {
    if (one.isEmpty() || other.isEmpty()) {
      return OptionalDouble.empty();
    }
    Tableau first = one.get().tableau;
    Tableau second = other.get().tableau;
    return OptionalDouble.of(first == null || second == null ? 0 : sum(first, second, gemm));
  }

  private static double sum(Tableau first, Tableau second, Gemm gemm) {
    // Where a tableau has the vectors that the other one has rows of.
    int[] columns = places(first, second.rows);
    int[] otherColumns = places(second, first.rows);
    double[] sums = new double[first.rows.length];
    gemm.onRows(
        first.rows.length,
        columns.length,
        (from, to) -> {
          for (int row = from; row < to; row += TILE) {
            int lastRow = Math.min(to, row + TILE);
            for (int column = 0; column < columns.length; column += TILE) {
              int lastColumn = Math.min(columns.length, column + TILE);
              for (int i = row; i < lastRow; i++) {
                double sum = 0;
                for (int j = column; j < lastColumn; j++) {
                  sum += first.values.get(i, columns[j]) * second.values.get(j, otherColumns[i]);
                }
                sums[i] += sum;
              }
            }
          }
        });
    return Arrays.stream(sums).sum();
  }

  /** Returns the columns of projected vectors. */
  private static int[] places(Tableau tableau, int[] vectors) {
    int[] projected = Arrays.copyOf(tableau.columns, tableau.others());
    return IntStream.of(vectors)
        .map(vector -> tableau.first + Arrays.binarySearch(projected, vector))
        .toArray();
  }

  /**
   * Projects one more vector.
   *
   * @param spanning all spanning vectors, ascending
   * @param cosines its inner products with these
   */
  Projected project(int[] spanning, double[] cosines, Gemm gemm) {
    if (tableau == null) {
      return new Projected(0, new double[0]);
    }
    int rank = tableau.rows.length;
    int first = tableau.first;
    double[] b = new double[rank];
    Arrays.setAll(b, i -> cosines[Arrays.binarySearch(spanning, tableau.rows[i])]);
    double[] solved = new double[rank]; // R⁻ᵀb
    gemm.onRows(
        rank,
        rank,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            double sum = 0;
            int place = tableau.values.at(i, 0);
            for (int j = 0; j <= i; j++) {
              sum += tableau.values.values[place + j] * b[j];
            }
            solved[i] = sum;
          }
        });
    double[] products = new double[tableau.others()];
    gemm.onColumns(
        0,
        products.length,
        rank,
        (from, to) -> {
          for (int i = 0; i < rank; i++) {
            int place = tableau.values.at(i, first);
            double factor = b[i];
            for (int j = from; j < to; j++) {
              products[j] += factor * tableau.values.values[place + j];
            }
          }
        });
    return new Projected(Arrays.stream(solved).map(value -> value * value).sum(), products);
  }
}
