package org.spanmatch.validation.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramLayer;
import org.spanmatch.gram.GramLayer.Repetition;
import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.GramPair.NormProducts;
import org.spanmatch.gram.Moments;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;
import org.spanmatch.gram.TriangularFactor;
import org.spanmatch.gram.orthogonal.Householder;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.validation.DoubleDoubleProjection;
import org.spanmatch.validation.Problem;

/**
 * What every kernel promises of the Gram matrices that it adds up and of the tables that it makes
 * of any of them, for a test class of each kernel to inherit.
 *
 * <p>Inner products and moments are compared with sums without any rounding, distances with {@link
 * DoubleDoubleProjection}; what they may differ by is what the Gram matrix and the table state.
 */
public abstract class GramContract {
  private static final double ROUNDOFF = 0x1p-53;
  private static final GramPair BOTH = new GramPair(0, 1);

  private ProjectionKernel kernel;

  /** The kernel to test. */
  protected abstract ProjectionKernel open();

  /**
   * The kernel to test on some threads; the default opens it as it is.
   *
   * @param threads at least 1
   */
  protected ProjectionKernel open(int threads) {
    return open();
  }

  /** The least precision that is asked for. */
  protected Precision precision() {
    return Precision.STANDARD;
  }

  /**
   * Whether inner products of two layers are the same to the last bit whatever other layers are
   * added up with them. A triangular factor need not be asked.
   */
  protected boolean ignoresOtherLayers() {
    return true;
  }

  @BeforeEach
  final void openKernel() {
    kernel = open();
  }

  @AfterEach
  final void closeKernel() {
    if (kernel != null) { // not skipped
      kernel.close();
    }
  }

  /** The kernel that is open during a test. */
  protected final ProjectionKernel opened() {
    return kernel;
  }

  private GramOptions options() {
    return new GramOptions(0, precision(), Progress.NONE);
  }

  // Samples that repeat.

  private static void assertRepetition(
      int looked, int silent, int commonest, int distinct, Repetition found) {
    assertEquals(
        List.of((long) looked, (long) silent, (long) commonest, (long) distinct),
        List.of(found.looked(), found.silent(), found.commonest(), found.distinct()),
        "looked at, silent, commonest, distinct");
  }

  /** All samples of small layers are looked at, of each layer by itself. */
  @Test
  void samplesThatRepeatAreCounted() {
    double[][] repeated = {{1, 2}, {0, 0}, {1, 2}, {3, 4}, {1, 2}, {0, 0}, {3, 4}, {5, 0}, {1, 2}};
    double[][] different = {{1}, {2}, {3}, {4}, {5}, {6}, {7}, {8}, {9}};
    Layer x = Layers.of("repeated", repeated);
    Layer y = Layers.of("different", different);
    Gram gram = kernel.gram(List.of(x, y), GramPair.all(2), options());
    assertRepetition(9, 2, 4, 3, gram.layers().get(0).moments().repetition());
    assertRepetition(9, 0, 1, 9, gram.layers().get(1).moments().repetition());
    try (ProjectionTable table = kernel.compress(x, y, options());
        ProjectionTable ofGram = kernel.table(gram, 0, 1)) {
      for (Group group : Group.values()) {
        Repetition found = gram.layers().get(group == Group.X ? 0 : 1).moments().repetition();
        assertEquals(found, table.moments(group).repetition());
        assertEquals(found, ofGram.moments(group).repetition());
      }
    }
  }

  // Layers.

  /** A layer with another name, which counts how often it is read. */
  private static final class NamedLayer extends Layer.Forwarding {
    private final String name;
    private final AtomicInteger passes = new AtomicInteger();

    NamedLayer(String name, Layer layer) {
      super(layer);
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public BlockReader open() {
      passes.incrementAndGet();
      return super.open();
    }
  }

  private static List<NamedLayer> named(int samples, List<List<double[]>> layers) {
    List<NamedLayer> named = new ArrayList<>();
    for (List<double[]> vectors : layers) {
      Problem problem = new Problem(samples, vectors, List.of());
      named.add(new NamedLayer("layer " + named.size(), problem.layer(Group.X)));
    }
    return named;
  }

  /** After ReLU; each layer near the span of the one before. */
  private static List<List<double[]>> layers(long seed, int samples, int... neurons) {
    SplittableRandom random = new SplittableRandom(seed);
    List<List<double[]>> layers = new ArrayList<>();
    for (int count : neurons) {
      List<double[]> layer = Problem.gaussians(random, samples, count);
      for (int i = 1; !layers.isEmpty() && i < Math.min(count, last(layers).size()); i += 2) {
        double[] near = last(layers).get(i);
        double[] vector = layer.get(i);
        Arrays.setAll(vector, s -> near[s] + 0.1 * vector[s]);
      }
      layers.add(layer);
    }
    return layers.stream()
        .map(
            layer ->
                layer.stream()
                    .map(v -> Arrays.stream(v).map(z -> Math.max(0, 0.5 + z)).toArray())
                    .toList())
        .toList();
  }

  private static List<double[]> last(List<List<double[]>> layers) {
    return layers.get(layers.size() - 1);
  }

  private static List<List<double[]>> ofProblem(Problem problem) {
    return List.of(problem.x(), problem.y());
  }

  private Gram gram(int samples, List<List<double[]>> layers) {
    return gram(samples, layers, GramPair.all(layers.size()));
  }

