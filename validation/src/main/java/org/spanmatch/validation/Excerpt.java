package org.spanmatch.validation;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.kernel.backend.NeuronNorms;
import org.spanmatch.kernel.backend.SampleRows;

/** Takes parts of real layers that are small enough for the arbiter. */
public final class Excerpt {
  private Excerpt() {}

  /**
   * Returns a case of some samples of some neurons, both spread evenly.
   *
   * @param samples largest number of samples
   * @param neurons largest number of neurons per network
   * @throws org.spanmatch.activations.ActivationsException if the layers can't be read or have a
   *     value that is not finite
   */
  public static Case of(LayerPair.OfActivations pair, int samples, int neurons) {
    LayerPair.OfActivations sampled = pair.sampled(samples);
    List<double[]> x = vectors(sampled.x(), neurons);
    List<double[]> y = vectors(sampled.y(), neurons);
    boolean sameFloats =
        pair.x().type() == pair.y().type() && pair.x().type().name().startsWith("FLOAT");
    // Float64 represents the values of all formats, except for the largest integers.
    ElementType type = sameFloats ? pair.x().type() : ElementType.FLOAT64;
    Problem problem = new Problem((int) sampled.x().samples(), x, y);
    Case whole = new Case(pair.name(), problem, type, Storage.ROWS);
    return new Case(pair.name() + " (" + whole.size() + ")", problem, type, Storage.ROWS);
  }

  private static List<double[]> vectors(Layer layer, int most) {
    NeuronNorms.of(layer, done -> {}); // throws for values that are not finite
    int samples = (int) layer.samples();
    int count = Math.min(most, layer.neurons());
    int[] chosen =
        IntStream.range(0, count).map(i -> (int) ((long) i * layer.neurons() / count)).toArray();
    List<double[]> vectors = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      vectors.add(new double[samples]);
    }
    try (SampleRows rows = new SampleRows(layer)) {
      double[] values = new double[layer.neurons()];
      for (int sample = 0; sample < samples && rows.read(values, 1) == 1; sample++) {
        for (int i = 0; i < count; i++) {
          vectors.get(i)[sample] = values[chosen[i]];
        }
      }
    }
    return vectors;
  }
}
