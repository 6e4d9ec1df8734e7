package org.spanmatch.kernel.cuda.gram;

import java.util.List;
import org.spanmatch.kernel.backend.ScaledLayer;

/** Layers side by side: the columns of a joint Gram matrix. */
public final class JointLayers {
  private final List<ScaledLayer> layers;
  private final PanelProducts products;
  private final int[] first;

  /**
   * Numbers the columns.
   *
   * @param layers at least one, with the same samples
   * @param products how they are multiplied
   */
  public JointLayers(List<ScaledLayer> layers, PanelProducts products) {
    this.layers = List.copyOf(layers);
    this.products = products;
    this.first = new int[layers.size() + 1];
    for (int i = 0; i < layers.size(); i++) {
      first[i + 1] = Math.addExact(first[i], layers.get(i).neurons());
    }
  }

  /** The layers. */
  public List<ScaledLayer> layers() {
    return layers;
  }

  /** The column of a layer's first neuron; of the number of layers, the number of columns. */
  public int first(int layer) {
    return first[layer];
  }

  /** Neurons of all layers: the number of columns. */
  public int neurons() {
    return first[layers.size()];
  }

  /** Number of samples. */
  public long samples() {
    return layers.get(0).layer().samples();
  }

  /** How they are multiplied. */
  PanelProducts products() {
    return products;
  }

  /** Whether any neuron is scaled. */
  public boolean areScaled() {
    return layers.stream().anyMatch(layer -> layer.scales().isPresent());
  }

  /**
   * Bounds the error of inner products that were summed up in panels of {@code panelSamples}
   * samples, relative to the product of the norms.
   */
  public double gramError(int panelSamples) {
    return products.error(this, panelSamples);
  }

  /** The most bytes of device memory in which the samples of all layers arrive. */
  public double inboxBytes(int panelSamples) {
    return layers.stream().mapToDouble(layer -> Inbox.bytes(layer.layer(), panelSamples)).sum();
  }
}
