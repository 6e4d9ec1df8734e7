package org.spanmatch.gram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.gram.GramPair.NormProducts;

/** What a Gram matrix refuses, and how it says so. */
class GramTest {
  private static final Activations ACTIVATIONS = Activations.random(1, 10, 3, 2);

  private static final GramPair BOTH = new GramPair(0, 1);

  private static void assertRefused(String message, Gram gram, Gram other) {
    assertEquals(message, assertThrows(GramException.class, () -> gram.plus(other)).getMessage());
  }

  /** Inner products of other layers with equal numbers. */
  private static GramMatrix with(List<GramLayer> layers, double threshold) {
    GramMatrix matrix = ACTIVATIONS.matrix();
    Map<GramPair, double[]> blocks = new TreeMap<>();
    for (GramPair pair : List.of(new GramPair(0, 0), BOTH, new GramPair(1, 1))) {
      blocks.put(pair, matrix.block(pair));
    }
    return new GramMatrix(layers, 10, threshold, matrix.error(), blocks, Map.of());
  }

  private static GramLayer renamed(GramLayer layer, int network, String name) {
    return new GramLayer(
        network,
        name,
        layer.sources(),
        layer.sampleAxes(),
        layer.storageRoundoff(),
        layer.moments());
  }

  @Test
  void anotherPrecisionIsRefused() {
    assertRefused(
        "expected precision standard, found high", ACTIVATIONS.matrix(), ACTIVATIONS.factor(false));
    assertRefused(
        "expected precision high, found standard", ACTIVATIONS.factor(false), ACTIVATIONS.matrix());
  }

  @Test
  void anotherDeadThresholdIsRefused() {
    GramMatrix matrix = ACTIVATIONS.matrix();
    assertRefused(
        "expected a dead threshold of 1.0E-16, found 0.5", matrix, with(matrix.layers(), 0.5));
  }

  @Test
  void otherLayersAreRefused() {
    GramMatrix matrix = ACTIVATIONS.matrix();
    GramLayer first = matrix.layers().get(0);
    GramLayer second = matrix.layers().get(1);
    assertRefused("expected 2 layers, found 3", matrix, Activations.random(1, 4, 3, 2, 1).matrix());
    assertRefused(
        "expected layer 'layer 1' of network 2, found layer 'other' of network 2",
        matrix,
        with(List.of(first, renamed(second, 1, "other")), 1e-16));
    assertRefused(
        "expected layer 'layer 1' of network 2, found layer 'layer 1' of network 4",
        matrix,
        with(List.of(first, renamed(second, 3, "layer 1")), 1e-16));
    assertRefused(
        "layer 'layer 1' of network 2: expected 2 neurons, found 5",
        matrix,
        Activations.random(1, 4, 3, 5).matrix());
    assertRefused(
        "layer 'layer 0' of network 1: expected 3 neurons, found 2",
        ACTIVATIONS.factor(false),
        Activations.random(1, 4, 2, 3).factor(false));
  }

  @Test
  void otherPairsAreRefused() {
    Activations three = Activations.random(2, 5, 2, 1, 2);
    Gram all = three.matrix();
    Gram some = three.matrix(Set.of(new GramPair(0, 2)), false, false);
    Gram none = three.matrix(Set.of(), false, false);
    assertRefused(
        "expected inner products of 'layer 0' with 'layer 2', found those of 'layer 0' with 'layer"
            + " 1', 'layer 0' with 'layer 2', 'layer 1' with 'layer 2'",
        some,
        all);
    assertRefused(
        "expected inner products of no pair of layers, found those of 'layer 0' with 'layer 2'",
        none,
        some);
    assertRefused(
        "expected inner products of 'layer 0' with 'layer 2', found those of no pair of layers",
        some,
        none);
  }

  @Test
  void aPairThatWasNotAddedUpIsRefused() {
    GramMatrix some =
        Activations.random(2, 5, 2, 1, 2).matrix(Set.of(new GramPair(0, 2)), false, false);
    String message = "file, layer 'layer 1' was not added up together with file, layer 'layer 0'";
    assertIllegal(message, () -> some.requirePair(1, 0));
    assertIllegal(message, () -> some.innerProduct(1, 0, 0, 0));
    assertIllegal(
        "file, layer 'layer 0' was not added up together with file, layer 'layer 1'",
        () -> some.block(new GramPair(0, 1)));
    assertIllegal("expected layers from 0 to 2, found 0 and 3", () -> some.requirePair(0, 3));
    assertIllegal("expected layers from 0 to 2, found -1 and 1", () -> some.requirePair(-1, 1));
    some.requirePair(2, 0);
    some.requirePair(1, 1);
  }