  private Gram gram(int samples, List<List<double[]>> layers, Collection<GramPair> pairs) {
    return kernel.gram(named(samples, layers), pairs, options());
  }

  private static List<List<double[]>> part(List<List<double[]>> layers, int from, int to) {
    return layers.stream()
        .map(layer -> layer.stream().map(v -> Arrays.copyOfRange(v, from, to)).toList())
        .toList();
  }

  // Inner products.

  /** A vector in the units of the Gram matrix. */
  private static double[] scaled(Gram gram, int layer, int neuron, double[] vector) {
    int exponent = gram.layers().get(layer).moments().scaleExponent(neuron);
    return Arrays.stream(vector).map(z -> Math.scalb(z, exponent)).toArray();
  }

  /** The vectors of a layer in the units of the Gram matrix. */
  private static List<double[]> scaled(Gram gram, int layer, List<double[]> vectors) {
    return IntStream.range(0, vectors.size())
        .mapToObj(neuron -> scaled(gram, layer, neuron, vectors.get(neuron)))
        .toList();
  }

  private static double norm(double[] vector) {
    return Dyadic.sumOfProducts(vector, vector).sqrt();
  }

  private static double distance(double found, Dyadic expected) {
    return Dyadic.of(found).minus(expected).abs().doubleValue();
  }

  /** The error of an inner product relative to the norms. */
  private static double relativeError(Gram gram) {
    // Of a factor both columns differ, and the inner product of the columns is rounded.
    return gram instanceof TriangularFactor factor
        ? (2 + gram.error()) * gram.error() + factor.rows() * ROUNDOFF
        : gram.error();
  }

  private static void assertTrueProducts(List<List<double[]>> layers, Gram gram) {
    double error = relativeError(gram);
    for (int i = 0; i < layers.size(); i++) {
      List<double[]> rows = scaled(gram, i, layers.get(i));
      for (int j = i; j < layers.size(); j++) {
        if (gram.has(i, j)) {
          List<double[]> columns = scaled(gram, j, layers.get(j));
          double[] norms = columns.stream().mapToDouble(GramContract::norm).toArray();
          for (int m = 0; m < rows.size(); m++) {
            double norm = norm(rows.get(m));
            for (int n = 0; n < norms.length; n++) {
              double found = gram.innerProduct(i, m, j, n);
              double off = distance(found, Dyadic.sumOfProducts(rows.get(m), columns.get(n)));
              double bound = error * norm * norms[n] * (1 + 4 * ROUNDOFF);
              String where = "layer " + i + ", neuron " + m + " with " + j + ", " + n + ": ";
              assertTrue(off <= bound, () -> where + off + ", not " + bound);
              assertEquals(found, gram.innerProduct(j, n, i, m));
            }
          }
        }
      }
    }
    assertTrue(error < 1e-9, "or it says nothing: " + error);
  }

  @TestFactory
  Stream<DynamicTest> innerProductsAreTrueWithinTheirError() {
    Problem relu = Problem.relu(1, 120, 9, 12);
    Map<String, Problem> problems = new LinkedHashMap<>();
    problems.put("random", Problem.random(2, 70, 17, 33));
    problems.put("ReLU", relu);
    problems.put("float32", relu.rounded());
    problems.put("one sample", Problem.random(3, 1, 3, 2));
    problems.put("many samples", Problem.relu(4, 5000, 3, 2));
    problems.put("fewer samples than neurons", Problem.random(5, 6, 9, 12));
    problems.put("an empty group", new Problem(120, relu.x(), List.of()));
    problems.put("duplicates", Problem.nearDuplicates(6, 60, 9, 8, 0));
    problems.put("graded 1e±20", relu.graded(-20, 20, 1));
    problems.put("graded 1e±150", relu.graded(-150, 150, 2));
    problems.put("graded 1e±300", relu.graded(-300, 300, 3));
    Problem dead = Problem.relu(7, 6, 9, 8);
    for (int i = 0; i < 5; i++) {
      Arrays.fill(dead.x().get(i), 0);
    }
    problems.put("dead neurons and few samples", dead);
    return problems.entrySet().stream()
        .map(
            problem ->
                dynamicTest(
                    problem.getKey(),
                    () ->
                        assertTrueProducts(
                            ofProblem(problem.getValue()),
                            gram(problem.getValue().samples(), ofProblem(problem.getValue())))));
  }

  @Test
  void layersAreDescribedAsTheyAre() {
    List<NamedLayer> layers = named(12, layers(8, 12, 3, 0, 2));
    GramOptions options = options().withDeadThreshold(0.25);
    Gram gram = kernel.gram(layers, List.of(new GramPair(0, 2)), options);
    assertEquals(12, gram.samples());
    assertEquals(0.25, gram.deadThreshold());
    assertTrue(gram.precision().compareTo(precision()) >= 0);
    assertTrue(gram.has(0, 2));
    assertEquals(3, gram.layers().size());
    for (int i = 0; i < 3; i++) {
      GramLayer layer = gram.layers().get(i);
      assertEquals(i, layer.network());
      assertEquals("layer " + i, layer.name());
      assertEquals(List.of(layers.get(i).source()), layer.sources());
      assertEquals(layers.get(i).sampleAxes(), layer.sampleAxes());
      assertEquals(layers.get(i).type().roundoff(), layer.storageRoundoff());
      assertEquals(layers.get(i).neurons(), layer.neurons());
    }
  }

