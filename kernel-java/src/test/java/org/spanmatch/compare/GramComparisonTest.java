package org.spanmatch.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramException;
import org.spanmatch.gram.GramLayer;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;

/** Questions to layers that are added up already, and which layers are paired. */
class GramComparisonTest {
  private static final int SAMPLES = 20;

  private final ProjectionKernel kernel = Kernels.open("java", KernelOptions.defaults());

  @AfterEach
  void close() {
    kernel.close();
  }

  private static Layer layer(String name, int neurons, int seed) {
    Random random = new Random(seed);
    double[] values = new double[SAMPLES * neurons];
    Arrays.setAll(values, i -> random.nextGaussian());
    return Layers.of(name, SAMPLES, neurons, values);
  }

  /** A Gram matrix whose first layers are of network 0, and the others of network 1. */
  private Gram gram(Precision precision, Collection<GramPair> pairs, int first, Layer... layers) {
    Gram gram =
        kernel.gram(List.of(layers), pairs, GramOptions.defaults().withPrecision(precision));
    List<GramLayer> labelled = new ArrayList<>();
    for (int i = 0; i < layers.length; i++) {
      int network = i < first ? 0 : 1;
      labelled.add(gram.layers().get(i).ofNetwork(network).from("network " + network));
    }
    return gram.withLabels(labelled);
  }

  private LayerPair.OfGram pair(Precision precision) {
    Gram gram = gram(precision, GramPair.all(2), 1, layer("fc", 3, 1), layer("fc", 4, 2));
    return new LayerPair.OfGram("fc", gram, 0, 1);
  }

  /** Asks for the distances of X. */
  private record Asking(Precision precision, boolean doubted) implements Question<Distances> {
    @Override
    public Distances answer(String layer, ProjectionTable table, LayerComparison.Steps steps) {
      return table.distances(Group.X);
    }

    @Override
    public boolean inDoubt(Distances answer) {
      return doubted;
    }
  }

  private static final class Monitor implements LayerComparison.Monitor {
    final List<Precision> compressed = new ArrayList<>();
    final List<String> leftInDoubt = new ArrayList<>();

    @Override
    public void update(String step, long done, long total) {}

    @Override
    public void compressing(LayerPair layers, Precision precision, long heapBytes) {
      assertTrue(heapBytes > 0);
      compressed.add(precision);
    }

    @Override
    public void leftInDoubt(LayerPair layers) {
      leftInDoubt.add(layers.name());
    }
  }

  private Monitor ask(
      LayerPair.OfGram pair, Optional<Precision> precision, Precision wanted, boolean doubted) {
    Monitor monitor = new Monitor();
    new LayerComparison(
            pair,
            kernel,
            new LayerComparison.Options(GramOptions.DEFAULT_DEAD_THRESHOLD, precision, monitor))
        .answer(new Asking(wanted, doubted));
    return monitor;
  }

  @Test
  void theAnswerIsThatOfTheActivations() {
    LayerPair.OfActivations activations =
        new LayerPair.OfActivations("fc", layer("fc", 3, 1), layer("fc", 4, 2));
    for (Precision precision : Precision.values()) {
      Asking question = new Asking(precision, false);
      Distances expected =
          new LayerComparison(activations, kernel, LayerComparison.Options.defaults())
              .answer(question);
      Distances found =
          new LayerComparison(pair(precision), kernel, LayerComparison.Options.defaults())
              .answer(question);
      for (int i = 0; i < 3; i++) {
        assertEquals(expected.distance(i), found.distance(i));
        assertEquals(expected.errorBound(i), found.errorBound(i));
      }
    }
  }

