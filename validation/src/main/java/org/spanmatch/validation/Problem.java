package org.spanmatch.validation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.kernel.Group;

/**
 * Two groups of neurons on the same samples.
 *
 * @param samples length of every vector
 * @param x activation vectors of the first group
 * @param y activation vectors of the second group
 */
public record Problem(int samples, List<double[]> x, List<double[]> y) {
  /** Up to here float16 has all whole numbers. */
  private static final int LARGEST_WHOLE_FLOAT16 = 2048;

  /** Returns the activation vectors of a group. */
  public List<double[]> vectors(Group group) {
    return group == Group.X ? x : y;
  }

  /** Returns this problem with the groups exchanged. */
  public Problem swapped() {
    return new Problem(samples, y, x);
  }

  /** Returns this problem with a function applied to every value. */
  public Problem map(DoubleUnaryOperator function) {
    return new Problem(
        samples,
        x.stream().map(v -> Arrays.stream(v).map(function).toArray()).toList(),
        y.stream().map(v -> Arrays.stream(v).map(function).toArray()).toList());
  }

  /** Returns this problem with values rounded to float32. */
  public Problem rounded() {
    return map(value -> (float) value);
  }

  /** Returns this problem with values rounded to a number format. */
  public Problem storedAs(ElementType type) {
    ByteBuffer cell = ByteBuffer.allocate(Long.BYTES);
    return map(
        value -> {
          type.put(cell.clear(), value);
          return type.get(cell, 0);
        });
  }

  /**
   * Returns this problem with each vector multiplied by a random factor from a range of powers of
   * ten.
   */
  public Problem graded(double lowest, double highest, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return new Problem(
        samples, graded(x, lowest, highest, random), graded(y, lowest, highest, random));
  }

  private static List<double[]> graded(
      List<double[]> vectors, double lowest, double highest, SplittableRandom random) {
    List<double[]> graded = new ArrayList<>();
    for (double[] vector : vectors) {
      double sign = random.nextBoolean() ? 1 : -1;
      double factor = sign * Math.pow(10, random.nextDouble(lowest, highest));
      graded.add(Arrays.stream(vector).map(v -> v * factor).toArray());
    }
    return graded;
  }

  /** Returns a group as a float64 layer. */
  public Layer layer(Group group) {
    return Layers.of(group.label(), samples, vectors(group).size(), rows(group));
  }

  /** Returns a group as a float32 layer. */
  public Layer floatLayer(Group group) {
    double[] rows = rows(group);
    float[] floats = new float[rows.length];
    for (int i = 0; i < rows.length; i++) {
      floats[i] = (float) rows[i];
    }
    return Layers.of(group.label(), samples, vectors(group).size(), floats);
  }

  /**
   * Returns a group as a layer in any format and in blocks of any shape; see {@link BlockedLayer}.
   */
  public Layer blockedLayer(Group group, ElementType type, ByteOrder order, int outer, int inner) {
    return new BlockedLayer(group.label(), vectors(group), samples, type, order, outer, inner);
  }