  /** Other layers and pairs change nothing. */
  @Test
  void severalLayersGiveWhatEachPairGives() {
    int samples = 700;
    List<List<double[]>> layers = layers(9, samples, 5, 17, 33, 1);
    List<GramPair> pairs = List.of(new GramPair(1, 2), BOTH, new GramPair(0, 3));
    Gram together = gram(samples, layers, pairs);
    assertTrueProducts(layers, together);
    for (GramPair pair : pairs) {
      assertTrue(together.has(pair.first(), pair.second()));
      List<List<double[]>> two = List.of(layers.get(pair.first()), layers.get(pair.second()));
      Gram alone = gram(samples, two);
      if (together instanceof GramMatrix matrix
          && alone instanceof GramMatrix other
          && ignoresOtherLayers()) {
        assertArrayEquals(other.block(BOTH), matrix.block(pair));
        for (int i = 0; i < 2; i++) {
          int layer = i == 0 ? pair.first() : pair.second();
          assertArrayEquals(
              other.block(new GramPair(i, i)), matrix.block(new GramPair(layer, layer)));
          assertEquals(
              other.layers().get(i).moments(), matrix.layers().get(layer).moments(), "moments");
        }
      }
      assertTrueProducts(two, alone);
    }
  }

  @Test
  void oneLayerNeedsNoPair() {
    List<List<double[]>> layers = layers(10, 30, 4);
    Gram gram = gram(30, layers, List.of());
    assertTrueProducts(layers, gram);
    assertEquals(1, gram.layers().size());
  }

  @Test
  void theNumberOfThreadsChangesNothing() {
    int samples = 9000; // more than one block of any backend
    List<NamedLayer> layers = named(samples, layers(11, samples, 7, 12, 3));
    List<GramPair> pairs = List.of(BOTH, new GramPair(0, 2));
    Gram expected = kernel.gram(layers, pairs, options().withNormProducts());
    for (int threads : new int[] {1, 2, 3, 7}) {
      try (ProjectionKernel other = open(threads)) {
        assertEquals(expected, other.gram(layers, pairs, options().withNormProducts()));
      }
    }
  }

  @Test
  void everyLayerIsReadOnceHoweverManyPairsThereAre() {
    List<NamedLayer> layers = named(100, layers(12, 100, 4, 3, 5, 2));
    kernel.gram(layers, GramPair.all(4), options().withNormProducts());
    for (NamedLayer layer : layers) {
      assertEquals(1, layer.passes.get(), layer.name());
    }
  }

  // Moments.

  @TestFactory
  Stream<DynamicTest> momentsAreTrueWithinTheirBounds() {
    Problem sparse = Problem.relu(13, 600, 9, 7).map(z -> Math.max(0, z - 2.5));
    Arrays.fill(sparse.x().get(2), 0);
    Map<String, Problem> problems = new LinkedHashMap<>();
    problems.put("sparse", sparse);
    problems.put("random", Problem.random(14, 600, 33, 17));
    problems.put("one sample", Problem.random(15, 1, 3, 2));
    problems.put("many samples", Problem.relu(16, 10_000, 3, 2));
    problems.put("graded 1e±60", sparse.graded(-60, 60, 4));
    problems.put("huge", sparse.graded(299, 300, 5));
    problems.put("tiny", sparse.graded(-300, -299, 6));
    return problems.entrySet().stream()
        .map(
            problem ->
                dynamicTest(
                    problem.getKey(),
                    () ->
                        assertTrueMoments(
                            ofProblem(problem.getValue()),
                            gram(problem.getValue().samples(), ofProblem(problem.getValue())))));
  }

  private static void assertTrueMoments(List<List<double[]>> layers, Gram gram) {
    for (int i = 0; i < layers.size(); i++) {
      Moments moments = gram.layers().get(i).moments();
      for (int n = 0; n < moments.neurons(); n++) {
        double[] vector = layers.get(i).get(n);
        String where = "layer " + i + ", neuron " + n;
        long active = Arrays.stream(vector).filter(z -> z != 0).count();
        assertEquals(active, moments.activeSamples(n), where);
        assertEquals(0, moments.shift(n), where);
        Dyadic sizes = Dyadic.sum(Arrays.stream(vector).map(Math::abs).toArray());
        Dyadic fourths = Dyadic.ZERO;
        for (double z : vector) {
          Dyadic square = Dyadic.of(z).times(Dyadic.of(z));
          fourths = fourths.plus(square.times(square));
        }
        double d = vector.length;
        Dyadic off = Dyadic.of(moments.sum(n)).minus(Dyadic.sum(vector)).abs();
        assertTrue(
            off.isAtMost(sizes.times(Dyadic.of(d * ROUNDOFF))),
            () -> where + ": " + off.doubleValue());
        Dyadic square = Dyadic.sumOfProducts(vector, vector);
        double norm = square.sqrt();
        assertEquals(norm, moments.norm(n), 3 * d * ROUNDOFF * norm, where);
        // A square is within d·u of its size, a fourth power within (d + 2)·u, as all terms are
        // positive: the ratio of their powers is within 2·d·u + (d + 2)·u and two roundings more.
        double effective = active == 0 ? 0 : square.times(square).dividedBy(fourths);
        double bound = (3 * d + 8) * ROUNDOFF * effective;
        assertEquals(effective, moments.effectiveSamples(n), bound, where);
      }
    }
  }

  // Norm products.

