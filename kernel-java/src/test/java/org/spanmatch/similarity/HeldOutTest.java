package org.spanmatch.similarity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.selection.Kernels;

/**
 * Held-out distances against least squares on rows: coefficients are fitted to the training samples
 * and the residuals are taken on the others.
 *
 * <p>The neurons here are far from dependent: the condition numbers of their unit-norm Gram
 * matrices are below 1e3, so that coefficients, and with them distances, are within 1e3·100·2⁻⁵³ or
 * 1e-11 of each other, whichever of the two ways they are found.
 */
class HeldOutTest {
  private static final double TOLERANCE = 1e-11;

  private final ProjectionKernel kernel = Kernels.open("java", KernelOptions.defaults());

  @AfterEach
  void close() {
    kernel.close();
  }

  private static double[][] relu(int samples, int neurons, long seed) {
    Random random = new Random(seed);
    double[][] rows = new double[samples][neurons];
    for (double[] row : rows) {
      Arrays.setAll(row, i -> Math.max(0, random.nextGaussian() + 0.3));
    }
    return rows;
  }

  /** Neurons of Y, and mixtures of some of them with noise of another size each. */
  private static double[][] mixtures(double[][] y, int neurons, long seed) {
    Random random = new Random(seed);
    double[][] weights = relu(neurons, y[0].length, seed + 1);
    double[][] x = new double[y.length][neurons];
    for (int i = 0; i < y.length; i++) {
      for (int j = 0; j < neurons; j++) {
        double sum = 0.1 * (j + 1) * random.nextGaussian();
        for (int k = 0; k < y[i].length; k++) {
          sum += weights[j][k] * y[i][k];
        }
        x[i][j] = Math.max(0, sum);
      }
    }
    return x;
  }

  private Parts parts(double[][] x, double[][] y, Split split) {
    Split.Deal deal = split.deal(x.length);
    List<List<Integer>> rows = rows(deal);
    List<Gram> grams = rows.stream().map(of -> gram(pick(x, of), pick(y, of))).toList();
    return new Parts(grams, deal);
  }

  private Gram gram(double[][] x, double[][] y) {
    return kernel.gram(
        List.of(Layers.of("x", x), Layers.of("y", y)), GramPair.all(2), GramOptions.defaults());
  }

  /** The rows of each part. */
  private static List<List<Integer>> rows(Split.Deal deal) {
    List<List<Integer>> rows = new ArrayList<>();
    deal.sizes().forEach(size -> rows.add(new ArrayList<>()));
    Split.Draw draw = deal.draw();
    for (int i = 0; i < deal.examples(); i++) {
      rows.get(draw.next()).add(i);
    }
    return rows;
  }

  private static double[][] pick(double[][] all, List<Integer> rows) {
    return rows.stream().map(row -> all[row]).toArray(double[][]::new);
  }

  /** The held-out distance by least squares on rows. */
  private static double expected(
      double[][] x, int neuron, double[][] y, int[] span, Split.Deal deal) {
    List<List<Integer>> parts = rows(deal);
    double residual = 0;
    double square = 0;
    int folds = deal.foldOf().stream().max(Integer::compare).orElseThrow() + 1;
    for (int fold = 0; fold < folds; fold++) {
      List<Integer> tested = new ArrayList<>();
      List<Integer> training = new ArrayList<>();
      for (int part = 0; part < parts.size(); part++) {
        (deal.foldOf().get(part) == fold ? tested : training).addAll(parts.get(part));
      }
      double[] c = leastSquares(pick(y, training), span, pick(x, training), neuron);
      for (int row : tested) {
        double left = x[row][neuron];
        for (int k = 0; k < span.length; k++) {
          left -= c[k] * y[row][span[k]];
        }
        residual += left * left;
        square += x[row][neuron] * x[row][neuron];
      }
    }
    return Math.sqrt(residual / square);
  }

