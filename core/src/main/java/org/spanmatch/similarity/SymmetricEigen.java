package org.spanmatch.similarity;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.spanmatch.kernel.ProjectionKernel.MatrixProducts.Block;

/**
 * All eigenvalues and eigenvectors of a symmetric matrix: A = VᵀΛV with the eigenvectors as the
 * rows of V.
 *
 * <p>Householder reflections make the matrix tridiagonal, with half of the operations in products
 * of matrices; implicit QL rotations make that diagonal; what they did is applied to strips of
 * columns that stay in the cache. Costs about 4/3·n³ operations to reduce, 5·n³ for rotations of
 * vectors and 2·n³ for reflections of vectors. Values are within a small multiple of n·2⁻⁵³·‖A‖ of
 * those of the matrix, however small they are, and vectors orthonormal within such a multiple of
 * n·2⁻⁵³. (Golub and Van Loan, Matrix Computations, 8.3; the blocked reduction is that of LAPACK's
 * dsytrd.)
 */
final class SymmetricEigen {
  private static final int PANEL = 32;
  private static final int STRIP =
      128; // columns; with 1024 rows they fit in the second-level cache
  private static final int BATCH = 1 << 20; // rotations that are kept before they are applied

  /** What a batch of rotations takes. */
  static final long ROTATION_BYTES = (long) BATCH * (Integer.BYTES + 2 * Double.BYTES);

  private static final int MOST_SWEEPS = 100; // per eigenvalue; usually 2 are enough

  // Squares of anything that matters stay in the range of doubles.
  private static final int EXPONENT = 300;

  // Of the norm. Less would have noise converge, of which a matrix of low rank has nothing but.
  private static final double NEGLIGIBLE = 0x1p-53;

  private final double[] values;
  private final double[][] rows; // eigenvectors of the tridiagonal matrix
  private final Tridiagonal reduced;
  private final Products products;

