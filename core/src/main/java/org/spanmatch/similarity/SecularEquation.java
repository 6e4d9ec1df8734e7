package org.spanmatch.similarity;

/**
 * The eigenvalues and eigenvectors of D + ρzzᵀ with a diagonal matrix D: the roots of 1/ρ + Σ
 * z_k²/(d_k − λ) = 0, of which one lies right of each pole d_k.
 *
 * <p>A root is kept as the nearer one of the two poles beside it, and its distance from there, so
 * that differences to all poles have small relative errors. Vectors are those of the z for which
 * these roots are exact, which makes them orthogonal. Costs some ten divisions for each pair of a
 * root and a pole. (Gu and Eisenstat 1994; the steps are those of Bunch, Nielsen and Sorensen, in
 * the form of LAPACK's dlaed4, within a bracket.)
 */
final class SecularEquation {
  private static final int CHUNK = 32; // roots of a task
  private static final int MOST_STEPS = 100;
  private static final double ROUNDOFF = 0x1p-53;

  private final double[] poles; // ascending
  private final double[] weights; // z
  private final double rho;
  private final double[] squares;
  private final int[] origins; // the pole that a root is next to
  private final double[] distances; // of the root from there

  private SecularEquation(double[] poles, double[] weights, double rho) {
    this.poles = poles;
    this.weights = weights;
    this.rho = rho;
    this.squares = new double[weights.length];
    for (int i = 0; i < squares.length; i++) {
      squares[i] = weights[i] * weights[i];
    }
    this.origins = new int[poles.length];
    this.distances = new double[poles.length];
  }

  /**
   * Finds all roots.
   *
   * @param poles d, ascending, all different
   * @param weights z, none 0
   * @param rho ρ, above 0
   */
  static SecularEquation solve(double[] poles, double[] weights, double rho, Products products) {
    SecularEquation equation = new SecularEquation(poles, weights, rho);
    int n = poles.length;
    products.each(
        40.0 * n * n,
        (n + CHUNK - 1) / CHUNK,
        chunk -> {
          for (int root = chunk * CHUNK; root < Math.min(n, (chunk + 1) * CHUNK); root++) {
            equation.solve(root);
          }
        });
    return equation;
  }

  /** Returns root i, which is right of pole i. */
  double value(int root) {
    return poles[origins[root]] + distances[root];
  }

  /** The sums of some terms, and their derivatives. */
  private static final class Sum {
    double value;
    double slope;

    /** Adds up z²/(d − λ) for poles that are given relative to λ. */
    void of(double[] squares, double[] poles, double origin, double distance, int from, int to) {
      double a = 0;
      double b = 0;
      double slopeA = 0;
      double slopeB = 0;
      int k = from;
      for (; k + 2 <= to; k += 2) {
        double one = poles[k] - origin - distance;
        double two = poles[k + 1] - origin - distance;
        double inverseOne = 1 / one;
        double inverseTwo = 1 / two;
        double termOne = squares[k] * inverseOne;
        double termTwo = squares[k + 1] * inverseTwo;
        a += termOne;
        b += termTwo;
        slopeA += termOne * inverseOne;
        slopeB += termTwo * inverseTwo;
      }
      if (k < to) {
        double inverse = 1 / (poles[k] - origin - distance);
        double term = squares[k] * inverse;
        a += term;
        slopeA += term * inverse;
      }
      value = a + b;
      slope = slopeA + slopeB;
    }
  }

  private void solve(int root) {
    int n = poles.length;
    if (n == 1) {
      origins[0] = 0;
      distances[0] = rho * squares[0];
      return;
    }
    boolean isLast = root == n - 1;
    // The terms are split between the poles beside the root, or before the last one.
    int left = isLast ? root - 1 : root;
    Sum below = new Sum();
    Sum above = new Sum();
    double gap = isLast ? total() : poles[root + 1] - poles[root];
    below.of(squares, poles, poles[root], gap / 2, 0, left + 1);
    above.of(squares, poles, poles[root], gap / 2, left + 1, n);
    boolean isNearLeft = isLast || 1 / rho + below.value + above.value >= 0;
    double middle = 1 / rho + below.value + above.value;
    int origin = isNearLeft ? root : root + 1;
    double low = isNearLeft ? 0 : -gap / 2;
    double high = isNearLeft ? gap / 2 : 0;
    if (isLast) {
      low = middle < 0 ? gap / 2 : 0;
      high = middle < 0 ? gap : gap / 2;
    }
    double distance = isLast ? gap / 2 : start(root, gap, middle, isNearLeft);
    if (!(distance > low && distance < high)) {
      distance = between(low, high);
    }
    for (int step = 0; step < MOST_STEPS; step++) {
      below.of(squares, poles, poles[origin], distance, 0, left + 1);
      above.of(squares, poles, poles[origin], distance, left + 1, n);
      double f = 1 / rho + below.value + above.value;
      double size = 1 / rho + Math.abs(below.value) + Math.abs(above.value);
      if (Math.abs(f) <= ROUNDOFF * (8 + Math.sqrt(n)) * size) {
        break;
      }
      if (f < 0) {
        low = distance;
      } else {
        high = distance;
      }
      double toLeft = poles[left] - poles[origin] - distance;
      double toRight = poles[left + 1] - poles[origin] - distance;
      double next = distance + step(f, below.slope, above.slope, toLeft, toRight, isLast);
      if (!(next > low && next < high)) {
        next = between(low, high);
      }
      if (next == distance || !(next > low && next < high)) {
        break;
      }
      distance = next;
    }
    origins[root] = origin;
    distances[root] = distance;
  }