  /** Returns a group as a row-major matrix, one row per sample. */
  public double[] rows(Group group) {
    List<double[]> vectors = vectors(group);
    double[] rows = new double[samples * vectors.size()];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = vectors.get(i % vectors.size())[i / vectors.size()];
    }
    return rows;
  }

  // Generators.

  /** Returns a number from the standard normal distribution. */
  public static double gaussian(SplittableRandom random) {
    return Math.sqrt(-2 * Math.log(1 - random.nextDouble()))
        * Math.cos(2 * Math.PI * random.nextDouble());
  }

  /** Returns a vector of standard normal numbers. */
  public static double[] gaussianVector(SplittableRandom random, int samples) {
    double[] vector = new double[samples];
    Arrays.setAll(vector, i -> gaussian(random));
    return vector;
  }

  /** Returns a random linear combination of vectors, with relative noise on every value. */
  public static double[] mixture(List<double[]> of, double noise, SplittableRandom random) {
    double[] mixture = new double[of.get(0).length];
    for (double[] vector : of) {
      double c = gaussian(random);
      Arrays.setAll(mixture, i -> mixture[i] + c * vector[i]);
    }
    Arrays.setAll(mixture, i -> mixture[i] * (1 + noise * gaussian(random)));
    return mixture;
  }

  /** Returns several vectors of standard normal numbers. */
  public static List<double[]> gaussians(SplittableRandom random, int samples, int count) {
    List<double[]> vectors = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      vectors.add(gaussianVector(random, samples));
    }
    return vectors;
  }

  /**
   * Returns a problem of independent values, in which every second vector of x is near the span of
   * y.
   */
  public static Problem random(long seed, int samples, int xCount, int yCount) {
    SplittableRandom random = new SplittableRandom(seed);
    List<double[]> y = gaussians(random, samples, yCount);
    List<double[]> x = new ArrayList<>();
    for (int i = 0; i < xCount; i++) {
      x.add(
          i % 2 == 0 || y.isEmpty()
              ? gaussianVector(random, samples)
              : mixture(y, Math.pow(10, -i % 14), random));
    }
    return new Problem(samples, x, y);
  }

  /** Returns a problem of values as after a ReLU: nonnegative, with a dominant mean. */
  public static Problem relu(long seed, int samples, int xCount, int yCount) {
    Problem hidden = random(seed, samples, xCount, yCount);
    return hidden.map(value -> Math.max(0, 2 + value));
  }

  /**
   * Returns a problem in which every third vector of a group repeats the one before it, up to a
   * relative difference.
   */
  public static Problem nearDuplicates(
      long seed, int samples, int xCount, int yCount, double difference) {
    SplittableRandom random = new SplittableRandom(seed);
    Problem problem = relu(seed, samples, xCount, yCount);
    for (List<double[]> group : List.of(problem.x, problem.y)) {
      for (int i = 1; i < group.size(); i += 3) {
        double[] before = group.get(i - 1);
        double[] repeated = group.get(i);
        Arrays.setAll(repeated, s -> before[s] * (1 + difference * gaussian(random)));
      }
    }
    return problem;
  }

  /**
   * Returns a problem in which all vectors of both groups are mixtures of the same few, with
   * relative noise.
   */
  public static Problem lowRank(
      long seed, int samples, int xCount, int yCount, int rank, double noise) {
    SplittableRandom random = new SplittableRandom(seed);
    List<double[]> basis = gaussians(random, samples, rank);
    List<List<double[]>> groups = new ArrayList<>();
    for (int count : new int[] {xCount, yCount}) {
      List<double[]> group = new ArrayList<>();
      while (group.size() < count) {
        group.add(mixture(basis, noise, random));
      }
      groups.add(group);
    }
    return new Problem(samples, groups.get(0), groups.get(1));
  }

  /** Returns a problem whose groups are equal up to a relative difference and a permutation. */
  public static Problem sameTwice(long seed, int samples, int count, double difference) {
    SplittableRandom random = new SplittableRandom(seed);
    List<double[]> x = relu(seed, samples, count, count).x;
    List<double[]> y = new ArrayList<>();
    for (double[] vector : permuted(x, permutation(count, seed))) {
      y.add(Arrays.stream(vector).map(v -> v * (1 + difference * gaussian(random))).toArray());
    }
    return new Problem(samples, x, y);
  }

  /**
   * Returns a problem in which a quarter of the vectors of each group are mixtures of the others.
   */
  public static Problem threeQuarterRank(long seed, int samples, int xCount, int yCount) {
    SplittableRandom random = new SplittableRandom(seed);
    List<List<double[]>> groups = new ArrayList<>();
    for (int count : new int[] {xCount, yCount}) {
      int rank = count * 3 / 4;
      List<double[]> group = gaussians(random, samples, rank);
      while (group.size() < count) {
        group.add(mixture(group.subList(0, rank), 0, random));
      }
      groups.add(group);
    }
    return new Problem(samples, groups.get(0), groups.get(1));
  }

  /**
   * Returns a problem with hidden subspaces: most neurons of both groups are mixtures of the same
   * few vectors of whole numbers, exactly or with noise; the others are random.
   *
   * @param noises relative sizes of the noise, to draw from; 0 for an exact mixture
   */
  public static Problem planted(
      SplittableRandom random,
      int samples,
      int xCount,
      int yCount,
      int subspaces,
      double[] noises) {
    // With small whole numbers mixtures are exact, and so are matches at ε = 0.
    List<double[][]> bases = new ArrayList<>();
    for (int i = 0; i < subspaces; i++) {
      double[][] basis = new double[1 + random.nextInt(2)][];
      for (int j = 0; j < basis.length; j++) {
        basis[j] = whole(random, samples);
      }
      bases.add(basis);
    }
    return new Problem(
        samples,
        group(random, samples, xCount, bases, noises),
        group(random, samples, yCount, bases, noises));
  }

  private static List<double[]> group(
      SplittableRandom random, int samples, int count, List<double[][]> bases, double[] noises) {
    List<double[]> group = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (random.nextInt(5) == 0) {
        group.add(whole(random, samples));
        continue;
      }
      double[][] basis = bases.get(random.nextInt(bases.size()));
      double noise = noises[random.nextInt(noises.length)];
      int[] factors = random.ints(basis.length, 1, 5).toArray();
      double[] vector = new double[samples];
      for (int s = 0; s < samples; s++) {
        for (int j = 0; j < basis.length; j++) {
          vector[s] += factors[j] * basis[j][s];
        }
        vector[s] += noise == 0 ? 0 : 10 * noise * random.nextDouble(-1, 1);
      }
      group.add(vector);
    }
    return group;
  }

  private static double[] whole(SplittableRandom random, int samples) {
    double[] vector = random.ints(samples, -5, 6).asDoubleStream().toArray();
    vector[random.nextInt(samples)] = 7; // never dead
    return vector;
  }

  /**
   * Returns a problem of small whole numbers, exact in float16, in which both groups mix the same
   * few vectors. About half of the vectors of a group are sums, differences and multiples of others
   * of their group, without rounding.
   */
  public static Problem exactMixtures(long seed, int samples, int xCount, int yCount) {
    SplittableRandom random = new SplittableRandom(seed);
    List<double[]> basis = new ArrayList<>();
    for (int i = 0; i < 1 + (xCount + yCount) / 8; i++) {
      basis.add(whole(random, samples));
    }
    return new Problem(
        samples,
        exactMixtures(random, basis, samples, xCount),
        exactMixtures(random, basis, samples, yCount));
  }

  private static List<double[]> exactMixtures(
      SplittableRandom random, List<double[]> basis, int samples, int count) {
    List<double[]> group = new ArrayList<>();
    while (group.size() < count) {
      int kind = random.nextInt(8);
      List<double[]> from = kind < 4 && !group.isEmpty() ? group : basis;
      double[] one = from.get(random.nextInt(from.size()));
      double[] other = from.get(random.nextInt(from.size()));
      int factor = (random.nextBoolean() ? 1 : -1) * (1 + random.nextInt(2));
      double[] vector =
          switch (kind) {
            case 0, 1 -> Arrays.stream(one).map(v -> factor * v).toArray();
            case 7 -> whole(random, samples);
            default -> sum(one, factor, other);
          };
      double largest = Arrays.stream(vector).map(Math::abs).max().orElseThrow();
      if (largest > 0 && largest <= LARGEST_WHOLE_FLOAT16) {
        group.add(vector);
      }
    }
    return group;
  }

  private static double[] sum(double[] one, int factor, double[] other) {
    double[] sum = new double[one.length];
    Arrays.setAll(sum, i -> one[i] + factor * other[i]);
    return sum;
  }

  /** Returns the vectors in another order; {@code order} has the old position of each. */
  public static List<double[]> permuted(List<double[]> vectors, int[] order) {
    return Arrays.stream(order).mapToObj(vectors::get).toList();
  }

  /** Returns the numbers from 0 to {@code size − 1} in random order. */
  public static int[] permutation(int size, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }
}