  private SymmetricEigen(double[] values, double[][] rows, Tridiagonal reduced, Products products) {
    this.values = values;
    this.rows = rows;
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
    double[][] a = new double[n][];
    for (int i = 0; i < n; i++) {
      a[i] = scaled(matrix[i], -exponent);
    }
    Tridiagonal reduced = Tridiagonal.of(a, products);
    double[] values = scaled(reduced.diagonal, EXPONENT);
    double[][] vectors = diagonalise(values, scaled(reduced.beside, EXPONENT), products);
    Integer[] order =
        IntStream.range(0, n)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> values[i]).reversed())
            .toArray(Integer[]::new);
    return new SymmetricEigen(
        Arrays.stream(order).mapToDouble(i -> Math.scalb(values[i], exponent - EXPONENT)).toArray(),
        Arrays.stream(order).map(i -> vectors[i]).toArray(double[][]::new),
        reduced,
        products);
  }

  /** {@return the eigenvalues, descending; not copied} */
  double[] values() {
    return values;
  }

  /** {@return the eigenvectors: row i belongs to value i} Costs 2·n³ operations with each call. */
  double[][] vectors() {
    return vectors(rows.length);
  }

  /**
   * {@return the eigenvectors of the largest eigenvalues: row i belongs to value i} Costs 2·n²
   * operations for each, with each call.
   *
   * @param count how many
   */
  double[][] vectors(int count) {
    double[][] vectors = new double[count][];
    Products alone = new Products(1);
    products.each(
        2.0 * rows.length * rows.length * count,
        Rows.ranges(count),
        range -> {
          int from = range * Rows.WIDTH;
          int to = Math.min(count, from + Rows.WIDTH);
          double[][] columns = Products.transpose(Arrays.copyOfRange(rows, from, to));
          double[][] reflected = Products.transpose(reduced.reflect(columns, alone));
          System.arraycopy(reflected, 0, vectors, from, to - from);
        });
    return vectors;
  }

  private static double[] scaled(double[] values, int exponent) {
    double factor = Math.scalb(1.0, exponent);
    return Arrays.stream(values).map(value -> value * factor).toArray();
  }

  /** A tridiagonal matrix T, and the reflections that made it of A = QTQᵀ. */
  private static final class Tridiagonal {
    final double[] diagonal;
    final double[] beside; // beside[k] lies between k and k + 1
    final double[][] reflectors; // v of step k, 0 up to element k
    final double[] factors; // τ of I − τvvᵀ
    final double[][][] triangles; // of each panel

    private Tridiagonal(int n) {
      diagonal = new double[n];
      beside = new double[n];
      reflectors = new double[n][];
      factors = new double[n];
      triangles = new double[(n + PANEL - 1) / PANEL][][];
    }

    /** Reduces a matrix of elements near 1, which is overwritten. */
    static Tridiagonal of(double[][] a, Products products) {
      int n = a.length;
      Tridiagonal t = new Tridiagonal(n);
      for (int from = 0; from < n; from += PANEL) {
        int to = Math.min(n, from + PANEL);
        double[][] companions = new double[n][]; // w, of the update A − vwᵀ − wvᵀ
        for (int k = from; k < to; k++) {
          t.eliminate(a, k, from, companions, products);
        }
        t.update(a, from, to, companions, products);
        t.triangles[from / PANEL] = t.triangle(from, to);
      }
      return t;
    }

    /** Makes row and column k tridiagonal. The matrix lacks the updates of this panel. */
    private void eliminate(
        double[][] a, int k, int from, double[][] companions, Products products) {
      int n = a.length;
      double[] row = a[k];
      for (int i = from; i < k; i++) {
        Rows.addMultiple(row, -reflectors[i][k], companions[i], k, n);
        Rows.addMultiple(row, -companions[i][k], reflectors[i], k, n);
      }
      diagonal[k] = row[k];
      double[] v = new double[n];
      double[][] product = new double[1][n];
      reflectors[k] = v;
      companions[k] = product[0];
      if (k + 1 == n) {
        return;
      }
      System.arraycopy(row, k + 1, v, k + 1, n - k - 1);
      double alpha = v[k + 1];
      v[k + 1] = 0;
      double squares = Products.dot(v, v, k + 2, n);
      if (squares == 0 || Math.sqrt(squares) < Double.MIN_NORMAL * 0x1p200) {
        beside[k] = alpha;
        Arrays.fill(v, 0);
        return;
      }
      double beta = -Math.copySign(Math.sqrt(alpha * alpha + squares), alpha);
      beside[k] = beta;
      double tau = (beta - alpha) / beta;
      factors[k] = tau;
      for (int i = k + 2; i < n; i++) {
        v[i] /= alpha - beta;
      }
      v[k + 1] = 1;
      double[] w = product[0];
      products.add(
          Block.of(product, 0, 1, k + 1, n),
          false,
          Block.of(new double[][] {v}, 0, 1, k + 1, n),
          Block.of(a, k + 1, n, k + 1, n),
          false);
      for (int i = from; i < k; i++) {
        double onReflector = Products.dot(reflectors[i], v, k + 1, n);
        double onCompanion = Products.dot(companions[i], v, k + 1, n);
        Rows.addMultiple(w, -onCompanion, reflectors[i], k + 1, n);
        Rows.addMultiple(w, -onReflector, companions[i], k + 1, n);
      }
      double half = tau * tau / 2 * Products.dot(w, v, k + 1, n);
      for (int i = k + 1; i < n; i++) {
        w[i] = tau * w[i] - half * v[i];
      }
    }

    /** Applies the updates of a panel to the rest of the matrix, both of its triangles. */
    private void update(double[][] a, int from, int to, double[][] companions, Products products) {
      int n = a.length;
      int width = to - from;
      double[][] sources = new double[2 * width][];
      double[][] factorsOfRows = new double[n][];
      for (int k = 0; k < width; k++) {
        sources[k] = companions[from + k];
        sources[width + k] = reflectors[from + k];
      }
      for (int i = to; i < n; i++) {
        factorsOfRows[i] = new double[2 * width];
        for (int k = 0; k < width; k++) {
          factorsOfRows[i][k] = -reflectors[from + k][i];
          factorsOfRows[i][width + k] = -companions[from + k][i];
        }
      }
      products.add(
          Block.of(a, to, n, to, n),
          false,
          Block.of(factorsOfRows, to, n, 0, 2 * width),
          Block.of(sources, 0, 2 * width, to, n),
          false);
    }

    /**
     * Finds the upper triangular S of I − VSVᵀ, the product of a panel's reflections with the rows
     * v of Vᵀ (LAPACK's dlarft).
     */
    private double[][] triangle(int from, int to) {
      int n = diagonal.length;
      double[][] s = new double[to - from][to - from];
      for (int k = 0; k < s.length; k++) {
        double[] v = reflectors[from + k];
        double tau = factors[from + k];
        double[] onLast = new double[k];
        for (int j = 0; j < k; j++) {
          onLast[j] = Products.dot(reflectors[from + j], v, from + k, n);
        }
        for (int i = 0; i < k; i++) {
          s[i][k] = -tau * Products.dot(s[i], onLast, i, k);
        }
        s[k][k] = tau;
      }
      return s;
    }

    /** Turns eigenvectors of T, columns of a matrix that is overwritten, into those of A. */
    double[][] reflect(double[][] columns, Products products) {
      int n = columns.length;
      int count = n == 0 ? 0 : columns[0].length;
      for (int from = (n - 1) / PANEL * PANEL; from >= 0; from -= PANEL) {
        int width = Math.min(n, from + PANEL) - from;
        double[][] v = Arrays.copyOfRange(reflectors, from, from + width);
        double[][] onReflectors = new double[width][count];
        products.add(
            Products.whole(onReflectors),
            false,
            Block.of(v, 0, width, from, n),
            Block.of(columns, from, n, 0, count),
            false);
        double[][] turned = products.of(triangles[from / PANEL], onReflectors);
        double[][] factorsOfRows = new double[n][width];
        for (int i = from; i < n; i++) {
          for (int k = 0; k < width; k++) {
            factorsOfRows[i][k] = -v[k][i];
          }
        }
        products.add(
            Block.of(columns, from, n, 0, count),
            false,
            Block.of(factorsOfRows, from, n, 0, width),
            Products.whole(turned),
            false);
      }
      return columns;
    }
  }

  /** Rotations of rows i and i + 1, in the order in which they are applied. */
  private static final class Rotations {
    final int[] rows;
    final double[] cosines;
    final double[] sines;
    int count;

    Rotations(int capacity) {
      rows = new int[capacity];
      cosines = new double[capacity];
      sines = new double[capacity];
    }

    void add(int row, double cosine, double sine) {
      rows[count] = row;
      cosines[count] = cosine;
      sines[count] = sine;
      count++;
    }

    /** Rotates the rows of a matrix, and forgets the rotations. */
    void apply(double[][] matrix, Products products) {
      int n = matrix.length;
      products.each(
          6.0 * count * n,
          (n + STRIP - 1) / STRIP,
          strip -> {
            int left = strip * STRIP;
            int right = Math.min(n, left + STRIP);
            for (int i = 0; i < count; i++) {
              rotate(matrix[rows[i]], matrix[rows[i] + 1], cosines[i], sines[i], left, right);
            }
          });
      count = 0;
    }

    private static void rotate(
        double[] row, double[] next, double cosine, double sine, int left, int right) {
      for (int j = left; j < right; j++) {
        double a = row[j];
        double b = next[j];
        row[j] = cosine * a - sine * b;
        next[j] = sine * a + cosine * b;
      }
    }
  }

  /**
   * Diagonalises a tridiagonal matrix by the implicit QL method, and returns the eigenvectors as
   * rows.
   *
   * @param d the diagonal; overwritten with the eigenvalues
   * @param e beside the diagonal, the last element 0; overwritten
   */
  private static double[][] diagonalise(double[] d, double[] e, Products products) {
    int n = d.length;
    double[][] vectors = new double[n][n];
    double norm = 0;
    for (int i = 0; i < n; i++) {
      vectors[i][i] = 1;
      norm = Math.max(norm, Math.abs(d[i]) + Math.abs(e[i]));
    }
    Rotations rotations = new Rotations(Math.max(BATCH, n));
    for (int first = 0; first < n; first++) {
      int last = end(d, e, first, norm);
      for (int sweep = 0; last > first; sweep++) {
        if (sweep == MOST_SWEEPS) {
          throw new IllegalStateException("the eigenvalues of a symmetric matrix don't converge");
        }
        if (rotations.count + last - first > BATCH) {
          rotations.apply(vectors, products);
        }
        sweep(d, e, first, last, rotations);
        last = end(d, e, first, norm);
      }
    }
    rotations.apply(vectors, products);
    return vectors;
  }

  /** Returns where the unreduced block that begins at a place ends. */
  private static int end(double[] d, double[] e, int first, double norm) {
    int last = first;
    while (last < d.length - 1
        && Math.abs(e[last])
            > Math.max(
                NEGLIGIBLE * norm, Math.ulp(Math.abs(d[last]) + Math.abs(d[last + 1])) / 2)) {
      last++;
    }
    return last;
  }

  /** One sweep of rotations from the last element of a block up to its first, with a shift. */
  private static void sweep(double[] d, double[] e, int first, int last, Rotations rotations) {
    double ratio = (d[first + 1] - d[first]) / (2 * e[first]);
    double shift =
        d[first] - e[first] / (ratio + Math.copySign(Math.sqrt(ratio * ratio + 1), ratio));
    double g = d[last] - shift;
    double sine = 1;
    double cosine = 1;
    double moved = 0;
    for (int i = last - 1; i >= first; i--) {
      double f = sine * e[i];
      double b = cosine * e[i];
      double r = Math.sqrt(f * f + g * g);
      e[i + 1] = r;
      if (r == 0) {
        d[i + 1] -= moved;
        e[last] = 0;
        return;
      }
      sine = f / r;
      cosine = g / r;
      g = d[i + 1] - moved;
      r = (d[i] - g) * sine + 2 * cosine * b;
      moved = sine * r;
      d[i + 1] = g + moved;
      g = cosine * r - b;
      rotations.add(i, cosine, sine);
    }
    d[first] -= moved;
    e[first] = g;
    e[last] = 0;
  }
}