  private double total() {
    double total = 0;
    for (double square : squares) {
      total += square;
    }
    // The last root is at most this far from the last pole.
    return rho * total * (1 + 0x1p-40);
  }

  /** A place in a bracket, of which an end at a pole is nothing to halve. */
  private static double between(double low, double high) {
    return low == 0 ? high / 16 : high == 0 ? low / 16 : (low + high) / 2;
  }

  /** Takes terms of other poles for constant. */
  private double start(int root, double gap, double middle, boolean isNearLeft) {
    double one = squares[root];
    double other = squares[root + 1];
    double c = middle + one / (gap / 2) - other / (gap / 2);
    if (isNearLeft) {
      double a = c * gap + one + other;
      double b = one * gap;
      double r = Math.sqrt(Math.abs(a * a - 4 * b * c));
      return a > 0 ? 2 * b / (a + r) : (a - r) / (2 * c);
    }
    double a = c * gap - one - other;
    double b = other * gap;
    double r = Math.sqrt(Math.abs(a * a + 4 * b * c));
    return a < 0 ? 2 * b / (a - r) : -(a + r) / (2 * c);
  }

  /** A step to the root of two poles and a constant that have the same values and slopes. */
  private static double step(
      double f, double slopeLeft, double slopeRight, double left, double right, boolean isLast) {
    double c = f - left * slopeLeft - right * slopeRight;
    double a = (left + right) * f - left * right * (slopeLeft + slopeRight);
    double b = left * right * f;
    double r = Math.sqrt(Math.abs(a * a - 4 * b * c));
    double step;
    if (isLast) {
      double size = Math.abs(c);
      step = a >= 0 ? (a + r) / (2 * size) : 2 * b / (a - r);
    } else {
      step = c == 0 ? b / a : a <= 0 ? (a - r) / (2 * c) : 2 * b / (a + r);
    }
    return f * step < 0 ? step : -f / (slopeLeft + slopeRight);
  }

  /**
   * Returns the vectors, a row for each root.
   *
   * @param places the column of each pole in the rows
   */
  double[][] vectors(int[] places, Products products) {
    int n = poles.length;
    double[] exact = exactWeights(products);
    double[][] vectors = new double[n][];
    products.each(
        4.0 * n * n,
        (n + CHUNK - 1) / CHUNK,
        chunk -> {
          double[] line = new double[n];
          for (int root = chunk * CHUNK; root < Math.min(n, (chunk + 1) * CHUNK); root++) {
            double origin = poles[origins[root]];
            double distance = distances[root];
            for (int k = 0; k < n; k++) {
              line[k] = exact[k] / (poles[k] - origin - distance);
            }
            double norm = Math.sqrt(Products.dot(line, line, 0, n));
            double[] vector = new double[n];
            for (int k = 0; k < n; k++) {
              vector[places[k]] = line[k] / norm;
            }
            vectors[root] = vector;
          }
        });
    return vectors;
  }

  /** The z, up to a factor, of which the roots found are exact. */
  private double[] exactWeights(Products products) {
    int n = poles.length;
    double[] exact = new double[n];
    products.each(
        4.0 * n * n,
        (n + CHUNK - 1) / CHUNK,
        chunk -> {
          int from = chunk * CHUNK;
          int to = Math.min(n, from + CHUNK);
          double[] product = new double[n];
          for (int k = from; k < to; k++) {
            product[k] = -(poles[k] - poles[origins[k]] - distances[k]);
          }
          for (int root = 0; root < n; root++) {
            multiply(product, root, from, Math.min(to, Math.max(from, root)));
            multiply(product, root, Math.max(from, Math.min(to, root + 1)), to);
          }
          for (int k = from; k < to; k++) {
            exact[k] = Math.copySign(Math.sqrt(product[k]), weights[k]);
          }
        });
    return exact;
  }

  private void multiply(double[] product, int root, int from, int to) {
    double origin = poles[origins[root]];
    double distance = distances[root];
    double pole = poles[root];
    for (int k = from; k < to; k++) {
      product[k] *= (poles[k] - origin - distance) / (poles[k] - pole);
    }
  }
}
