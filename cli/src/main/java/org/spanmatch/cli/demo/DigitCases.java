package org.spanmatch.cli.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.validation.Case;
import org.spanmatch.validation.Excerpt;
import org.spanmatch.validation.Level;
import org.spanmatch.validation.Storage;

/** Real activations: the networks of the demo, which read handwritten digits. */
public final class DigitCases {
  private static final int QUICK_SAMPLES = 200;
  private static final int QUICK_NEURONS = 24;
  private static final List<String> QUICK_LAYERS = List.of("hidden1", "hidden4");

  private DigitCases() {}

  /** Returns the names of all cases of a level, for which no network is trained. */
  public static List<String> names(Level level) {
    return layers(level)
        .flatMap(layer -> types(level).stream().map(type -> name(layer, type)))
        .toList();
  }

  /**
   * Returns the cases of a level, layers of two networks; trains these, which takes about two
   * seconds, where any case is wanted.
   *
   * @param wanted whether a case of this name is
   */
  public static List<Case> of(Level level, Predicate<String> wanted) {
    List<Case> cases = new ArrayList<>();
    if (names(level).stream().noneMatch(wanted)) {
      return cases;
    }
    Digits heldOut = Digits.heldOut();
    List<LayerOutput> x = ReluNetwork.train(Digits.training(), 1).activations(heldOut);
    List<LayerOutput> y = ReluNetwork.train(Digits.training(), 2).activations(heldOut);
    int samples = level == Level.QUICK ? QUICK_SAMPLES : heldOut.size();
    int neurons = level == Level.QUICK ? QUICK_NEURONS : Integer.MAX_VALUE;
    List<String> layers = layers(level).toList();
    for (int i = 0; i < x.size(); i++) {
      String layer = x.get(i).name();
      if (layers.contains(layer)) {
        Case excerpt =
            Excerpt.of(
                new LayerPair.OfActivations(layer, layer(x.get(i)), layer(y.get(i))),
                samples,
                neurons);
        for (ElementType type : types(level)) {
          if (wanted.test(name(layer, type))) {
            cases.add(Case.of(kind(layer), excerpt.problem(), type, Storage.ROWS));
          }
        }
      }
    }
    return cases;
  }

  private static Stream<String> layers(Level level) {
    return level == Level.QUICK ? QUICK_LAYERS.stream() : ReluNetwork.layerNames().stream();
  }

  private static List<ElementType> types(Level level) {
    return level == Level.QUICK
        ? List.of(ElementType.FLOAT32)
        : List.of(ElementType.FLOAT32, ElementType.FLOAT16, ElementType.FLOAT64);
  }

  private static String kind(String layer) {
    return "digits " + layer;
  }

  private static String name(String layer, ElementType type) {
    return Case.name(kind(layer), type, Storage.ROWS);
  }

  private static Layer layer(LayerOutput output) {
    int samples = output.values().length / output.neurons();
    return Layers.of(output.name(), samples, output.neurons(), output.values());
  }
}
