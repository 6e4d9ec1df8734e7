package org.spanmatch.cli.commands;

import java.util.List;
import java.util.Optional;
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
 * @param shuffled by layer, what a pass with shuffled examples found; empty without one
 */
record ByChance(ChanceOptions options, ProjectionKernel kernel, List<Chance> shuffled) {
  /** Prepares it, which reads all layers if their examples are to be shuffled. */
  static ByChance of(Comparison comparison, ChanceOptions options) {
    return new ByChance(
        options,
        comparison.kernel(),
        options.method() == Method.SHUFFLE
            ? comparison.shuffled(
                comparison.input().pairs().stream()
                    .map(OfActivations.class::cast)
                    .map(pair -> pair.shuffled(options.seed()))
                    .toList(),
                new ShuffledLevels())
            : List.of());
  }

  /** Whether it is found in a Gram matrix. */
  boolean looksAtGram() {
    return options.method() == Method.FORMULA;
  }

  /** What a pass found of a layer, if there was one. */
  Optional<Chance> shuffled(int layer) {
    return shuffled.isEmpty() ? Optional.empty() : Optional.of(shuffled.get(layer));
  }

  /** What the formula says of two layers. */
  Chance of(LayerPair.OfGram added, LayerComparison.Steps steps) {
    return steps.run("chance", () -> Chance.of(added.gram(), added.x(), added.y(), kernel));
  }
}
