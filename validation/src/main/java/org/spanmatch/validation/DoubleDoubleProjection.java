package org.spanmatch.validation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The arbiter: distances to the span of vectors, by column-pivoted Householder QR in double-double
 * arithmetic.
 *
 * <p>Vectors are scaled to unit norm first. Each pivot's distance to the span of those before it is
 * kept, so that one factorisation answers for every rank.
 */
public final class DoubleDoubleProjection {
  // Far below the rounding of unit vectors, and far above numbers whose squares lose digits.
  private static final double NOTHING = 0x1p-300;

  private final int samples;
  private final List<Reflection> reflections = new ArrayList<>();
  private final List<DoubleDouble[]> pivots = new ArrayList<>();
  private final double[] residuals;

  /** The reflection I − τvvᵀ, where v is zero before index {@code from}. */
  private record Reflection(int from, List<DoubleDouble> v, DoubleDouble tau) {
    void apply(DoubleDouble[] x) {
      DoubleDouble product = DoubleDouble.ZERO;
      for (int i = 0; i < v.size(); i++) {
        product = product.add(v.get(i).multiply(x[from + i]));
      }
      product = product.multiply(tau);
      for (int i = 0; i < v.size(); i++) {
        x[from + i] = x[from + i].subtract(product.multiply(v.get(i)));
      }
    }
  }

  /** A vector projected on the spans of the first pivots. */
  public final class Projected {
    private final DoubleDouble[] x;

    private Projected(DoubleDouble[] x) {
      this.x = x;
    }

    /** Returns the relative distance to the span of the first {@code rank} pivots. */
    public double distance(int rank) {
      return norm(x, rank).value();
    }

    /**
     * Returns ‖c‖₁ of the coefficients that express the projection by the first {@code rank}
     * unit-norm pivots.
     */
    public double coefficientNorm(int rank) {
      DoubleDouble[] c = new DoubleDouble[rank];
      double sum = 0;
      for (int i = rank - 1; i >= 0; i--) {
        DoubleDouble value = x[i];
        for (int j = i + 1; j < rank; j++) {
          value = value.subtract(pivots.get(j)[i].multiply(c[j]));
        }
        c[i] = value.divide(pivots.get(i)[i]);
        sum += c[i].abs().value();
      }
      return sum;
    }
  }

  /**
   * Factorises the spanning vectors.
   *
   * @param samples the length of the vectors
   * @param vectors the spanning vectors; none of them zero
   */
  public DoubleDoubleProjection(int samples, List<double[]> vectors) {
    this.samples = samples;
    List<DoubleDouble[]> rest = new ArrayList<>();
    vectors.forEach(vector -> rest.add(unit(vector)));
    double[] distances = new double[Math.min(samples, vectors.size())];
    for (int k = 0; k < distances.length; k++) {
      int farthest = 0;
      for (int j = 1; j < rest.size(); j++) {
        if (norm(rest.get(j), k).value() > norm(rest.get(farthest), k).value()) {
          farthest = j;
        }
      }
      DoubleDouble[] pivot = rest.remove(farthest);
      double distance = norm(pivot, k).value();
      if (distance < NOTHING) {
        break;
      }
      distances[k] = distance;
      Reflection reflection = reflection(pivot, k);
      reflections.add(reflection);
      reflection.apply(pivot);
      pivots.add(pivot);
      rest.forEach(reflection::apply);
    }
    residuals = distances;
  }

  private static Reflection reflection(DoubleDouble[] x, int k) {
    DoubleDouble norm = norm(x, k);
    DoubleDouble beta = x[k].hi() > 0 ? norm.negate() : norm;
    List<DoubleDouble> v = new ArrayList<>(Arrays.asList(x).subList(k, x.length));
    DoubleDouble first = x[k].subtract(beta);
    for (int i = 1; i < v.size(); i++) {
      v.set(i, v.get(i).divide(first));
    }
    v.set(0, DoubleDouble.ONE);
    return new Reflection(k, v, first.negate().divide(beta));
  }

  private static DoubleDouble norm(DoubleDouble[] x, int from) {
    DoubleDouble squares = DoubleDouble.ZERO;
    for (int i = from; i < x.length; i++) {
      squares = squares.add(x[i].multiply(x[i]));
    }
    return squares.sqrt();
  }

  private static DoubleDouble[] unit(double[] vector) {
    double largest = Arrays.stream(vector).map(Math::abs).max().orElseThrow();
    if (!(largest > 0)) {
      throw new IllegalArgumentException("a zero vector has no direction");
    }
    int exponent = Math.getExponent(largest);
    DoubleDouble[] unit = new DoubleDouble[vector.length];
    Arrays.setAll(unit, i -> DoubleDouble.of(Math.scalb(vector[i], -exponent)));
    DoubleDouble norm = norm(unit, 0);
    Arrays.setAll(unit, i -> unit[i].divide(norm));
    return unit;
  }

  /**
   * Projects a vector.
   *
   * @param vector as long as the spanning vectors; not zero
   */
  public Projected project(double[] vector) {
    DoubleDouble[] x = unit(vector);
    reflections.forEach(reflection -> reflection.apply(x));
    return new Projected(x);
  }

  /**
   * Returns the number of independent vectors, if those within this distance of the others don't
   * count.
   */
  public int rank(double tolerance) {
    int rank = 0;
    while (rank < pivots.size() && residuals[rank] > tolerance) {
      rank++;
    }
    return rank;
  }

  /** Bounds the relative backward error: 6·(length + 4) roundings per reflection. */
  public double backwardError() {
    return reflections.size() * 6 * (samples + 4) * DoubleDouble.ROUNDOFF;
  }
}
