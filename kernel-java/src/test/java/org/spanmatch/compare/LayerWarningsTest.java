package org.spanmatch.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.TestData;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.compare.Warning.Code;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramFile;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;

/** Each warning is raised by what deserves it, and not by its opposite. */
class LayerWarningsTest {
  private static final int SAMPLES = 2000;
  private static final int NEURONS = 40;

  private final ProjectionKernel kernel = Kernels.open("java", KernelOptions.defaults());

  @TempDir Path folder;

  @AfterEach
  void close() {
    kernel.close();
  }

  private static double[][] noise(int samples, int neurons, long seed) {
    Random random = new Random(seed);
    double[][] values = new double[samples][neurons];
    for (double[] row : values) {
      for (int neuron = 0; neuron < neurons; neuron++) {
        row[neuron] = random.nextGaussian();
      }
    }
    return values;
  }

  private List<Warning> warnings(double[][] x, double[][] y) {
    return warnings(Layers.of("layer", x), Layers.of("layer", y));
  }

  private List<Warning> warnings(Layer x, Layer y) {
    try (ProjectionTable table = kernel.compress(x, y, GramOptions.defaults())) {
      return Warning.of(table);
    }
  }

  private static List<Code> codes(List<Warning> warnings) {
    return warnings.stream().map(Warning::code).toList();
  }

  private List<Code> codes(double[][] x, double[][] y) {
    return codes(warnings(x, y));
  }

  /** The codes for two independent noises of the usual size, both changed in the same way. */
  private List<Code> changed(Consumer<double[][]> change) {
    double[][] x = noise(SAMPLES, NEURONS, 1);
    double[][] y = noise(SAMPLES, NEURONS, 2);
    change.accept(x);
    change.accept(y);
    return codes(x, y);
  }

  @Test
  void plainNoiseHasNoWarning() {
    assertEquals(List.of(), changed(values -> {}));
  }

  @Test
  void activationsAfterAReluHaveNoWarning() {
    assertEquals(
        List.of(),
        changed(
            values -> {
              for (double[] row : values) {
                for (int i = 0; i < row.length; i++) {
                  row[i] = Math.max(0, row[i]);
                }
              }
            }));
  }

  @Test
  void fewSamples() {
    List<Warning> found = warnings(noise(110, 100, 1), noise(110, 100, 2));
    assertEquals(List.of(Code.FEW_SAMPLES), codes(found));
    assertEquals(
        "110 samples are few for the 100 neurons of both networks: unrelated neurons come within"
            + " about 0.30 of their span; use at least 1000 samples",
        found.get(0).message());
    assertEquals(List.of(), codes(noise(1000, 100, 1), noise(1000, 100, 2)));
    List<Warning> one = warnings(noise(500, 100, 1), noise(500, 20, 2));
    assertEquals(List.of(Code.FEW_SAMPLES), codes(one));
    assertTrue(one.get(0).message().contains("the 100 neurons of x:"), one.get(0).message());
  }

  /** Returns noise of some dimensions, mixed into neurons. */
  private static double[][] lowRank(int samples, int neurons, int rank, long seed) {
    double[][] basis = noise(samples, rank, seed);
    double[][] factors = noise(rank, neurons, seed + 10);
    double[][] mixed = new double[samples][neurons];
    for (int i = 0; i < samples; i++) {
      for (int j = 0; j < neurons; j++) {
        for (int k = 0; k < rank; k++) {
          mixed[i][j] += basis[i][k] * factors[k][j];
        }
      }
    }
    return mixed;
  }

  /** What unrelated neurons come near to is a span, however many neurons it is made of. */
  @Test
  void theDimensionOfASpanCountsAndNotItsNeurons() {
    double[][] y = noise(500, 20, 2);
    assertEquals(List.of(), codes(lowRank(500, 100, 50, 1), y));
    List<Warning> one = warnings(lowRank(500, 100, 51, 1), y);
    assertEquals(List.of(Code.FEW_SAMPLES), codes(one));
    assertEquals(
        "500 samples are few for the 100 neurons of x, which span 51 dimensions: unrelated neurons"
            + " come within about 0.95 of their span; use at least 510 samples",
        one.get(0).message());
    List<Warning> both = warnings(lowRank(500, 100, 80, 1), lowRank(500, 90, 70, 2));
    assertTrue(
        both.get(0)
            .message()
            .contains("the 100 and 90 neurons of both networks, which span 80 and 70 dimensions:"),
        both.get(0).message());
  }

  @Test
  void deadNeuronsNeedNoSamples() {
    double[][] x = noise(500, 100, 1);
    for (double[] row : x) {
      for (int i = 0; i < 80; i++) {
        row[i] = 0;
      }
    }
    assertEquals(List.of(), codes(x, noise(500, 20, 2)));
  }

