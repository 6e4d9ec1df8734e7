package org.spanmatch.spark.gram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.spark.TestSpark;

/** What a cluster adds up is what one machine adds up, and always has the same bits. */
@Tag("once") // on one JDK: ClusterTest and SubmitIT add up on others
class GramSumTest {
  private static final PerGroup<String> SOURCES = PerGroup.of("seed0", "seed1");
  private static final List<ShardedPair> PAIRS =
      List.of(new ShardedPair("a", 40, "b", 70), new ShardedPair("c", 3, "d", 1));
  private static final SumOptions DEFAULTS = SumOptions.defaults();

  private static JavaSparkContext spark;

  @BeforeAll
  static void start() {
    spark = new JavaSparkContext(TestSpark.conf("local[2]"));
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static List<GeneratedShard> shards(int count, double size, double offset) {
    List<GeneratedShard> shards = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      shards.add(new GeneratedShard(PAIRS, i, 20 + i % 3, size, offset));
    }
    return shards;
  }

  private static List<Gram> added(List<GeneratedShard> shards, SumOptions options) {
    List<Gram> grams = new ArrayList<>();
    SparkGrams.add(
        spark,
        shards,
        shards.stream().map(shard -> (long) shard.samples()).toList(),
        PAIRS,
        SOURCES,
        options,
        grams::add);
    return grams;
  }

  private static SumOptions options(int slice, long stripe, Precision precision, boolean shifted) {
    return new SumOptions(1e-16, precision, shifted, "java", slice, stripe);
  }

  /** All samples at once, on this machine. */
  private static Gram whole(List<GeneratedShard> shards, int pair, SumOptions options) {
    List<PerGroup<Layer>> parts = shards.stream().map(shard -> shard.open(pair)).toList();
    PerGroup<String> names = PerGroup.of(PAIRS.get(pair).x(), PAIRS.get(pair).y());
    Layer x = Layers.concatenated(names.x(), parts.stream().map(PerGroup::x).toList());
    Layer y = Layers.concatenated(names.y(), parts.stream().map(PerGroup::y).toList());
    try (ProjectionKernel kernel = Kernels.open("java", new KernelOptions(2))) {
      return kernel.gram(List.of(x, y), GramPair.all(2), options.gram());
    }
  }

  /** Every inner product within the errors that both state, and what is said of the layers. */
  private static void assertAgree(Gram expected, Gram found) {
    assertEquals(expected.samples(), found.samples());
    assertEquals(expected.precision(), found.precision());
    assertEquals(expected.pairs(), found.pairs());
    for (int i = 0; i < 2; i++) {
      assertEquals(expected.layers().get(i).name(), found.layers().get(i).name());
      assertEquals(i, found.layers().get(i).network());
      assertEquals(
          List.of(SOURCES.x(), SOURCES.y()).subList(i, i + 1), found.layers().get(i).sources());
      for (int j = 0; j < 2; j++) {
        assertProducts(expected, found, i, j);
      }
    }
  }

  private static void assertProducts(Gram expected, Gram found, int one, int other) {
    int neurons = expected.layers().get(one).neurons();
    assertEquals(neurons, found.layers().get(one).neurons());
    for (int i = 0; i < neurons; i++) {
      for (int j = 0; j < expected.layers().get(other).neurons(); j++) {
        double norms = norm(expected, one, i) * norm(expected, other, j);
        double error = 4 * (expected.error() + found.error()) * norms;
        assertEquals(product(expected, one, i, other, j), product(found, one, i, other, j), error);
      }
    }
  }

  private static double norm(Gram gram, int layer, int neuron) {
    return gram.layers().get(layer).moments().norm(neuron);
  }

  private static double product(Gram gram, int layer, int neuron, int other, int otherNeuron) {
    return Math.scalb(
        gram.innerProduct(layer, neuron, other, otherNeuron),
        -gram.layers().get(layer).moments().scaleExponent(neuron)
            - gram.layers().get(other).moments().scaleExponent(otherNeuron));
  }

