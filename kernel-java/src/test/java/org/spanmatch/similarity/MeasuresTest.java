package org.spanmatch.similarity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.spanmatch.JsonFile;
import org.spanmatch.TestData;
import org.spanmatch.activations.Layers;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.LayerPairs;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;

/**
 * Measures against numpy, which computes them from the activations in sample space: see {@code
 * measures.py} beside the expected results.
 */
class MeasuresTest {
  // Inner products are within some 1e-14 of the norms' product; the condition of these neurons,
  // scaled to unit norm, is up to 1e4.
  private static final double TOLERANCE = 1e-10;

  private static final String FOLDER = "/org/spanmatch/similarity/";

  // The constant vector lies in a span, or means make up nearly all of a layer, so that a table
  // that is not centred does not know R².
  private static final Set<String> LACKING_DIGITS = Set.of("dependent", "wide", "offset");

  private static ProjectionKernel kernel;

  @BeforeAll
  static void open() {
    kernel = Kernels.open("java", KernelOptions.defaults());
  }

  @AfterAll
  static void close() {
    kernel.close();
  }

  private static Gram gram(LayerPair.OfActivations pair, GramOptions options) {
    return kernel.gram(List.of(pair.x(), pair.y()), GramPair.all(2), options);
  }

  private static Gram gram(double[][] x, double[][] y) {
    return gram(
        new LayerPair.OfActivations("fc", Layers.of("fc", x), Layers.of("fc", y)),
        options(Precision.STANDARD));
  }

