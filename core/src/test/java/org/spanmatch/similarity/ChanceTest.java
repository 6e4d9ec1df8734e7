package org.spanmatch.similarity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.gram.Activations;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.Moments;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.Group;

/** The similarity by chance against its formula, and the formula against all permutations. */
class ChanceTest {
  /** An orthonormal basis of the span of some vectors, by Gram–Schmidt, twice. */
  private static List<double[]> basis(List<double[]> vectors) {
    List<double[]> basis = new ArrayList<>();
    for (double[] vector : vectors) {
      double[] next = vector.clone();
      double norm = Math.sqrt(product(next, next));
      for (int pass = 0; pass < 2; pass++) {
        for (double[] other : basis) {
          double along = product(next, other);
          Arrays.setAll(next, s -> next[s] - along * other[s]);
        }
      }
      double left = Math.sqrt(product(next, next));
      if (left > 1e-6 * norm) {
        Arrays.setAll(next, s -> next[s] / left);
        basis.add(next);
      }
    }
    return basis;
  }

  private static double product(double[] one, double[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += one[i] * other[i];
    }
    return sum;
  }

  private static double squaredCosine(double[] vector, List<double[]> basis) {
    return basis.stream().mapToDouble(each -> Math.pow(product(vector, each), 2)).sum()
        / product(vector, vector);
  }

  /** The formula of the method, written out. */
  private static double expectedDistance(double[] vector, List<double[]> span) {
    int samples = vector.length;
    List<double[]> basis = basis(span);
    double[] constant = new double[samples];
    Arrays.fill(constant, 1);
    double tau = squaredCosine(constant, basis);
    double kappa = Math.pow(product(vector, constant), 2) / samples / product(vector, vector);
    double share = kappa * tau + (1 - kappa) * (basis.size() - tau) / (samples - 1);
    return Math.sqrt(Math.max(0, 1 - share));
  }

  /** Levels by removing, among all neurons, the one with the largest expected distance. */
  private static double[] bruteForce(double[][] x, double[][] y) {
    List<double[]> leftX = new ArrayList<>(List.of(x));
    List<double[]> leftY = new ArrayList<>(List.of(y));
    double[] levels = new double[x.length + y.length];
    double level = 1;
    for (int i = levels.length - 1; i >= 0; i--) {
      int farthest = -1;
      double largest = -1;
      for (int j = 0; j < leftX.size() + leftY.size(); j++) {
        boolean first = j < leftX.size();
        double distance =
            first
                ? expectedDistance(leftX.get(j), leftY)
                : expectedDistance(leftY.get(j - leftX.size()), leftX);
        if (distance > largest) {
          largest = distance;
          farthest = j;
        }
      }
      if (farthest < leftX.size()) {
        leftX.remove(farthest);
      } else {
        leftY.remove(farthest - leftX.size());
      }
      level = Math.min(level, largest);
      levels[i] = level;
    }
    return levels;
  }

  /** The levels of living neurons of both networks, ascending. */
  private static double[] sorted(Chance chance) {
    return DoubleStream.concat(
            Arrays.stream(chance.levels(Group.X)), Arrays.stream(chance.levels(Group.Y)))
        .filter(Double::isFinite)
        .sorted()
        .toArray();
  }