  @ParameterizedTest
  @CsvSource({"1024, 1000000", "40, 1", "20, 20000"})
  void theSumIsThatOfOneMachine(int slice, long stripe) {
    List<GeneratedShard> shards = shards(19, 1, 0);
    SumOptions options = options(slice, stripe, Precision.STANDARD, false);
    List<Gram> found = added(shards, options);
    assertEquals(PAIRS.size(), found.size());
    for (int pair = 0; pair < PAIRS.size(); pair++) {
      Gram expected = whole(shards, pair, options);
      assertAgree(expected, found.get(pair));
      for (GramPair each : List.of(new GramPair(0, 0), new GramPair(0, 1), new GramPair(1, 1))) {
        double one = expected.normProducts(each).orElseThrow().product();
        assertEquals(one, found.get(pair).normProducts(each).orElseThrow().product(), 1e-12 * one);
      }
      assertTrue(found.get(pair).layers().get(0).moments().repetition().looked() > 0);
    }
  }

  @Test
  void cuttingIntoSlicesChangesNoBitOfAnInnerProduct() {
    List<GeneratedShard> shards = shards(5, 1, 0);
    GramMatrix whole =
        (GramMatrix) added(shards, options(1024, 1 << 20, Precision.STANDARD, false)).get(0);
    GramMatrix sliced =
        (GramMatrix) added(shards, options(20, 10_000, Precision.STANDARD, false)).get(0);
    for (int i = 0; i < 40; i++) {
      for (int j = 0; j < 70; j++) {
        assertEquals(whole.innerProduct(0, i, 1, j), sliced.innerProduct(0, i, 1, j));
      }
    }
    assertEquals(whole.layers(), sliced.layers());
    assertEquals(whole.error(), sliced.error());
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-200, 1e200})
  void extremeActivationsAreScaled(double size) {
    List<GeneratedShard> shards = shards(3, size, 0);
    SumOptions options = options(16, 20_000, Precision.STANDARD, false);
    List<Gram> found = added(shards, options);
    for (int pair = 0; pair < PAIRS.size(); pair++) {
      Gram expected = whole(shards, pair, options);
      double error = 4 * (expected.error() + found.get(pair).error()); // two norms and a product
      for (int i = 0; i < PAIRS.get(pair).xNeurons(); i++) {
        assertEquals(cosine(expected, i), cosine(found.get(pair), i), error);
      }
    }
  }

  private static double cosine(Gram gram, int neuron) {
    return gram.innerProduct(0, neuron, 1, 0)
        / Math.sqrt(gram.innerProduct(0, neuron, 0, neuron))
        / Math.sqrt(gram.innerProduct(1, 0, 1, 0));
  }

  @ParameterizedTest
  @ValueSource(ints = {1024, 16})
  void largeMeansAreSubtracted(int slice) {
    List<GeneratedShard> shards = shards(6, 1, 1e6);
    SumOptions options = options(slice, 20_000, Precision.STANDARD, true);
    Gram found = added(shards, options).get(0).centred();
    Gram expected = whole(shards, 0, options).centred();
    assertProducts(expected, found, 0, 1);
    assertTrue(found.error() < 1e-9, "error " + found.error());
  }

  @Test
  void highPrecisionIsMergedToo() {
    List<GeneratedShard> shards = shards(20, 1, 0);
    SumOptions options = options(16, 1, Precision.HIGH, false);
    assertAgree(whole(shards, 0, options), added(shards, options).get(0));
  }

  @Test
  void theBitsDependOnTheShardsAlone() {
    List<GeneratedShard> shards = shards(17, 1, 0); // two levels of sums
    for (int slice : new int[] {1024, 36}) {
      SumOptions options = options(slice, 30_000, Precision.STANDARD, false);
      List<Gram> once = added(shards, options);
      assertEquals(once, added(shards, options));
      for (int partitions : new int[] {1, 5}) {
        List<Gram> other =
            SparkGrams.of(spark.parallelize(shards, partitions), PAIRS, SOURCES, options);
        assertEquals(once, other, partitions + " partitions");
      }
    }
  }

  @Test
  void runsOfSeveralShardsAreAddedUpInTheirOrder() {
    List<GeneratedShard> shards = shards(300, 1, 0); // 128 runs
    SumOptions options = options(1024, 1 << 20, Precision.STANDARD, false);
    Gram found = added(shards, options).get(1);
    assertAgree(whole(shards, 1, options), found);
  }

  @Test
  void theUsualOptionsCutWhatIsLargerThanATile() {
    assertTrue(DEFAULTS.plan(new ShardedPair("x", 1024, "y", 1024)).isWhole());
    assertEquals(3, DEFAULTS.plan(new ShardedPair("x", 1025, "y", 1024)).tiles());
  }
}
