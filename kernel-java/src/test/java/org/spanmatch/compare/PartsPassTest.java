package org.spanmatch.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.PrimitiveIterator;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramException;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.NotEnoughMemoryException;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.similarity.Parts;
import org.spanmatch.similarity.Split;

/** Parts of layers, added up in one pass. */
class PartsPassTest {
  private static final int SAMPLES = 300;
  private static final int X = 5;
  private static final int Y = 7;
  private static final Split SPLIT = new Split(4, 0, 0, 3);

  private final ProjectionKernel kernel = Kernels.open("java", KernelOptions.defaults());

  @AfterEach
  void close() {
    kernel.close();
  }

  private static double[][] values(int samples, int neurons, int seed) {
    Random random = new Random(seed);
    double[][] values = new double[samples][neurons];
    for (double[] row : values) {
      Arrays.setAll(row, i -> Math.max(0, random.nextGaussian() + 0.3));
    }
    return values;
  }

  private static LayerPair.OfActivations pair(double[][] x, double[][] y) {
    return new LayerPair.OfActivations("fc", Layers.of("fc", x), Layers.of("fc", y));
  }

  private static LayerPair.OfActivations pair() {
    return pair(values(SAMPLES, X, 1), values(SAMPLES, Y, 2));
  }

  /** Asks for parts and returns them; in doubt a given number of times. */
  private static class Looking implements Question<Boolean> {
    private final Optional<Split> split;
    private final boolean isInDoubt;
    private final List<LayerPair.OfGram> shown;

    Looking(Optional<Split> split, boolean isInDoubt, List<LayerPair.OfGram> shown) {
      this.split = split;
      this.isInDoubt = isInDoubt;
      this.shown = shown;
    }

    @Override
    public Optional<Split> split() {
      return split;
    }

    @Override
    public boolean looksAtGram() {
      return true;
    }

    @Override
    public Question<Boolean> lookingAt(LayerPair.OfGram added, LayerComparison.Steps steps) {
      shown.add(added);
      return new Looking(Optional.empty(), isInDoubt, shown);
    }

    @Override
    public Boolean answer(String layer, ProjectionTable table, LayerComparison.Steps steps) {
      return true;
    }

    @Override
    public boolean inDoubt(Boolean answer) {
      return isInDoubt;
    }
  }

  private List<LayerPair.OfGram> shown(
      LayerPair pair, Split split, Optional<Precision> precision, boolean isInDoubt) {
    List<LayerPair.OfGram> shown = new ArrayList<>();
    LayerComparison.Options defaults = LayerComparison.Options.defaults();
    new LayerComparison(
            pair,
            kernel,
            new LayerComparison.Options(
                defaults.deadThreshold(), precision, false, defaults.monitor()))
        .answer(new Looking(Optional.of(split), isInDoubt, shown));
    return shown;
  }

  private LayerPair.OfGram shown(LayerPair pair, Split split) {
    return shown(pair, split, Optional.empty(), false).get(0);
  }

  /** Inner products differ by no more than both bounds, relative to the norms. */
  private static void assertEqual(Gram expected, Gram found) {
    assertEquals(expected.samples(), found.samples());
    double bound = expected.error() + found.error();
    for (int i = 0; i < X + Y; i++) {
      for (int j = 0; j < X + Y; j++) {
        assertEquals(
            product(expected, i, j),
            product(found, i, j),
            bound * Math.sqrt(product(expected, i, i) * product(expected, j, j)));
      }
    }
  }

  private static double product(Gram gram, int i, int j) {
    return gram.innerProduct(i < X ? 0 : 1, i < X ? i : i - X, j < X ? 0 : 1, j < X ? j : j - X);
  }

  private Gram gram(double[][] x, double[][] y) {
    return kernel.gram(
        List.of(Layers.of("fc", x), Layers.of("fc", y)), GramPair.all(2), GramOptions.defaults());
  }

  @Test
  void eachPartHasTheSamplesOfItsExamples() {
    double[][] x = values(SAMPLES, X, 1);
    double[][] y = values(SAMPLES, Y, 2);
    LayerPair.OfGram added = shown(pair(x, y), SPLIT);
    Parts parts = added.parts().orElseThrow();
    List<Integer> partOf = new ArrayList<>();
    Split.Draw draw = parts.deal().draw();
    for (int i = 0; i < SAMPLES; i++) {
      partOf.add(draw.next());
    }
    for (int part = 0; part < 4; part++) {
      int own = part;
      double[][] ofX = rows(x, partOf, own);
      assertEquals(75, ofX.length);
      assertEqual(gram(ofX, rows(y, partOf, own)), parts.grams().get(part));
    }
    assertEqual(gram(x, y), added.gram());
  }

