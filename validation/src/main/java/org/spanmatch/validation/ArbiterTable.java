package org.spanmatch.validation;

import java.util.List;
import org.spanmatch.gram.Moments;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.backend.LivingNeurons;
import org.spanmatch.kernel.backend.LivingPair;
import org.spanmatch.kernel.backend.RecomputingTable;
import org.spanmatch.validation.TrueProjections.Bounded;

/**
 * The arbiter as a table, so that the matching algorithms find exact sets with it. If exact
 * distances take too long, all their bounds are 1, since nothing is certain then.
 */
final class ArbiterTable extends RecomputingTable {
  private final TrueProjections projections;
  private final double storageRoundoff;

  private ArbiterTable(LivingPair pair, TrueProjections projections, double storageRoundoff) {
    super(pair);
    this.projections = projections;
    this.storageRoundoff = storageRoundoff;
  }

  /**
   * Returns a table of all neurons that are not zero.
   *
   * @param projections the true projections of the problem, which all of its tables share
   * @param storageRoundoff relative rounding of the stored activations
   */
  static ArbiterTable of(Problem problem, TrueProjections projections, double storageRoundoff) {
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
    return new ArbiterTable(pair, projections, storageRoundoff);
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
    List<Bounded> known = projections.project(projectedColumns, spanningColumns);
    return new Distances(
        projected,
        known.stream().mapToDouble(Bounded::distance).toArray(),
        known.stream().mapToDouble(Bounded::bound).toArray(),
        known.stream().mapToDouble(Bounded::coefficientNorm).toArray(),
        storageRoundoff);
  }

  @Override
  protected int rank(int[] spanningColumns) {
    return projections.rank(spanningColumns);
  }
}
