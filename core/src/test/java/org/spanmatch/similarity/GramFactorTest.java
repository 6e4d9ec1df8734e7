package org.spanmatch.similarity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.spanmatch.gram.Activations;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Precision;

/** Factors against inner products of the activation vectors themselves. */
class GramFactorTest {
  private static final double ROUNDOFF = 0x1p-53;

  private static double cosine(double[] one, double[] other) {
    return product(one, other) / Math.sqrt(product(one, one)) / Math.sqrt(product(other, other));
  }

  private static double product(double[] one, double[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += one[i] * other[i];
    }
    return sum;
  }

  /** Cosines of the independent neurons with all vectors, a row for each of the first. */
  private static double[][] cosines(GramFactor factor, double[][] layer, double[][] vectors) {
    int[] rows = factor.independent();
    double[][] cosines = new double[rows.length][vectors.length];
    for (int i = 0; i < rows.length; i++) {
      double[] vector = layer[rows[i]];
      Arrays.setAll(cosines[i], j -> cosine(vector, vectors[j]));
    }
    return cosines;
  }

  private static int[] shuffled(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] order = IntStream.range(0, count).toArray();
    for (int i = count - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }

  /**
   * Checks G·C = B for the solution C of many right-hand sides, with the residual that Cholesky and
   * two triangular solves leave: (3n + 1)·u·|L||Lᵀ||C| (Higham, Accuracy and Stability of Numerical
   * Algorithms, theorem 10.4), where (|L||Lᵀ|)_ij ≤ 1 for unit norms; and the roundings of the
   * cosines themselves, here and there, and of the product that checks it.
   */
  private static void assertSolves(
      GramFactor factor, double[][] layer, double[][] vectors, int samples) {
    double[][] b = cosines(factor, layer, vectors);
    double[][] solution = Arrays.stream(b).map(double[]::clone).toArray(double[][]::new);
    factor.solve(solution);
    double[][] gram = new double[factor.rank()][factor.rank()];
    int[] own = factor.independent();
    for (int i = 0; i < own.length; i++) {
      int row = i;
      Arrays.setAll(gram[i], j -> cosine(layer[own[row]], layer[own[j]]));
    }
    for (int j = 0; j < vectors.length; j++) {
      double size = 0;
      for (double[] row : solution) {
        size += Math.abs(row[j]);
      }
      double bound = (4.0 * factor.rank() + 4.0 * samples + 40) * ROUNDOFF * (1 + size);
      for (int i = 0; i < own.length; i++) {
        double sum = 0;
        for (int k = 0; k < own.length; k++) {
          sum += gram[i][k] * solution[k][j];
        }
        assertEquals(b[i][j], sum, bound, "row " + i + ", right-hand side " + j);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 3, 2", "5, 40, 1", "63, 300, 7", "64, 300, 128", "65, 300, 129", "150, 400, 300"})
  void solvesForManyRightHandSides(int neurons, int samples, int others) {
    Activations activations = Activations.random(neurons, samples, neurons, others);
    double[][] layer = activations.layers().get(0);
    for (Precision precision : Precision.values()) {
      Gram gram = activations.gram(precision, false);
      GramFactor factor = GramFactor.of(gram, 0, shuffled(neurons, 3), 2);
      assertEquals(neurons, factor.rank());
      assertSolves(factor, layer, activations.layers().get(1), samples);
    }
  }

  /** One right-hand side and many are the same to the rounding of a solve. */
  @Test
  void oneRightHandSideIsOneOfMany() {
    Activations activations = Activations.random(4, 300, 100, 3);
    GramFactor factor = GramFactor.of(activations.gram(Precision.STANDARD, false), 0, 1);
    double[][] b = cosines(factor, activations.layers().get(0), activations.layers().get(1));
    double[][] many = Arrays.stream(b).map(double[]::clone).toArray(double[][]::new);
    factor.forward(many);
    for (int j = 0; j < 3; j++) {
      int side = j;
      double[] one = Arrays.stream(b).mapToDouble(row -> row[side]).toArray();
      factor.forward(one);
      double[] of = Arrays.stream(many).mapToDouble(row -> row[side]).toArray();
      // Coordinates of a vector of norm 1, whose condition is the smallest distance.
      double least = IntStream.range(0, 100).mapToDouble(factor::distance).min().getAsDouble();
      assertArrayEquals(of, one, 4 * 100 * ROUNDOFF * 100 / least);
    }
  }

  /**
   * The squared coordinates of a vector add up to the squared cosine with the span, for the first
   * neurons of the order as for all.
   */
  @ParameterizedTest
  @EnumSource(Precision.class)
  void coordinatesAreThoseOfAnOrthonormalBasis(Precision precision) {
    int neurons = 70;
    int samples = 90;
    Activations activations = Activations.random(8, samples, neurons, 1);
    double[] vector = activations.layers().get(1)[0];
    double[][] layer = activations.layers().get(0);
    int[] order = shuffled(neurons, 5);
    GramFactor factor = GramFactor.of(activations.gram(precision, false), 0, order, 1);
    double[] coordinates =
        Arrays.stream(cosines(factor, layer, new double[][] {vector}))
            .mapToDouble(row -> row[0])
            .toArray();
    factor.forward(coordinates);
    // Gram–Schmidt, twice, on the vectors.
    double[][] basis = new double[neurons][];
    double found = 0;
    double expected = 0;
    for (int i = 0; i < neurons; i++) {
      double[] next = layer[order[i]].clone();
      double norm = Math.sqrt(product(next, next));
      Arrays.setAll(next, s -> next[s] / norm);
      for (int pass = 0; pass < 2; pass++) {
        for (int k = 0; k < i; k++) {
          double[] other = basis[k];
          double along = product(next, other);
          Arrays.setAll(next, s -> next[s] - along * other[s]);
        }
      }
      double distance = Math.sqrt(product(next, next));
      Arrays.setAll(next, s -> next[s] / distance);
      basis[i] = next;
      double along = product(vector, next) / Math.sqrt(product(vector, vector));
      expected += along * along;
      found += coordinates[i] * coordinates[i];
      double bound = 8 * (samples + neurons) * ROUNDOFF * (1 + solutionSize(factor)) / distance;
      assertEquals(distance, factor.distance(i), bound, "distance of " + i);
      assertEquals(expected, found, bound, "share of the first " + i);
    }
  }

  /** The largest column sum of the inverse factor, by which its roundings may be multiplied. */
  private static double solutionSize(GramFactor factor) {
    double[][] identity = new double[factor.rank()][factor.rank()];
    for (int i = 0; i < identity.length; i++) {
      identity[i][i] = 1;
    }
    factor.forward(identity);
    return IntStream.range(0, identity.length)
        .mapToDouble(j -> Arrays.stream(identity).mapToDouble(row -> Math.abs(row[j])).sum())
        .max()
        .orElse(0);
  }

  /** Copies, multiples and sums are set aside where they come after what they depend on. */
  @ParameterizedTest
  @EnumSource(Precision.class)
  void setsDependentNeuronsAside(Precision precision) {
    Activations base = Activations.random(2, 200, 80);
    double[][] layer = base.layers().get(0);
    layer[10] = Arrays.stream(layer[3]).map(z -> -2.5 * z).toArray();
    layer[20] = layer[4].clone();
    for (int s = 0; s < 200; s++) {
      layer[70][s] = layer[1][s] + layer[2][s] - 3 * layer[5][s];
    }
    Gram gram = base.gram(precision, false);
    GramFactor factor = GramFactor.of(gram, 0, 1);
    assertEquals(77, factor.rank());
    int[] expected = IntStream.range(0, 80).filter(i -> i != 10 && i != 20 && i != 70).toArray();
    assertArrayEquals(expected, factor.independent());
    assertArrayEquals(expected, factor.positions());
    assertSolves(factor, layer, layer, 200);

    // In the opposite order others depend: those that complete the same sets.
    int[] reversed = IntStream.range(0, 80).map(i -> 79 - i).toArray();
    GramFactor other = GramFactor.of(gram, 0, reversed, 1);
    assertArrayEquals(reversed, other.order());
    assertArrayEquals(
        IntStream.of(reversed).filter(i -> i != 1 && i != 3 && i != 4).toArray(),
        other.independent());
  }

  /** More neurons than samples span no more dimensions than there are samples. */
  @ParameterizedTest
  @EnumSource(Precision.class)
  void moreNeuronsThanSamplesFillTheSpace(Precision precision) {
    Activations activations = Activations.random(6, 50, 120, 4);
    GramFactor factor = GramFactor.of(activations.gram(precision, false), 0, 2);
    assertEquals(50, factor.rank());
    assertArrayEquals(IntStream.range(0, 50).toArray(), factor.positions());
    double[][] b = cosines(factor, activations.layers().get(0), activations.layers().get(1));
    factor.forward(b);
    double condition = Math.pow(solutionSize(factor), 2);
    for (int j = 0; j < 4; j++) {
      int side = j;
      double share = Arrays.stream(b).mapToDouble(row -> row[side] * row[side]).sum();
      assertEquals(1, share, 8 * 100 * ROUNDOFF * condition);
    }
  }

  /** The relative distance decides, at 1e-6 of the norm, whatever the norm is. */
  @Test
  void dependenceIsRelative() {
    Activations activations = Activations.random(9, 100, 3);
    double[][] layer = activations.layers().get(0);
    for (double distance : new double[] {1e-5, 1e-7}) {
      for (int s = 0; s < 100; s++) {
        layer[2][s] = 1e-8 * (layer[0][s] + distance * layer[1][s]);
      }
      int[] order = {0, 2, 1};
      GramFactor factor = GramFactor.of(activations.gram(Precision.STANDARD, false), 0, order, 1);
      assertEquals(distance > GramFactor.DEPENDENT ? 3 : 2, factor.rank());
    }
  }

  @Test
  void deadNeuronsHaveNoPlace() {
    Activations activations = Activations.random(1, 30, 4);
    Arrays.fill(activations.layers().get(0)[2], 0);
    Gram gram = activations.gram(Precision.STANDARD, false);
    assertArrayEquals(new int[] {0, 1, 3}, GramFactor.of(gram, 0, 1).independent());
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class, () -> GramFactor.of(gram, 0, new int[] {0, 2}, 1));
    assertTrue(refused.getMessage().endsWith("expected living neurons, found 2"));
    assertThrows(IllegalArgumentException.class, () -> GramFactor.of(gram, 0, new int[] {0, 4}, 1));
  }

  @Test
  void noNeuronsHaveAnEmptyFactor() {
    Gram gram = Activations.random(1, 30, 0, 2).gram(Precision.STANDARD, false);
    GramFactor factor = GramFactor.of(gram, 0, 3);
    assertEquals(0, factor.rank());
    factor.forward(new double[0]);
    factor.solve(new double[0][]);
    assertEquals("factor of 0 neurons, rank 0", factor.toString());
  }

  @Test
  void scaledActivationsHaveTheSameFactor() {
    Activations activations = Activations.random(3, 60, 20);
    GramFactor plain = GramFactor.of(activations.gram(Precision.STANDARD, false), 0, 1);
    Activations tiny = activations.map(z -> z * 0x1p-600);
    GramFactor scaled = GramFactor.of(withoutThreshold(tiny), 0, 1);
    for (int i = 0; i < 20; i++) {
      assertEquals(plain.distance(i), scaled.distance(i), 200 * ROUNDOFF / plain.distance(i));
    }
  }

  /** Tiny activations live only where their norm is compared with no threshold. */
  private static Gram withoutThreshold(Activations tiny) {
    Gram gram = tiny.gram(Precision.STANDARD, true);
    GramPair own = new GramPair(0, 0);
    double[] block = ((GramMatrix) gram).block(own);
    return new GramMatrix(
        gram.layers(), gram.samples(), 0, gram.error(), Map.of(own, block), Map.of());
  }

  /** Enough work for several threads, and sizes that don't divide evenly. */
  @Test
  void anyNumberOfThreadsGivesTheSameBits() {
    Activations activations = Activations.random(11, 60, 1010, 400);
    Gram gram = activations.gram(Precision.STANDARD, false);
    int[] order = shuffled(1010, 12);
    double[][] expected = null;
    for (int threads : List.of(1, 2, 3, 8)) {
      Products products = new Products(threads);
      double[][] matrix = Cosines.within(gram, 0, order, products);
      double[][] b = Cosines.between(gram, 0, order, 1, shuffled(400, 1), products);
      // Of rank 60; with more on the diagonal it is positive definite.
      for (int i = 0; i < matrix.length; i++) {
        matrix[i][i] = 2;
      }
      GramFactor factor = GramFactor.of(matrix, order, products);
      assertEquals(1010, factor.rank());
      factor.solve(b);
      if (expected != null) {
        for (int i = 0; i < b.length; i++) {
          assertArrayEquals(expected[i], b[i]);
        }
      }
      expected = b;
    }
  }

  @Test
  void anotherNumberOfRowsIsRefused() {
    GramFactor factor =
        GramFactor.of(Activations.random(1, 9, 3).gram(Precision.STANDARD, false), 0, 1);
    assertThrows(IllegalArgumentException.class, () -> factor.forward(new double[2]));
    assertThrows(IllegalArgumentException.class, () -> factor.backward(new double[4][1]));
  }
}
