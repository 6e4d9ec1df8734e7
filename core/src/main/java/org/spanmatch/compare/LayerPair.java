package org.spanmatch.compare;

import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.SampledActivations;

/**
 * The same layer of two networks.
 *
 * @param name the layer's name in results
 * @param x the layer in the first network
 * @param y the layer in the second network, on the same samples
 */
public record LayerPair(String name, Layer x, Layer y) {
  /**
   * Checks that both networks have the same samples.
   *
   * <p>If both arrays have several sample axes, these must agree one by one. An array with a single
   * one, flattened before it was stored, must agree with the product.
   *
   * @param name the layer's name in results
   * @param x the layer in the first network
   * @param y the layer in the second network, on the same samples
   * @throws ActivationsException if they differ
   */
  public LayerPair {
    Layer.requireSameSamples(x, y);
    boolean flattened = x.sampleAxes().size() == 1 || y.sampleAxes().size() == 1;
    if (!flattened && !x.sampleAxes().equals(y.sampleAxes())) {
      throw new ActivationsException(
          x.description()
              + " counts its samples as "
              + x.sampleAxes()
              + ", but "
              + y.description()
              + " as "
              + y.sampleAxes()
              + ", so they can't be paired");
    }
  }

  /**
   * {@return both layers restricted to the same samples, at most {@code count} of them}
   *
   * @param count number of samples to keep, at least 1
   */
  public LayerPair sampled(long count) {
    return new LayerPair(name, SampledActivations.of(x, count), SampledActivations.of(y, count));
  }
}
