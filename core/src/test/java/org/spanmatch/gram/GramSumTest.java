package org.spanmatch.gram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.spanmatch.gram.GramPair.NormProducts;

/** Sums of Gram matrices are those of all samples, within the error that they state. */
class GramSumTest {
  private static final double ROUNDOFF = 0x1p-53;

  private static List<Gram> grams(List<Activations> parts, Precision precision, boolean scaled) {
    return parts.stream().map(part -> part.gram(precision, scaled)).toList();
  }

  /** Every inner product, without rounding, lies within the stated error. */
  private static void assertTrueProducts(Activations all, Gram gram) {
    assertEquals(all.samples(), gram.samples());
    for (int i = 0; i < gram.layers().size(); i++) {
      for (int j = 0; j < gram.layers().size(); j++) {
        if (!gram.has(i, j)) {
          continue;
        }
        for (int m = 0; m < gram.layers().get(i).neurons(); m++) {
          for (int n = 0; n < gram.layers().get(j).neurons(); n++) {
            assertTrueProduct(all, gram, i, m, j, n);
          }
        }
      }
    }
  }

  private static void assertTrueProduct(Activations all, Gram gram, int i, int m, int j, int n) {
    BigDecimal scale = scale(gram, i, m).multiply(scale(gram, j, n));
    BigDecimal exact = all.exact(i, m, j, n).multiply(scale);
    double norms =
        Math.sqrt(
                all.exact(i, m, i, m)
                    .multiply(scale(gram, i, m))
                    .multiply(scale(gram, i, m))
                    .doubleValue())
            * Math.sqrt(
                all.exact(j, n, j, n)
                    .multiply(scale(gram, j, n))
                    .multiply(scale(gram, j, n))
                    .doubleValue());
    double relative =
        gram instanceof TriangularFactor factor
            // Both columns, and the sum that the inner product takes.
            ? (2 + gram.error()) * gram.error() + factor.rows() * ROUNDOFF
            : gram.error();
    double found = gram.innerProduct(i, m, j, n);
    double off = new BigDecimal(found).subtract(exact).abs().doubleValue();
    assertTrue(
        off <= relative * norms * (1 + 4 * ROUNDOFF),
        () -> found + " is off by " + off + ", not by " + relative * norms);
  }

  private static BigDecimal scale(Gram gram, int layer, int neuron) {
    int exponent = gram.layers().get(layer).moments().scaleExponent(neuron);
    return new BigDecimal(Math.scalb(1.0, exponent));
  }

  @ParameterizedTest
  @EnumSource
  void nothingAddsNothing(Precision precision) {
    Gram gram = Activations.random(1, 20, 3, 2).gram(precision, false);
    assertSame(gram, Gram.empty().plus(gram));
    assertSame(gram, gram.plus(Gram.empty()));
    assertSame(gram, Gram.sum(List.of(gram)));
    assertSame(Gram.empty(), Gram.sum(List.of()));
    assertSame(Gram.empty(), Gram.empty().plus(Gram.empty()));
    assertTrue(Gram.empty().isEmpty());
    assertEquals(0, Gram.empty().bytes());
    assertEquals(List.of(), Gram.empty().layers());
  }

  @ParameterizedTest
  @CsvSource({
    "STANDARD, 2, 50",
    "STANDARD, 100, 1000",
    "STANDARD, 7, 7",
    "STANDARD, 1, 9",
    "HIGH, 2, 50",
    "HIGH, 100, 1000",
    "HIGH, 7, 7",
    "HIGH, 3, 4",
    "HIGH, 5, 12",
    "HIGH, 1, 9"
  })
  void partsAddUpToAllSamples(Precision precision, int parts, int samples) {
    Activations all = Activations.random(parts, samples, 4, 3, 2);
    Gram sum = Gram.sum(grams(all.parts(parts), precision, false));
    assertTrueProducts(all, sum);
    assertMoments(all, sum);
  }

  /** Of values whose squares leave the range of doubles, and of parts of different size. */
  @ParameterizedTest
  @EnumSource
  void partsOfDifferentScalesAddUp(Precision precision) {
    for (int[] exponents :
        new int[][] {{120, 120}, {-120, -120}, {120, -120}, {-120, 120}, {0, 120}, {-120, 0}}) {
      Activations first = Activations.random(3, 30, 3, 2);
      Activations second = Activations.random(4, 20, 3, 2);
      Activations one = first.map(v -> v * Math.pow(10, exponents[0]));
      Activations other = second.map(v -> v * Math.pow(10, exponents[1]));
      Gram sum =
          one.gram(precision, exponents[0] != 0).plus(other.gram(precision, exponents[1] != 0));
      assertTrueProducts(joined(one, other), sum);
    }
  }

