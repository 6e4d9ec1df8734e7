package org.spanmatch.cli.commands;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.cli.options.ChanceOptions;
import org.spanmatch.cli.options.ChanceOptions.Method;
import org.spanmatch.compare.LayerComparison;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.LayerPair.OfActivations;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.similarity.Chance;

/**
 * Finds what the layers have in common by chance.
 *
 * @param options how
 * @param kernel computes
 * @param shuffled by pair, what a pass with shuffled examples found, null for nothing; empty
 *     without one
 */
record ByChance(ChanceOptions options, ProjectionKernel kernel, List<Chance> shuffled) {
  /** Prepares it, which reads all layers if their examples are to be shuffled. */
  static ByChance of(Comparison comparison, ChanceOptions options) {
    return new ByChance(
        options,
        comparison.kernel(),
        options.method() == Method.SHUFFLE
            ? comparison.shuffled(
                shuffled(comparison.input().pairs(), options.seed()), new ShuffledLevels())
            : List.of());
  }

  /** The pairs with the second layers shuffled, each layer once. */
  private static List<OfActivations> shuffled(List<? extends LayerPair> pairs, long seed) {
    IdentityHashMap<Layer, Layer> seconds = new IdentityHashMap<>();
    return pairs.stream()
        .map(OfActivations.class::cast)
        .map(
            pair ->
                new OfActivations(
                    pair.name(),
                    pair.x(),
                    seconds.computeIfAbsent(pair.y(), y -> Layers.shuffled(y, seed))))
        .toList();
  }

  /** Whether it is found in a Gram matrix. */
  boolean looksAtGram() {
    return options.method() == Method.FORMULA;
  }

  /** What a pass found of a layer, if there was one. */
  Optional<Chance> shuffled(int layer) {
    return shuffled.isEmpty() ? Optional.empty() : Optional.ofNullable(shuffled.get(layer));
  }

  /** What the formula says of two layers. */
  Chance of(LayerPair.OfGram added, LayerComparison.Steps steps) {
    return steps.run("chance", () -> Chance.of(added.gram(), added.x(), added.y(), kernel));
  }
}