  @Test
  void aFilledSpace() {
    List<Warning> found = warnings(noise(50, 50, 1), noise(50, 3, 2));
    assertEquals(List.of(Code.FILLS_SPACE, Code.FEW_SAMPLES), codes(found));
    assertEquals(
        "50 samples are no more than the neurons of x, whose span fills the space; distances to it"
            + " are trivially 0: use more samples",
        found.get(0).message());
    assertEquals(List.of(Code.FEW_SAMPLES), codes(noise(51, 50, 1), noise(51, 3, 2)));
    for (Warning warning : warnings(noise(1, 2, 1), noise(1, 3, 2)).subList(0, 2)) {
      assertTrue(warning.message().startsWith("1 sample is "), warning.message());
    }
  }

  private static void add(double[][] values, double mean) {
    for (double[] row : values) {
      for (int i = 0; i < row.length; i++) {
        row[i] += mean;
      }
    }
  }

  /** A mean of μ standard deviations makes up μ²/(1 + μ²) of a squared norm. */
  @Test
  void aCommonMean() {
    assertEquals(List.of(Code.COMMON_MEAN), changed(values -> add(values, 5)));
    assertEquals(List.of(Code.COMMON_MEAN), changed(values -> add(values, -1.1)));
    assertEquals(List.of(), changed(values -> add(values, 0.9)));
  }

  /** What counts is half of the neurons. */
  @Test
  void aMeanOfFewNeuronsIsNotCommon() {
    assertEquals(
        List.of(),
        changed(
            values -> {
              for (double[] row : values) {
                for (int i = 0; i < NEURONS / 2 - 1; i++) {
                  row[i] += 5;
                }
              }
            }));
  }

  private static void multiply(double[] row, double factor) {
    for (int i = 0; i < row.length; i++) {
      row[i] *= factor;
    }
  }

  @Test
  void anOutlierSample() {
    double[][] x = noise(SAMPLES, NEURONS, 1);
    double[][] y = noise(SAMPLES, NEURONS, 2);
    multiply(x[77], 1000);
    multiply(y[77], 1000);
    List<Warning> found = warnings(x, y);
    assertEquals(List.of(Code.OUTLIER_SAMPLES), codes(found));
    assertTrue(
        found.get(0).message().contains("about one of the 2000 samples"), found.get(0).message());
    assertEquals(List.of(), changed(values -> multiply(values[77], 3)));
  }

  @Test
  void someOutlierSamples() {
    assertEquals(
        List.of(Code.OUTLIER_SAMPLES),
        changed(
            values -> {
              for (int i = 0; i < 10; i++) {
                multiply(values[100 * i], 100);
              }
            }));
  }

  private static void keepActive(double[][] values, int neurons, int samples) {
    for (int neuron = 0; neuron < neurons; neuron++) {
      for (int sample = 0; sample < values.length; sample++) {
        if ((sample + 131 * neuron) % (values.length / samples) != 0) {
          values[sample][neuron] = 0;
        }
      }
    }
  }

  @Test
  void rarelyActiveNeurons() {
    assertEquals(List.of(Code.RARELY_ACTIVE), changed(values -> keepActive(values, 5, 8)));
    assertEquals(List.of(), changed(values -> keepActive(values, 4, 8)), "a tenth of the neurons");
    assertEquals(List.of(), changed(values -> keepActive(values, 5, 20)), "twenty samples");
  }

  /** Neurons 0 and 1 of x differ by what y is, times a factor, so that c is its inverse. */
  private List<Code> nearlyDependent(double factor, ElementType type) {
    double[][] x = noise(SAMPLES, 2, 1);
    double[][] y = noise(SAMPLES, 1, 2);
    for (int sample = 0; sample < SAMPLES; sample++) {
      x[sample][1] = x[sample][0] + factor * y[sample][0];
    }
    return codes(warnings(stored(x, type), stored(y, type)));
  }

  private static Layer stored(double[][] values, ElementType type) {
    return new Layer.Forwarding(Layers.of("layer", values)) {
      @Override
      public ElementType type() {
        return type;
      }

      @Override
      public double roundoff() {
        return type.roundoff();
      }
    };
  }

  @Test
  void roundingOfStoredActivations() {
    assertEquals(List.of(Code.STORAGE_ROUNDING), nearlyDependent(0.01, ElementType.FLOAT16));
    assertEquals(List.of(), nearlyDependent(0.01, ElementType.FLOAT32));
    assertEquals(List.of(), nearlyDependent(0.5, ElementType.FLOAT16));
  }

  private static void pad(double[][] values, double share, double value) {
    for (int i = 0; i < values.length; i++) {
      if (i % 100 >= 100 - 100 * share) {
        values[i] = new double[NEURONS];
        for (int neuron = 0; neuron < NEURONS; neuron++) {
          values[i][neuron] = value * (neuron % 2 == 0 ? 1 : -1);
        }
      }
    }
  }