  private static double[][] rows(double[][] all, List<Integer> partOf, int part) {
    List<double[]> rows = new ArrayList<>();
    for (int i = 0; i < all.length; i++) {
      if (partOf.get(i) == part) {
        rows.add(all[i]);
      }
    }
    return rows.toArray(double[][]::new);
  }

  /** Sums, counts, axes and repetitions say of the whole what one pass says. */
  @Test
  void theSumIsDescribedLikeOnePass() {
    double[][] x = values(SAMPLES, X, 1);
    double[][] y = values(SAMPLES, Y, 2);
    for (int i = 0; i < SAMPLES; i += 2) {
      x[i] = x[i + 1].clone(); // in other parts, as often as not
      y[i] = y[i + 1].clone();
    }
    Gram expected = gram(x, y);
    Gram found = shown(pair(x, y), SPLIT).gram();
    for (int layer = 0; layer < 2; layer++) {
      assertEquals(expected.layers().get(layer).name(), found.layers().get(layer).name());
      assertEquals(expected.layers().get(layer).sources(), found.layers().get(layer).sources());
      assertEquals(
          expected.layers().get(layer).sampleAxes(), found.layers().get(layer).sampleAxes());
      assertEquals(
          expected.layers().get(layer).storageRoundoff(),
          found.layers().get(layer).storageRoundoff());
      assertEquals(
          expected.layers().get(layer).moments().repetition(),
          found.layers().get(layer).moments().repetition());
      for (int neuron = 0; neuron < expected.layers().get(layer).neurons(); neuron++) {
        assertEquals(
            expected.layers().get(layer).moments().activeSamples(neuron),
            found.layers().get(layer).moments().activeSamples(neuron));
      }
    }
  }

  /** A chunk has fewer examples than there are parts, so some parts get none of it. */
  @Test
  void partsOfOneExampleEach() {
    double[][] x = values(SAMPLES, X, 1);
    double[][] y = values(SAMPLES, Y, 2);
    Parts parts = shown(pair(x, y), new Split(SAMPLES, 0, 0, 1)).parts().orElseThrow();
    assertEquals(SAMPLES, parts.grams().size());
    assertTrue(parts.grams().stream().allMatch(gram -> gram.samples() == 1));
    assertEqual(gram(x, y), Gram.sum(parts.grams()));
  }

  @Test
  void allOthersAreVisitedWithEachPart() {
    double[][] x = values(SAMPLES, X, 1);
    double[][] y = values(SAMPLES, Y, 2);
    for (int blocks : new int[] {2, 3, 7}) {
      Parts parts = shown(pair(x, y), new Split(0, 0, blocks, 1)).parts().orElseThrow();
      List<Integer> visited = new ArrayList<>();
      parts.forEachPart(
          (part, own, others) -> {
            visited.add(part);
            assertEquals(parts.grams().get(part), own);
            assertEqual(gram(x, y), own.plus(others));
          });
      assertEquals(blocks, visited.size());
      assertEquals(blocks, visited.stream().distinct().count());
    }
  }

  @Test
  void foldsOfSeveralParts() {
    double[][] x = values(SAMPLES, X, 1);
    double[][] y = values(SAMPLES, Y, 2);
    for (Split split : List.of(new Split(3, 0, 10, 1), new Split(0, 0.2, 10, 1), SPLIT)) {
      Parts parts = shown(pair(x, y), split).parts().orElseThrow();
      List<Long> sizes = new ArrayList<>();
      parts.forEachFold(
          (fold, tested, training) -> {
            assertEquals(sizes.size(), fold);
            sizes.add(tested.samples());
            assertEqual(gram(x, y), tested.plus(training));
          });
      assertEquals(
          split.folds() == 3
              ? List.of(100L, 100L, 100L)
              : split.folds() == 4 ? List.of(75L, 75L, 75L, 75L) : List.of(60L),
          sizes);
    }
  }

  /** What the first look found is kept for the second attempt, which needs no other pass. */
  @Test
  void partsAreAddedUpOnce() {
    List<LayerPair.OfGram> shown = shown(pair(), SPLIT, Optional.empty(), true);
    assertEquals(2, shown.size());
    assertEquals(Precision.STANDARD, shown.get(0).gram().precision());
    assertTrue(shown.get(0).parts().isPresent());
    assertEquals(Precision.HIGH, shown.get(1).gram().precision());
    assertFalse(shown.get(1).parts().isPresent());
  }

