package org.spanmatch.similarity;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;
import org.spanmatch.gram.Gram;
import org.spanmatch.kernel.ProjectionKernel.MatrixProducts.Block;

/**
 * The Cholesky factor L of the Gram matrix G = LLᵀ of neurons of one layer in a given order, all
 * scaled to unit norm. A neuron whose relative distance to the span of those before it is at most
 * {@link #DEPENDENT} is set aside: it adds nothing to the span, and has no row in L.
 *
 * <p>Column i of Lᵀ has the coordinates of neuron i in an orthonormal basis that grows along the
 * order, so one factor answers for the spans of all first neurons of the order. Works with both
 * forms of a {@link Gram}; from a triangular factor R, the inner products are those of RᵀR.
 *
 * <p>For n neurons of rank r it costs n³/3 operations (n²·k more from a triangular factor of k
 * rows), takes 8·n² bytes, and has the same bits for any number of threads. (Golub and Van Loan,
 * Matrix Computations, 4.2.6.)
 */
public final class GramFactor {
  /** The relative distance τ up to which a neuron counts as dependent on those before it. */
  public static final double DEPENDENT = 1e-6;

  private final int[] order;
  private final int[] positions; // of the independent ones in the order
  private final double[][] upper; // Lᵀ, by rows of which the part left of the diagonal is garbage
  private final Products products;

  private GramFactor(int[] order, int[] positions, double[][] upper, Products products) {
    this.order = order;
    this.positions = positions;
    this.upper = upper;
    this.products = products;
  }

  /**
   * Factorises the Gram matrix of all living neurons of a layer, in the order of their positions.
   *
   * @param gram the Gram matrix
   * @param layer the layer's position in it
   * @param threads number of threads, at least 1
   * @return the factor
   */
  public static GramFactor of(Gram gram, int layer, int threads) {
    return of(gram, layer, living(gram, layer), threads);
  }

  /**
   * Factorises the Gram matrix of some neurons of a layer in some order.
   *
   * @param gram the Gram matrix
   * @param layer the layer's position in it
   * @param order living neurons by their positions in the layer, each once
   * @param threads number of threads, at least 1
   * @return the factor
   * @throws IllegalArgumentException if a neuron is dead or does not exist
   */
  public static GramFactor of(Gram gram, int layer, int[] order, int threads) {
    return of(gram, layer, order, new Products(threads));
  }

  /** Returns the factor of some neurons, by products that a kernel may offer. */
  static GramFactor of(Gram gram, int layer, int[] order, Products products) {
    Objects.requireNonNull(gram, "gram");
    gram.requirePair(layer, layer);
    int[] living = living(gram, layer);
    for (int neuron : order) {
      if (Arrays.binarySearch(living, neuron) < 0) {
        throw new IllegalArgumentException(
            gram.layers().get(layer).description() + ": expected living neurons, found " + neuron);
      }
    }
    return of(Cosines.within(gram, layer, order, products), order.clone(), products);
  }

  /**
   * Factorises any symmetric positive semidefinite matrix with 1 on the diagonal.
   *
   * @param matrix its rows, of which only the elements from the diagonal on are read; overwritten
   * @param order names of the rows
   */
  static GramFactor of(double[][] matrix, int[] order, Products products) {
    boolean[] dependent = new boolean[order.length];
    factorise(matrix, 0, order.length, dependent, products);
    int[] kept = IntStream.range(0, order.length).filter(i -> !dependent[i]).toArray();
    return new GramFactor(order, kept, compact(matrix, kept), products);
  }

  /** {@return the living neurons of a layer, ascending} */
  static int[] living(Gram gram, int layer) {
    boolean[] dead = new boolean[gram.layers().get(layer).neurons()];
    gram.layers().get(layer).moments().dead(gram.deadThreshold()).forEach(i -> dead[i] = true);
    return IntStream.range(0, dead.length).filter(i -> !dead[i]).toArray();
  }

  /** Returns where to halve some rows, or their end if they are too few. */
  private static int middle(int from, int to) {
    int halves = (to - from + Rows.HEIGHT - 1) / Rows.HEIGHT / 2 * Rows.HEIGHT;
    return halves == 0 ? to : from + halves;
  }

  /**
   * Overwrites some rows of the upper triangle of a matrix with those of Lᵀ; rows of dependent
   * neurons become 0. The matrix lacks what these rows subtract from each other.
   */
  private static void factorise(
      double[][] g, int from, int to, boolean[] dependent, Products products) {
    int n = g.length;
    int middle = middle(from, to);
    if (middle < to) {
      factorise(g, from, middle, dependent, products);
      products.add(
          Block.of(g, middle, to, middle, n),
          true,
          Block.of(g, from, middle, middle, to).transpose(),
          Block.of(g, from, middle, middle, n),
          true);
      factorise(g, middle, to, dependent, products);
      return;
    }
    factoriseSquare(g, from, to, dependent);
    double rows = to - from;
    products.each(
        rows * rows * (n - to),
        Rows.ranges(n - to),
        range -> {
          int left = to + range * Rows.WIDTH;
          int right = Math.min(n, left + Rows.WIDTH);
          for (int i = from; i < to; i++) {
            if (dependent[i]) {
              Arrays.fill(g[i], left, right, 0);
            } else {
              subtractTransposed(g, i, g, g, from, left, right);
              Rows.divide(g[i], g[i][i], left, right);
            }
          }
        });
  }

  /** Subtracts from a row what the rows before it from some row on contribute. */
  private static void subtractTransposed(
      double[][] target, int i, double[][] a, double[][] b, int from, int left, int right) {
    Rows.add(
        Block.of(target, i, i + 1, left, right),
        true,
        Block.of(a, from, i, i, i + 1).transpose(),
        Block.of(b, from, i, left, right));
  }

