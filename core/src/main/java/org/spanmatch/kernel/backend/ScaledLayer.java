package org.spanmatch.kernel.backend;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.spanmatch.activations.Layer;
import org.spanmatch.gram.GramLayer;
import org.spanmatch.gram.Moments;

/**
 * A layer to add up, either unscaled, as usual, or with each neuron multiplied by a power of two.
 */
public final class ScaledLayer {
  private final WatchedLayer layer;
  private final int[] exponents; // null for no scales

  private ScaledLayer(Layer layer, int[] exponents) {
    this.layer = new WatchedLayer(layer);
    this.exponents = exponents;
  }

  /**
   * {@return a layer with its activations as they are}
   *
   * @param layer the layer
   */
  public static ScaledLayer unscaled(Layer layer) {
    return new ScaledLayer(layer, null);
  }

  static ScaledLayer by(NeuronNorms norms, Layer layer) {
    int[] exponents = new int[layer.neurons()];
    Arrays.setAll(exponents, neuron -> Math.getExponent(norms.scale(neuron)));
    return new ScaledLayer(layer, exponents);
  }

  /**
   * {@return the activations} A pass that reads them to their end also finds out how often samples
   * repeat, which {@link #describe} reports.
   */
  public Layer layer() {
    return layer;
  }

  /** {@return the number of neurons} */
  public int neurons() {
    return layer.neurons();
  }

  /** {@return the factor of each neuron, a power of two; empty if none is scaled} */
  public Optional<double[]> scales() {
    return Optional.ofNullable(exponents)
        .map(
            all -> Arrays.stream(all).mapToDouble(exponent -> Math.scalb(1.0, exponent)).toArray());
  }

  /**
   * {@return the layer's description and moments for a Gram matrix} Call it after the pass.
   *
   * @param position the layer's position in its list, used as the number of its network
   * @param sums Σz of the scaled activations, an element per neuron
   * @param squares Σz²
   * @param fourthPowers Σz⁴
   * @param activeSamples number of samples with an activation other than 0
   */
  public GramLayer describe(
      int position, double[] sums, double[] squares, double[] fourthPowers, long[] activeSamples) {
    Moments moments =
        new Moments(
                sums,
                squares,
                fourthPowers,
                activeSamples,
                exponents == null ? new int[layer.neurons()] : exponents,
                new double[layer.neurons()])
            .withRepetition(layer.repetition());
    return new GramLayer(
        position,
        layer.name(),
        List.of(layer.source()),
        layer.sampleAxes(),
        layer.type().roundoff(),
        moments);
  }
}
