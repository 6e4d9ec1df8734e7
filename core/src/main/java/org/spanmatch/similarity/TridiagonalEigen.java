package org.spanmatch.similarity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.spanmatch.kernel.ProjectionKernel.MatrixProducts.Block;

/**
 * Eigenvalues and eigenvectors of a symmetric tridiagonal matrix by divide and conquer: the matrix
 * is torn into two, which are solved, and an update of rank one is solved as a {@link
 * SecularEquation}. Vectors of halves whose part in the update vanishes stay as they are (they are
 * deflated); the others are multiplied, in products of matrices.
 *
 * <p>Costs at most 4/3·n³ operations in products, and about 30·n² divisions. (Cuppen 1981; Gu and
 * Eisenstat, A divide-and-conquer algorithm for the symmetric tridiagonal eigenproblem, 1995; the
 * deflation is that of LAPACK's dlaed2.)
 */
final class TridiagonalEigen {
  /** Rows of a matrix that is diagonalised by rotations. */
  private static final int LEAF = 32;

  /** Rows of a matrix that one thread solves. */
  private static final int ALONE = 160;

  private static final double ROUNDOFF = 0x1p-53;

  private final double[] d;
  private final double[] e;
  private final double[][] vectors; // row i belongs to value i
  private double[][] scratch; // not needed by the last merge
  private final Products products;
  private Merge last; // whose vectors are computed when they are asked for

  private TridiagonalEigen(double[] d, double[] e, Products products) {
    int n = d.length;
    this.d = d;
    this.e = e;
    this.vectors = new double[n][n];
    this.scratch = new double[n][n];
    this.products = products;
  }

  /**
   * Computes the values, and what the vectors take.
   *
   * @param diagonal the diagonal
   * @param beside beside[k] lies between k and k + 1
   */
  static TridiagonalEigen of(double[] diagonal, double[] beside, Products products) {
    TridiagonalEigen eigen = new TridiagonalEigen(diagonal.clone(), beside.clone(), products);
    int n = diagonal.length;
    List<int[]> alone = new ArrayList<>();
    eigen.divide(0, n, alone);
    products.each(
        6.0 * n * ALONE * ALONE,
        alone.size(),
        i -> eigen.solve(alone.get(i)[0], alone.get(i)[1], new Products(1)));
    eigen.conquer(0, n);
    return eigen;
  }

  /** {@return the eigenvalues, ascending; not copied} */
  double[] values() {
    return d;
  }

  /**
   * {@return the eigenvectors of the largest values as new rows, of the largest value first} With
   * each call they are computed anew.
   *
   * @param count how many
   */
  double[][] largest(int count) {
    int n = d.length;
    if (last != null) {
      return last.largest(count);
    }
    double[][] largest = new double[count][];
    Arrays.setAll(largest, i -> vectors[n - 1 - i].clone());
    return largest;
  }

  private static int middle(int from, int to) {
    return (from + to) / 2;
  }

  /** Tears a matrix until parts are small enough for one thread. */
  private void divide(int from, int to, List<int[]> alone) {
    if (to - from <= ALONE) {
      alone.add(new int[] {from, to});
      return;
    }
    tear(from, to);
    divide(from, middle(from, to), alone);
    divide(middle(from, to), to, alone);
  }

  private void tear(int from, int to) {
    int middle = middle(from, to);
    double size = Math.abs(e[middle - 1]);
    d[middle - 1] -= size;
    d[middle] -= size;
  }

  private void conquer(int from, int to) {
    if (to - from > ALONE) {
      conquer(from, middle(from, to));
      conquer(middle(from, to), to);
      if (to - from < d.length) {
        new Merge(from, to, products).finish();
      } else {
        scratch = null;
        last = new Merge(from, to, products);
      }
    }
  }

  private void solve(int from, int to, Products own) {
    if (to - from <= LEAF) {
      Rotations.diagonalise(d, e, vectors, from, to);
      return;
    }
    tear(from, to);
    solve(from, middle(from, to), own);
    solve(middle(from, to), to, own);
    new Merge(from, to, own).finish();
  }