  @Test
  void aStandardAnswerInDoubtIsKept() {
    LayerPair.OfGram standard = pair(Precision.STANDARD);
    Monitor doubted = ask(standard, Optional.empty(), Precision.STANDARD, true);
    assertEquals(List.of(Precision.STANDARD), doubted.compressed);
    assertEquals(List.of("fc"), doubted.leftInDoubt);
    Monitor wantedMore = ask(standard, Optional.empty(), Precision.HIGH, false);
    assertEquals(List.of(Precision.STANDARD), wantedMore.compressed);
    assertEquals(List.of("fc"), wantedMore.leftInDoubt);
    Optional<Precision> fixed = Optional.of(Precision.STANDARD);
    assertEquals(List.of(), ask(standard, fixed, Precision.HIGH, true).leftInDoubt);
    assertEquals(List.of(), ask(standard, Optional.empty(), fixed.get(), false).leftInDoubt);
  }

  @Test
  void highPrecisionLeavesNoDoubt() {
    for (Precision wanted : Precision.values()) {
      Monitor monitor = ask(pair(Precision.HIGH), Optional.empty(), wanted, true);
      assertEquals(List.of(wanted), monitor.compressed);
      assertEquals(List.of(), monitor.leftInDoubt);
    }
  }

  @Test
  void highPrecisionOfAStandardMatrixIsRefused() {
    GramException e =
        assertThrows(
            GramException.class,
            () ->
                ask(
                    pair(Precision.STANDARD),
                    Optional.of(Precision.HIGH),
                    Precision.STANDARD,
                    false));
    assertEquals(
        "network 0, layer 'fc': expected high precision, but it was added up with standard"
            + " precision",
        e.getMessage());
  }

  @Test
  void pairsLayersByName() {
    Gram both =
        gram(
            Precision.STANDARD,
            List.of(new GramPair(1, 2), new GramPair(0, 2)),
            2,
            layer("other", 2, 1),
            layer("fc", 2, 2),
            layer("fc", 2, 3));
    Gram more =
        gram(Precision.STANDARD, GramPair.all(2), 1, layer("conv", 2, 4), layer("conv", 2, 5));
    LayerPairs<LayerPair.OfGram> pairs = LayerPairs.of(List.of(both, more), name -> true);
    assertEquals(
        List.of(new LayerPair.OfGram("fc", both, 1, 2), new LayerPair.OfGram("conv", more, 0, 1)),
        pairs.pairs());
    assertEquals("network 0", pairs.x());
    assertEquals("network 1", pairs.y());
    assertEquals(List.of("other"), pairs.onlyInX());
    assertEquals(List.of(), pairs.onlyInY());
    assertEquals(1, LayerPairs.of(List.of(both, more), "conv"::equals).pairs().size());
  }

  @Test
  void loneLayersArePairedWhateverTheirNamesAre() {
    Gram gram = gram(Precision.STANDARD, GramPair.all(2), 1, layer("a", 2, 1), layer("b", 2, 2));
    List<LayerPair.OfGram> pairs = LayerPairs.of(List.of(gram), "a ~ b"::equals).pairs();
    assertEquals(List.of(new LayerPair.OfGram("a ~ b", gram, 0, 1)), pairs);
  }

  @Test
  void refusesWhatCannotBePaired() {
    Gram apart = gram(Precision.STANDARD, List.of(), 1, layer("fc", 2, 1), layer("fc", 2, 2));
    String problem = "network 0, layer 'fc' was not added up together with network 1, layer 'fc'";
    assertMessage(problem, () -> LayerPairs.of(List.of(apart), name -> true));
    assertMessage(problem, () -> new LayerPair.OfGram("fc", apart, 0, 1));
    assertMessage(
        "expected layers of 2 networks, found 1",
        () ->
            LayerPairs.of(
                List.of(gram(Precision.STANDARD, List.of(), 1, layer("fc", 2, 1))), name -> true));
    assertMessage(
        "expected layers of 2 networks, found 0", () -> LayerPairs.of(List.of(), name -> true));
    assertThrows(
        IllegalArgumentException.class, () -> apart.withLabels(apart.layers().subList(0, 1)));
  }

  private static void assertMessage(String expected, Runnable action) {
    assertEquals(expected, assertThrows(GramException.class, action::run).getMessage());
  }
}
