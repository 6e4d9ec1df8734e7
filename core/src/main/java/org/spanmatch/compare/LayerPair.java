package org.spanmatch.compare;

import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.SampledActivations;

/**
 * The same layer of two networks.
 *
 * @param name the layer's name, as results show it
 * @param x its activations in the first network
 * @param y its activations in the second network, on the same samples
 */
public record LayerPair(String name, Layer x, Layer y) {
  /**
   * Checks that both networks saw the same samples.
   *
   * <p>Where both arrays have several sample axes, these must agree one by one; an array that has
   * only one, because it was flattened before it was stored, must agree in their product.
   *
   * @throws ActivationsException if they did not
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

  /** Both layers restricted to the same samples, at most {@code count} of them. */
  public LayerPair sampled(long count) {
    return new LayerPair(name, SampledActivations.of(x, count), SampledActivations.of(y, count));
  }
}
