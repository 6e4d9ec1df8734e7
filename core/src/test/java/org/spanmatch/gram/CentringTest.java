package org.spanmatch.gram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shifts and means of Gram matrices; what kernels add up with shifts has contract tests. */
class CentringTest {
  private static final int SAMPLES = 8;

  private static final double ROUNDOFF = 0x1p-53;

  @TempDir Path folder;

  /** Whole numbers whose means are whole numbers, so that nothing is rounded. */
  private static Activations wholeNumbers() {
    SplittableRandom random = new SplittableRandom(1);
    List<double[][]> layers = new ArrayList<>();
    for (int neurons : new int[] {3, 2, 4}) {
      double[][] layer = new double[neurons][SAMPLES];
      for (double[] vector : layer) {
        Arrays.setAll(vector, s -> random.nextInt(-9, 30));
        vector[0] -= Arrays.stream(vector).sum() % SAMPLES;
      }
      layers.add(layer);
    }
    return new Activations(layers, SAMPLES);
  }

  private static double mean(double[] vector) {
    return Arrays.stream(vector).sum() / vector.length;
  }

  /** Less some shifts, by layer and neuron. */
  private static Activations less(Activations activations, double[][] shifts) {
    List<double[][]> layers = new ArrayList<>();
    for (int layer = 0; layer < shifts.length; layer++) {
      double[][] vectors = activations.layers().get(layer);
      double[][] moved = new double[vectors.length][];
      for (int i = 0; i < moved.length; i++) {
        double shift = shifts[layer][i];
        moved[i] = Arrays.stream(vectors[i]).map(z -> z - shift).toArray();
      }
      layers.add(moved);
    }
    return new Activations(layers, activations.samples());
  }

  private static double[][] means(Activations activations) {
    return activations.layers().stream()
        .map(layer -> Arrays.stream(layer).mapToDouble(CentringTest::mean).toArray())
        .toArray(double[][]::new);
  }

  private static double[][] shifts(Activations activations, double first) {
    double[][] shifts = means(activations);
    for (double[] layer : shifts) {
      Arrays.setAll(layer, i -> first + 3 * i);
    }
    return shifts;
  }

  /** With the shifts as part of the moments. */
  private static Gram labelled(Gram gram, double[][] shifts) {
    List<GramLayer> layers = new ArrayList<>();
    for (int i = 0; i < shifts.length; i++) {
      Moments old = gram.layers().get(i).moments();
      layers.add(
          gram.layers()
              .get(i)
              .with(
                  new Moments(
                      old.scaledSums(),
                      old.scaledSquares(),
                      old.scaledFourthPowers(),
                      old.activeSamples(),
                      old.scaleExponents(),
                      shifts[i])));
    }
    if (gram instanceof TriangularFactor factor) {
      double[][] rows = new double[factor.rows()][];
      for (int i = 0; i < rows.length; i++) {
        int row = i;
        rows[i] = new double[factor.columns() - i];
        Arrays.setAll(rows[i], j -> factor.get(row, row + j));
      }
      return new TriangularFactor(
          layers, gram.samples(), gram.deadThreshold(), gram.error(), rows, gram.normProducts());
    }
    GramMatrix matrix = (GramMatrix) gram;
    TreeMap<GramPair, double[]> blocks = new TreeMap<>();
    for (int i = 0; i < layers.size(); i++) {
      blocks.put(new GramPair(i, i), matrix.block(new GramPair(i, i)));
    }
    matrix.pairs().forEach(pair -> blocks.put(pair, matrix.block(pair)));
    return new GramMatrix(
        layers, gram.samples(), gram.deadThreshold(), gram.error(), blocks, gram.normProducts());
  }

  private static GramMatrix matrix(Activations activations) {
    return activations.matrix(GramPair.all(activations.layers().size()), false, true);
  }

  private static Gram shifted(Activations activations, double[][] shifts) {
    return labelled(matrix(less(activations, shifts)), shifts);
  }

  private static void assertNumbers(Activations expected, Gram found) {
    GramMatrix numbers = matrix(expected);
    for (int i = 0; i < expected.layers().size(); i++) {
      for (int j = i; j < expected.layers().size(); j++) {
        for (int m = 0; m < expected.layers().get(i).length; m++) {
          for (int n = 0; n < expected.layers().get(j).length; n++) {
            assertEquals(numbers.innerProduct(i, m, j, n), found.innerProduct(i, m, j, n));
          }
        }
        GramPair pair = new GramPair(i, j);
        assertEquals(numbers.normProducts(pair), found.normProducts(pair));
      }
      for (int m = 0; m < expected.layers().get(i).length; m++) {
        assertEquals(
            numbers.layers().get(i).moments().sum(m), found.layers().get(i).moments().sum(m));
        assertEquals(
            numbers.layers().get(i).moments().norm(m), found.layers().get(i).moments().norm(m));
      }
    }
  }

  @Test
  void meansAreSubtractedWhateverTheShiftsWere() {
    Activations activations = wholeNumbers();
    Activations centred = less(activations, means(activations));
    for (double shift : new double[] {0, -4, 11}) {
      double[][] shifts = shifts(activations, shift);
      Gram gram = shift == 0 ? matrix(activations) : shifted(activations, shifts);
      Gram about = gram.centred();
      assertNumbers(centred, about);
      assertNumbers(activations, about.unshifted());
      assertNumbers(activations, gram.unshifted());
      for (int i = 0; i < about.layers().size(); i++) {
        Moments moments = about.layers().get(i).moments();
        assertTrue(moments.areCentred());
        assertFalse(about.unshifted().layers().get(i).moments().areCentred());
        for (int m = 0; m < moments.neurons(); m++) {
          assertEquals(mean(activations.layers().get(i)[m]), moments.shift(m));
          assertEquals(gram.layers().get(i).moments().mean(m, SAMPLES), moments.mean(m, SAMPLES));
        }
      }
      assertSame(about, about.centred());
    }
  }