  /** By modified Gram-Schmidt on the columns, with the right-hand side as the last of them. */
  private static double[] leastSquares(double[][] y, int[] span, double[][] x, int neuron) {
    int n = span.length;
    double[][] columns = new double[n + 1][y.length];
    for (int i = 0; i < y.length; i++) {
      for (int k = 0; k < n; k++) {
        columns[k][i] = y[i][span[k]];
      }
      columns[n][i] = x[i][neuron];
    }
    double[][] r = new double[n + 1][n + 1];
    for (int k = 0; k < n; k++) {
      r[k][k] = Math.sqrt(dot(columns[k], columns[k]));
      for (int i = 0; i < y.length; i++) {
        columns[k][i] /= r[k][k];
      }
      for (int j = k + 1; j <= n; j++) {
        r[k][j] = dot(columns[k], columns[j]);
        for (int i = 0; i < y.length; i++) {
          columns[j][i] -= r[k][j] * columns[k][i];
        }
      }
    }
    double[] c = new double[n];
    for (int k = n - 1; k >= 0; k--) {
      c[k] = r[k][n];
      for (int j = k + 1; j < n; j++) {
        c[k] -= r[k][j] * c[j];
      }
      c[k] /= r[k][k];
    }
    return c;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static int[] all(int neurons) {
    return IntStream.range(0, neurons).toArray();
  }

  @ParameterizedTest
  @CsvSource({"5, 0, 0", "2, 0, 0", "0, 0.2, 0", "0, 0.7, 0", "5, 0, 20", "0, 0.3, 20"})
  void distancesToTheFullSpan(int folds, double share, int blocks) {
    double[][] y = relu(200, 9, 1);
    double[][] x = mixtures(y, 6, 2);
    Parts parts = parts(x, y, new Split(folds, share, blocks, 5));
    HeldOut found = HeldOut.ofAll(parts, 2, Progress.NONE);
    for (int neuron = 0; neuron < 6; neuron++) {
      assertEquals(
          expected(x, neuron, y, all(9), parts.deal()),
          found.distance(Group.X, 0, neuron).orElseThrow(),
          TOLERANCE);
    }
    for (int neuron = 0; neuron < 9; neuron++) {
      assertEquals(
          expected(y, neuron, x, all(6), parts.deal()),
          found.distance(Group.Y, 0, neuron).orElseThrow(),
          TOLERANCE);
    }
  }

  /** More columns than are computed together, and more rows. */
  @Test
  void manyNeurons() {
    double[][] y = relu(900, 150, 1);
    double[][] x = relu(900, 140, 2);
    Parts parts = parts(x, y, new Split(3, 0, 0, 5));
    HeldOut one = HeldOut.ofAll(parts, 1, Progress.NONE);
    HeldOut two = HeldOut.ofAll(parts, 2, Progress.NONE);
    for (int neuron = 0; neuron < 140; neuron++) {
      OptionalDouble distance = one.distance(Group.X, 0, neuron);
      assertEquals(distance, two.distance(Group.X, 0, neuron));
      if (neuron % 20 == 0) {
        assertEquals(
            expected(x, neuron, y, all(150), parts.deal()), distance.orElseThrow(), TOLERANCE);
      }
    }
  }

  @Test
  void nestedSpansShareOneFactor() {
    double[][] y = relu(200, 9, 1);
    double[][] x = mixtures(y, 6, 2);
    int[][] ofY = {{}, {7, 2}, {7, 2}, {2, 4, 7, 8}, {0, 1, 2, 4, 7, 8}};
    int[][] ofX = {{3}, {3}, {0, 3, 5}, {0, 3, 5}, {0, 1, 2, 3, 4, 5}};
    Parts parts = parts(x, y, new Split(4, 0, 0, 5));
    List<PerGroup<int[]>> spans =
        IntStream.range(0, 5).mapToObj(i -> PerGroup.of(ofX[i], ofY[i])).toList();
    HeldOut found = HeldOut.of(parts, spans, 1, Progress.NONE);
    for (int span = 0; span < 5; span++) {
      for (int neuron = 0; neuron < 6; neuron++) {
        assertEquals(
            expected(x, neuron, y, ofY[span], parts.deal()),
            found.distance(Group.X, span, neuron).orElseThrow(),
            TOLERANCE);
      }
      for (int neuron = 0; neuron < 9; neuron++) {
        assertEquals(
            expected(y, neuron, x, ofX[span], parts.deal()),
            found.distance(Group.Y, span, neuron).orElseThrow(),
            TOLERANCE);
      }
    }
    assertEquals(1, found.distance(Group.X, 0, 0).orElseThrow(), 1e-15);
  }

  /** A span that was fitted to little may predict worse than nothing does. */
  @Test
  void noiseHasNoSmallerDistanceWithFewSamples() {
    double[][] y = relu(60, 40, 1);
    double[][] x = relu(60, 5, 2);
    HeldOut found = HeldOut.ofAll(parts(x, y, new Split(5, 0, 0, 1)), 1, Progress.NONE);
    for (int neuron = 0; neuron < 5; neuron++) {
      assertTrue(found.distance(Group.X, 0, neuron).orElseThrow() > 1);
    }
  }

  /** Copies and sums add nothing to a span, and no coefficient is made up for them. */
  @Test
  void dependentNeuronsAreSetAside() {
    double[][] y = relu(200, 9, 1);
    double[][] x = mixtures(y, 6, 2);
    double[][] more =
        Arrays.stream(y)
            .map(
                row -> {
                  double[] longer = Arrays.copyOf(row, 11);
                  longer[9] = 3 * row[4];
                  longer[10] = row[1] - row[2];
                  return longer;
                })
            .toArray(double[][]::new);
    Split split = new Split(5, 0, 0, 5);
    HeldOut plain = HeldOut.ofAll(parts(x, y, split), 1, Progress.NONE);
    HeldOut found = HeldOut.ofAll(parts(x, more, split), 1, Progress.NONE);
    for (int neuron = 0; neuron < 6; neuron++) {
      assertEquals(
          plain.distance(Group.X, 0, neuron).orElseThrow(),
          found.distance(Group.X, 0, neuron).orElseThrow(),
          TOLERANCE);
    }
  }

  /** Neurons active at few samples have no distance, and are no part of a span. */
  @Test
  void rareNeuronsAreLeftOut() {
    double[][] y = relu(200, 9, 1);
    double[][] x = mixtures(y, 6, 2);
    Split split = new Split(4, 0, 0, 5);
    List<List<Integer>> rows = rows(split.deal(200));
    for (int i = 0; i < 200; i++) {
      y[i][3] = 0;
      x[i][2] = 0;
      x[i][4] = i < 5 ? 0 : x[i][4];
    }
    for (int i = 0; i < 9; i++) { // 9 training samples where another fold is held out
      y[rows.get(1).get(i)][3] = 1e3;
    }
    for (int i = 0; i < 20; i++) { // and none where this one is
      x[rows.get(2).get(i)][2] = 1 + i;
    }
    HeldOut found = HeldOut.ofAll(parts(x, y, split), 1, Progress.NONE);
    assertTrue(found.distance(Group.Y, 0, 3).isEmpty());
    assertTrue(found.distance(Group.X, 0, 2).isEmpty());
    int[] others = {0, 1, 2, 4, 5, 6, 7, 8};
    assertEquals(
        expected(x, 0, y, others, split.deal(200)),
        found.distance(Group.X, 0, 0).orElseThrow(),
        TOLERANCE);
  }

  @Test
  void deadNeuronsAreLeftOut() {
    double[][] y = relu(200, 9, 1);
    double[][] x = mixtures(y, 6, 2);
    for (int i = 0; i < 200; i++) {
      y[i][3] *= 1e-20;
      x[i][2] = 0;
    }
    Split split = new Split(4, 0, 0, 5);
    HeldOut found = HeldOut.ofAll(parts(x, y, split), 1, Progress.NONE);
    assertTrue(found.distance(Group.Y, 0, 3).isEmpty());
    assertTrue(found.distance(Group.X, 0, 2).isEmpty());
    assertEquals(
        expected(x, 0, y, new int[] {0, 1, 2, 4, 5, 6, 7, 8}, split.deal(200)),
        found.distance(Group.X, 0, 0).orElseThrow(),
        TOLERANCE);
  }

  /** Parts whose neurons were scaled by other powers of two than those of the others. */
  @Test
  void scaledParts() {
    double[][] y = relu(200, 9, 1);
    double[][] x = mixtures(y, 6, 2);
    double[][] tinyX = scaled(x, 1e-180);
    double[][] hugeY = scaled(y, 1e150);
    Split split = new Split(4, 0, 0, 5);
    Split.Deal deal = split.deal(200);
    HeldOut plain = HeldOut.ofAll(parts(x, y, split), 1, Progress.NONE);
    List<Gram> grams =
        rows(deal).stream()
            .map(
                of ->
                    kernel.gram(
                        List.of(Layers.of("x", pick(tinyX, of)), Layers.of("y", pick(hugeY, of))),
                        GramPair.all(2),
                        GramOptions.defaults().withDeadThreshold(0)))
            .toList();
    HeldOut found = HeldOut.ofAll(new Parts(grams, deal), 1, Progress.NONE);
    for (int neuron = 0; neuron < 6; neuron++) {
      assertEquals(
          plain.distance(Group.X, 0, neuron).orElseThrow(),
          found.distance(Group.X, 0, neuron).orElseThrow(),
          TOLERANCE);
    }
  }

  private static double[][] scaled(double[][] rows, double factor) {
    return Arrays.stream(rows)
        .map(row -> Arrays.stream(row).map(value -> value * factor).toArray())
        .toArray(double[][]::new);
  }

  /** As least squares with an intercept does, with neurons far from 0; also for single samples. */
  @ParameterizedTest
  @ValueSource(ints = {4, 200})
  void centredPartsAreFittedWithAnIntercept(int folds) {
    double[][] y = relu(200, 9, 1);
    double[][] x = mixtures(y, 6, 2);
    for (int i = 0; i < 200; i++) {
      for (int j = 0; j < 9; j++) {
        y[i][j] += 1000 * (j + 1);
      }
      for (int j = 0; j < 6; j++) {
        x[i][j] -= 500 * j;
      }
      y[i][4] = 7; // a constant, which is in no span
    }
    Split.Deal deal = new Split(folds, 0, 0, 5).deal(200);
    List<Gram> grams =
        rows(deal).stream()
            .map(
                of ->
                    kernel.gram(
                        List.of(Layers.of("x", pick(x, of)), Layers.of("y", pick(y, of))),
                        GramPair.all(2),
                        GramOptions.defaults().withShifts()))
            .toList();
    HeldOut found = HeldOut.ofAll(new Parts(grams, deal, true), 1, Progress.NONE);
    int[] span = {0, 1, 2, 3, 5, 6, 7, 8};
    for (int neuron = 0; neuron < 6; neuron++) {
      double residual = 0;
      double square = 0;
      for (int fold = 0; fold < folds; fold++) {
        List<Integer> tested = rows(deal).get(fold);
        List<Integer> training = new ArrayList<>(IntStream.range(0, 200).boxed().toList());
        training.removeAll(tested);
        double[] meansX = means(pick(x, training));
        double[] meansY = means(pick(y, training));
        double[] c =
            leastSquares(
                less(pick(y, training), meansY), span, less(pick(x, training), meansX), neuron);
        for (int row : tested) {
          double left = x[row][neuron] - meansX[neuron];
          square += left * left;
          for (int k = 0; k < span.length; k++) {
            left -= c[k] * (y[row][span[k]] - meansY[span[k]]);
          }
          residual += left * left;
        }
      }
      // Means of 1e4 standard deviations cost the rows of this test, not the matrices, four digits.
      assertEquals(
          Math.sqrt(residual / square),
          found.distance(Group.X, 0, neuron).orElseThrow(),
          1e4 * TOLERANCE);
    }
    assertTrue(found.distance(Group.Y, 0, 4).isEmpty());
  }

  private static double[] means(double[][] rows) {
    double[] means = new double[rows[0].length];
    for (double[] row : rows) {
      Arrays.setAll(means, i -> means[i] + row[i] / rows.length);
    }
    return means;
  }

  private static double[][] less(double[][] rows, double[] means) {
    return Arrays.stream(rows)
        .map(row -> IntStream.range(0, row.length).mapToDouble(i -> row[i] - means[i]).toArray())
        .toArray(double[][]::new);
  }

  @Test
  void spansThatAreNotNestedAreRefused() {
    double[][] y = relu(60, 4, 1);
    Parts parts = parts(y, y, new Split(2, 0, 0, 1));
    int[] none = {};
    List<PerGroup<int[]>> spans =
        List.of(PerGroup.of(new int[] {1}, none), PerGroup.of(new int[] {2}, none));
    assertThrows(IllegalArgumentException.class, () -> HeldOut.of(parts, spans, 1, Progress.NONE));
  }

  @Test
  void progressEndsWithAllProjections() {
    double[][] y = relu(60, 4, 1);
    List<String> reports = new ArrayList<>();
    HeldOut.ofAll(
        parts(y, y, new Split(2, 0, 0, 1)),
        1,
        (step, done, total) -> reports.add(step + " " + done + " of " + total));
    assertEquals(
        List.of("held out 1 of 4", "held out 2 of 4", "held out 3 of 4", "held out 4 of 4"),
        reports);
  }

  @Test
  void needPartsThatAreHeldOut() {
    Parts blocks = parts(relu(40, 3, 1), relu(40, 2, 2), new Split(0, 0, 4, 0));
    assertThrows(IllegalArgumentException.class, () -> HeldOut.ofAll(blocks, 1, Progress.NONE));
  }
}