  /** Neurons of all shares of the mean, none in the span of others. */
  private static Activations activations(long seed, int samples, int x, int y) {
    Activations activations = Activations.random(seed, samples, x, y);
    SplittableRandom random = new SplittableRandom(seed);
    for (double[][] layer : activations.layers()) {
      for (double[] vector : layer) {
        double shift = random.nextDouble(0, 3);
        Arrays.setAll(vector, s -> vector[s] + shift);
      }
    }
    return activations;
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void levelsAreThoseOfTheFormula(Precision precision) {
    for (int seed = 1; seed <= 20; seed++) {
      int samples = 12 + 5 * seed;
      Activations activations = activations(seed, samples, 9, 6);
      double[][] x = activations.layers().get(0);
      double[][] y = activations.layers().get(1);
      Chance chance = Chance.of(activations.gram(precision, false), 0, 1, 1);
      assertArrayEquals(bruteForce(x, y), sorted(chance), 1e-10, "seed " + seed);
    }
  }

  @Test
  void dependentNeuronsAddNothingToASpan() {
    Activations activations = activations(7, 40, 8, 6);
    double[][] x = activations.layers().get(0);
    for (int s = 0; s < 40; s++) {
      x[3][s] = x[1][s] + x[2][s];
    }
    x[6] = x[0].clone();
    Chance chance = Chance.of(activations.gram(Precision.STANDARD, false), 0, 1, 1);
    assertArrayEquals(bruteForce(x, activations.layers().get(1)), sorted(chance), 1e-10);
  }

  /** The first level is the largest root of a mean over all permutations of the samples. */
  @Test
  void theFormulaIsTheMeanOverAllPermutations() {
    int samples = 6;
    Activations activations = activations(3, samples, 3, 2);
    double[][] x = activations.layers().get(0);
    double[][] y = activations.layers().get(1);
    double[] sums = new double[5];
    int[] count = new int[1];
    permutations(
        new ArrayList<>(),
        samples,
        order -> {
          count[0]++;
          List<double[]> permuted = new ArrayList<>();
          for (double[] vector : y) {
            permuted.add(order.stream().mapToDouble(s -> vector[s]).toArray());
          }
          for (int i = 0; i < 5; i++) {
            sums[i] +=
                i < 3
                    ? 1 - squaredCosine(x[i], basis(permuted))
                    : 1 - squaredCosine(permuted.get(i - 3), basis(List.of(x)));
          }
        });
    assertEquals(720, count[0]);
    double largest = Math.sqrt(Arrays.stream(sums).max().getAsDouble() / 720);
    double[] levels = sorted(Chance.of(activations.gram(Precision.STANDARD, false), 0, 1, 1));
    assertEquals(largest, levels[4], 1e-12);
  }

  private static void permutations(List<Integer> begun, int samples, Consumer<List<Integer>> each) {
    if (begun.size() == samples) {
      each.accept(begun);
    }
    for (int s = 0; s < samples; s++) {
      if (!begun.contains(s)) {
        begun.add(s);
        permutations(begun, samples, each);
        begun.remove(begun.size() - 1);
      }
    }
  }

  /** A span of as many dimensions as there are samples contains everything. */
  @Test
  void fullSpansAreAtNoDistance() {
    Activations activations = activations(5, 10, 15, 14);
    Chance chance = Chance.of(activations.gram(Precision.STANDARD, false), 0, 1, 1);
    assertEquals(29, sorted(chance).length);
    assertEquals(1, chance.similarity(0));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void fewSamplesHaveLevelsToo(int samples) {
    Activations activations = activations(5, samples, 3, 2);
    Chance chance = Chance.of(activations.gram(Precision.STANDARD, false), 0, 1, 1);
    assertTrue(Arrays.stream(sorted(chance)).allMatch(level -> level >= 0 && level <= 1));
    assertEquals(1, chance.similarity(1));
  }

  @Test
  void deadNeuronsCountAmongAll() {
    Activations activations = activations(5, 30, 4, 4);
    Arrays.fill(activations.layers().get(0)[2], 0);
    Gram gram = activations.gram(Precision.STANDARD, false);
    assertEquals(0.875, Chance.of(gram, 0, 1, 1).similarity(1));
    assertEquals(7, sorted(Chance.of(gram, 0, 1, 1)).length);
  }

  @Test
  void aNetworkWithoutLivingNeuronsMatchesNothing() {
    Gram gram = activations(5, 30, 4, 0).gram(Precision.STANDARD, false);
    assertEquals(0, Chance.of(gram, 0, 1, 1).similarity(0.99));
    assertEquals(0, Chance.of(Activations.random(1, 3, 0, 0).matrix(), 0, 1, 1).similarity(1));
  }

  @Test
  void theTwoNetworksAreOnAPar() {
    Activations activations = activations(2, 50, 12, 7);
    Gram gram = activations.gram(Precision.STANDARD, false);
    assertArrayEquals(sorted(Chance.of(gram, 0, 1, 1)), sorted(Chance.of(gram, 1, 0, 2)), 1e-15);
  }

  @Test
  void similarityIsTheShareWithinEpsilon() {
    double dead = Double.POSITIVE_INFINITY;
    Chance chance = Chance.ofPermuted(new double[] {0.5, 0.25, dead}, new double[] {0.5, 1});
    assertEquals(0, chance.similarity(0.2));
    assertEquals(0.2, chance.similarity(0.25));
    assertEquals(0.6, chance.similarity(0.5));
    assertEquals(0.8, chance.similarity(1));
    assertArrayEquals(new double[] {0.5, 0.25, dead}, chance.levels(Group.X));
    assertEquals("levels by chance of 4 neurons, 0.2500 to 1.000", chance.toString());
    for (double wrong : new double[] {-0.1, 1.1, Double.NaN}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> Chance.ofPermuted(new double[1], new double[] {wrong}));
    }
  }

  /** Which neuron has which level: those with the larger share of their mean have the lower one. */
  @Test
  void levelsFallWithTheShareOfTheMean() {
    Activations activations = activations(4, 60, 10, 8);
    Gram gram = activations.gram(Precision.STANDARD, false);
    Chance chance = Chance.of(gram, 0, 1, 1);
    for (Group group : Group.values()) {
      double[] levels = chance.levels(group);
      Moments moments = gram.layers().get(group == Group.X ? 0 : 1).moments();
      for (int i = 0; i < levels.length; i++) {
        for (int j = 0; j < levels.length; j++) {
          assertTrue(
              moments.meanShare(i, 60) <= moments.meanShare(j, 60) || levels[i] <= levels[j]);
        }
      }
    }
  }
}