  /** A neuron that is 0 in one part has a scale there that says nothing. */
  @ParameterizedTest
  @EnumSource
  void aNeuronThatIsZeroInOnePartKeepsItsScale(Precision precision) {
    for (double size : new double[] {1e-200, 1, 1e200}) {
      Activations one = Activations.random(5, 12, 3, 2).map(v -> v * size);
      Activations other = Activations.random(6, 9, 3, 2).map(v -> v * size);
      Arrays.fill(other.layers().get(0)[1], 0);
      Gram sum = other.gram(precision, true).plus(one.gram(precision, true));
      assertTrueProducts(joined(other, one), sum);
      assertEquals(
          one.factor(true).layers().get(0).moments().scaleExponent(1),
          sum.layers().get(0).moments().scaleExponent(1));
    }
  }

  private static Activations joined(Activations upper, Activations lower) {
    List<double[][]> layers = new ArrayList<>();
    for (int i = 0; i < upper.layers().size(); i++) {
      double[][] first = upper.layers().get(i);
      double[][] second = lower.layers().get(i);
      double[][] both = new double[first.length][];
      for (int n = 0; n < both.length; n++) {
        both[n] = Arrays.copyOf(first[n], upper.samples() + lower.samples());
        System.arraycopy(second[n], 0, both[n], upper.samples(), lower.samples());
      }
      layers.add(both);
    }
    return new Activations(layers, upper.samples() + lower.samples());
  }

  @ParameterizedTest
  @EnumSource
  void oneOrderGivesOneResult(Precision precision) {
    Activations all = Activations.random(7, 90, 5, 4);
    List<Gram> parts = grams(all.parts(9), precision, false);
    Gram sum = Gram.sum(parts);
    Gram again = Gram.sum(grams(all.parts(9), precision, false));
    assertEquals(sum, again);
    assertEquals(sum.hashCode(), again.hashCode());
    Gram folded = parts.get(0);
    for (Gram part : parts.subList(1, parts.size())) {
      folded = folded.plus(part);
    }
    assertEquals(folded, sum);
  }

  /** In whatever order: the sum differs by rounding alone, and states no less than that. */
  @ParameterizedTest
  @EnumSource
  void theOrderOfAdditionCountsForRoundingAlone(Precision precision) {
    Activations all = Activations.random(8, 40, 4, 3);
    List<Gram> parts = grams(all.parts(3), precision, false);
    Gram left = parts.get(0).plus(parts.get(1)).plus(parts.get(2));
    Gram right = parts.get(0).plus(parts.get(1).plus(parts.get(2)));
    assertTrueProducts(all, left);
    assertTrueProducts(all, right);
    assertEquals(left.samples(), right.samples());
    assertEquals(left.pairs(), right.pairs());
    // Whole numbers are not rounded, with inner products.
    List<Gram> whole = grams(all.map(v -> Math.rint(8 * v)).parts(3), precision, false);
    if (precision == Precision.STANDARD) {
      GramMatrix one = (GramMatrix) whole.get(0).plus(whole.get(1)).plus(whole.get(2));
      GramMatrix other = (GramMatrix) whole.get(0).plus(whole.get(1).plus(whole.get(2)));
      for (GramPair pair : one.pairs()) {
        assertTrue(Arrays.equals(one.block(pair), other.block(pair)));
      }
      assertEquals(one.layers(), other.layers());
    }
  }

  @Test
  void theErrorOfASumFollowsFromItsParts() {
    Activations all = Activations.random(9, 30, 2, 2);
    GramMatrix small = all.part(0, 5).matrix();
    GramMatrix large = all.part(5, 30).matrix();
    double expected = large.error() * (1 + ROUNDOFF) + ROUNDOFF;
    assertEquals(expected, small.plus(large).error());
    assertEquals(expected, large.plus(small).error());
    TriangularFactor one = all.part(0, 5).factor(false);
    TriangularFactor other = all.part(5, 30).factor(false);
    assertTrue(one.plus(other).error() > Math.max(one.error(), other.error()));
  }

