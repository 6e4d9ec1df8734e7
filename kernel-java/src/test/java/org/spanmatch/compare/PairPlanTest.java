package org.spanmatch.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.match.MatchSpectrum;

class PairPlanTest {
  private static final int SAMPLES = 200;
  private static final LayerComparison.Options HOW = LayerComparison.Options.defaults();

  private ProjectionKernel kernel = Kernels.open("java", KernelOptions.defaults());

  @AfterEach
  void close() {
    kernel.close();
  }

  /** Asks for match levels. */
  private static class Levels implements Question<List<Double>> {
    final List<Precision> asked = new ArrayList<>();
    private final boolean inDoubt;

    Levels(boolean inDoubt) {
      this.inDoubt = inDoubt;
    }

    @Override
    public List<Double> answer(String layer, ProjectionTable table, LayerComparison.Steps steps) {
      asked.add(table.precision());
      MatchSpectrum spectrum = MatchSpectrum.of(table, steps.progress());
      return Arrays.stream(Group.values())
          .flatMap(group -> Arrays.stream(spectrum.levels(group)).boxed())
          .toList();
    }

    @Override
    public boolean inDoubt(List<Double> answer) {
      return inDoubt;
    }
  }

  /** A layer that counts its readers. */
  private static final class Counted extends Layer.Forwarding {
    int opened;

    Counted(Layer layer) {
      super(layer);
    }

    @Override
    public BlockReader open() {
      opened++;
      return layer().open();
    }
  }

  private static Counted layer(String name, int neurons, long seed) {
    double[] values = new Random(seed).doubles((long) SAMPLES * neurons).toArray();
    return new Counted(Layers.of(name, SAMPLES, neurons, values));
  }

  private static List<Counted> network(int layers, int neurons, long seed) {
    return IntStream.range(0, layers).mapToObj(i -> layer("l" + i, neurons, seed + i)).toList();
  }

  private static List<LayerPair.OfActivations> all(
      List<? extends Layer> xs, List<? extends Layer> ys) {
    List<LayerPair.OfActivations> pairs = new ArrayList<>();
    for (Layer x : xs) {
      for (Layer y : ys) {
        pairs.add(new LayerPair.OfActivations(LayerPair.name(x.name(), y.name()), x, y));
      }
    }
    return pairs;
  }

  private List<List<Double>> answers(PairPlan plan, int pairs, Levels question) {
    List<List<Double>> answers = new ArrayList<>(Collections.nCopies(pairs, null));
    for (PairPlan.Group group : plan.groups()) {
      List<LayerPair> added = group.addedUp(kernel, HOW, question);
      for (int i = 0; i < added.size(); i++) {
        answers.set(
            group.members().get(i).number(),
            new LayerComparison(added.get(i), kernel, HOW).answer(question));
      }
    }
    return answers;
  }

  private List<List<Double>> alone(List<LayerPair.OfActivations> pairs) {
    return pairs.stream()
        .map(pair -> new LayerComparison(pair, kernel, HOW).answer(new Levels(false)))
        .toList();
  }

  @Test
  void eachLayerIsReadOnce() {
    List<Counted> xs = network(3, 7, 1);
    List<Counted> ys = network(4, 5, 10);
    List<LayerPair.OfActivations> pairs = all(xs, ys);
    PairPlan plan = PairPlan.of(pairs, kernel, HOW, new Levels(false));
    assertEquals(1, plan.passes());
    assertEquals(7, plan.groups().get(0).layers().size());
    List<List<Double>> answers = answers(plan, 12, new Levels(false));
    for (Counted layer : xs) {
      assertEquals(1, layer.opened);
    }
    for (Counted layer : ys) {
      assertEquals(1, layer.opened);
    }
    assertEquals(alone(pairs), answers);
  }

  /** With room for half of the pairs, or less, each layer is read as often as that takes. */
  @ParameterizedTest
  @ValueSource(doubles = {0.99, 0.6, 0.4})
  void aSmallHeapTakesSeveralPasses(double share) {
    List<LayerPair.OfActivations> pairs = all(network(6, 40, 1), network(6, 40, 10));
    PairPlan one = PairPlan.of(pairs, kernel, HOW, new Levels(false), 1L << 30);
    assertEquals(1, one.passes());
    long answers = 36 * 80 * 256;
    long heap = (long) (one.groups().get(0).heapBytes() * share) + answers;
    PairPlan several = PairPlan.of(pairs, kernel, HOW, new Levels(false), heap);
    assertTrue(several.passes() > 1, () -> "" + several.passes());
    assertTrue(several.passes() < 36, () -> "" + several.passes());
    for (PairPlan.Group group : several.groups()) {
      assertTrue(group.heapBytes() <= heap - answers);
    }
    // Tiles that are as square as can be read least: 4 of 3 × 3 layers and not 6 × 2.
    int read = several.groups().stream().mapToInt(group -> group.layers().size()).sum();
    long least = 2 * 6 * (long) Math.ceil(Math.sqrt((double) several.passes()));
    assertTrue(read <= least, read + " > " + least + " in " + several.passes());
    assertEquals(alone(pairs), answers(several, 36, new Levels(false)));
  }