  private static double[] squaredNorms(List<double[]> layer, int samples) {
    double[] norms = new double[samples];
    for (int s = 0; s < samples; s++) {
      int sample = s;
      double[] row = layer.stream().mapToDouble(vector -> vector[sample]).toArray();
      norms[s] = Dyadic.sumOfProducts(row, row).doubleValue(); // rounded once
    }
    return norms;
  }

  @Test
  void normProductsAreTrueWithinTheirBounds() {
    int samples = 700;
    List<List<double[]>> layers = layers(17, samples, 5, 17, 3);
    List<GramPair> pairs = List.of(BOTH, new GramPair(1, 2));
    Gram gram = kernel.gram(named(samples, layers), pairs, options().withNormProducts());
    List<GramPair> all = new ArrayList<>(pairs);
    for (int i = 0; i < layers.size(); i++) {
      all.add(new GramPair(i, i));
    }
    for (GramPair pair : all) {
      NormProducts found = gram.normProducts(pair).orElseThrow();
      List<double[]> x = layers.get(pair.first());
      List<double[]> y = layers.get(pair.second());
      double[] a = squaredNorms(x, samples);
      double[] b = squaredNorms(y, samples);
      // A norm of n terms is within (n + 1)·u here and u in what it is compared with; a product of
      // d terms adds d·u.
      double product = Dyadic.sumOfProducts(a, b).doubleValue();
      double error = (x.size() + y.size() + samples + 6) * ROUNDOFF;
      assertEquals(product, found.product(), error * product, pair.toString());
      assertSums(x, b, y.size(), found.firstSums());
      assertSums(y, a, x.size(), found.secondSums());
    }
  }

  private static void assertSums(
      List<double[]> vectors, double[] norms, int terms, double[] found) {
    assertEquals(vectors.size(), found.length);
    for (int i = 0; i < found.length; i++) {
      double[] sizes = Arrays.stream(vectors.get(i)).map(Math::abs).toArray();
      double bound =
          (terms + norms.length + 4) * ROUNDOFF * Dyadic.sumOfProducts(sizes, norms).doubleValue();
      assertEquals(Dyadic.sumOfProducts(vectors.get(i), norms).doubleValue(), found[i], bound);
    }
  }

  @Test
  void normProductsAreOnlyThereWhereTheyCanBe() {
    Problem problem = Problem.relu(18, 50, 4, 3);
    List<Layer> layers = List.of(problem.layer(Group.X), problem.layer(Group.Y));
    Gram without = kernel.gram(layers, List.of(BOTH), options());
    assertEquals(Optional.empty(), without.normProducts(BOTH));
    Problem huge = problem.graded(150, 151, 1);
    Gram scaled =
        kernel.gram(
            List.of(huge.layer(Group.X), huge.layer(Group.Y)),
            List.of(BOTH),
            options().withNormProducts());
    assertEquals(Optional.empty(), scaled.normProducts(BOTH));
    assertEquals(Optional.empty(), scaled.normProducts(new GramPair(0, 0)));
  }

  // Tables.

  private static void assertTrueDistances(
      List<double[]> x, List<double[]> y, int samples, ProjectionTable table) {
    for (Group group : Group.values()) {
      List<double[]> own = group == Group.X ? x : y;
      List<double[]> others = group == Group.X ? y : x;
      Distances distances = table.distances(group);
      List<double[]> spanning =
          Arrays.stream(table.remaining(group.other())).mapToObj(others::get).toList();
      DoubleDoubleProjection truth = new DoubleDoubleProjection(samples, spanning);
      int rank = truth.rank(1e-12); // none of them depend on each other
      assertEquals(Math.min(samples, spanning.size()), rank);
      for (int i = 0; i < distances.size(); i++) {
        double expected = truth.project(own.get(distances.neuron(i))).distance(rank);
        assertEquals(
            expected,
            distances.distance(i),
            distances.errorBound(i),
            group.label() + ", neuron " + distances.neuron(i));
        assertTrue(distances.errorBound(i) < 1e-5, "or it says nothing");
      }
    }
  }

  private static void assertIdentical(ProjectionTable expected, ProjectionTable found) {
    for (Group group : Group.values()) {
      assertEquals(expected.moments(group), found.moments(group));
      assertEquals(expected.dead(group), found.dead(group));
      assertArrayEquals(expected.remaining(group), found.remaining(group));
      Distances a = expected.distances(group);
      Distances b = found.distances(group);
      for (int i = 0; i < a.size(); i++) {
        assertEquals(a.neuron(i), b.neuron(i));
        assertEquals(a.distance(i), b.distance(i));
        assertEquals(a.errorBound(i), b.errorBound(i));
        assertEquals(a.coefficientNorm(i), b.coefficientNorm(i));
      }
    }
  }

  @Test
  void theTableOfAGramMatrixIsThatOfItsLayers() {
    Problem relu = Problem.relu(19, 300, 24, 20);
    Arrays.fill(relu.x().get(3), 0);
    for (Problem problem : List.of(relu, relu.rounded(), relu.graded(-150, 150, 1))) {
      Layer x = problem.layer(Group.X);
      Layer y = problem.layer(Group.Y);
      Gram gram = kernel.gram(List.of(x, y), List.of(BOTH), options());
      try (ProjectionTable expected = kernel.compress(x, y, options());
          ProjectionTable found = kernel.table(gram, 0, 1)) {
        assertEquals(expected.precision(), found.precision());
        assertEquals(gram.precision(), found.precision());
        assertEquals(expected.samples(), found.samples());
        assertIdentical(expected, found);
        for (ProjectionTable table : List.of(expected, found)) {
          table.remove(Group.X, 5, 7);
          table.remove(Group.Y, 2);
        }
        assertIdentical(expected, found);
      }
    }
  }

