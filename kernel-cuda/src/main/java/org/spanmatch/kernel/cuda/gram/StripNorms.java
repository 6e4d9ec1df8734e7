package org.spanmatch.kernel.cuda.gram;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.GramPair.NormProducts;
import org.spanmatch.kernel.cuda.driver.Allocations;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;

/**
 * Adds up on a device what debiased CKA needs of pairs of layers: products with the squared norms
 * of samples.
 */
final class StripNorms {
  private final Device device;
  private final GramCode code;
  private final JointLayers layers;
  private final DeviceMemory[] norms; // by layer, of the samples of a panel
  private final Map<GramPair, Sums> sums = new TreeMap<>();

  /** The products of a pair. */
  private record Sums(DeviceMemory product, DeviceMemory first, DeviceMemory second) {}

  /**
   * No samples yet.
   *
   * @param pairs those that are wanted
   */
  StripNorms(
      Device device,
      Allocations allocations,
      JointLayers layers,
      Collection<GramPair> pairs,
      long panelSamples) {
    this.device = device;
    this.code = new GramCode(device);
    this.layers = layers;
    this.norms = new DeviceMemory[layers.layers().size()];
    for (int i = 0; i < norms.length; i++) {
      norms[i] = allocations.doubles(panelSamples);
    }
    for (GramPair pair : pairs) {
      sums.put(
          pair,
          new Sums(
              zeros(allocations, 1),
              zeros(allocations, neurons(pair.first())),
              zeros(allocations, neurons(pair.second()))));
    }
  }

  private DeviceMemory zeros(Allocations allocations, int count) {
    DeviceMemory memory = allocations.doubles(Math.max(1, count));
    device.clear(memory);
    return memory;
  }

  private int neurons(int layer) {
    return layers.layers().get(layer).neurons();
  }

  /** Adds samples that lie on the device as rows of doubles. */
  void add(DeviceMemory samples, int count) {
    int leading = layers.neurons();
    for (int i = 0; i < norms.length; i++) {
      code.squaredNorms(samples.element(layers.first(i)), leading, neurons(i), count, norms[i]);
    }
    sums.forEach(
        (pair, sum) -> {
          DeviceMemory ofFirst = norms[pair.first()];
          DeviceMemory ofSecond = norms[pair.second()];
          device
              .blas()
              .addProduct(
                  1, count, ofFirst.pointer(), 1, ofSecond.pointer(), sum.product.pointer());
          addSums(samples, count, pair.first(), ofSecond, sum.first);
          addSums(samples, count, pair.second(), ofFirst, sum.second);
        });
  }

  private void addSums(
      DeviceMemory samples, int count, int layer, DeviceMemory factors, DeviceMemory target) {
    device
        .blas()
        .addProduct(
            neurons(layer),
            count,
            samples.element(layers.first(layer)),
            layers.neurons(),
            factors.pointer(),
            target.pointer());
  }

  /** The products over all samples up to now, by pair. */
  Map<GramPair, NormProducts> products() {
    Map<GramPair, NormProducts> products = new TreeMap<>();
    sums.forEach(
        (pair, sum) ->
            products.put(
                pair,
                new NormProducts(
                    device.transfers().download(sum.product, 0, 1)[0],
                    device.transfers().download(sum.first, 0, neurons(pair.first())),
                    device.transfers().download(sum.second, 0, neurons(pair.second())))));
    return products;
  }
}