  static Stream<LayerPair.OfActivations> cases() {
    ActivationFile x = ActivationFile.open(TestData.resource(FOLDER + "x.npz"));
    ActivationFile y = ActivationFile.open(TestData.resource(FOLDER + "y.npz"));
    return LayerPairs.of(x, y, name -> true, List.of()).pairs().stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreeWithNumpy(LayerPair.OfActivations pair) {
    JsonNode expected = JsonFile.read(TestData.resource(FOLDER + "expected.json")).get(pair.name());
    boolean hasLargeMeans = pair.name().equals("offset");
    for (Precision precision : Precision.values()) {
      if (!hasLargeMeans) {
        assertAgree(expected, options(precision), pair);
      }
      assertAgree(expected, options(precision).withShifts(), pair);
    }
  }

  @Test
  void agreeWithNumpyOnRealLayers() {
    JsonNode expected = JsonFile.read(TestData.resource(FOLDER + "expected-real.json"));
    ActivationFile x = ActivationFile.open(TestData.shared("cifar-vgg/x.npz"));
    ActivationFile y = ActivationFile.open(TestData.shared("cifar-vgg/y.npz"));
    List<LayerPair.OfActivations> pairs =
        LayerPairs.of(x, y, expected::has, List.of()).pairs().stream().toList();
    assertEquals(expected.size(), pairs.size());
    for (LayerPair.OfActivations pair : pairs) {
      assertAgree(expected.get(pair.name()), options(Precision.STANDARD), pair);
    }
  }

  private static GramOptions options(Precision precision) {
    return GramOptions.defaults().withNormProducts().withPrecision(precision);
  }

  private static void assertAgree(
      JsonNode expected, GramOptions options, LayerPair.OfActivations pair) {
    Gram gram = gram(pair, options);
    assertAgree(expected, options, pair, LayerGrams.of(gram, 0, 1));
    assertAgree(expected, options, pair, LayerGrams.of(gram, 0, 1, kernel));
    if (options.precision() == Precision.STANDARD) {
      assertTablesAgree(expected, gram.unshifted(), false, pair.name());
      assertTablesAgree(expected, gram.centred(), true, pair.name());
    }
  }

  /** All that ask a table, but for what is not centred if the table is. */
  private static void assertTablesAgree(
      JsonNode expected, Gram gram, boolean centred, String pair) {
    try (ProjectionTable table = kernel.table(gram, 0, 1)) {
      for (Measure measure : Measure.all()) {
        boolean isUncentred = measure.name().equals("eigenspaceOverlap");
        OptionalDouble found = measure.of(table);
        String what = pair + " " + measure.name() + " of a table";
        boolean isGiven = measure.asksTable() && !(isUncentred && centred);
        if (isGiven && !(LACKING_DIGITS.contains(pair) && !centred)) {
          assertTrue(found.isPresent(), what);
        } else if (!isGiven) {
          assertEquals(OptionalDouble.empty(), found, what);
        }
        found.ifPresent(
            value -> assertEquals(expected.get(measure.name()).asDouble(), value, TOLERANCE, what));
      }
    }
  }

  private static void assertAgree(
      JsonNode expected, GramOptions options, LayerPair.OfActivations pair, LayerGrams layers) {
    assertEquals(Optional.empty(), layers.problem());
    for (Measure measure : Measure.all()) {
      JsonNode value = expected.get(measure.name());
      String what = pair.name() + " " + options + " " + measure.name();
      OptionalDouble found = measure.of(layers);
      boolean isUncentred = measure.name().equals("eigenspaceOverlap");
      if (isUncentred && options.shifted() && options.precision() == Precision.HIGH) {
        continue; // the shifts of a factor can't be undone
      }
      assertTrue(found.isPresent(), what);
      // Else numpy's value is one of several that are right, or takes too long.
      if (value != null && !value.isNull()) {
        assertEquals(value.asDouble(), found.getAsDouble(), TOLERANCE, what);
      }
    }
  }

  /** Shifts are what helps; see {@code agreeWithNumpy}. */
  @Test
  void areEmptyWhereTheGramMatrixCantBeCentred() {
    double[][] x = random(1, 50, 5);
    for (double[] row : x) {
      Arrays.setAll(row, i -> 3e5 + row[i]);
    }
    LayerGrams layers = LayerGrams.of(gram(x, random(2, 50, 4)), 0, 1);
    assertTrue(layers.problem().orElseThrow().contains("its mean is so large"));
    for (Measure measure : Measure.all()) {
      boolean isUncentred = measure.name().equals("eigenspaceOverlap");
      assertEquals(isUncentred, measure.of(layers).isPresent(), measure.name());
    }
  }

  /**
   * Centring loses the fourth power of √(d·mean²)/norm in norm products, and in inner products the
   * second: what is left of debiased CKA is right to its bound of 1e-4, or not given.
   */
  @Test
  void debiasedCkaIsEmptyBeforeLargeMeansMakeItWrong() {
    double[][] x = random(1, 50, 5);
    double[][] y = random(2, 50, 4);
    double expected = new DebiasedCka().of(of(gram(x, y))).getAsDouble();
    for (double mean : new double[] {10, 100, 1e3, 1e4, 3e4}) {
      double[][] moved =
          Arrays.stream(x)
              .map(row -> Arrays.stream(row).map(value -> mean + value).toArray())
              .toArray(double[][]::new);
      LayerGrams layers = of(gram(moved, y));
      assertEquals(Optional.empty(), layers.problem());
      OptionalDouble found = new DebiasedCka().of(layers);
      assertEquals(mean <= 100, found.isPresent(), "" + mean);
      found.ifPresent(value -> assertEquals(expected, value, 1e-4, "" + mean));
      // Nor is it given where the matrix was centred before, which takes the same digits.
      LayerGrams before = of(gram(moved, y).centred());
      assertEquals(found, new DebiasedCka().of(before), "" + mean);
    }
  }

  @Test
  void otherLayersOfTheGramMatrixDoNotMatter() {
    double[][] x = random(1, 50, 5);
    double[][] y = random(2, 50, 4);
    double[][] z = random(3, 50, 6);
    Gram three =
        kernel.gram(
            List.of(Layers.of("z", z), Layers.of("y", y), Layers.of("x", x)),
            List.of(new GramPair(1, 2)),
            options(Precision.STANDARD));
    for (Measure measure : Measure.all()) {
      assertEquals(
          measure.of(LayerGrams.of(gram(x, y), 0, 1)).getAsDouble(),
          measure.of(LayerGrams.of(three, 2, 1)).getAsDouble(),
          1e-13,
          measure.name());
    }
  }

  private static double[][] random(long seed, int samples, int neurons) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] values = new double[samples][];
    Arrays.setAll(values, i -> random.doubles(neurons, -1, 2).toArray());
    return values;
  }

  /** All but effective ranks, which are of one layer. */
  private static List<Measure> ofPairs() {
    return Measure.all().stream().filter(m -> !m.name().startsWith("effectiveRank")).toList();
  }

  @Test
  void networksAreLikeThemselves() {
    double[][] x = random(1, 50, 20);
    Gram gram = gram(x, x);
    for (int y = 0; y <= 1; y++) {
      LayerGrams layers = LayerGrams.of(gram, 0, y);
      for (Measure measure : ofPairs()) {
        double expected = measure.name().equals("procrustes") ? 0 : 1;
        assertEquals(expected, measure.of(layers).getAsDouble(), 1e-13, measure.name());
      }
    }
  }

  @Test
  void orderOfLayersInTheGramMatrixDoesNotMatter() {
    Gram gram = gram(random(2, 50, 9), random(3, 50, 7));
    Gram swapped = gram(random(3, 50, 7), random(2, 50, 9));
    for (Measure measure : Measure.all()) {
      assertEquals(
          measure.of(LayerGrams.of(swapped, 0, 1)).getAsDouble(),
          measure.of(LayerGrams.of(gram, 1, 0)).getAsDouble(),
          1e-13,
          measure.name());
    }
  }

  @Test
  void unitsOfALayerDoNotMatter() {
    double[][] x = random(4, 50, 9);
    double[][] y = random(5, 50, 7);
    Gram plain = gram(x, y);
    for (double factor : new double[] {1e-200, 1e-30, 1e30, 1e200}) {
      double[][] scaled =
          Arrays.stream(x)
              .map(row -> Arrays.stream(row).map(value -> value * factor).toArray())
              .toArray(double[][]::new);
      GramOptions options = GramOptions.defaults().withNormProducts().withDeadThreshold(0);
      Gram gram =
          kernel.gram(
              List.of(Layers.of("fc", scaled), Layers.of("fc", y)), GramPair.all(2), options);
      for (Measure measure : Measure.all()) {
        OptionalDouble found = measure.of(LayerGrams.of(gram, 0, 1));
        if (measure.needsNormProducts() && gram.normProducts(new GramPair(0, 1)).isEmpty()) {
          assertEquals(OptionalDouble.empty(), found);
          continue;
        }
        assertEquals(
            measure.of(LayerGrams.of(plain, 0, 1)).getAsDouble(),
            found.getAsDouble(),
            1e-12,
            factor + " " + measure.name());
      }
    }
  }

  /** Dead and constant neurons alone, one sample, and no neuron that could be compared. */
  @Test
  void areEmptyWhereNothingVaries() {
    double[][] constant = new double[50][3];
    for (double[] row : constant) {
      row[1] = 1;
      row[2] = 1e5 / 3;
    }
    List<Gram> grams =
        List.of(
            gram(constant, random(6, 50, 7)),
            gram(new double[50][3], random(6, 50, 7)),
            gram(new double[50][3], new double[50][3]),
            gram(random(6, 1, 3), random(7, 1, 2)));
    for (Gram gram : grams) {
      for (Measure measure : ofPairs()) {
        // Constant neurons span a line before they are centred.
        if (!measure.name().equals("eigenspaceOverlap")) {
          assertEquals(
              OptionalDouble.empty(), measure.of(LayerGrams.of(gram, 0, 1)), measure.name());
        }
      }
    }
    assertEquals(OptionalDouble.empty(), new EffectiveRank(Group.X).of(of(grams.get(0))));
    assertTrue(new EffectiveRank(Group.Y).of(of(grams.get(0))).isPresent());
  }

  /** Constant neurons span a line, which the constants of the other layer share. */
  @Test
  void eigenspaceOverlapIsNotCentred() {
    double[][] constant = new double[50][3];
    for (double[] row : constant) {
      row[1] = 1;
      row[2] = -4;
    }
    Measure measure = new EigenspaceOverlap();
    assertEquals(1, measure.of(of(gram(constant, constant))).getAsDouble(), 1e-14);
    double[][] x = random(6, 50, 2);
    double sum = Arrays.stream(x).mapToDouble(row -> row[0]).sum();
    double square = Arrays.stream(x).mapToDouble(row -> row[0] * row[0]).sum();
    double[][] one = Arrays.stream(x).map(row -> new double[] {row[0]}).toArray(double[][]::new);
    assertEquals(sum * sum / 50 / square, measure.of(of(gram(constant, one))).getAsDouble(), 1e-14);
    assertEquals(OptionalDouble.empty(), measure.of(of(gram(new double[50][3], x))));
  }

  private static LayerGrams of(Gram gram) {
    return LayerGrams.of(gram, 0, 1);
  }

  @Test
  void debiasedCkaNeedsNormProductsAndFourSamples() {
    Measure measure = new DebiasedCka();
    assertTrue(measure.needsNormProducts());
    assertEquals(OptionalDouble.empty(), measure.of(of(gram(random(8, 3, 2), random(9, 3, 2)))));
    assertTrue(measure.of(of(gram(random(8, 4, 2), random(9, 4, 2)))).isPresent());
    Gram without =
        kernel.gram(
            List.of(Layers.of("fc", random(8, 9, 2)), Layers.of("fc", random(9, 9, 2))),
            GramPair.all(2),
            GramOptions.defaults());
    assertEquals(OptionalDouble.empty(), measure.of(of(without)));
  }

  @Test
  void haveNamesAndDescriptions() {
    List<Measure> all = Measure.all();
    assertEquals(all.size(), all.stream().map(Measure::name).distinct().count());
    assertEquals(all.size(), all.stream().map(Measure::title).distinct().count());
    for (Measure measure : all) {
      assertTrue(measure.title().length() <= 12, measure.title());
      assertTrue(measure.description().contains("centred"), measure.name());
      assertFalse(measure.description().endsWith("."), measure.name());
    }
  }
}
