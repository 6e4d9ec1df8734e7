package org.spanmatch.cli.demo;

import java.util.ArrayList;
import java.util.List;
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

  /** Trains two networks, which takes about two seconds, and takes their layers. */
  public static List<Case> of(Level level) {
    Digits heldOut = Digits.heldOut();
    List<LayerOutput> x = ReluNetwork.train(Digits.training(), 1).activations(heldOut);
    List<LayerOutput> y = ReluNetwork.train(Digits.training(), 2).activations(heldOut);
    List<Case> cases = new ArrayList<>();
    for (int i = 0; i < x.size(); i++) {
      LayerPair.OfActivations pair =
          new LayerPair.OfActivations(x.get(i).name(), layer(x.get(i)), layer(y.get(i)));
      if (level != Level.QUICK) {
        Case whole = Excerpt.of(pair, heldOut.size(), Integer.MAX_VALUE);
        for (ElementType type :
            List.of(ElementType.FLOAT32, ElementType.FLOAT16, ElementType.FLOAT64)) {
          cases.add(named(whole, pair, type));
        }
      } else if (QUICK_LAYERS.contains(pair.name())) {
        cases.add(named(Excerpt.of(pair, QUICK_SAMPLES, QUICK_NEURONS), pair, ElementType.FLOAT32));
      }
    }
    return cases;
  }

  private static Case named(Case excerpt, LayerPair.OfActivations pair, ElementType type) {
    return Case.of("digits " + pair.name(), excerpt.problem(), type, Storage.ROWS);
  }

  private static Layer layer(LayerOutput output) {
    int samples = output.values().length / output.neurons();
    return Layers.of(output.name(), samples, output.neurons(), output.values());
  }
}