  private static void assertIllegal(String message, Executable action) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, action).getMessage());
  }

  @Test
  void neuronsThatAreNotThereAreRefused() {
    for (Gram gram : List.of(ACTIVATIONS.matrix(), ACTIVATIONS.factor(false))) {
      for (int[] ask : new int[][] {{0, 3, 0, 0}, {0, 0, 1, 2}, {1, 0, 0, 3}, {0, -1, 1, 0}}) {
        assertThrows(
            IndexOutOfBoundsException.class,
            () -> gram.innerProduct(ask[0], ask[1], ask[2], ask[3]));
      }
    }
  }

  @Test
  void blocksThatDoNotFitAreRefused() {
    GramMatrix matrix = ACTIVATIONS.matrix();
    List<GramLayer> layers = matrix.layers();
    double[] first = matrix.block(new GramPair(0, 0));
    double[] second = matrix.block(new GramPair(1, 1));
    assertIllegal(
        "there is no block of layer 1 with itself",
        () -> new GramMatrix(layers, 10, 0, 0, Map.of(new GramPair(0, 0), first), Map.of()));
    assertIllegal(
        "GramPair[first=0, second=1]: expected 6 elements, found 5",
        () ->
            new GramMatrix(
                layers,
                10,
                0,
                0,
                Map.of(new GramPair(0, 0), first, new GramPair(1, 1), second, BOTH, new double[5]),
                Map.of()));
    assertIllegal(
        "expected pairs of 2 layers, found GramPair[first=0, second=2]",
        () ->
            new GramMatrix(layers, 10, 0, 0, Map.of(new GramPair(0, 2), new double[5]), Map.of()));
  }

  @Test
  void rowsThatDoNotFitAreRefused() {
    List<GramLayer> layers = ACTIVATIONS.matrix().layers();
    assertIllegal(
        "expected at most 5 rows, found 6",
        () -> new TriangularFactor(layers, 10, 0, 0, new double[6][5], Map.of()));
    assertIllegal(
        "row 1: expected 4 elements, found 5",
        () -> new TriangularFactor(layers, 10, 0, 0, new double[5][5], Map.of()));
  }

  @Test
  void sizesOutOfRangeAreRefused() {
    List<GramLayer> layers = ACTIVATIONS.matrix().layers();
    assertIllegal("expected at least 1 sample, found 0", () -> factor(layers, 0, 0, 0));
    assertIllegal("expected at least 1 sample, found -1", () -> factor(layers, -1, 0, 0));
    assertIllegal(
        "file, layer 'layer 0': expected axes of 11 samples, found [10]",
        () -> factor(layers, 11, 0, 0));
    for (double wrong : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertIllegal(
          "expected a dead threshold of at least 0 and finite, found " + wrong,
          () -> factor(layers, 10, wrong, 0));
      assertIllegal(
          "expected an error of at least 0 and finite, found " + wrong,
          () -> factor(layers, 10, 0, wrong));
    }
  }

  private static TriangularFactor factor(
      List<GramLayer> layers, long samples, double threshold, double error) {
    return new TriangularFactor(layers, samples, threshold, error, new double[0][], Map.of());
  }

  @Test
  void normProductsThatDoNotFitAreRefused() {
    List<GramLayer> layers = ACTIVATIONS.matrix().layers();
    for (GramPair pair : List.of(new GramPair(0, 0), new GramPair(0, 2))) {
      NormProducts products = new NormProducts(1, new double[3], new double[2]);
      assertIllegal(
          "norm products of " + pair + ": expected a sum per neuron of two of the layers",
          () -> new TriangularFactor(layers, 10, 0, 0, new double[0][], Map.of(pair, products)));
    }
  }

  @Test
  void layersOutOfRangeAreRefused() {
    GramLayer layer = ACTIVATIONS.matrix().layers().get(0);
    assertIllegal("expected a network from 0 on, found -1", () -> layer.ofNetwork(-1));
    assertIllegal(
        "expected at least one axis that counts samples",
        () -> new GramLayer(0, "a", List.of(), List.of(), 0, layer.moments()));
    assertIllegal("expected positions 0 ≤ first ≤ second, found 2 and 1", () -> new GramPair(2, 1));
    assertEquals(new GramPair(1, 2), GramPair.of(2, 1));
  }

  @Test
  void saysWhatItIs() {
    assertEquals(
        "Gram matrix of 2 layers, 3 + 2 neurons, 10 samples", ACTIVATIONS.matrix().toString());
    assertEquals(
        "triangular factor of 2 layers, 3 + 2 neurons, 10 samples",
        ACTIVATIONS.factor(false).toString());
  }

  /** Later changes of what it was made of don't reach it. */
  @Test
  void momentsAndListsAreCopied() {
    double[] sums = {1};
    Moments moments = Moments.of(sums, new double[1], new double[1], new long[1]);
    sums[0] = 2;
    assertEquals(1, moments.sum(0));
    double[] first = {1};
    NormProducts products = new NormProducts(1, first, new double[1]);
    first[0] = 2;
    products.firstSums()[0] = 3;
    assertEquals(1, products.firstSums()[0]);
    List<GramLayer> layers = ACTIVATIONS.matrix().layers();
    assertThrows(UnsupportedOperationException.class, () -> layers.remove(0));
    Set<GramPair> pairs = ACTIVATIONS.matrix().pairs();
    assertThrows(UnsupportedOperationException.class, () -> pairs.remove(BOTH));
  }

  /** The message of every null names the argument. */
  @TestFactory
  Stream<DynamicTest> nullsAreNamed() {
    List<GramLayer> layers = ACTIVATIONS.matrix().layers();
    Map<GramPair, double[]> blocks = Map.of();
    double[] one = new double[1];
    long[] count = new long[1];
    int[] exponent = new int[1];
    Moments moments = layers.get(0).moments();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    GramMatrix matrix = ACTIVATIONS.matrix();
    return Stream.of(
        named("layers", () -> new GramMatrix(null, 1, 0, 0, blocks, Map.of())),
        named("blocks", () -> new GramMatrix(layers, 1, 0, 0, null, Map.of())),
        named("normProducts", () -> new GramMatrix(layers, 1, 0, 0, blocks, null)),
        named("layers", () -> new TriangularFactor(null, 1, 0, 0, new double[0][], Map.of())),
        named("rows", () -> new TriangularFactor(layers, 10, 0, 0, null, Map.of())),
        named("normProducts", () -> new TriangularFactor(layers, 1, 0, 0, new double[0][], null)),
        named("sums", () -> new Moments(null, one, one, count, exponent, one)),
        named("squares", () -> new Moments(one, null, one, count, exponent, one)),
        named("fourthPowers", () -> new Moments(one, one, null, count, exponent, one)),
        named("activeSamples", () -> new Moments(one, one, one, null, exponent, one)),
        named("scaleExponents", () -> new Moments(one, one, one, count, null, one)),
        named("shifts", () -> new Moments(one, one, one, count, exponent, null)),
        named("sums", () -> Moments.of(null, one, one, count)),
        named("firstSums", () -> new NormProducts(1, null, one)),
        named("secondSums", () -> new NormProducts(1, one, null)),
        named("name", () -> new GramLayer(0, null, List.of(), List.of(1L), 0, moments)),
        named("sources", () -> new GramLayer(0, "a", null, List.of(1L), 0, moments)),
        named("sampleAxes", () -> new GramLayer(0, "a", List.of(), null, 0, moments)),
        named("moments", () -> new GramLayer(0, "a", List.of(), List.of(1L), 0, null)),
        named("precision", () -> new GramOptions(0, null, Progress.NONE)),
        named("progress", () -> new GramOptions(0, Precision.HIGH, null)),
        named("parts", () -> Gram.sum(null)),
        named("other", () -> matrix.plus(null)),
        named("other", () -> Gram.sum(Arrays.asList(matrix, null))),
        named("pair", () -> matrix.normProducts(null)),
        named("pair", () -> matrix.block(null)),
        named("grams", () -> GramFile.write(null, out)),
        named("path", () -> GramFile.write(List.of(matrix), (Path) null)),
        named("out", () -> GramFile.write(List.of(matrix), (OutputStream) null)),
        named("path", () -> GramFile.read((Path) null)),
        named("opened", () -> GramFile.read((ActivationFile) null)),
        named("file", () -> GramFile.isGramFile(null)));
  }

  private static DynamicTest named(String argument, Executable action) {
    return DynamicTest.dynamicTest(
        argument,
        () ->
            assertEquals(argument, assertThrows(NullPointerException.class, action).getMessage()));
  }
}