  @Test
  void aHeapForNoPassComparesEachPairByItself() {
    List<LayerPair.OfActivations> pairs = all(network(2, 7, 1), network(2, 7, 10));
    PairPlan plan = PairPlan.of(pairs, kernel, HOW, new Levels(false), 1000);
    assertEquals(4, plan.passes());
    for (int i = 0; i < 4; i++) {
      PairPlan.Group group = plan.groups().get(i);
      assertTrue(group.isSingle());
      assertSame(pairs.get(i), group.addedUp(kernel, HOW, new Levels(false)).get(0));
    }
  }

  @Test
  void pairsThatShareNothingAreGroupsByThemselves() {
    List<Counted> xs = network(3, 7, 1);
    List<Counted> ys = network(3, 7, 10);
    List<LayerPair.OfActivations> pairs =
        IntStream.range(0, 3)
            .mapToObj(i -> new LayerPair.OfActivations("l", xs.get(i), ys.get(i)))
            .toList();
    PairPlan plan = PairPlan.of(pairs, kernel, HOW, new Levels(false));
    assertEquals(
        pairs, plan.groups().stream().map(group -> group.members().get(0).pair()).toList());
    assertTrue(plan.groups().stream().allMatch(PairPlan.Group::isSingle));
  }

  @Test
  void severalNetworksShareTheirLayers() {
    List<Counted> a = network(2, 7, 1);
    List<Counted> b = network(2, 6, 10);
    List<Counted> c = network(2, 5, 20);
    List<LayerPair.OfActivations> pairs = new ArrayList<>(all(a, b));
    pairs.addAll(all(a, c));
    pairs.addAll(all(b, c));
    PairPlan plan = PairPlan.of(pairs, kernel, HOW, new Levels(false));
    assertEquals(1, plan.passes());
    assertEquals(6, plan.groups().get(0).layers().size());
    assertEquals(alone(pairs), answers(plan, 12, new Levels(false)));
  }

  @Test
  void aLayerWithItselfMatchesWhollyAtAnyLevel() {
    List<Counted> x = network(3, 7, 1);
    PairPlan plan = PairPlan.of(all(x, x), kernel, HOW, new Levels(false));
    assertEquals(3, plan.groups().get(0).layers().size());
    List<List<Double>> answers = answers(plan, 9, new Levels(false));
    for (int i = 0; i < 9; i += 4) {
      assertTrue(answers.get(i).stream().allMatch(level -> level < 1e-6), answers.toString());
    }
    assertTrue(answers.get(1).stream().allMatch(level -> level > 0.01));
  }

  @Test
  void anAnswerInDoubtIsSoughtInTheActivations() {
    List<Counted> xs = network(2, 7, 1);
    List<Counted> ys = network(1, 7, 10);
    Levels question = new Levels(true);
    PairPlan plan = PairPlan.of(all(xs, ys), kernel, HOW, question);
    answers(plan, 2, question);
    assertEquals(
        List.of(Precision.STANDARD, Precision.HIGH, Precision.STANDARD, Precision.HIGH),
        question.asked);
    assertEquals(3, ys.get(0).opened);
  }

  @Test
  void whatGainsNothingIsNotAddedUpTogether() {
    List<LayerPair.OfActivations> pairs = all(network(2, 7, 1), network(2, 7, 10));
    LayerComparison.Options high =
        new LayerComparison.Options(
            GramOptions.DEFAULT_DEAD_THRESHOLD,
            Optional.of(Precision.HIGH),
            LayerComparison.Monitor.NONE);
    assertEquals(4, PairPlan.of(pairs, kernel, high, new Levels(false)).passes());
    LayerPair.OfGram stored = pairs.get(0).gram(kernel, GramOptions.defaults());
    PairPlan grams = PairPlan.of(List.of(stored, stored), kernel, HOW, new Levels(false));
    assertEquals(0, grams.passes());
    assertEquals(2, grams.groups().size());
    kernel.close();
    kernel = Kernels.open("reference", KernelOptions.defaults());
    assertEquals(4, PairPlan.of(pairs, kernel, HOW, new Levels(false)).passes());
  }

  @Test
  void groupsAreReadAhead() {
    List<LayerPair.OfActivations> pairs = all(network(2, 7, 1), network(2, 7, 10));
    PairPlan plan = PairPlan.of(pairs, kernel, HOW, new Levels(false));
    try (PairPlan.Ahead ahead = plan.ahead(4)) {
      PairPlan.Group group = ahead.groups().get(0);
      assertFalse(group.layers().contains(pairs.get(0).x()));
      assertEquals(plan.groups().get(0).gramPairs(), group.gramPairs());
      LayerPair first = group.addedUp(kernel, HOW, new Levels(false)).get(0);
      assertEquals(
          alone(pairs).get(0), new LayerComparison(first, kernel, HOW).answer(new Levels(false)));
    }
  }
}
