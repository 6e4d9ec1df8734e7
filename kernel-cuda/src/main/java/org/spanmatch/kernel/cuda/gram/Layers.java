package org.spanmatch.kernel.cuda.gram;

import java.util.Arrays;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.NeuronNorms;
import org.spanmatch.gram.Moments;
import org.spanmatch.kernel.GramErrors;
import org.spanmatch.kernel.Group;

/** Two layers to compress together, perhaps each neuron with a factor. */
public final class Layers {
  private final Layer x;
  private final Layer y;
  private final double[] xScales;
  private final double[] yScales;

  private Layers(Layer x, Layer y, double[] xScales, double[] yScales) {
    this.x = x;
    this.y = y;
    this.xScales = xScales;
    this.yScales = yScales;
  }

  /** Takes the values as they are. */
  public static Layers of(Layer x, Layer y) {
    return new Layers(x, y, null, null);
  }

  /** These layers with the factors that keep squares from overflowing. */
  public Layers scaled(NeuronNorms xNorms, NeuronNorms yNorms) {
    return new Layers(x, y, xNorms.scales(), yNorms.scales());
  }

  /** The first group. */
  public Layer x() {
    return x;
  }

  /** The second group. */
  public Layer y() {
    return y;
  }

  /** A factor for each neuron of x, or null. */
  public double[] xScales() {
    return xScales;
  }

  /** A factor for each neuron of y, or null. */
  public double[] yScales() {
    return yScales;
  }

  /** Neurons of both. */
  public int neurons() {
    return x.neurons() + y.neurons();
  }

  /** Number of samples. */
  public long samples() {
    return x.samples();
  }

  /** u_data, the relative rounding of the stored activations. */
  public double storageRoundoff() {
    return Math.max(x.type().roundoff(), y.type().roundoff());
  }

  /**
   * Bounds the error of a unit-norm Gram matrix that was summed up in panels of {@code
   * panelSamples} samples.
   */
  public double gramError(int panelSamples) {
    return GramErrors.ofUnitNorm(GramErrors.ofSums(samples(), panelSamples));
  }

  /** The moments of a group from the diagonal of the Gram matrix and the sums. */
  public Moments moments(Group group, double[] diagonal, double[] sums) {
    int from = group == Group.X ? 0 : x.neurons();
    int to = group == Group.X ? x.neurons() : neurons();
    double[] norms = Arrays.copyOfRange(diagonal, from, to);
    Arrays.setAll(norms, i -> Math.sqrt(norms[i]));
    return new Moments(norms, Arrays.copyOfRange(sums, from, to));
  }
}