  /** The square on the diagonal, which decides who is dependent. */
  private static void factoriseSquare(double[][] g, int start, int end, boolean[] dependent) {
    for (int i = start; i < end; i++) {
      subtractTransposed(g, i, g, g, start, i, end);
      double square = g[i][i];
      dependent[i] = !(square > DEPENDENT * DEPENDENT);
      if (dependent[i]) {
        Arrays.fill(g[i], i, end, 0);
      } else {
        Rows.divide(g[i], Math.sqrt(square), i, end);
      }
    }
  }

  /** Leaves out rows and columns of dependent neurons. */
  private static double[][] compact(double[][] rows, int[] kept) {
    if (kept.length == rows.length) {
      return rows;
    }
    double[][] compact = new double[kept.length][];
    for (int i = 0; i < kept.length; i++) {
      double[] row = rows[kept[i]];
      for (int j = i; j < kept.length; j++) {
        row[j] = row[kept[j]]; // no later element is overwritten before it is read
      }
      compact[i] = row;
    }
    return compact;
  }

  /** {@return the number of independent neurons, which is the dimension of the span} */
  public int rank() {
    return positions.length;
  }

  /** {@return all neurons in the given order, dependent ones included; a copy} */
  public int[] order() {
    return order.clone();
  }

  /** {@return the places of the independent neurons in the order, ascending; a copy} */
  public int[] positions() {
    return positions.clone();
  }

  /** {@return the independent neurons in their order: those of the rows of L} */
  public int[] independent() {
    return Arrays.stream(positions).map(place -> order[place]).toArray();
  }

  /**
   * {@return the relative distance of an independent neuron to the span of those before it: the
   * diagonal element of L}
   *
   * @param row its row in L, below {@link #rank()}
   */
  public double distance(int row) {
    return upper[row][row];
  }

  /**
   * Replaces b by L⁻¹b: for inner products with the independent neurons, the coordinates in their
   * orthonormal basis. Costs r² operations.
   *
   * @param b an element per independent neuron
   */
  public void forward(double[] b) {
    requireRows(b.length);
    for (int i = 0; i < b.length; i++) {
      double[] row = upper[i];
      double value = b[i] / row[i];
      b[i] = value;
      for (int j = i + 1; j < b.length; j++) {
        b[j] -= value * row[j];
      }
    }
  }

  /**
   * Replaces B by L⁻¹B. Costs r² operations per right-hand side.
   *
   * @param b a row per independent neuron with an element per right-hand side
   */
  public void forward(double[][] b) {
    requireRows(b.length);
    forward(b, 0, b.length);
  }

  private void forward(double[][] b, int from, int to) {
    int middle = middle(from, to);
    if (middle < to) {
      forward(b, from, middle);
      products.add(
          rows(b, middle, to),
          true,
          Block.of(upper, from, middle, middle, to).transpose(),
          rows(b, from, middle),
          false);
      forward(b, middle, to);
      return;
    }
    onColumns(
        b,
        to - from,
        (left, right) -> {
          for (int i = from; i < to; i++) {
            subtractTransposed(b, i, upper, b, from, left, right);
            Rows.divide(b[i], upper[i][i], left, right);
          }
        });
  }

  private static Block rows(double[][] b, int from, int to) {
    return Block.of(b, from, to, 0, b[from].length);
  }

  /**
   * Replaces B by L⁻ᵀB. Costs r² operations per right-hand side.
   *
   * @param b a row per independent neuron with an element per right-hand side
   */
  public void backward(double[][] b) {
    requireRows(b.length);
    backward(b, 0, b.length);
  }

  private void backward(double[][] b, int from, int to) {
    int middle = middle(from, to);
    if (middle < to) {
      backward(b, middle, to);
      products.add(
          rows(b, from, middle),
          true,
          Block.of(upper, from, middle, middle, to),
          rows(b, middle, to),
          false);
      backward(b, from, middle);
      return;
    }
    onColumns(
        b,
        to - from,
        (left, right) -> {
          for (int i = to - 1; i >= from; i--) {
            Rows.add(
                Block.of(b, i, i + 1, left, right),
                true,
                Block.of(upper, i, i + 1, i + 1, to),
                Block.of(b, i + 1, to, left, right));
            Rows.divide(b[i], upper[i][i], left, right);
          }
        });
  }

  /**
   * Replaces B by L⁻ᵀL⁻¹B: for cosines with the independent neurons, the coefficients of the
   * projections on them. Costs 2·r² operations per right-hand side.
   *
   * @param b a row per independent neuron with an element per right-hand side
   */
  public void solve(double[][] b) {
    forward(b);
    backward(b);
  }

  /** Work on a range of columns. */
  private interface OnColumns {
    void accept(int left, int right);
  }

  private void onColumns(double[][] b, int rows, OnColumns work) {
    int columns = b.length == 0 ? 0 : b[0].length;
    products.each(
        (double) rows * rows * columns,
        Rows.ranges(columns),
        range -> {
          int left = range * Rows.WIDTH;
          work.accept(left, Math.min(columns, left + Rows.WIDTH));
        });
  }

  private void requireRows(int rows) {
    if (rows != rank()) {
      throw new IllegalArgumentException(
          "expected a row for each of " + rank() + " independent neurons, found " + rows);
    }
  }

  /** Such as "factor of 64 neurons, rank 60". */
  @Override
  public String toString() {
    return "factor of " + order.length + " neurons, rank " + rank();
  }
}