  @Test
  void partsWithOtherShiftsAddUp() {
    Activations activations = wholeNumbers();
    Activations first = activations.part(0, 3);
    Activations second = activations.part(3, SAMPLES);
    Gram one = shifted(first, shifts(first, 2));
    Gram other = shifted(second, shifts(second, 7));
    Gram sum = one.plus(other);
    assertEquals(5, sum.layers().get(0).moments().shift(1));
    assertNumbers(less(activations, means(activations)), sum.centred());
    assertNumbers(activations, sum.unshifted());
    // What has no shifts gets none, whatever the order, since it would lose digits.
    assertNumbers(activations, one.plus(matrix(second)));
    assertNumbers(activations, matrix(first).plus(other));
  }

  @Test
  void theErrorIsThatOfTheNormsThatAreLeft() {
    Activations activations = wholeNumbers();
    GramMatrix matrix = matrix(activations);
    Gram centred = matrix.centred();
    double largest = 0;
    for (GramLayer layer : matrix.layers()) {
      for (int i = 0; i < layer.neurons(); i++) {
        double kappa = layer.moments().meanShare(i, SAMPLES);
        largest = Math.max(largest, (1 + Math.sqrt(kappa)) / (1 - Math.sqrt(kappa)));
        assertEquals(kappa, layer.moments().storedMeanShare(i, SAMPLES), 8 * ROUNDOFF);
      }
    }
    // Of the matrix and of the sums, which are added up in chains as long.
    assertTrue(centred.error() > matrix.error());
    assertTrue(centred.error() <= (matrix.error() + (SAMPLES + 7) * ROUNDOFF) * largest);
  }

  @Test
  void aMeanThatLeavesNoDigitsIsRefused() {
    Activations far = Activations.random(3, 10, 3, 2).map(z -> z + 1e6);
    String message = assertThrows(GramException.class, () -> far.matrix().centred()).getMessage();
    assertTrue(message.startsWith("file, layer 'layer "), message);
    assertTrue(message.contains("add up again with --center"), message);
    assertThrows(GramException.class, () -> far.factor(false).centred());
  }

  @Test
  void constantsAreDeadAboutTheirMeans() {
    Activations activations = Activations.random(4, 10, 3, 2);
    Arrays.fill(activations.layers().get(0)[1], 0.1);
    double[] nearly = activations.layers().get(1)[0];
    Arrays.fill(nearly, 1);
    nearly[3] += 0x1p-25; // what storing a constant as float32 may have done
    for (Gram gram : List.of(activations.matrix(), activations.factor(false))) {
      Gram centred = gram.centred();
      assertEquals(List.of(1), centred.layers().get(0).moments().dead(0));
      assertEquals(List.of(0), centred.layers().get(1).moments().dead(0));
    }
    Gram high = labelled(less(activations, means(activations)).factor(false), means(activations));
    Gram centred = high.centred();
    assertEquals(Precision.HIGH, centred.precision());
    assertEquals(List.of(0), centred.layers().get(1).moments().dead(0));
  }

  @Test
  void factorsOfPartsGetTheMeansOfBoth() {
    Activations activations = Activations.random(5, 40, 4, 3).map(z -> z + 1e5);
    List<Gram> parts = new ArrayList<>();
    for (Activations part : activations.parts(3)) {
      parts.add(labelled(less(part, means(part)).factor(false), means(part)));
    }
    Gram sum = Gram.sum(parts).centred();
    assertEquals(Precision.HIGH, sum.precision());
    Activations centred = less(activations, means(activations));
    for (int i = 0; i < 2; i++) {
      for (int m = 0; m < sum.layers().get(i).neurons(); m++) {
        double norm = sum.layers().get(i).moments().norm(m);
        for (int j = 0; j < 2; j++) {
          for (int n = 0; n < sum.layers().get(j).neurons(); n++) {
            double norms = norm * sum.layers().get(j).moments().norm(n);
            assertEquals(
                centred.exact(i, m, j, n).doubleValue(),
                sum.innerProduct(i, m, j, n),
                1e-10 * norms); // 1e5 units in the last place of the data
          }
        }
      }
    }
    Gram apart = activations.factor(false);
    String message = assertThrows(GramException.class, () -> apart.plus(sum)).getMessage();
    assertTrue(message.contains("without --center"), message);
  }

  @Test
  void storedRoundingCountsRelativeToWhatIsLeft() {
    Activations activations = Activations.random(6, 30, 3, 2).map(z -> z + 100);
    Gram gram = activations.matrix();
    assertEquals(0x1p-24, gram.layers().get(0).vectorRoundoff(0));
    GramLayer layer = gram.centred().layers().get(0);
    double largest = 0;
    for (int i = 0; i < 3; i++) {
      largest = Math.max(largest, gram.layers().get(0).moments().norm(i) / layer.moments().norm(i));
    }
    assertEquals(0x1p-24, layer.storageRoundoff());
    assertEquals(0x1p-24 * largest, layer.vectorRoundoff(0), 0x1p-24 * 1e-6 * largest);
  }

  @Test
  void filesKeepShiftsAndMeans() throws IOException {
    Activations activations = wholeNumbers();
    Gram shifted = shifted(activations, shifts(activations, 5));
    Path file = folder.resolve("shifted.gram.npz");
    GramFile.write(List.of(shifted, shifted.centred()), file);
    assertEquals(List.of(shifted, shifted.centred()), GramFile.read(file));
  }
}