  @ParameterizedTest
  @EnumSource
  void partsAreOfStandardPrecision(Precision precision) {
    LayerPair.OfGram added = shown(pair(), SPLIT, Optional.of(precision), false).get(0);
    assertEquals(precision, added.gram().precision());
    for (Gram part : added.parts().orElseThrow().grams()) {
      assertEquals(Precision.STANDARD, part.precision());
    }
  }

  /** The sample is that of the file, not of the part. */
  @ParameterizedTest
  @ValueSource(ints = {0, 17, 150, 299})
  void aValueThatIsNotFiniteIsNamed(int sample) {
    double[][] y = values(SAMPLES, Y, 2);
    y[sample][3] = Double.NaN;
    LayerPair pair = pair(values(SAMPLES, X, 1), y);
    ActivationsException found = assertThrows(ActivationsException.class, () -> shown(pair, SPLIT));
    ActivationsException expected =
        assertThrows(ActivationsException.class, () -> pair.gram(kernel, GramOptions.defaults()));
    assertEquals(expected.getMessage(), found.getMessage());
    assertTrue(found.getMessage().contains("sample " + sample), found.getMessage());
  }

  @Test
  void extremeActivationsAreScaledByPart() {
    double[][] x = values(SAMPLES, X, 1);
    double[][] y = values(SAMPLES, Y, 2);
    for (int i = 0; i < SAMPLES; i++) {
      x[i][1] *= i < 150 ? 1e200 : 1e-200;
      y[i][2] *= 1e-180;
    }
    Gram expected = gram(x, y);
    Gram found = shown(pair(x, y), SPLIT).gram();
    for (int neuron = 0; neuron < X; neuron++) {
      double norm = expected.layers().get(0).moments().norm(neuron);
      assertEquals(norm, found.layers().get(0).moments().norm(neuron), 1e-13 * norm);
    }
  }

  @Test
  void whatCantBeDividedIsRefused() {
    LayerPair.OfActivations pair = pair();
    LayerPair.OfGram gram = pair.gram(kernel, GramOptions.defaults());
    GramException noSamples = assertThrows(GramException.class, () -> shown(gram, SPLIT));
    assertEquals(
        "memory, layer 'fc': a Gram matrix no longer has the samples, so they can't be divided",
        noSamples.getMessage());
    Split many = new Split(SAMPLES + 1, 0, 0, 1);
    ActivationsException few =
        assertThrows(ActivationsException.class, () -> pair.requireDivisible(many));
    assertEquals(
        "memory, layer 'fc': expected at least 301 examples to divide, found 300",
        few.getMessage());
    assertEquals(
        few.getMessage(),
        assertThrows(ActivationsException.class, () -> shown(pair, many)).getMessage());
  }

  /** A terabyte of parts is refused before anything is read. */
  @Test
  void tooManyPartsForTheHeapAreRefused() {
    int neurons = 4000;
    Layer unread =
        new Layer.Forwarding(Layers.of("fc", new float[SAMPLES][1])) {
          @Override
          public int neurons() {
            return neurons;
          }

          @Override
          public List<Long> sampleAxes() {
            return List.of(5000L);
          }

          @Override
          public PrimitiveIterator.OfLong examples() {
            return LongStream.range(0, 5000).iterator();
          }

          @Override
          public BlockReader open() {
            throw new AssertionError("nothing should be read");
          }
        };
    NotEnoughMemoryException e =
        assertThrows(
            NotEnoughMemoryException.class,
            () ->
                shown(new LayerPair.OfActivations("fc", unread, unread), new Split(5000, 0, 0, 1)));
    assertTrue(e.getMessage().contains("4000 + 4000 neurons need about 12"), e.getMessage());
  }

  /** Parts about means would say of layers with their means what is not so. */
  @Test
  void layersWithTheirMeansHaveNoPartsAboutMeans() {
    double[][] x = values(SAMPLES, X, 1);
    double[][] y = values(SAMPLES, Y, 2);
    for (double[][] rows : List.of(x, y)) {
      for (double[] row : rows) {
        Arrays.setAll(row, i -> 10 + row[i]);
      }
    }
    List<LayerPair.OfGram> shown = new ArrayList<>();
    Question<Boolean> question =
        new Looking(Optional.of(SPLIT), false, shown) {
          @Override
          public boolean asksUncentred() {
            return true;
          }
        };
    new LayerComparison(pair(x, y), kernel, LayerComparison.Options.defaults().withCentring())
        .answer(question);
    assertEquals(2, shown.size());
    assertTrue(shown.get(0).parts().orElseThrow().centred());
    assertEquals(Optional.empty(), shown.get(1).parts());
  }
}
