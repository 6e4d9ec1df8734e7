package org.spanmatch.validation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.LivingNeurons;
import org.spanmatch.kernel.Moments;
import org.spanmatch.kernel.Precision;
import org.spanmatch.kernel.RecomputingTable;

/**
 * The arbiter as a table, so that the matching algorithms find exact sets with it. Where a correct
 * backend may decide on the rank of a group in more than one way, its bounds are 1: nothing is
 * certain then.
 */
final class ArbiterTable extends RecomputingTable {
  private final Problem problem;
  private final List<double[]> columns;
  private final double tolerance;
  private final double storageRoundoff;

  private ArbiterTable(
      Problem problem,
      Map<Group, LivingNeurons> groups,
      Map<Group, Moments> moments,
      double tolerance,
      double storageRoundoff) {
    super(problem.samples(), groups, moments);
    this.problem = problem;
    this.tolerance = tolerance;
    this.storageRoundoff = storageRoundoff;
    this.columns = new ArrayList<>();
    for (Group group : Group.values()) {
      for (int neuron : remaining(group)) {
        columns.add(problem.vectors(group).get(neuron));
      }
    }
  }

  /**
   * A table of all neurons that are not zero.
   *
   * @param tolerance τ of the backend that is judged
   * @param storageRoundoff relative rounding of the stored activations
   */
  static ArbiterTable of(Problem problem, double tolerance, double storageRoundoff) {
    Map<Group, LivingNeurons> groups = new EnumMap<>(Group.class);
    Map<Group, Moments> moments = new EnumMap<>(Group.class);
    int first = 0;
    for (Group group : Group.values()) {
      int size = problem.vectors(group).size();
      LivingNeurons living = new LivingNeurons(size, Truth.dead(problem, group), first);
      first += living.count();
      groups.put(group, living);
      moments.put(group, new Moments(new double[size], new double[size])); // nobody asks
    }
    return new ArbiterTable(problem, groups, moments, tolerance, storageRoundoff);
  }

  @Override
  public Precision precision() {
    return Precision.HIGH;
  }

  @Override
  protected Distances project(int[] projected, int[] projectedColumns, int[] spanningColumns) {
    DoubleDoubleProjection projection =
        new DoubleDoubleProjection(
            problem.samples(), IntStream.of(spanningColumns).mapToObj(columns::get).toList());
    int neurons = Math.max(1, columns.size());
    List<Integer> ranks = projection.ranks(tolerance / neurons, tolerance * neurons);
    int rank = projection.rank(tolerance);
    double error = projection.backwardError() + (rank < spanningColumns.length ? tolerance : 0);
    double[] distances = new double[projected.length];
    double[] bounds = new double[projected.length];
    double[] coefficients = new double[projected.length];
    for (int i = 0; i < projected.length; i++) {
      DoubleDoubleProjection.Projected vector =
          projection.project(columns.get(projectedColumns[i]));
      distances[i] = Math.min(1, vector.distance(rank));
      coefficients[i] = vector.coefficientNorm(rank);
      bounds[i] = Math.min(1, error * (1 + coefficients[i]));
    }
    if (ranks.size() > 1) {
      Arrays.fill(bounds, 1);
    }
    return new Distances(projected, distances, bounds, coefficients, storageRoundoff);
  }
}
