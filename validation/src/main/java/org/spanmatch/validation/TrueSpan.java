package org.spanmatch.validation;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The arbiter: the span of vectors, and true distances to it. Its rank is exact, so no direction of
 * the span is lost to rounding.
 *
 * <p>Distances come from double-double arithmetic where that resolves the whole rank, or where
 * exact arithmetic takes too long, and from exact arithmetic otherwise.
 */
public final class TrueSpan {
  // If every pivot is farther from those before it, double-double arithmetic loses nothing that
  // matters: its roundoff 2⁻¹⁰⁴ is this small a part of it.
  private static final double RESOLVED = 1e-12;

  // If every pivot is farther, it still finds all directions, but some distances to six digits
  // only:
  // those that double arithmetic knows nothing of.
  private static final double FOUND = 1e-20;

  // Products of words in exact arithmetic; less than a second.
  private static final double MOST_WORK = 2e8;

  private final int rank;
  private final double error;
  private final Projection projection;

  /** Either arithmetic. */
  private interface Projection {
    double[] distances(List<double[]> vectors);

    ExactProjection.Projected project(double[] vector);
  }

  private record Rounded(DoubleDoubleProjection projection, int rank) implements Projection {
    @Override
    public double[] distances(List<double[]> vectors) {
      return projection.distances(vectors, rank);
    }

    @Override
    public ExactProjection.Projected project(double[] vector) {
      DoubleDoubleProjection.Projected projected = projection.project(vector);
      return new ExactProjection.Projected(
          projected.distance(rank), projected.coefficientNorm(rank));
    }
  }

  private record Exact(ExactProjection projection) implements Projection {
    @Override
    public double[] distances(List<double[]> vectors) {
      return vectors.stream().mapToDouble(projection::distance).toArray();
    }

    @Override
    public ExactProjection.Projected project(double[] vector) {
      return projection.project(vector);
    }
  }

  private TrueSpan(int rank, double error, Projection projection) {
    this.rank = rank;
    this.error = error;
    this.projection = projection;
  }

  /**
   * Returns the span of vectors; empty if exact arithmetic is needed and takes too long.
   *
   * @param samples the length of the vectors
   * @param vectors the spanning vectors; none of them zero
   */
  public static Optional<TrueSpan> of(int samples, List<double[]> vectors) {
    int rank = ExactRank.of(vectors);
    DoubleDoubleProjection rounded = new DoubleDoubleProjection(samples, vectors);
    boolean affordable = ExactProjection.work(vectors) <= MOST_WORK;
    if (rounded.rank(affordable ? RESOLVED : FOUND) == rank) {
      return Optional.of(new TrueSpan(rank, rounded.backwardError(), new Rounded(rounded, rank)));
    }
    if (!affordable) {
      return Optional.empty();
    }
    ExactProjection exact = new ExactProjection(vectors);
    return Optional.of(new TrueSpan(exact.rank(), DoubleDouble.ROUNDOFF, new Exact(exact)));
  }

  /** Number of independent vectors. */
  public int rank() {
    return rank;
  }

  /** How far a distance may be off, relative to 1 + ‖c‖₁, besides the rounding to a double. */
  double error() {
    return error;
  }

  /** Returns the relative distance of a vector that is not zero. */
  public double distance(double[] vector) {
    return distances(List.of(vector))[0];
  }

  /** Returns the relative distances of vectors that are not zero, in less time than one by one. */
  public double[] distances(List<double[]> vectors) {
    double[] distances = projection.distances(vectors);
    Arrays.setAll(distances, i -> Math.min(1, distances[i]));
    return distances;
  }

  /**
   * Returns ‖c‖₁ of the coefficients that express the projection of a vector by unit-norm vectors,
   * a largest independent subset of the spanning ones.
   */
  public double coefficientNorm(double[] vector) {
    return projection.project(vector).coefficientNorm();
  }

  /** Both at the price of one. */
  ExactProjection.Projected project(double[] vector) {
    return projection.project(vector);
  }
}