  /** Two halves that are solved, and their update of rank one. */
  private final class Merge {
    private final int from;
    private final int middle;
    private final int to;
    private final Products own;
    private final int[]
        columns; // of the coefficients: rows of the upper half, both, the lower half
    private final int upper; // number of columns that have a part in the upper half
    private final int lower; // the first column that has a part in the lower half
    private final double[][] coefficients; // a row for each value of the update
    private final int[]
        order; // of all rows, by value: those of the update first, then deflated ones
    private final double[] values;
    private final int[] deflated;

    Merge(int from, int to, Products own) {
      this.from = from;
      this.middle = middle(from, to);
      this.to = to;
      this.own = own;
      int n = to - from;
      double rho = e[middle - 1];
      double[] z = new double[n];
      double root = Math.sqrt(0.5);
      for (int i = 0; i < n; i++) {
        z[i] =
            from + i < middle
                ? root * vectors[from + i][middle - 1]
                : Math.copySign(root, rho) * vectors[from + i][middle];
      }
      rho = 2 * Math.abs(rho);
      int[] sorted = sorted();
      boolean[] inUpper = new boolean[n];
      boolean[] inLower = new boolean[n];
      for (int i = 0; i < n; i++) {
        inUpper[i] = from + i < middle;
        inLower[i] = !inUpper[i];
      }
      int[] kept = deflate(sorted, z, rho, inUpper, inLower);
      boolean[] isKept = new boolean[n];
      IntStream.of(kept).forEach(i -> isKept[i] = true);
      deflated = IntStream.range(0, n).filter(i -> !isKept[i]).toArray();
      columns =
          IntStream.concat(
                  IntStream.of(kept).filter(i -> !inLower[i]),
                  IntStream.concat(
                      IntStream.of(kept).filter(i -> inUpper[i] && inLower[i]),
                      IntStream.of(kept).filter(i -> !inUpper[i])))
              .toArray();
      upper = (int) IntStream.of(kept).filter(i -> inUpper[i]).count();
      lower = (int) IntStream.of(kept).filter(i -> !inLower[i]).count();
      double[] poles = IntStream.of(kept).mapToDouble(i -> d[from + i]).toArray();
      double[] weights = IntStream.of(kept).mapToDouble(i -> z[i]).toArray();
      SecularEquation equation = SecularEquation.solve(poles, weights, rho, own);
      int[] place = new int[n];
      for (int i = 0; i < columns.length; i++) {
        place[columns[i]] = i;
      }
      int[] places = IntStream.of(kept).map(i -> place[i]).toArray();
      coefficients = equation.vectors(places, own);
      double[] all = new double[n];
      for (int i = 0; i < kept.length; i++) {
        all[i] = equation.value(i);
      }
      for (int i = 0; i < deflated.length; i++) {
        all[kept.length + i] = d[from + deflated[i]];
      }
      order =
          IntStream.range(0, n)
              .boxed()
              .sorted(Comparator.comparingDouble((Integer i) -> all[i]))
              .mapToInt(Integer::intValue)
              .toArray();
      values = IntStream.of(order).mapToDouble(i -> all[i]).toArray();
      // A deflated vector has had a part in one half only, unless it was rotated.
      for (int i : deflated) {
        clear(vectors[from + i], inUpper[i], inLower[i]);
      }
      if (n == d.length) {
        System.arraycopy(values, 0, d, 0, n);
      }
    }

    private void clear(double[] row, boolean hasUpper, boolean hasLower) {
      if (!hasUpper) {
        Arrays.fill(row, from, middle, 0);
      }
      if (!hasLower) {
        Arrays.fill(row, middle, to, 0);
      }
    }

    /** The rows of both halves by their values, which each half has in order. */
    private int[] sorted() {
      int[] sorted = new int[to - from];
      int one = from;
      int other = middle;
      for (int i = 0; i < sorted.length; i++) {
        boolean first = other == to || (one < middle && d[one] <= d[other]);
        sorted[i] = (first ? one++ : other++) - from;
      }
      return sorted;
    }

