package org.spanmatch.validation.contract;

import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.validation.Problem;

/**
 * Two groups of neurons with hidden subspaces: most neurons of both groups are mixtures of the same
 * few vectors, exactly or with noise; the others are random.
 */
public final class PlantedProblem {
  private static final double[] NOISES = {0.02, 0.05, 0.1, 0.15, 0.3};
  private static final double[] OR_NONE = {0, 0, 0.02, 0.05, 0.15, 0.3};

  private final int samples;
  private final double[][] x;
  private final double[][] y;
  private final ElementType type;

  private PlantedProblem(int samples, double[][] x, double[][] y, ElementType type) {
    this.samples = samples;
    this.x = x;
    this.y = y;
    this.type = type;
  }

  private static PlantedProblem of(Problem problem, ElementType type) {
    return new PlantedProblem(
        problem.samples(),
        problem.x().toArray(double[][]::new),
        problem.y().toArray(double[][]::new),
        type);
  }

  /** Returns a problem of at most four neurons per group. */
  public static PlantedProblem of(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return planted(
        random, 5 + random.nextInt(4), 1 + random.nextInt(4), 1 + random.nextInt(4), 2, OR_NONE);
  }

  /** Returns a problem of at most six neurons per group. */
  public static PlantedProblem small(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return planted(
        random, 8 + random.nextInt(4), 4 + random.nextInt(3), 4 + random.nextInt(3), 2, OR_NONE);
  }

  /** Returns a problem of some twenty neurons per group. */
  public static PlantedProblem larger(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return planted(random, 60, 15 + random.nextInt(8), 15 + random.nextInt(8), 4, OR_NONE);
  }

  /**
   * Returns a problem of more neurons than a kernel removes without compacting its state. None is
   * an exact mixture, so that the Gram matrix can resolve them.
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
    return of(
        Problem.planted(random, samples, xCount, yCount, subspaces, noises), ElementType.FLOAT64);
  }

  /**
   * Returns a third of this problem, stored in a number format, so that exact mixtures are exact
   * only within its rounding.
   */
  public PlantedProblem aThirdStoredAs(ElementType type) {
    return of(problem().map(value -> value / 3).storedAs(type), type);
  }

  /** Returns this problem with the groups exchanged. */
  public PlantedProblem swapped() {
    return new PlantedProblem(samples, y, x, type);
  }

  /**
   * Returns this problem with the neurons of a group in another order; {@code order} has the old
   * position of each.
   */
  public PlantedProblem permuted(Group group, int[] order) {
    List<double[]> permuted = Problem.permuted(Arrays.asList(vectors(group)), order);
    return group == Group.X
        ? of(new Problem(samples, permuted, Arrays.asList(y)), type)
        : of(new Problem(samples, Arrays.asList(x), permuted), type);
  }

  private Problem problem() {
    return new Problem(samples, Arrays.asList(x), Arrays.asList(y));
  }

  /** Returns the relative rounding of the stored activations. */
  public double storageRoundoff() {
    return type.roundoff();
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

  /** Returns a kernel's table of both groups. */
  public ProjectionTable compress(ProjectionKernel kernel) {
    return compress(kernel, GramOptions.defaults());
  }

  /** Returns a kernel's table of both groups, made with some options. */
  public ProjectionTable compress(ProjectionKernel kernel, GramOptions options) {
    return kernel.compress(layer(Group.X), layer(Group.Y), options);
  }

  private Layer layer(Group group) {
    double[][] vectors = vectors(group);
    return type == ElementType.FLOAT64
        ? Layers.of(group.label(), samples, vectors.length, rows(samples, vectors))
        : problem().blockedLayer(group, type, ByteOrder.LITTLE_ENDIAN, samples, 1);
  }

  /** Returns activation vectors as a row-major matrix, one row per sample. */
  public static double[] rows(int samples, double[][] vectors) {
    double[] rows = new double[samples * vectors.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = vectors[i % vectors.length][i / vectors.length];
    }
    return rows;
  }
}
