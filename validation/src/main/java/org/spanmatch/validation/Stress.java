package org.spanmatch.validation;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;

/**
 * A problem that is hard in one respect, to measure how the error bounds of a backend grow.
 *
 * @param axis the respect
 * @param parameter the difficulty, in units of the axis
 * @param example the problem
 * @param repetitions number of repetitions of its samples
 */
public record Stress(StressAxis axis, double parameter, Case example, long repetitions) {
  private static final int LEAST_DISTANCE = 16;
  private static final int LARGEST_SCALE = 320;
  private static final int SCALE_STEP = 20;
  // The norms of larger values would leave the range of float64.
  private static final int LARGEST_EXPONENT = 306;
  private static final int PATTERN = 1000;

  /**
   * Returns the stress problems of a level, each axis from easy to hard. Levels differ only in the
   * largest number of samples: 10⁶, 10⁸ or 10⁹.
   *
   * @param seed chooses the random numbers
   */
  public static List<Stress> of(Level level, long seed) {
    List<Stress> all = new ArrayList<>();
    for (int exponent = 1; exponent <= LEAST_DISTANCE; exponent++) {
      double distance = Double.parseDouble("1e-" + exponent);
      all.add(of(StressAxis.DEPENDENCE, distance, nearlyDependent(seed, distance), 1));
    }
    for (int scale = 0; scale <= LARGEST_SCALE; scale += SCALE_STEP) {
      all.add(of(StressAxis.SCALE, scale, spread(seed, scale), 1));
    }
    long largest =
        switch (level) {
          case QUICK -> 1_000_000;
          case FULL -> 100_000_000;
          case EXHAUSTIVE -> 1_000_000_000;
        };
    Problem pattern = pattern(seed);
    for (long samples = PATTERN; samples <= largest; samples *= 10) {
      all.add(of(StressAxis.SAMPLES, (double) samples, pattern, samples / PATTERN));
    }
    return all;
  }

  private static Stress of(StressAxis axis, double parameter, Problem problem, long repetitions) {
    Case example = Case.of(axis.toString(), problem, ElementType.FLOAT64, Storage.ROWS);
    return new Stress(axis, parameter, example, repetitions);
  }

  /**
   * Returns a problem in which two neurons of each group are mixtures of the others, exact in whole
   * numbers, plus one value that makes up the distance, on a sample where all other neurons of the
   * group are 0.
   */
  private static Problem nearlyDependent(long seed, double distance) {
    SplittableRandom random = new SplittableRandom(seed);
    int own = 2;
    int samples = 44;
    List<List<double[]>> groups = new ArrayList<>();
    for (int first : new int[] {0, own}) {
      List<double[]> group = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        double[] vector = random.ints(samples, -5, 6).asDoubleStream().toArray();
        Arrays.fill(vector, first, first + own, 0);
        group.add(vector);
      }
      for (int i = 0; i < own; i++) {
        double[] mixture = new double[samples];
        for (double[] vector : group.subList(0, 6)) {
          int factor = random.nextInt(1, 5);
          Arrays.setAll(mixture, s -> mixture[s] + factor * vector[s]);
        }
        mixture[first + i] = distance * Math.sqrt(Arrays.stream(mixture).map(v -> v * v).sum());
        group.add(mixture);
      }
      groups.add(group);
    }
    return new Problem(samples, groups.get(0), groups.get(1));
  }

  /** Returns a problem of few neurons, one of which is in the span of others and one near it. */
  private static Problem pattern(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Problem relu = Problem.relu(seed, PATTERN, 2, 4);
    List<double[]> x = new ArrayList<>(relu.x());
    x.add(Problem.mixture(relu.y(), 0, random));
    x.add(Problem.mixture(relu.y(), 1e-3, random));
    return new Problem(PATTERN, x, relu.y());
  }

  private static Problem spread(long seed, int scale) {
    Problem relu = Problem.relu(seed, 80, 9, 9);
    return new Problem(
        relu.samples(), spread(relu.x(), scale, seed), spread(relu.y(), scale, seed + 1));
  }

  private static List<double[]> spread(List<double[]> vectors, int scale, long seed) {
    int[] order = Problem.permutation(vectors.size(), seed);
    List<double[]> spread = new ArrayList<>();
    for (int i = 0; i < order.length; i++) {
      int exponent = -scale + 2 * scale * order[i] / (order.length - 1);
      double factor = Double.parseDouble("1e" + Math.min(exponent, LARGEST_EXPONENT));
      spread.add(Arrays.stream(vectors.get(i)).map(value -> value * factor).toArray());
    }
    return spread;
  }

  /** Measures a backend's error on this problem, and the bound that it states. */
  StressPoint measure(String backend, ProjectionKernel kernel, Precision precision, Truth truth) {
    Evidence evidence = new Evidence();
    try (ProjectionTable table =
        kernel.compress(
            layer(Group.X), layer(Group.Y), new GramOptions(0, precision, Progress.NONE))) {
      for (Group group : Group.values()) {
        truth.judge(table, group, evidence);
      }
      return new StressPoint(
          backend,
          table.precision(),
          axis,
          parameter,
          evidence.largestBound(),
          evidence.largestError(),
          evidence.finding());
    }
  }

  /** Returns the point of a backend that failed. */
  StressPoint failed(String backend, Precision precision, Finding failure) {
    return new StressPoint(backend, precision, axis, parameter, 0, 0, failure);
  }

  /** Returns a group's activations. */
  Layer layer(Group group) {
    return new RepeatedLayer(example.layer(group, PATTERN, ByteOrder.LITTLE_ENDIAN), repetitions);
  }
}
