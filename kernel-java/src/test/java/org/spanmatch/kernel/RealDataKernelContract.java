package org.spanmatch.kernel;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.spanmatch.TestData;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.LayerPairs;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.validation.contract.ProjectionKernelContract;

/** Tests the contract of every kernel, also on layers of real networks. */
public abstract class RealDataKernelContract extends ProjectionKernelContract {
  /** On real activations bounds must be useful: a bound of 1 would always hold and say nothing. */
  @Test
  void boundsOnRealLayersAreSmall() {
    ActivationFile x = ActivationFile.open(TestData.shared("cifar-vgg/x.npz"));
    ActivationFile y = ActivationFile.open(TestData.shared("cifar-vgg/y.npz"));
    LayerPairs<LayerPair.OfActivations> pairs = LayerPairs.of(x, y, name -> true, List.of());
    assertFalse(pairs.pairs().isEmpty());
    for (LayerPair.OfActivations pair : pairs.pairs()) {
      LayerPair.OfActivations small = pair.sampled(2000);
      try (ProjectionTable table =
          opened().compress(small.x(), small.y(), GramOptions.defaults())) {
        for (Group group : Group.values()) {
          Distances distances = table.distances(group);
          double[] bounds =
              IntStream.range(0, distances.size())
                  .mapToDouble(distances::errorBound)
                  .sorted()
                  .toArray();
          assertTrue(
              bounds[bounds.length / 2] < 1e-6, pair.name() + ": " + Arrays.toString(bounds));
        }
      }
    }
  }
}