    /**
     * Finds the rows that take part in the update. Of two with nearly equal values one is rotated
     * out of it.
     */
    private int[] deflate(
        int[] sorted, double[] z, double rho, boolean[] inUpper, boolean[] inLower) {
      double largest = 0;
      for (int i = 0; i < z.length; i++) {
        largest = Math.max(largest, Math.max(Math.abs(d[from + i]), Math.abs(z[i])));
      }
      double negligible = 8 * ROUNDOFF * largest;
      int[] kept = new int[z.length];
      int count = 0;
      int before = -1;
      for (int i : sorted) {
        if (rho * Math.abs(z[i]) <= negligible) {
          continue;
        }
        if (before >= 0) {
          double length = Math.hypot(z[i], z[before]);
          double cosine = z[i] / length;
          double sine = -z[before] / length;
          double gap = d[from + i] - d[from + before];
          if (Math.abs(gap * cosine * sine) <= negligible) {
            z[i] = length;
            z[before] = 0;
            rotate(before, i, cosine, sine, inUpper, inLower);
            double low = d[from + before];
            double high = d[from + i];
            d[from + before] = low * cosine * cosine + high * sine * sine;
            d[from + i] = low * sine * sine + high * cosine * cosine;
          } else {
            kept[count++] = before;
          }
        }
        before = i;
      }
      if (before >= 0) {
        kept[count++] = before;
      }
      return Arrays.copyOf(kept, count);
    }

    private void rotate(
        int first, int second, double cosine, double sine, boolean[] inUpper, boolean[] inLower) {
      double[] one = vectors[from + first];
      double[] other = vectors[from + second];
      clear(one, inUpper[first], inLower[first]);
      clear(other, inUpper[second], inLower[second]);
      inUpper[first] |= inUpper[second];
      inLower[first] |= inLower[second];
      inUpper[second] = inUpper[first];
      inLower[second] = inLower[first];
      for (int j = from; j < to; j++) {
        double a = one[j];
        double b = other[j];
        one[j] = cosine * a + sine * b;
        other[j] = cosine * b - sine * a;
      }
    }

    /** Multiplies vectors of the halves by some rows of coefficients. */
    private void multiply(double[][] target, double[][] some) {
      int width = columns.length;
      double[][] rows =
          IntStream.of(columns).mapToObj(i -> vectors[from + i]).toArray(double[][]::new);
      own.add(
          Block.of(target, 0, some.length, from, middle),
          false,
          Block.of(some, 0, some.length, 0, upper),
          Block.of(rows, 0, upper, from, middle),
          false);
      own.add(
          Block.of(target, 0, some.length, middle, to),
          false,
          Block.of(some, 0, some.length, lower, width),
          Block.of(rows, lower, width, middle, to),
          false);
    }

    /** Computes all vectors, in the order of their values. */
    void finish() {
      double[][] target = Arrays.copyOfRange(scratch, from, from + coefficients.length);
      for (double[] row : target) {
        Arrays.fill(row, from, to, 0);
      }
      multiply(target, coefficients);
      double[][] unused =
          IntStream.of(columns).mapToObj(i -> vectors[from + i]).toArray(double[][]::new);
      double[][] kept =
          IntStream.of(deflated).mapToObj(i -> vectors[from + i]).toArray(double[][]::new);
      for (int i = 0; i < order.length; i++) {
        int row = order[i];
        vectors[from + i] = row < target.length ? target[row] : kept[row - target.length];
      }
      System.arraycopy(unused, 0, scratch, from, unused.length);
      System.arraycopy(values, 0, d, from, values.length);
    }

    /** Computes vectors of the largest values, if these are of the whole matrix. */
    double[][] largest(int count) {
      double[][] largest = new double[count][];
      List<double[]> some = new ArrayList<>();
      List<double[]> target = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int row = order[order.length - 1 - i];
        if (row < coefficients.length) {
          largest[i] = new double[order.length];
          some.add(coefficients[row]);
          target.add(largest[i]);
        } else {
          largest[i] = vectors[deflated[row - coefficients.length]].clone();
        }
      }
      multiply(target.toArray(double[][]::new), some.toArray(double[][]::new));
      return largest;
    }
  }
}