  @Test
  void padding() {
    double[][] x = noise(SAMPLES, NEURONS, 1);
    double[][] y = noise(SAMPLES, NEURONS, 2);
    pad(x, 0.4, 0.7);
    pad(y, 0.4, 0.6);
    List<Warning> found = warnings(x, y);
    assertEquals(List.of(Code.PADDING), codes(found));
    assertTrue(
        found.get(0).message().matches("(3[5-9]|4[0-5]) % of the \\d+ samples looked at are .*"),
        found.get(0).message());
    assertEquals(List.of(), changed(values -> pad(values, 0.1, 0.7)));
  }

  @Test
  void paddingOfSmallLayersIsCounted() {
    double[][] x = noise(500, NEURONS, 1);
    pad(x, 0.4, 0.7);
    List<Warning> found = warnings(x, noise(500, NEURONS, 2));
    assertEquals(List.of(Code.PADDING), codes(found));
    assertEquals(
        "40 % of the 500 samples are one and the same in x: remove padding before saving, or leave it"
            + " out with --mask",
        found.get(0).message());
  }

  /** Zeros change no distance; only the number of the other samples counts. */
  @Test
  void paddingWithZerosIsNoSample() {
    assertEquals(List.of(), changed(values -> pad(values, 0.7, 0)));
    List<Code> few = changed(values -> pad(values, 0.9, 0));
    assertEquals(List.of(Code.FEW_SAMPLES), few);
  }

  @Test
  void repeatedSamples() {
    double[][] x = noise(50, NEURONS, 1);
    double[][] y = noise(50, NEURONS, 2);
    Random random = new Random(3);
    double[][] manyX = new double[SAMPLES][];
    double[][] manyY = new double[SAMPLES][];
    for (int i = 0; i < SAMPLES; i++) {
      int chosen = random.nextInt(50);
      manyX[i] = x[chosen];
      manyY[i] = y[chosen];
    }
    List<Warning> found = warnings(manyX, manyY);
    assertEquals(List.of(Code.REPEATED_SAMPLES), codes(found));
    assertTrue(
        found.get(0).message().startsWith("only about 50 of the 2000 samples differ in both"),
        found.get(0).message());
  }

  @Test
  void samplesThatWereSavedTwice() {
    assertEquals(
        List.of(Code.REPEATED_SAMPLES),
        changed(values -> System.arraycopy(values, 0, values, SAMPLES / 2, SAMPLES / 2)));
    assertEquals(
        List.of(),
        changed(
            values -> System.arraycopy(values, 0, values, SAMPLES - SAMPLES / 10, SAMPLES / 10)));
  }

  /** Layers without neurons or living neurons have nothing that a warning could be about. */
  @Test
  void nothingIsSaidOfNothing() {
    assertEquals(List.of(), codes(new double[SAMPLES][3], noise(SAMPLES, 3, 1)));
    assertEquals(List.of(), codes(new double[1][3], new double[1][3]));
    Layer none = Layers.of("layer", 5, 0, new double[0]);
    assertEquals(List.of(), codes(warnings(none, none)));
  }

  @Test
  void highPrecisionAndAGramFileKeepThem() throws IOException {
    double[][] x = noise(SAMPLES, NEURONS, 1);
    double[][] y = noise(SAMPLES, NEURONS, 2);
    pad(x, 0.4, 0.7);
    add(y, 5);
    List<Layer> layers = List.of(Layers.of("layer", x), Layers.of("layer", y));
    List<Warning> expected = warnings(layers.get(0), layers.get(1));
    assertEquals(List.of(Code.COMMON_MEAN, Code.PADDING), codes(expected));
    for (Precision precision : Precision.values()) {
      Gram gram =
          kernel.gram(layers, GramPair.all(2), GramOptions.defaults().withPrecision(precision));
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      GramFile.write(List.of(gram), bytes);
      Path file = folder.resolve("layers.gram.npz");
      Files.write(file, bytes.toByteArray());
      try (ProjectionTable table = kernel.table(GramFile.read(file).get(0), 0, 1)) {
        assertEquals(expected, Warning.of(table), precision.toString());
      }
    }
  }

  /** Thresholds don't cry wolf on trained networks. */
  @Test
  void realLayersHaveNoWarning() {
    ActivationFile x = ActivationFile.open(TestData.shared("cifar-vgg/x.npz"));
    ActivationFile y = ActivationFile.open(TestData.shared("cifar-vgg/y.npz"));
    List<LayerPair.OfActivations> pairs = LayerPairs.of(x, y, name -> true, List.of()).pairs();
    assertEquals(11, pairs.size());
    for (LayerPair.OfActivations pair : pairs) {
      assertEquals(List.of(), warnings(pair.x(), pair.y()), pair.name());
    }
  }
}
