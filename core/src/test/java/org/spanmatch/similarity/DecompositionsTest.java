package org.spanmatch.similarity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Decompositions against their definitions, with the bound of LAPACK's own tests: residuals are at
 * most 30·n·u times the norm.
 */
@Tag("once") // on one JDK: nothing here depends on which
class DecompositionsTest {
  private static final Products PRODUCTS = new Products(2);
  private static final double RATIO = 30;

  private static double[][] random(long seed, int rows, int columns) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] matrix = new double[rows][];
    Arrays.setAll(matrix, i -> random.doubles(columns, -1, 1).toArray());
    return matrix;
  }

  private static double[][] orthogonal(long seed, int n) {
    return SymmetricEigen.of(symmetric(random(seed, n, n)), PRODUCTS).vectors();
  }

  private static double[][] symmetric(double[][] matrix) {
    double[][] sum = Products.transpose(matrix);
    for (int i = 0; i < sum.length; i++) {
      for (int j = 0; j < sum.length; j++) {
        sum[i][j] += matrix[i][j];
      }
    }
    return sum;
  }

  /** Uᵀ·diag(values)·V, for rows of U and V. */
  private static double[][] composed(double[][] u, double[] values, double[][] v) {
    double[][] scaled = new double[values.length][];
    Arrays.setAll(scaled, i -> Arrays.stream(v[i]).map(element -> element * values[i]).toArray());
    return PRODUCTS.of(Products.transpose(u), scaled);
  }

  private static double largestDifference(double[][] one, double[][] other) {
    double largest = 0;
    for (int i = 0; i < one.length; i++) {
      for (int j = 0; j < one[i].length; j++) {
        largest = Math.max(largest, Math.abs(one[i][j] - other[i][j]));
      }
    }
    return largest;
  }

  private static void assertDecomposes(double[][] matrix) {
    int n = matrix.length;
    SymmetricEigen eigen = SymmetricEigen.of(matrix, PRODUCTS);
    double[][] identity = new double[n][n];
    double largest = 0;
    for (int i = 0; i < n; i++) {
      identity[i][i] = 1;
      largest = Math.max(largest, Math.abs(eigen.values()[i]));
      assertTrue(i == 0 || eigen.values()[i] <= eigen.values()[i - 1]);
    }
    double bound = RATIO * n * 0x1p-53;
    double[][] v = eigen.vectors();
    assertTrue(largestDifference(PRODUCTS.withTranspose(v), identity) <= bound);
    assertTrue(largestDifference(composed(v, eigen.values(), v), matrix) <= bound * largest);
  }

  /** All but the first eigenvalues are rounding, and need not converge any further. */
  @ParameterizedTest
  @CsvSource({"128, 2", "128, 12", "256, 6", "256, 25"})
  void matricesOfLowRankConverge(int n, int rank) {
    for (int seed = 0; seed < 8; seed++) {
      double[][] product = PRODUCTS.of(random(seed, n, rank), random(seed + 100, rank, n));
      assertDecomposes(PRODUCTS.withTranspose(product));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 31, 32, 33, 64, 65, 150, 300})
  void eigenvectorsDiagonalise(int n) {
    assertDecomposes(symmetric(random(n, n, n)));
  }

  /** Divided several times, with vectors that nearly all, or none, take part in an update. */
  @ParameterizedTest
  @ValueSource(ints = {161, 333, 640})
  void eigenvectorsOfLargeMatricesAreOrthogonal(int n) {
    double[][] ones = new double[n][n];
    double[][] wilkinson = new double[n][n]; // pairs of values that agree to all digits
    double[][] clement = new double[n][n]; // values −(n − 1), …, n − 1 in steps of 2
    double[][] blocks = new double[n][n]; // no coupling between them
    double[][] glued = new double[n][n]; // hardly any
    for (int i = 0; i < n; i++) {
      Arrays.fill(ones[i], 1);
      wilkinson[i][i] = Math.abs(i - n / 2);
      blocks[i][i] = i % 3;
      glued[i][i] = 2;
      if (i + 1 < n) {
        wilkinson[i][i + 1] = 1;
        clement[i][i + 1] = Math.sqrt((i + 1.0) * (n - 1 - i));
        blocks[i][i + 1] = i % 2;
        glued[i][i + 1] = i % 20 == 19 ? 1e-12 : -1;
      }
    }
    for (double[][] matrix : List.of(ones, wilkinson, clement, blocks, glued)) {
      Products.mirror(matrix);
      assertDecomposes(matrix);
    }
    double[] graded = new double[n];
    Arrays.setAll(graded, i -> Math.pow(10, -300.0 * i / n));
    double[][] v = orthogonal(n, n);
    assertDecomposes(composed(v, graded, v));
    assertDecomposes(PRODUCTS.withTranspose(random(n, n, n / 3)));
  }

  @Test
  void someVectorsAreThoseOfAll() {
    for (int n : new int[] {40, 200, 350}) {
      double[][] product = PRODUCTS.withTranspose(random(n, n, n / 2)); // half of them deflate
      SymmetricEigen eigen = SymmetricEigen.of(product, PRODUCTS);
      double[][] all = eigen.vectors();
      double[][] some = eigen.vectors(n / 3);
      assertEquals(n / 3, some.length);
      double bound = RATIO * n * 0x1p-53;
      assertTrue(largestDifference(some, Arrays.copyOf(all, some.length)) <= bound);
    }
  }

  /** The rank is less, values are equal, and they reach far below the roundoff of the largest. */
  @ParameterizedTest
  @CsvSource({"40, 1", "40, 7", "100, 33", "70, 69"})
  void eigenvectorsOfSingularMatricesAreOrthogonalToo(int n, int rank) {
    assertDecomposes(PRODUCTS.withTranspose(random(n, n, rank)));
    double[] graded = new double[n];
    Arrays.setAll(graded, i -> i < rank ? Math.pow(10, -3 * i) : 0);
    double[][] v = orthogonal(n, n);
    assertDecomposes(composed(v, graded, v));
    double[] equal = new double[n];
    Arrays.fill(equal, 0, rank, 2.5);
    assertDecomposes(composed(v, equal, v));
  }

  @Test
  void simpleMatricesAreExact() {
    assertArrayEquals(new double[0], SymmetricEigen.of(new double[0][0], PRODUCTS).values());
    assertArrayEquals(new double[3], SymmetricEigen.of(new double[3][3], PRODUCTS).values());
    double[][] diagonal = {{-2, 0, 0}, {0, 5, 0}, {0, 0, 1}};
    assertArrayEquals(new double[] {5, 1, -2}, SymmetricEigen.of(diagonal, PRODUCTS).values());
    for (double unit : new double[] {1e-300, 1e-150, 1e150, 1e300}) {
      double[][] matrix = {{2 * unit, unit}, {unit, 2 * unit}};
      double[] values = SymmetricEigen.of(matrix, PRODUCTS).values();
      assertEquals(3, values[0] / unit, 1e-14);
      assertEquals(1, values[1] / unit, 1e-14);
    }
  }

  @Test
  void bitsDoNotDependOnThreads() {
    double[][] matrix = symmetric(random(5, 400, 400));
    SymmetricEigen one = SymmetricEigen.of(matrix, new Products(1));
    SymmetricEigen three = SymmetricEigen.of(matrix, new Products(3));
    assertArrayEquals(one.values(), three.values());
    assertArrayEquals(one.vectors(), three.vectors());
  }

  /** The root of an eigenvalue of AAᵀ would be wrong from 1e-8 on. */
  @ParameterizedTest
  @CsvSource({"1, 1", "5, 9", "40, 40", "70, 120"})
  void singularValuesAreFoundFarBelowTheRootOfTheRoundoff(int rows, int columns) {
    double[] expected = new double[columns];
    Arrays.setAll(expected, i -> i < rows ? Math.pow(10, -14.0 * i / rows) : 0);
    double[][] matrix =
        Arrays.copyOf(
            composed(padded(orthogonal(1, rows), columns), expected, orthogonal(2, columns)), rows);
    SingularValues found = SingularValues.of(matrix, PRODUCTS);
    double[] values = found.values().clone();
    Arrays.sort(values);
    for (int i = 0; i < rows; i++) {
      assertEquals(expected[i], values[rows - 1 - i], RATIO * columns * 0x1p-53, "value " + i);
    }
    assertEquals(Arrays.stream(expected).sum(), found.sum(), RATIO * columns * 0x1p-53);
  }

  /** With zeros beyond the rows and columns of a matrix. */
  private static double[][] padded(double[][] matrix, int size) {
    double[][] padded = new double[size][size];
    for (int i = 0; i < matrix.length; i++) {
      System.arraycopy(matrix[i], 0, padded[i], 0, matrix[i].length);
    }
    return padded;
  }

  @Test
  void singularValuesOfSingularMatricesEndInZeros() {
    assertEquals(0, SingularValues.of(new double[3][5], PRODUCTS).sum());
    double[][] matrix = PRODUCTS.of(random(1, 30, 4), random(2, 4, 50));
    double[] values = SingularValues.of(matrix, PRODUCTS).values();
    assertTrue(values[3] > 1);
    for (int i = 4; i < values.length; i++) {
      assertTrue(values[i] <= RATIO * 50 * 0x1p-53 * values[0], i + ": " + values[i]);
    }
  }

  @Test
  void assignmentIsTheBestOfAll() {
    for (int seed = 0; seed < 200; seed++) {
      int rows = 1 + seed % 5;
      double[][] values = random(seed, rows, rows + seed % 3);
      if (seed % 4 == 0) { // with many equal values
        Arrays.stream(values).forEach(row -> Arrays.setAll(row, j -> Math.round(2 * row[j]) / 2.0));
      }
      int[] columns = HardMatching.assignment(values);
      assertEquals(rows, Arrays.stream(columns).distinct().count());
      double sum = 0;
      for (int i = 0; i < rows; i++) {
        sum += values[i][columns[i]];
      }
      assertEquals(best(values, 0, new boolean[values[0].length]), sum, 1e-14);
    }
  }

  private static double best(double[][] values, int row, boolean[] taken) {
    if (row == values.length) {
      return 0;
    }
    double best = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < taken.length; j++) {
      if (!taken[j]) {
        taken[j] = true;
        best = Math.max(best, values[row][j] + best(values, row + 1, taken));
        taken[j] = false;
      }
    }
    return best;
  }
}
