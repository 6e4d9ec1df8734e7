package org.spanmatch.similarity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.spanmatch.TestData;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.LayerPairs;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.match.MatchSpectrum;

/** Levels by chance against match levels of layers one of which has really permuted samples. */
class PermutedSamplesTest {
  /** What the formula is good to with four samples per neuron or more, and with fewer. */
  private static final double MANY_SAMPLES = 0.02;

  private static final double FEW_SAMPLES = 0.07;

  private static final Precision[] PRECISIONS = Precision.values();

  private static Gram gram(ProjectionKernel kernel, Layer x, Layer y, Precision precision) {
    GramOptions options =
        new GramOptions(GramOptions.DEFAULT_DEAD_THRESHOLD, precision, Progress.NONE);
    return kernel.gram(List.of(x, y), GramPair.all(2), options);
  }

  /** Match levels of living neurons of both layers, ascending. */
  private static double[] levels(ProjectionKernel kernel, Gram gram) {
    try (ProjectionTable table = kernel.table(gram, 0, 1)) {
      MatchSpectrum spectrum = MatchSpectrum.of(table);
      return DoubleStream.concat(
              Arrays.stream(spectrum.levels(Group.X)), Arrays.stream(spectrum.levels(Group.Y)))
          .filter(level -> level <= 1)
          .sorted()
          .toArray();
    }
  }

  private static double[] sorted(Chance chance) {
    return DoubleStream.concat(
            Arrays.stream(chance.levels(Group.X)), Arrays.stream(chance.levels(Group.Y)))
        .filter(level -> level <= 1)
        .sorted()
        .toArray();
  }

  /** The area between two similarity curves, which is the mean distance in ε of their steps. */
  private static double area(double[] expected, double[] found) {
    assertEquals(expected.length, found.length);
    double sum = 0;
    for (int i = 0; i < found.length; i++) {
      sum += Math.abs(expected[i] - found[i]);
    }
    return sum / found.length;
  }

  /** Activations after a ReLU: mixtures of common causes, with a bias of each neuron. */
  private static double[][] relu(long seed, int samples, int neurons) {
    SplittableRandom causes = new SplittableRandom(77);
    SplittableRandom random = new SplittableRandom(seed);
    double[][] weights = new double[20][neurons];
    for (double[] row : weights) {
      Arrays.setAll(row, i -> random.nextGaussian());
    }
    double[] bias = random.doubles(neurons, -2, 4).toArray();
    double[][] rows = new double[samples][neurons];
    for (double[] row : rows) {
      for (double[] weight : weights) {
        double cause = causes.nextGaussian();
        Arrays.setAll(row, i -> row[i] + cause * weight[i]);
      }
      Arrays.setAll(row, i -> Math.max(0, row[i] + bias[i] + 2 * random.nextGaussian()));
    }
    return rows;
  }

  private static double[][] permuted(double[][] rows, long seed) {
    double[][] permuted = rows.clone();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = permuted.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      double[] swapped = permuted[i];
      permuted[i] = permuted[j];
      permuted[j] = swapped;
    }
    return permuted;
  }

  static Stream<Arguments> sizes() {
    return Stream.of(
        Arguments.of(80, 80, 320, MANY_SAMPLES),
        Arguments.of(120, 70, 600, MANY_SAMPLES),
        Arguments.of(100, 100, 3000, MANY_SAMPLES),
        Arguments.of(100, 80, 200, FEW_SAMPLES),
        Arguments.of(100, 100, 150, FEW_SAMPLES));
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void chanceIsThatOfPermutedSamples(int x, int y, int samples, double tolerance) {
    Layer first = Layers.of("layer", relu(1, samples, x));
    double[][] second = relu(2, samples, y);
    try (ProjectionKernel kernel = Kernels.open("java", new KernelOptions(1))) {
      for (Precision precision : PRECISIONS) {
        Gram own = gram(kernel, first, Layers.of("layer", second), precision);
        double[] chance = sorted(Chance.of(own, 0, 1, 1));
        for (int seed = 1; seed <= 3; seed++) {
          Layer other = Layers.of("layer", permuted(second, seed));
          Gram shuffled = gram(kernel, first, other, Precision.STANDARD);
          double difference = area(levels(kernel, shuffled), chance);
          assertTrue(difference <= tolerance, precision + ", seed " + seed + ": " + difference);
        }
      }
    }
  }

  /** Unpermuted samples are no chance: here the two networks have causes in common. */
  @Test
  void theNetworksHaveMoreInCommon() {
    Layer first = Layers.of("layer", relu(1, 1000, 60));
    Layer second = Layers.of("layer", relu(2, 1000, 60));
    try (ProjectionKernel kernel = Kernels.open("java", new KernelOptions(1))) {
      Gram own = gram(kernel, first, second, Precision.STANDARD);
      double[] chance = sorted(Chance.of(own, 0, 1, 1));
      assertTrue(area(levels(kernel, own), chance) > 5 * MANY_SAMPLES);
    }
  }

  /** Rows of a fully connected layer are examples; a rotation is a permutation like any other. */
  @Test
  void realLayers() {
    ActivationFile x = ActivationFile.open(TestData.shared("cifar-vgg/x.npz"));
    ActivationFile y = ActivationFile.open(TestData.shared("cifar-vgg/y.npz"));
    List<LayerPair.OfActivations> pairs =
        LayerPairs.of(x, y, name -> name.startsWith("classifier"), List.of()).pairs();
    assertEquals(3, pairs.size());
    try (ProjectionKernel kernel = Kernels.open("java", new KernelOptions(1))) {
      for (LayerPair.OfActivations pair : pairs) {
        Gram own = gram(kernel, pair.x(), pair.y(), Precision.STANDARD);
        double[] chance = sorted(Chance.of(own, 0, 1, 1));
        Layer rotated = Layers.rotated(pair.y(), 1234);
        double[] levels = levels(kernel, gram(kernel, pair.x(), rotated, Precision.STANDARD));
        double difference = area(levels, chance);
        assertTrue(difference <= MANY_SAMPLES, pair.name() + ": " + difference);
      }
    }
  }
}