  /** Neurons that repeat others or are 0 leave rows over, which count all the same. */
  @Test
  void fewSamplesOfDependentNeuronsAreNotLost() {
    for (int dead = 0; dead <= 4; dead++) {
      for (int repeated = 0; repeated < 4; repeated++) {
        Activations all = Activations.random(10 + dead, 4, 5, 3).map(v -> Math.rint(4 * v));
        double[][] layer = all.layers().get(0);
        for (int i = 0; i < dead; i++) {
          Arrays.fill(layer[i], 0);
        }
        for (int i = 0; i < repeated; i++) {
          layer[i + 1] = layer[i].clone();
        }
        for (int cut = 1; cut < 4; cut++) {
          Gram sum = all.part(0, cut).factor(false).plus(all.part(cut, 4).factor(false));
          assertTrueProducts(all, sum);
        }
        Gram one = Gram.sum(grams(all.parts(4), Precision.HIGH, false));
        assertTrueProducts(all, one);
        assertEquals(4, ((TriangularFactor) one).rows());
      }
    }
  }

  @Test
  void aFactorHasNoMoreRowsThanSamplesOrColumns() {
    for (int samples : new int[] {2, 3, 5, 6, 7, 20}) {
      Activations all = Activations.random(samples, samples, 3, 2);
      TriangularFactor sum =
          (TriangularFactor) all.part(0, 1).factor(false).plus(all.part(1, samples).factor(false));
      assertEquals(Math.min(5, samples), sum.rows());
      assertTrueProducts(all, sum);
      assertTrueProducts(all, all.factor(false));
    }
  }

  @Test
  void layersWithoutNeuronsAddUp() {
    Activations all = Activations.random(11, 6, 0, 2);
    for (Precision precision : Precision.values()) {
      assertTrueProducts(all, Gram.sum(grams(all.parts(3), precision, false)));
    }
    Activations none = Activations.random(12, 6, 0, 0);
    assertEquals(6, Gram.sum(grams(none.parts(2), Precision.HIGH, false)).samples());
  }

  @Test
  void onlyThePairsThatWereAskedForAreThere() {
    Activations all = Activations.random(13, 10, 2, 3, 1);
    Set<GramPair> pairs = Set.of(new GramPair(0, 2));
    Gram sum =
        all.part(0, 4)
            .matrix(pairs, false, false)
            .plus(all.part(4, 10).matrix(pairs, false, false));
    assertEquals(pairs, sum.pairs());
    assertTrue(sum.has(2, 0) && sum.has(1, 1) && !sum.has(0, 1) && !sum.has(2, 1));
    assertTrueProducts(all, sum);
    // Triangles of 3, 6 and 1 elements, and a rectangle of 2.
    assertEquals(8 * (3 + 6 + 1 + 2), sum.bytes());
    assertEquals(8 * (6 + 5 + 4 + 3 + 2 + 1), all.factor(false).bytes());
  }

  private static void assertMoments(Activations all, Gram sum) {
    for (int i = 0; i < all.layers().size(); i++) {
      Moments moments = sum.layers().get(i).moments();
      for (int n = 0; n < moments.neurons(); n++) {
        double[] vector = all.layers().get(i)[n];
        double sizes = Arrays.stream(vector).map(Math::abs).sum();
        double fourths = Arrays.stream(vector).map(z -> z * z * z * z).sum();
        double square = all.exact(i, n, i, n).doubleValue();
        double share = 4 * all.samples() * ROUNDOFF;
        assertEquals(Arrays.stream(vector).sum(), moments.sum(n), share * sizes);
        assertEquals(Math.sqrt(square), moments.norm(n), share * Math.sqrt(square));
        assertEquals(all.samples(), moments.activeSamples(n)); // none of them is 0
        double effective = square * square / fourths;
        assertEquals(effective, moments.effectiveSamples(n), 4 * share * effective);
      }
    }
  }

  @Test
  void momentsOfOtherScalesAddUp() {
    Moments one = moments(3, 5, 9, 2, 4);
    Moments other = moments(6, 20, 100, 7, 1); // of values that were doubled
    Moments sum = one.plus(other);
    // In the units of the second: the first times 2⁻³.
    assertEquals(1, sum.scaleExponent(0));
    assertEquals((3 / 8.0 + 6) / 2, sum.sum(0));
    assertEquals(Math.sqrt(5 / 64.0 + 20) / 2, sum.norm(0));
    assertEquals(9, sum.activeSamples(0));
    double square = 5 / 64.0 + 20;
    assertEquals(square * square / (9 / 4096.0 + 100), sum.effectiveSamples(0));
    assertEquals(sum, other.plus(one));
    assertNotEquals(sum, one);
  }

