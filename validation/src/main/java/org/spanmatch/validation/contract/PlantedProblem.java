package org.spanmatch.validation.contract;

import java.util.SplittableRandom;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.validation.Problem;

/**
 * Two groups of neurons in which some subspaces are hidden: neurons of both groups are mixtures of
 * the same few vectors, exactly or with noise; the others are random.
 */
public final class PlantedProblem {
  private static final double[] NOISES = {0.02, 0.05, 0.1, 0.15, 0.3};
  private static final double[] OR_NONE = {0, 0, 0.02, 0.05, 0.15, 0.3};

  private final int samples;
  private final double[][] x;
  private final double[][] y;

  private PlantedProblem(int samples, double[][] x, double[][] y) {
    this.samples = samples;
    this.x = x;
    this.y = y;
  }

  /** At most four neurons a group. */
  public static PlantedProblem of(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return planted(
        random, 5 + random.nextInt(4), 1 + random.nextInt(4), 1 + random.nextInt(4), 2, OR_NONE);
  }

  /** At most six neurons a group. */
  public static PlantedProblem small(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return planted(
        random, 8 + random.nextInt(4), 4 + random.nextInt(3), 4 + random.nextInt(3), 2, OR_NONE);
  }

  /** Some twenty neurons a group. */
  public static PlantedProblem larger(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return planted(random, 60, 15 + random.nextInt(8), 15 + random.nextInt(8), 4, OR_NONE);
  }

  /**
   * More neurons than a kernel removes without tidying up now and then; none an exact mixture, so
   * that the Gram matrix tells them apart.
   */
  public static PlantedProblem largest(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return planted(random, 250, 80 + random.nextInt(20), 80 + random.nextInt(20), 20, NOISES);
  }

  private static PlantedProblem planted(
      SplittableRandom random,
      int samples,
      int xCount,
      int yCount,
      int subspaces,
      double[] noises) {
    Problem problem = Problem.planted(random, samples, xCount, yCount, subspaces, noises);
    return new PlantedProblem(
        samples, problem.x().toArray(double[][]::new), problem.y().toArray(double[][]::new));
  }

  public int samples() {
    return samples;
  }

  public int neurons(Group group) {
    return vectors(group).length;
  }

  public double[][] vectors(Group group) {
    return group == Group.X ? x : y;
  }

  /** The table that a kernel makes of both groups. */
  public ProjectionTable compress(ProjectionKernel kernel) {
    return kernel.compress(
        Layers.of("x", samples, x.length, rows(samples, x)),
        Layers.of("y", samples, y.length, rows(samples, y)),
        GramOptions.defaults());
  }

  /** Activation vectors as row-major samples. */
  public static double[] rows(int samples, double[][] vectors) {
    double[] rows = new double[samples * vectors.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = vectors[i % vectors.length][i / vectors.length];
    }
    return rows;
  }
}