  @Test
  void theGroupsOfATableMayBeSwapped() {
    List<List<double[]>> layers = layers(20, 90, 9, 7);
    layers.get(0).get(4)[0] = 3;
    Gram gram = gram(90, layers);
    try (ProjectionTable table = kernel.table(gram, 0, 1);
        ProjectionTable swapped = kernel.table(gram, 1, 0)) {
      assertTrueDistances(layers.get(1), layers.get(0), 90, swapped);
      for (Group group : Group.values()) {
        assertEquals(table.moments(group), swapped.moments(group.other()));
        assertEquals(table.dead(group), swapped.dead(group.other()));
        Distances a = table.distances(group);
        Distances b = swapped.distances(group.other());
        assertEquals(a.size(), b.size());
        for (int i = 0; i < a.size(); i++) {
          assertEquals(a.distance(i), b.distance(i), a.errorBound(i) + b.errorBound(i));
        }
      }
    }
  }

  @Test
  void aLayerMayBeInSeveralTables() {
    List<List<double[]>> layers = layers(21, 100, 8, 6, 9);
    Gram gram = gram(100, layers, List.of(BOTH, new GramPair(0, 2)));
    try (ProjectionTable one = kernel.table(gram, 0, 1);
        ProjectionTable other = kernel.table(gram, 2, 0);
        ProjectionTable again = kernel.table(gram, 0, 1)) {
      one.remove(Group.X, 2, 3);
      assertTrueDistances(layers.get(0), layers.get(1), 100, one);
      assertTrueDistances(layers.get(2), layers.get(0), 100, other);
      assertTrueDistances(layers.get(0), layers.get(1), 100, again);
    }
  }

  @Test
  void aLayerSpansItself() {
    List<List<double[]>> layers = layers(22, 60, 7, 5);
    try (ProjectionTable table = kernel.table(gram(60, layers), 1, 1)) {
      assertTrueDistances(layers.get(1), layers.get(1), 60, table);
    }
  }

  // Gram matrices from elsewhere.

  /** What somebody adds up without rounding. */
  private static GramMatrix elsewhere(
      int samples, List<List<double[]>> layers, Collection<GramPair> pairs) {
    Map<GramPair, double[]> blocks = new TreeMap<>();
    for (int i = 0; i < layers.size(); i++) {
      List<double[]> own = layers.get(i);
      blocks.put(
          new GramPair(i, i),
          IntStream.range(0, own.size())
              .boxed()
              .flatMap(m -> own.subList(m, own.size()).stream().map(v -> exact(own.get(m), v)))
              .mapToDouble(Double::doubleValue)
              .toArray());
    }
    for (GramPair pair : pairs) {
      List<double[]> columns = layers.get(pair.second());
      blocks.put(
          pair,
          layers.get(pair.first()).stream()
              .flatMap(row -> columns.stream().map(column -> exact(row, column)))
              .mapToDouble(Double::doubleValue)
              .toArray());
    }
    return new GramMatrix(described(samples, layers), samples, 0, ROUNDOFF, blocks, Map.of());
  }

  private static double exact(double[] one, double[] other) {
    return Dyadic.sumOfProducts(one, other).doubleValue();
  }

  private static List<GramLayer> described(int samples, List<List<double[]>> layers) {
    List<GramLayer> described = new ArrayList<>();
    for (List<double[]> vectors : layers) {
      Moments moments =
          Moments.of(
              vectors.stream().mapToDouble(v -> Arrays.stream(v).sum()).toArray(),
              vectors.stream().mapToDouble(v -> exact(v, v)).toArray(),
              vectors.stream()
                  .mapToDouble(v -> Arrays.stream(v).map(z -> z * z * z * z).sum())
                  .toArray(),
              vectors.stream()
                  .mapToLong(v -> Arrays.stream(v).filter(z -> z != 0).count())
                  .toArray());
      described.add(
          new GramLayer(
              described.size(),
              "layer " + described.size(),
              List.of("elsewhere"),
              List.of((long) samples),
              ROUNDOFF,
              moments));
    }
    return described;
  }

  private static TriangularFactor factorFromElsewhere(int samples, List<List<double[]>> layers) {
    List<double[]> vectors = layers.stream().flatMap(List::stream).toList();
    int columns = vectors.size();
    double[][] rows = new double[samples][columns];
    for (int s = 0; s < samples; s++) {
      for (int j = 0; j < columns; j++) {
        rows[s][j] = vectors.get(j)[s];
      }
    }
    double[][] triangle = new double[Math.min(samples, columns)][];
    for (int k = 0; k < triangle.length; k++) {
      Householder.reflect(rows[k], rows, k + 1, samples, k, columns);
      triangle[k] = Arrays.copyOfRange(rows[k], k, columns);
    }
    double error = columns * Householder.backwardError(samples + 1);
    return new TriangularFactor(described(samples, layers), samples, 0, error, triangle, Map.of());
  }

