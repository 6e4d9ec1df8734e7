package org.spanmatch.kernel.backend;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.spanmatch.activations.Layer;
import org.spanmatch.gram.GramLayer;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Moments;
import org.spanmatch.gram.Precision;

/**
 * A layer to add up: either as it is, as usual, or with a value subtracted from each neuron's
 * activations; and either unscaled, as usual, or with each neuron multiplied by a power of two.
 */
public final class ScaledLayer {
  private final WatchedLayer stored;
  private final ShiftedLayer shifted; // null for no shifts
  private final int[] exponents; // null for no scales

  private ScaledLayer(WatchedLayer stored, ShiftedLayer shifted, int[] exponents) {
    this.stored = stored;
    this.shifted = shifted;
    this.exponents = exponents;
  }

  /**
   * {@return a layer with its activations as they are}
   *
   * @param layer the layer
   */
  public static ScaledLayer unscaled(Layer layer) {
    return new ScaledLayer(new WatchedLayer(layer), null, null);
  }

  /**
   * Returns an unscaled layer, shifted if the options say so. For high precision it is read once to
   * find its means, since a triangular factor can't be corrected afterwards for what is left of
   * them.
   */
  static ScaledLayer unscaled(Layer layer, GramOptions options) {
    if (!options.shifted()) {
      return unscaled(layer);
    }
    WatchedLayer stored = new WatchedLayer(layer);
    return new ScaledLayer(
        stored,
        options.precision() == Precision.HIGH
            ? ShiftedLayer.atMean(stored)
            : ShiftedLayer.nearMean(stored),
        null);
  }

  /**
   * Returns the layer with the scales that its activations, less their shifts, need.
   *
   * @throws org.spanmatch.activations.ActivationsException for a value that is not finite
   */
  ScaledLayer scaled() {
    NeuronNorms norms = NeuronNorms.of(layer(), done -> {});
    int[] scales = new int[neurons()];
    Arrays.setAll(scales, neuron -> Math.getExponent(norms.scale(neuron)));
    for (int neuron = 0; neuron < scales.length; neuron++) {
      if (shifted != null && norms.norm(neuron) == 0) {
        scales[neuron] = 0; // a constant, whose shift must not overflow in units of the scale
      }
    }
    return new ScaledLayer(stored, shifted, scales);
  }

  /**
   * {@return the activations, less their shifts if there are any} A pass that reads them to their
   * end also finds out how often samples repeat, which {@link #describe} reports.
   */
  public Layer layer() {
    return shifted == null ? stored : shifted;
  }

  /** {@return the number of neurons} */
  public int neurons() {
    return stored.neurons();
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
   * @param sums Σz of the shifted and scaled activations, an element per neuron
   * @param squares Σz²
   * @param fourthPowers Σz⁴
   * @param activeSamples number of samples with z other than 0
   */
  public GramLayer describe(
      int position, double[] sums, double[] squares, double[] fourthPowers, long[] activeSamples) {
    Moments moments =
        new Moments(
                sums,
                squares,
                fourthPowers,
                activeSamples,
                exponents == null ? new int[neurons()] : exponents,
                shifted == null ? new double[neurons()] : shifted.shifts())
            .withRepetition(stored.repetition());
    return new GramLayer(
        position,
        stored.name(),
        List.of(stored.source()),
        stored.sampleAxes(),
        stored.roundoff(),
        moments,
        stored.masked());
  }
}
