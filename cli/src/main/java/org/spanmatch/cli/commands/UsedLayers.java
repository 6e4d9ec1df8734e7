package org.spanmatch.cli.commands;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.LayerPairs;

/**
 * The layers of one network with the samples that are used: each is one object in all its pairs.
 */
final class UsedLayers {
  private final Optional<MaskChoice> mask;
  private final long samples;
  private final Map<String, Layer> byName = new HashMap<>();

  /**
   * Begins with none.
   *
   * @param mask what leaves samples out
   * @param samples the most samples to use
   */
  UsedLayers(Optional<MaskChoice> mask, long samples) {
    this.mask = mask;
    this.samples = samples;
  }

  /** Returns pairs with the samples that are used; those that a mask does not fit fail. */
  static LayerPairs<LayerPair.OfActivations> of(
      LayerPairs<LayerPair.OfActivations> paired, UsedLayers x, UsedLayers y) {
    return paired.mapped(
        pair -> new LayerPair.OfActivations(pair.name(), x.of(pair.x()), y.of(pair.y())));
  }

  private Layer of(Layer layer) {
    return byName.computeIfAbsent(layer.name(), name -> used(layer));
  }

  private Layer used(Layer layer) {
    Layer kept =
        mask.isEmpty() ? layer : Input.selectable(() -> Layers.masked(layer, mask.get().mask()));
    return Layers.sampled(kept, samples);
  }
}