  /** The kernel's tables of either form, as far as it takes them. */
  @Test
  void tablesOfGramMatricesFromElsewhereAreTrue() {
    for (int samples : new int[] {25, 200}) {
      List<List<double[]>> layers = layers(23, samples, 7, 11, 3);
      for (Gram gram :
          List.of(
              elsewhere(samples, layers, GramPair.all(3)), factorFromElsewhere(samples, layers))) {
        for (GramPair pair : GramPair.all(3)) {
          List<double[]> x = layers.get(pair.first());
          List<double[]> y = layers.get(pair.second());
          if (kernel.declines(x.size(), y.size(), samples, gram.precision()).isEmpty()) {
            try (ProjectionTable table = kernel.table(gram, pair.first(), pair.second())) {
              assertTrueDistances(x, y, samples, table);
              table.remove(Group.X, 1);
              table.remove(Group.Y, 0, 2);
              assertTrueDistances(x, y, samples, table);
              assertEquals(gram.layers().get(pair.first()).moments(), table.moments(Group.X));
            }
          }
        }
      }
    }
  }

  @Test
  void aPairThatWasNotAddedUpIsRefused() {
    Gram gram = elsewhere(20, layers(24, 20, 3, 2, 4), List.of(BOTH));
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> kernel.table(gram, 0, 2).close());
    assertEquals(
        "elsewhere, layer 'layer 0' was not added up together with elsewhere, layer 'layer 2'",
        refusal.getMessage());
    assertThrows(IllegalArgumentException.class, () -> kernel.table(gram, 0, 3).close());
    assertThrows(IllegalArgumentException.class, () -> kernel.table(gram, -1, 0).close());
  }

  /** Parts of the samples, each added up by itself, as on the machines of a cluster. */
  @Test
  void sumsOfPartsGiveTrueTables() {
    int samples = 60;
    List<List<double[]>> layers = layers(25, samples, 7, 5);
    Arrays.fill(layers.get(0).get(2), 20, 50, 0); // dead in some parts
    for (int[] cuts : new int[][] {{30}, {1}, {3, 59}, {20, 30, 40, 50}}) {
      List<Gram> parts = new ArrayList<>();
      int from = 0;
      for (int to : IntStream.concat(IntStream.of(cuts), IntStream.of(samples)).toArray()) {
        parts.add(gram(to - from, part(layers, from, to)));
        from = to;
      }
      Gram sum = Gram.sum(parts);
      assertEquals(samples, sum.samples());
      assertTrueProducts(layers, sum);
      assertTrueMoments(layers, sum);
      try (ProjectionTable table = kernel.table(sum, 0, 1)) {
        assertTrueDistances(layers.get(0), layers.get(1), samples, table);
      }
    }
  }

  /** Some parts have to be scaled, others not. */
  @Test
  void sumsOfPartsOfAnySizeGiveTrueTables() {
    for (double size : new double[] {1e-120, 1e-60, 1e60, 1e120}) {
      List<List<double[]>> layers = layers(26, 60, 6, 5);
      layers.forEach(
          layer -> layer.forEach(v -> Arrays.setAll(v, s -> s < 30 ? v[s] * size : v[s])));
      Gram sum = gram(30, part(layers, 0, 30)).plus(gram(30, part(layers, 30, 60)));
      assertTrueProducts(layers, sum);
      try (ProjectionTable table = kernel.table(sum, 0, 1)) {
        assertTrueDistances(layers.get(0), layers.get(1), 60, table);
      }
    }
  }

  // Centring.

  /** What a mean of 10⁵ standard deviations may cost. */
  private static final double CENTRED_ERROR = 1e-12;

  /** A vector, and what its inner products about the means need. */
  @SuppressWarnings("ArrayRecordComponent") // Only handed on; never compared.
  private record Centred(double[] vector, Dyadic sum, double norm) {
    static Centred of(double[] vector) {
      Dyadic sum = Dyadic.sum(vector);
      Dyadic square = timesSamples(vector, sum, vector, sum);
      return new Centred(vector, sum, square.sqrt() / Math.sqrt(vector.length));
    }

    static List<Centred> of(List<double[]> vectors) {
      return vectors.stream().map(Centred::of).toList();
    }

    /** The inner product about the means, times the number of samples. */
    private static Dyadic timesSamples(double[] one, Dyadic sum, double[] other, Dyadic otherSum) {
      return Dyadic.of((long) one.length)
          .times(Dyadic.sumOfProducts(one, other))
          .minus(sum.times(otherSum));
    }

    /** How far a number is from the inner product about the means. */
    double distance(double found, Centred other) {
      Dyadic expected = timesSamples(vector, sum, other.vector, other.sum);
      Dyadic samples = Dyadic.of((long) vector.length);
      return Dyadic.of(found).times(samples).minus(expected).abs().doubleValue() / vector.length;
    }
  }

  /** Adds a mean of another size and sign to each neuron, rounded to float32 if wanted. */
  private static List<List<double[]>> offset(
      List<List<double[]>> layers, double size, boolean rounds) {
    SplittableRandom random = new SplittableRandom(99);
    List<List<double[]>> moved = new ArrayList<>();
    for (List<double[]> layer : layers) {
      List<double[]> vectors = new ArrayList<>();
      for (double[] vector : layer) {
        double mean = size * random.nextDouble(-1, 1);
        vectors.add(
            Arrays.stream(vector).map(z -> rounds ? (float) (mean + z) : mean + z).toArray());
      }
      moved.add(vectors);
    }
    return moved;
  }

  private static List<Layer> float32(List<List<double[]>> layers) {
    List<Layer> stored = new ArrayList<>();
    for (List<double[]> vectors : layers) {
      float[][] neurons = new float[vectors.size()][vectors.get(0).length];
      for (int i = 0; i < neurons.length; i++) {
        for (int s = 0; s < neurons[i].length; s++) {
          neurons[i][s] = (float) vectors.get(i)[s];
        }
      }
      stored.add(Layers.ofNeurons("layer", neurons));
    }
    return stored;
  }

