package org.spanmatch.validation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.spanmatch.gram.Moments;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.backend.LivingNeurons;
import org.spanmatch.kernel.backend.LivingPair;
import org.spanmatch.kernel.backend.RecomputingTable;

/**
 * The arbiter as a table, so that the matching algorithms find exact sets with it. If exact
 * distances take too long, all their bounds are 1, since nothing is certain then.
 */
final class ArbiterTable extends RecomputingTable {
  private final Problem problem;
  private final List<double[]> columns;
  private final double storageRoundoff;

  private ArbiterTable(Problem problem, LivingPair pair, double storageRoundoff) {
    super(pair);
    this.problem = problem;
    this.storageRoundoff = storageRoundoff;
    this.columns = new ArrayList<>();
    for (Group group : Group.values()) {
      for (int neuron : remaining(group)) {
        columns.add(problem.vectors(group).get(neuron));
      }
    }
  }

  /**
   * Returns a table of all neurons that are not zero.
   *
   * @param storageRoundoff relative rounding of the stored activations
   */
  static ArbiterTable of(Problem problem, double storageRoundoff) {
    LivingNeurons ofX = living(problem, Group.X, 0);
    LivingNeurons ofY = living(problem, Group.Y, ofX.count());
    LivingPair pair =
        new LivingPair(
            0,
            1,
            problem.samples(),
            storageRoundoff,
            PerGroup.of(ofX, ofY),
            PerGroup.of(noMoments(ofX), noMoments(ofY)));
    return new ArbiterTable(problem, pair, storageRoundoff);
  }

  private static LivingNeurons living(Problem problem, Group group, int first) {
    return new LivingNeurons(problem.vectors(group).size(), Truth.dead(problem, group), first);
  }

  /** Returns placeholders, since no check asks the arbiter for moments. */
  private static Moments noMoments(LivingNeurons living) {
    double[] zeros = new double[living.neurons()];
    return Moments.of(zeros, zeros, zeros, new long[zeros.length]);
  }

  @Override
  public Precision precision() {
    return Precision.HIGH;
  }

  @Override
  protected Distances project(int[] projected, int[] projectedColumns, int[] spanningColumns) {
    Optional<TrueSpan> span =
        TrueSpan.of(
            problem.samples(), IntStream.of(spanningColumns).mapToObj(columns::get).toList());
    double[] distances = new double[projected.length];
    double[] bounds = new double[projected.length];
    double[] coefficients = new double[projected.length];
    Arrays.fill(bounds, 1);
    for (int i = 0; i < projected.length && span.isPresent(); i++) {
      ExactProjection.Projected vector = span.get().project(columns.get(projectedColumns[i]));
      distances[i] = Math.min(1, vector.distance());
      coefficients[i] = vector.coefficientNorm();
      bounds[i] = Math.min(1, span.get().error() * (1 + coefficients[i]));
    }
    return new Distances(projected, distances, bounds, coefficients, storageRoundoff);
  }

  @Override
  protected int rank(int[] spanningColumns) {
    return ExactRank.of(IntStream.of(spanningColumns).mapToObj(columns::get).toList());
  }
}