  private static Moments moments(double sum, double square, double fourth, long active, int scale) {
    return new Moments(
        new double[] {sum},
        new double[] {square},
        new double[] {fourth},
        new long[] {active},
        new int[] {scale},
        new double[1]);
  }

  @Test
  void aNeuronThatIsNeverActiveHasNoEffectiveSamples() {
    assertEquals(0, moments(0, 0, 0, 0, 0).effectiveSamples(0));
    assertEquals(0, moments(0, 0, 0, 0, 1022).norm(0));
  }

  // Norm products.

  private static Gram withNorms(Activations part) {
    return part.matrix(GramPair.all(2), false, true);
  }

  @Test
  void normProductsAddUp() {
    Activations all = Activations.random(14, 30, 3, 2).map(v -> Math.rint(8 * v)); // not rounded
    Gram sum = withNorms(all.part(0, 11)).plus(withNorms(all.part(11, 30)));
    Gram whole = withNorms(all);
    for (GramPair pair : List.of(new GramPair(0, 0), new GramPair(0, 1), new GramPair(1, 1))) {
      NormProducts found = sum.normProducts(pair).orElseThrow();
      assertEquals(whole.normProducts(pair).orElseThrow(), found);
      assertEquals(whole.normProducts(pair).orElseThrow().hashCode(), found.hashCode());
    }
  }

  @Test
  void normProductsAreGoneWhereAPartHasNone() {
    Activations all = Activations.random(15, 10, 3, 2);
    Gram with = withNorms(all.part(0, 4));
    Gram without = all.part(4, 10).matrix();
    Gram scaled = all.part(4, 10).matrix(GramPair.all(2), true, false);
    for (Gram sum :
        List.of(with.plus(without), without.plus(with), with.plus(scaled), scaled.plus(with))) {
      assertEquals(Optional.empty(), sum.normProducts(new GramPair(0, 1)));
    }
    assertTrue(with.plus(with).normProducts(new GramPair(0, 1)).isPresent());
  }

  // What is known of layers.

  private static GramLayer layer(List<String> sources, double roundoff, Long... axes) {
    double[] none = new double[0];
    return new GramLayer(
        0, "a", sources, List.of(axes), roundoff, Moments.of(none, none, none, new long[0]));
  }

  @Test
  void sampleAxesJoinAlongTheFirst() {
    assertEquals(List.of(5L), axes(List.of(2L), List.of(3L)));
    assertEquals(List.of(5L, 4L, 6L), axes(List.of(2L, 4L, 6L), List.of(3L, 4L, 6L)));
    // Pictures of other sizes: all that is left is the number of samples.
    assertEquals(List.of(2L * 4 * 6 + 3 * 4 * 7), axes(List.of(2L, 4L, 6L), List.of(3L, 4L, 7L)));
    assertEquals(List.of(2L * 4 + 3), axes(List.of(2L, 4L), List.of(3L)));
    assertEquals(List.of(3L + 2 * 4), axes(List.of(3L), List.of(2L, 4L)));
  }

  @Test
  void moreSamplesThanCanBeCountedAreRefused() {
    Gram half =
        new GramMatrix(
            List.of(layer(List.of("f"), 0, 1L << 62)),
            1L << 62,
            0,
            0,
            Map.of(new GramPair(0, 0), new double[0]),
            Map.of());
    GramException refusal = assertThrows(GramException.class, () -> half.plus(half));
    assertEquals(
        "expected less than 2^63 samples in all, found " + (1L << 62) + " and " + (1L << 62),
        refusal.getMessage());
  }

  private static List<Long> axes(List<Long> one, List<Long> other) {
    return layer(List.of("f"), 0, one.toArray(Long[]::new))
        .plus(layer(List.of("f"), 0, other.toArray(Long[]::new)))
        .sampleAxes();
  }

  @Test
  void sourcesAreNamedOnceAndTheLargestRoundingCounts() {
    GramLayer sum =
        layer(List.of("b", "a"), 0x1p-24, 2L).plus(layer(List.of("a", "c"), 0x1p-11, 3L));
    assertEquals(List.of("b", "a", "c"), sum.sources());
    assertEquals("b + a + c, layer 'a'", sum.description());
    assertEquals(0x1p-11, sum.storageRoundoff());
    assertEquals(3, sum.ofNetwork(3).network());
  }
}