  private Gram shifted(List<? extends Layer> layers) {
    return kernel.gram(layers, GramPair.all(layers.size()), options().withShifts());
  }

  private static void assertTrueAboutMeans(List<List<double[]>> layers, Gram gram) {
    double error = relativeError(gram);
    assertTrue(error < 1e-8, "or it says nothing: " + error);
    for (int i = 0; i < layers.size(); i++) {
      List<Centred> rows = Centred.of(scaled(gram, i, layers.get(i)));
      for (int j = i; j < layers.size(); j++) {
        List<Centred> columns = Centred.of(scaled(gram, j, layers.get(j)));
        for (int m = 0; m < rows.size(); m++) {
          for (int n = 0; n < columns.size(); n++) {
            double norms = rows.get(m).norm * columns.get(n).norm;
            double off = rows.get(m).distance(gram.innerProduct(i, m, j, n), columns.get(n));
            double bound = Math.min(error * (1 + 4 * ROUNDOFF), CENTRED_ERROR) * norms;
            String where = "layer " + i + ", neuron " + m + " with " + j + ", " + n + ": ";
            assertTrue(off <= bound, () -> where + off + ", not " + bound);
          }
        }
      }
      Moments moments = gram.layers().get(i).moments();
      for (int m = 0; m < moments.neurons(); m++) {
        Centred vector = Centred.of(layers.get(i).get(m));
        assertEquals(0, moments.sum(m));
        double mean = vector.sum.doubleValue() / gram.samples();
        double room = CENTRED_ERROR * vector.norm + 4 * ROUNDOFF * Math.abs(mean);
        assertEquals(mean, moments.mean(m, gram.samples()), room);
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> centredInnerProductsAreTrueHoweverLargeTheMeansAre() {
    List<List<double[]>> plain = layers(29, 700, 9, 12);
    List<List<double[]>> many = layers(30, 9000, 3, 2);
    List<List<double[]>> outlier = offset(plain, 1e5, false);
    outlier.forEach(layer -> layer.forEach(v -> v[0] += 1e5));
    Map<String, List<List<double[]>>> cases = new LinkedHashMap<>();
    cases.put("no means", plain);
    cases.put("means", offset(plain, 1, false));
    cases.put("means of 1e5", offset(plain, 1e5, false));
    cases.put("many samples with means of 1e5", offset(many, 1e5, false));
    cases.put("a first sample that is an outlier", outlier);
    cases.put("fewer samples than neurons", offset(layers(31, 6, 9, 12), 1e5, false));
    Problem graded =
        new Problem(700, offset(plain, 1e5, false).get(0), offset(plain, 1e5, false).get(1))
            .graded(-150, 150, 2);
    cases.put("graded 1e±150", ofProblem(graded));
    List<DynamicTest> tests = new ArrayList<>();
    cases.forEach(
        (name, layers) ->
            tests.add(
                dynamicTest(
                    name,
                    () -> {
                      int samples = layers.get(0).get(0).length;
                      Gram gram = shifted(named(samples, layers));
                      assertTrueAboutMeans(layers, gram.centred());
                      assertTrueProducts(layers, gram.centred().unshifted());
                    })));
    List<List<double[]>> rounded = offset(plain, 1e5, true);
    tests.add(
        dynamicTest(
            "float32, neuron by neuron",
            () -> assertTrueAboutMeans(rounded, shifted(float32(rounded)).centred())));
    return tests.stream();
  }

  /** In the span of the others and the constant vector, which is orthogonal to what is centred. */
  private static void assertTrueCentredDistances(
      List<double[]> x, List<double[]> y, int samples, ProjectionTable table) {
    double[] ones = new double[samples];
    Arrays.fill(ones, 1);
    for (Group group : Group.values()) {
      List<double[]> own = group == Group.X ? x : y;
      List<double[]> spanning = new ArrayList<>(List.of(ones));
      for (int neuron : table.remaining(group.other())) {
        spanning.add((group == Group.X ? y : x).get(neuron));
      }
      DoubleDoubleProjection truth = new DoubleDoubleProjection(samples, spanning);
      int rank = truth.rank(1e-12); // none of them depend on each other
      assertEquals(spanning.size(), rank);
      Distances distances = table.distances(group);
      for (int i = 0; i < distances.size(); i++) {
        double[] vector = own.get(distances.neuron(i));
        double expected =
            truth.project(vector).distance(rank) * (norm(vector) / Centred.of(vector).norm);
        String where = group.label() + ", neuron " + distances.neuron(i);
        assertEquals(expected, distances.distance(i), distances.errorBound(i), where);
        // Coefficients are below ten here, and an error of G counts with their square.
        assertEquals(expected, distances.distance(i), 100 * CENTRED_ERROR, where);
        assertTrue(distances.errorBound(i) < 1e-5, "or it says nothing");
      }
    }
  }

  @Test
  void centredTablesAreTrueHoweverLargeTheMeansAre() {
    int samples = 300;
    List<List<double[]>> layers = layers(32, samples, 9, 7);
    for (double size : new double[] {0, 1, 1e5}) {
      for (boolean rounds : new boolean[] {false, true}) {
        List<List<double[]>> moved = offset(layers, size, rounds);
        Gram gram = shifted(rounds ? float32(moved) : named(samples, moved)).centred();
        try (ProjectionTable table = kernel.table(gram, 0, 1)) {
          assertTrueCentredDistances(moved.get(0), moved.get(1), samples, table);
          table.remove(Group.Y, 1, 2);
          assertTrueCentredDistances(moved.get(0), moved.get(1), samples, table);
          assertEquals(samples - 1, table.dimensions(Group.X));
        }
      }
    }
  }

  /** A constant, whatever its digits, is 0 about its mean. */
  @Test
  void constantNeuronsAreDeadAboutTheirMeans() {
    int samples = 500;
    List<List<double[]>> layers = layers(33, samples, 5, 4);
    double[] constants = {0.1, -1e10, Math.PI, 1e-150};
    for (double constant : constants) {
      double[] same = new double[samples];
      Arrays.fill(same, constant);
      List<List<double[]>> with =
          List.of(Stream.concat(Stream.of(same), layers.get(0).stream()).toList(), layers.get(1));
      Gram gram = shifted(named(samples, with)).centred();
      assertEquals(0, gram.innerProduct(0, 0, 0, 0));
      try (ProjectionTable table = kernel.table(gram, 0, 1);
          ProjectionTable without = kernel.table(shifted(named(samples, layers)).centred(), 0, 1)) {
        assertEquals(List.of(0), table.dead(Group.X));
        assertEquals(List.of(), table.dead(Group.Y));
        Distances found = table.distances(Group.Y);
        Distances expected = without.distances(Group.Y);
        for (int i = 0; i < found.size(); i++) {
          double room = found.errorBound(i) + expected.errorBound(i);
          assertEquals(expected.distance(i), found.distance(i), room);
        }
      }
    }
  }

  /** Parts have other first blocks, and so other shifts. */
  @Test
  void sumsOfPartsWithOtherShiftsAreTrueAboutTheirMeans() {
    int samples = 600;
    List<List<double[]>> layers = offset(layers(34, samples, 6, 5), 1e5, false);
    layers.forEach(layer -> layer.forEach(v -> Arrays.setAll(v, s -> s < 200 ? v[s] + 2 : v[s])));
    for (int[] cuts : new int[][] {{200}, {1}, {150, 200, 599}}) {
      List<Gram> parts = new ArrayList<>();
      int from = 0;
      for (int to : IntStream.concat(IntStream.of(cuts), IntStream.of(samples)).toArray()) {
        parts.add(shifted(named(to - from, part(layers, from, to))));
        from = to;
      }
      Gram sum = Gram.sum(parts);
      assertEquals(samples, sum.samples());
      assertTrueAboutMeans(layers, sum.centred());
      assertTrueProducts(layers, sum.centred().unshifted());
    }
  }

  @Test
  void anotherConstantChangesNothingAboutTheMeans() {
    int samples = 400;
    List<List<double[]>> layers = layers(35, samples, 6, 5);
    // With few digits, so that adding rounds nothing.
    layers.forEach(layer -> layer.forEach(v -> Arrays.setAll(v, s -> (float) v[s])));
    List<List<double[]>> moved = new ArrayList<>();
    for (List<double[]> layer : layers) {
      moved.add(layer.stream().map(v -> Arrays.stream(v).map(z -> z + 4096).toArray()).toList());
    }
    try (ProjectionTable one = kernel.table(shifted(named(samples, layers)).centred(), 0, 1);
        ProjectionTable other = kernel.table(shifted(named(samples, moved)).centred(), 0, 1)) {
      for (Group group : Group.values()) {
        Distances expected = one.distances(group);
        Distances found = other.distances(group);
        for (int i = 0; i < found.size(); i++) {
          double room = found.errorBound(i) + expected.errorBound(i);
          assertEquals(expected.distance(i), found.distance(i), room);
        }
      }
    }
  }

  // Bad input.

  @Test
  void aValueThatIsNotFiniteIsNamed() {
    for (int layer = 0; layer < 3; layer++) {
      for (double value : new double[] {Double.NaN, Double.NEGATIVE_INFINITY}) {
        List<List<double[]>> layers = layers(27, 700, 4, 3, 5);
        layers.get(layer).get(2)[577] = value;
        String message =
            assertThrows(
                    ActivationsException.class,
                    () -> gram(700, layers, List.of(new GramPair(0, 2))))
                .getMessage();
        assertTrue(message.contains("layer 'layer " + layer + "'"), message);
        assertTrue(message.contains("neuron 2 "), message);
        assertTrue(message.contains("sample 577,"), message);
        assertTrue(message.contains(Double.isNaN(value) ? "NaN" : "infinite"), message);
      }
    }
  }

  @Test
  void layersThatDoNotFitAreRefused() {
    List<Layer> layers = new ArrayList<>(named(20, layers(28, 20, 3, 2)));
    layers.addAll(named(21, layers(28, 21, 2)));
    String message =
        assertThrows(
                ActivationsException.class, () -> kernel.gram(layers, List.of(BOTH), options()))
            .getMessage();
    assertTrue(message.contains("20") && message.contains("21"), message);
    assertFalse(message.isBlank());
    assertThrows(
        IllegalArgumentException.class, () -> kernel.gram(List.of(), List.of(), options()));
    assertThrows(
        IllegalArgumentException.class,
        () -> kernel.gram(layers.subList(0, 2), List.of(new GramPair(1, 2)), options()));
  }
}
